"""The hosted page for a buyer whose browser knows no script."""

from api import WITH_3DS, WITHOUT_3DS

NO_MONEY = "5555555555554600"


def opened(api, buyer, **fields):
    payment = api.payment("1000.00", description="Заказ 72", **fields)
    return payment, buyer.open(payment["confirmation"]["confirmation_url"])


def test_the_page_says_who_is_paid_for_what_and_how_much(api, buyer):
    _, page = opened(api, buyer)
    assert page.status == 200
    assert "Заказ 72" in page.text and "1\u00a0000,00" in page.response.text
    form = page.card_form()
    assert {"cc-number", "cc-exp", "cc-csc"} <= set(form.autocomplete)
    assert form.method == "POST"


def test_the_page_is_guarded(api, buyer):
    _, page = opened(api, buyer)
    headers = page.response.headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy and "default-src" in policy
    assert "no-store" in headers["Cache-Control"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"]


def test_a_declined_card_is_explained_and_another_one_pays(api, buyer):
    payment, page = opened(api, buyer)
    page = buyer.pay_by_card(page, NO_MONEY)
    assert "не хватает денег" in page.text.lower()
    assert api.found(f"/payments/{payment['id']}")["status"] == "pending"
    page = buyer.pay_by_card(page if has_card(page) else again(buyer, payment), WITHOUT_3DS)
    assert api.found(f"/payments/{payment['id']}")["status"] == "succeeded"


def has_card(page):
    return any("cc-number" in form.autocomplete for form in page.forms)


def again(buyer, payment):
    return buyer.open(payment["confirmation"]["confirmation_url"])


def test_a_declined_confirmation_may_be_tried_again(api, buyer):
    payment, page = opened(api, buyer)
    page = buyer.decide(buyer.pay_by_card(page, WITH_3DS), "decline")
    assert api.found(f"/payments/{payment['id']}")["status"] == "pending"
    page = buyer.pay_by_card(page if has_card(page) else again(buyer, payment), WITH_3DS)
    buyer.decide(page, "accept")
    assert api.found(f"/payments/{payment['id']}")["status"] == "succeeded"


def test_mistakes_are_named_and_numbers_never_come_back(api, buyer):
    payment, page = opened(api, buyer)
    page = buyer.pay_by_card(page, "5555555555554445", year="35", code="12")
    form = page.card_form()
    assert form.fields[form.autocomplete["cc-number"]] == ""
    assert form.fields[form.autocomplete["cc-csc"]] == ""
    assert "35" in form.fields[form.autocomplete["cc-exp"]]
    assert "5555555555554445" not in page.response.text
    assert "aria-invalid" in page.response.text
    page = buyer.send(page, form, {}, form.buttons[0])
    assert has_card(page)
    page = buyer.pay_by_card(page, WITHOUT_3DS, year="20")
    assert has_card(page)
    assert api.found(f"/payments/{payment['id']}")["status"] == "pending"


def test_nothing_of_the_card_is_in_an_address(api, buyer):
    _, page = opened(api, buyer)
    buyer.decide(buyer.pay_by_card(page, WITH_3DS), "accept")
    assert not any("5555" in url or "4477" in url for url in buyer.urls), buyer.urls


def test_a_paid_payment_says_so_and_shows_the_way_back(api, buyer):
    payment, page = opened(api, buyer)
    buyer.pay_by_card(page, WITHOUT_3DS)
    page = again(buyer, payment)
    assert not has_card(page)
    assert payment["confirmation"]["return_url"] in page.links


def test_a_form_sent_twice_pays_once(api, buyer):
    payment, page = opened(api, buyer)
    form = page.card_form()
    names = form.autocomplete
    values = {names["cc-number"]: WITHOUT_3DS, names["cc-exp"]: "12/35", names["cc-csc"]: "123"}
    buyer.send(page, form, values, form.buttons[0])
    second = buyer.send(page, form, values, form.buttons[0])
    assert second.status < 500
    assert api.found(f"/payments/{payment['id']}")["income_amount"]["value"] == "955.00"


def test_a_form_from_elsewhere_is_refused(api, buyer):
    payment, page = opened(api, buyer)
    stranger = type(buyer)()
    assert stranger.pay_by_card(page, WITHOUT_3DS).status == 403
    stranger = buyer
    stranger.origin = "https://elsewhere.test"
    assert stranger.pay_by_card(page, WITHOUT_3DS).status == 403
    stranger.origin = "null"
    assert stranger.pay_by_card(page, WITHOUT_3DS).status == 403
    assert api.found(f"/payments/{payment['id']}")["status"] == "pending"


def test_an_unknown_payment_is_not_found(api, buyer):
    payment, _ = opened(api, buyer)
    url = payment["confirmation"]["confirmation_url"]
    for identifier in ("31f00000-000f-5000-8000-1a2b3c4d5e6f", "x", "%00", ""):
        page = buyer.open(url.replace(payment["id"], identifier))
        assert page.status == 404 and page.text


def test_the_page_speaks_the_language_asked_for(api, buyer):
    confirmation = {"type": "redirect", "return_url": "https://shop.test/", "locale": "en_US"}
    _, page = opened(api, buyer, confirmation=confirmation)
    assert 'lang="en"' in page.response.text and "Pay" in page.text
    _, page = opened(api, type(buyer)("en-GB,en;q=0.9"))
    assert 'lang="en"' in page.response.text
    _, page = opened(api, type(buyer)("fr"))
    assert 'lang="ru"' in page.response.text and "Оплатить" in page.text
