"""Saved methods: kept with a payment or bound for nothing, then charged without the buyer."""

import pytest
from yookassa import Payment, PaymentMethod
from yookassa.domain.exceptions import BadRequestError

from api import REDIRECT, WITH_3DS, WITHOUT_3DS, card, expect, refused, rub

BODY = {"amount": rub("500.00"), "capture": True}


def saved(number=WITHOUT_3DS):
    return Payment.create(
        BODY
        | {
            "confirmation": REDIRECT,
            "payment_method_data": card(number),
            "save_payment_method": True,
        }
    )


def test_a_saved_card_is_charged_without_the_buyer(sdk):
    first = saved()
    assert first.status == "succeeded" and first.payment_method.saved
    assert first.payment_method.status == "active"
    again = Payment.create(BODY | {"payment_method_id": first.payment_method.id})
    assert again.status == "succeeded" and again.confirmation is None
    assert again.payment_method.id == first.payment_method.id
    assert again.payment_method.card.last4 == WITHOUT_3DS[-4:]


def test_a_saved_card_is_held_and_captured(sdk):
    first = saved()
    held = Payment.create(BODY | {"capture": False, "payment_method_id": first.payment_method.id})
    assert held.status == "waiting_for_capture"
    assert Payment.capture(held.id).status == "succeeded"


def test_a_card_saved_on_our_page_is_charged(sdk, buyer):
    first = Payment.create(BODY | {"confirmation": REDIRECT, "save_payment_method": True})
    page = buyer.pay_by_card(buyer.open(first.confirmation.confirmation_url), WITH_3DS)
    buyer.decide(page, "accept")
    method = Payment.find_one(first.id).payment_method
    assert method.saved
    assert Payment.create(BODY | {"payment_method_id": method.id}).status == "succeeded"


def test_a_card_that_was_not_saved_is_not_charged(sdk):
    first = Payment.create(
        BODY | {"confirmation": REDIRECT, "payment_method_data": card(WITHOUT_3DS)}
    )
    assert not first.payment_method.saved and first.payment_method.status == "inactive"
    with pytest.raises(BadRequestError):
        Payment.create(BODY | {"payment_method_id": first.payment_method.id})


def test_a_method_of_another_shop_is_not_charged(sdk, stranger):
    first = saved()
    answer = stranger.post("/payments", BODY | {"payment_method_id": first.payment_method.id})
    assert answer.status_code in (400, 404), answer.text


def test_a_withdrawn_consent_cancels_the_payment(sdk):
    first = saved(number="5555555555554642")
    assert first.status == "succeeded"
    again = Payment.create(BODY | {"payment_method_id": first.payment_method.id})
    assert again.status == "canceled"
    assert again.cancellation_details.reason == "permission_revoked"


def test_confirmation_is_not_asked_of_a_saved_method(api):
    first = api.paid("500.00", save_payment_method=True)
    again = api.payment(
        "500.00", payment_method_id=first["payment_method"]["id"], confirmation=None
    )
    assert again["status"] == "succeeded"


def test_two_sources_of_money_are_refused(api):
    first = api.paid("500.00", save_payment_method=True)
    body = BODY | {"payment_method_id": first["payment_method"]["id"]}
    refused(api.post("/payments", body | {"payment_method_data": card(WITHOUT_3DS)}))


def test_a_card_is_bound_for_nothing_on_our_page(sdk, buyer):
    made = PaymentMethod.create({"type": "bank_card", "confirmation": REDIRECT})
    assert made.status == "pending" and not made.saved
    page = buyer.pay_by_card(buyer.open(made.confirmation.confirmation_url), WITH_3DS)
    buyer.decide(page, "accept")
    bound = PaymentMethod.find_one(made.id)
    assert bound.status == "active" and bound.saved
    assert bound.card["last4"] == WITH_3DS[-4:]
    paid = Payment.create(BODY | {"payment_method_id": made.id})
    assert paid.status == "succeeded"


def test_a_declined_binding_becomes_inactive(api, buyer):
    made = api.made("/payment_methods", {"type": "bank_card", "confirmation": REDIRECT})
    page = buyer.pay_by_card(buyer.open(made["confirmation"]["confirmation_url"]), WITH_3DS)
    buyer.decide(page, "decline")
    found = api.found(f"/payment_methods/{made['id']}")
    assert found["status"] in ("pending", "inactive") and not found["saved"]
    refused(api.post("/payments", BODY | {"payment_method_id": made["id"]}))


def test_raw_card_data_is_bound(api):
    body = {"type": "bank_card", "card": card(WITHOUT_3DS)["card"], "confirmation": REDIRECT}
    made = api.made("/payment_methods", body)
    assert made["status"] == "active" and made["saved"]
    assert list(made)[:6] == ["type", "id", "saved", "status", "holder", "title"]
    assert made["holder"]["account_id"] == api.shop_id
    assert expect(api.get(f"/payment_methods/{made['id']}")) == made


def test_an_unknown_type_is_not_bound(api):
    refused(api.post("/payment_methods", {"type": "yoo_money", "confirmation": REDIRECT}), "type")
