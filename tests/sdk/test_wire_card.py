"""Every test card does what the documentation says of it."""

import pytest

from api import REDIRECT, card, rub

SUCCEEDS = {
    "5555555555554444": "MasterCard",
    "4111111111111111": "Visa",
    "2202474301322987": "Mir",
    "6759649826438453": "MasterCard",
    "4175001000000017": "Visa",
    "370000000000002": "AmericanExpress",
    "3528000700000000": "JCB",
    "36700102000000": "DinersClub",
}
SUCCEEDS_WITH_3DS = {
    "5555555555554477": "MasterCard",
    "4793128161644804": "Visa",
    "2200000000000004": "Mir",
}
DECLINES = {
    "3d_secure_failed": ["5555555555554592", "4839665499603842", "2200000000000012"],
    "call_issuer": ["5555555555554535", "4926946416239025", "2200000000000020"],
    "card_expired": ["5555555555554543", "4141435412630840", "2200000000000038"],
    "fraud_suspected": ["5555555555554568", "4483274282299972", "2200000000000046"],
    "general_decline": ["5555555555554527", "4889971706588753", "2202202212312379"],
    "insufficient_funds": ["5555555555554600", "4562265587712390", "2200000000000053"],
    "invalid_card_number": ["5555555555554618", "4951017853630544", "2201382000000013"],
    "invalid_csc": ["5555555555554626", "4194180666146368", "2200770212727079"],
    "issuer_unavailable": ["5555555555554501", "4654130848359150", "2201382000000021"],
    "payment_method_limit_exceeded": ["5555555555554576", "4565231022577548", "2201382000000039"],
    "payment_method_restricted": ["5555555555554550", "4233961169071671", "2201382000000047"],
}
DECLINES_BY_US = {
    "country_forbidden": ["5555555555554584", "4969751510013864", "2201382000000054"],
    "fraud_suspected": ["5555555555554634", "4119098878796485", "2201696981989955"],
}


def rows(table, party):
    return [(number, party, reason) for reason, numbers in table.items() for number in numbers]


DECLINED = rows(DECLINES, "payment_network") + rows(DECLINES_BY_US, "yoo_money")


def settled(api, buyer, payment):
    """The payment after the buyer confirmed it, where it asks for that."""
    if "confirmation" in payment:
        assert payment["status"] == "pending"
        page = buyer.open(payment["confirmation"]["confirmation_url"])
        if any(b["value"] == "accept" for form in page.forms for b in form.buttons):
            buyer.decide(page, "accept")
    return api.found(f"/payments/{payment['id']}")


@pytest.mark.parametrize("number, brand", SUCCEEDS.items())
def test_it_succeeds_without_three_d_secure(api, number, brand):
    payment = api.paid("100.00", number)
    assert payment["status"] == "succeeded", payment
    shown = payment["payment_method"]["card"]
    assert (shown["first6"], shown["last4"]) == (number[:6], number[-4:])
    assert shown["card_type"] == brand
    assert payment["payment_method"]["title"] == f"Bank card *{number[-4:]}"
    assert payment["authorization_details"]["three_d_secure"]["applied"] is False


@pytest.mark.parametrize("number, brand", SUCCEEDS_WITH_3DS.items())
def test_it_succeeds_with_three_d_secure(api, buyer, number, brand):
    payment = api.paid("100.00", number)
    assert payment["status"] == "pending", payment
    payment = settled(api, buyer, payment)
    assert payment["status"] == "succeeded", payment
    assert payment["payment_method"]["card"]["card_type"] == brand
    assert payment["authorization_details"]["three_d_secure"]["applied"] is True


@pytest.mark.parametrize("number, party, reason", DECLINED)
def test_it_is_declined(api, buyer, number, party, reason):
    payment = settled(api, buyer, api.paid("100.00", number))
    assert payment["status"] == "canceled", payment
    assert payment["cancellation_details"] == {"party": party, "reason": reason}
    assert not payment["paid"] and not payment["refundable"]
    assert "confirmation" not in payment and "income_amount" not in payment
    assert payment["payment_method"]["card"]["last4"] == number[-4:]


@pytest.mark.parametrize("decision", ["decline", "close"])
def test_three_d_secure_that_is_not_passed_cancels(api, buyer, decision):
    payment = api.paid("100.00", "5555555555554477")
    page = buyer.open(payment["confirmation"]["confirmation_url"])
    buyer.decide(page, decision)
    found = api.found(f"/payments/{payment['id']}")
    if decision == "decline":
        assert found["status"] == "canceled"
        assert found["cancellation_details"]["reason"] == "3d_secure_failed"
    else:
        assert found["status"] in ("pending", "canceled")


def test_a_shop_may_ask_for_three_d_secure(api):
    confirmation = REDIRECT | {"enforce": True}
    payment = api.paid("100.00", "5555555555554444", confirmation=confirmation)
    assert payment["status"] == "pending" and payment["confirmation"]["enforce"] is True


def test_a_card_that_needs_three_d_secure_needs_a_way_there(api):
    body = {
        "amount": rub("100.00"),
        "capture": True,
        "payment_method_data": card("5555555555554477"),
    }
    answer = api.post("/payments", body)
    if answer.status_code == 200:
        assert answer.json()["cancellation_details"]["reason"] == "3d_secure_failed"
    else:
        assert (
            answer.status_code == 400
            and answer.json()["description"] == "3ds confirmation required"
        )
