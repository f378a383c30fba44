"""The other methods and ways to confirm: SBP, wallet, SberPay, T-Pay, mobile balance, cash."""

from urllib.parse import urljoin

import pytest

from altyn import until
from api import Api, REDIRECT, RETURN_URL, expect, refused, rub

METHODS = ["yoo_money", "sberbank", "tinkoff_bank", "alfa_pay", "sbp"]


def decide(buyer, payment, method, decision):
    """Chooses the method where that is still to be done, goes to its bank, and decides there."""
    page = buyer.open(payment["confirmation"]["confirmation_url"])
    for _ in range(4):
        if any(b["value"] == decision for form in page.forms for b in form.buttons):
            return buyer.decide(page, decision)
        onward = [link for link in page.links if "/sandbox/" in link]
        if onward:
            page = buyer.open(urljoin(page.url, onward[0]))
        else:
            form = page.method_form(method)
            page = buyer.send(page, form, button=form.buttons[0])
    raise AssertionError(f"never came to decide; at {page.url}: {page.text}")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("decision", ["accept", "decline"])
def test_the_buyer_accepts_or_declines(api, buyer, method, decision):
    payment = api.payment("250.00", payment_method_data={"type": method})
    assert payment["status"] == "pending"
    decide(buyer, payment, method, decision)
    found = api.found(f"/payments/{payment['id']}")
    if decision == "accept":
        assert found["status"] == "succeeded", found
        assert found["payment_method"]["type"] == method
        assert "confirmation" not in found
    else:
        assert found["status"] in ("pending", "canceled"), found
        assert not found["paid"]


def test_a_payment_by_sbp_names_the_bank_of_the_buyer(api, buyer):
    payment = api.payment("250.00", payment_method_data={"type": "sbp"})
    decide(buyer, payment, "sbp", "accept")
    method = api.found(f"/payments/{payment['id']}")["payment_method"]
    assert method["sbp_operation_id"]
    way = expect(api.refund(payment["id"], "50.00"))["refund_method"]
    assert way["type"] == "sbp" and way["sbp_operation_id"] != method["sbp_operation_id"]
    assert len(method["payer_bank_details"]["bank_id"]) == 12
    assert len(method["payer_bank_details"]["bic"]) == 9


def test_sbp_gives_the_text_of_a_code(api):
    payment = api.payment(
        "250.00",
        payment_method_data={"type": "sbp"},
        confirmation={"type": "qr", "return_url": RETURN_URL},
    )
    assert payment["confirmation"]["type"] == "qr"
    assert "://" in payment["confirmation"]["confirmation_data"]
    assert "confirmation_url" not in payment["confirmation"]


def test_the_widget_gets_a_token(api):
    confirmation = api.payment("250.00", confirmation={"type": "embedded"})["confirmation"]
    assert set(confirmation) == {"type", "confirmation_token"}
    assert confirmation["confirmation_token"].startswith("ct-")
    assert len(confirmation["confirmation_token"]) == 39


def test_a_mobile_application_gets_a_link(api):
    payment = api.payment(
        "250.00",
        payment_method_data={"type": "sberbank"},
        confirmation={"type": "mobile_application", "return_url": "shop://return"},
    )
    assert payment["confirmation"]["type"] == "mobile_application"
    assert "://" in payment["confirmation"]["confirmation_url"]


def test_mobile_balance_is_confirmed_elsewhere(api):
    payment = api.payment(
        "250.00",
        payment_method_data={"type": "mobile_balance", "phone": "79000000000"},
        confirmation={"type": "external"},
    )
    assert payment["confirmation"] == {"type": "external"}
    assert payment["payment_method"]["type"] == "mobile_balance"


def test_cash_is_not_refunded(api, buyer):
    payment = api.payment("250.00", payment_method_data={"type": "cash"})
    decide(buyer, payment, "cash", "accept")
    found = api.found(f"/payments/{payment['id']}")
    assert found["status"] == "succeeded" and found["refundable"] is False
    refused(api.refund(payment["id"], "250.00"))


def test_a_wallet_is_refunded_in_part(api, buyer):
    payment = api.payment("250.00", payment_method_data={"type": "yoo_money"})
    decide(buyer, payment, "yoo_money", "accept")
    found = api.found(f"/payments/{payment['id']}")
    assert found["payment_method"]["title"].startswith("YooMoney wallet ")
    assert api.refund(payment["id"], "100.00").json()["status"] == "succeeded"


