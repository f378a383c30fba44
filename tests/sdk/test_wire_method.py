"""The other methods and ways to confirm: SBP, wallet, SberPay, T-Pay, mobile balance, cash."""

from urllib.parse import urljoin

import pytest

from api import REDIRECT, RETURN_URL, refused, rub

METHODS = ["yoo_money", "sberbank", "tinkoff_bank", "sbp"]


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