MISMATCHED = [
    ({"type": "bank_card"}, {"type": "qr"}),
    ({"type": "bank_card"}, {"type": "external"}),
    ({"type": "sbp"}, {"type": "external"}),
    ({"type": "yoo_money"}, {"type": "qr"}),
    ({"type": "mobile_balance", "phone": "79000000000"}, REDIRECT),
]


@pytest.mark.parametrize("method, confirmation", MISMATCHED)
def test_a_method_has_its_ways_to_confirm(api, method, confirmation):
    body = {"amount": rub("250.00"), "capture": True}
    body |= {"payment_method_data": method, "confirmation": confirmation}
    refused(api.post("/payments", body), "confirmation.type")


COMPANY = {
    "type": "b2b_sberbank",
    "payment_purpose": "За товар по счёту 1",
    "vat_data": {"type": "calculated", "rate": "22", "amount": rub("18.03")},
}
ARTICLE = {
    "article_number": 1,
    "tru_code": "329921120.06001010020000000101",
    "article_code": "a-1",
    "article_name": "Кресло-коляска",
    "quantity": 2,
    "price": rub("50.00"),
}


@pytest.mark.parametrize(
    ("data", "value"),
    [
        ({"type": "sber_loan"}, "5000.00"),
        ({"type": "sber_bnpl"}, "5000.00"),
        (COMPANY, "100.00"),
        ({"type": "electronic_certificate", "articles": [ARTICLE]}, "100.00"),
    ],
)
def test_loans_companies_and_certificates_pay(api, buyer, data, value):
    payment = api.payment(value, payment_method_data=data)
    decide(buyer, payment, data["type"], "accept")
    found = api.found(f"/payments/{payment['id']}")
    assert found["status"] == "succeeded", found
    method = found["payment_method"]
    if data is COMPANY:
        assert method["vat_data"] == data["vat_data"] and not found["refundable"]
        assert len(method["payer_bank_details"]["account"]) == 20
    elif data["type"] == "sber_loan":
        assert method["loan_option"] == "installments_3"
    elif data["type"] == "electronic_certificate":
        assert method["articles"][0]["certificates"][0]["tru_quantity"] == 2


def test_a_large_loan_cools_off_before_it_pays(server, buyer):
    shop = server.create_shop("Лавка с рассрочкой")
    api = Api(server.api_url, shop["shop_id"], shop["secret_key"])
    payment = api.payment("60000.00", payment_method_data={"type": "sber_loan"})
    decide(buyer, payment, "sber_loan", "accept")
    found = api.found(f"/payments/{payment['id']}")
    assert found["status"] == "pending" and not found["paid"], found
    assert found["payment_method"]["suspended_until"] > found["created_at"]
    assert "confirmation" not in found
    server.advance("4h", api.shop_id)
    path = f"/payments/{payment['id']}"
    paid = until(lambda: api.found(path)["status"] == "succeeded" and api.found(path), 15, path)
    assert paid["payment_method"]["loan_option"] == "loan"
    assert "suspended_until" not in paid["payment_method"]


def test_certificates_get_articles_back_and_no_more_than_were_paid_for(api, buyer):
    data = {"type": "electronic_certificate", "articles": [ARTICLE]}
    payment = api.payment("100.00", payment_method_data=data)
    decide(buyer, payment, data["type"], "accept")

    def back(value, **change):
        article = {
            "article_number": 1,
            "payment_article_number": 1,
            "tru_code": ARTICLE["tru_code"],
            "quantity": 1,
        } | change
        method = {"type": "electronic_certificate", "articles": [article]}
        return api.refund(payment["id"], value, refund_method_data=method).json()

    for change, reason in [
        ({"payment_article_number": 2}, "payment_article_number_not_found"),
        ({"tru_code": "1" * 9 + "." + "1" * 20}, "payment_tru_code_not_found"),
        ({"quantity": 3}, "too_many_refunding_articles"),
    ]:
        refund = back("50.00", **change)
        assert refund["status"] == "canceled", refund
        assert refund["cancellation_details"]["reason"] == reason
    assert back("50.00")["status"] == "succeeded"
    again = back("50.00", quantity=2)
    assert again["cancellation_details"]["reason"] == "some_articles_already_refunded"
    assert back("50.00")["refund_method"]["articles"][0]["quantity"] == 1
    refused(api.refund(payment["id"], "1.00"))
