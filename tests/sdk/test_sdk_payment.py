"""The official SDK takes payments in one and two stages."""

import re
import uuid
from decimal import Decimal

import pytest
from yookassa import Payment, Settings
from yookassa.domain.exceptions import BadRequestError

from api import REDIRECT, WITH_3DS, WITHOUT_3DS, card, rub


def request(value="1000.00", **fields):
    return {"amount": rub(value), "capture": True, "confirmation": REDIRECT} | fields


def test_the_shop_says_who_it_is(sdk, server):
    me = Settings.get_account_settings()
    assert me["account_id"] == server.shop_id
    assert me["status"] == "enabled" and me["test"] is True
    assert "bank_card" in me["payment_methods"]


def test_a_buyer_pays_on_our_page_with_three_d_secure(sdk, buyer):
    payment = Payment.create(request(description="Заказ 72", metadata={"order": "72"}))
    assert payment.status == "pending" and not payment.paid and payment.test
    assert payment.description == "Заказ 72"
    assert payment.metadata["order"] == "72"
    assert payment.metadata["cms_name"] == "yookassa_sdk_python"

    page = buyer.open(payment.confirmation.confirmation_url)
    page = buyer.pay_by_card(page, WITH_3DS)
    assert Payment.find_one(payment.id).status == "pending"
    buyer.decide(page, "accept")

    paid = Payment.find_one(payment.id)
    assert paid.status == "succeeded" and paid.paid and paid.refundable
    assert paid.confirmation is None
    assert paid.payment_method.card.last4 == WITH_3DS[-4:]
    assert paid.payment_method.card.first6 == WITH_3DS[:6]
    assert paid.authorization_details.three_d_secure.applied is True
    assert paid.income_amount.value == Decimal("955.00")
    assert paid.refunded_amount.value == Decimal("0.00")


def test_a_payment_in_one_stage_is_paid_at_once_with_raw_card_data(sdk):
    payment = Payment.create(request(payment_method_data=card(WITHOUT_3DS)))
    assert payment.status == "succeeded" and payment.captured_at
    assert re.fullmatch(r"[0-9a-f]{8}-000f-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", payment.id)


def test_a_payment_in_two_stages_is_held_and_captured(sdk):
    held = Payment.create(request(capture=False, payment_method_data=card(WITHOUT_3DS)))
    assert held.status == "waiting_for_capture" and held.paid and not held.refundable
    assert held.expires_at
    captured = Payment.capture(held.id, {})
    assert captured.status == "succeeded" and captured.amount.value == Decimal("1000.00")


def test_capture_without_a_body_takes_everything(sdk):
    held = Payment.create(request(capture=False, payment_method_data=card(WITHOUT_3DS)))
    assert Payment.capture(held.id).amount.value == Decimal("1000.00")


def test_a_part_of_a_hold_is_captured_and_the_rest_goes_back(sdk):
    held = Payment.create(request(capture=False, payment_method_data=card(WITHOUT_3DS)))
    captured = Payment.capture(held.id, {"amount": rub("600.00")})
    assert captured.status == "succeeded"
    assert captured.amount.value == Decimal("600.00")
    assert captured.income_amount.value == Decimal("573.00")
    assert Payment.find_one(held.id).amount.value == Decimal("600.00")


def test_a_hold_is_canceled_by_the_merchant(sdk):
    held = Payment.create(request(capture=False, payment_method_data=card(WITHOUT_3DS)))
    canceled = Payment.cancel(held.id)
    assert canceled.status == "canceled" and not canceled.paid
    assert canceled.cancellation_details.party == "merchant"
    assert canceled.cancellation_details.reason == "canceled_by_merchant"
    assert Payment.find_one(held.id).status == "canceled"


@pytest.mark.parametrize("value", ["1000.01", "0.00"])
def test_more_than_the_hold_or_nothing_is_never_captured(sdk, value):
    held = Payment.create(request(capture=False, payment_method_data=card(WITHOUT_3DS)))
    with pytest.raises((BadRequestError, ValueError)):
        Payment.capture(held.id, {"amount": rub(value)})
    assert Payment.find_one(held.id).status == "waiting_for_capture"


def test_what_is_not_held_is_neither_captured_nor_canceled(sdk):
    succeeded = Payment.create(request(payment_method_data=card(WITHOUT_3DS)))
    pending = Payment.create(request())
    for payment in (succeeded, pending):
        with pytest.raises(BadRequestError):
            Payment.capture(payment.id, {})
        with pytest.raises(BadRequestError):
            Payment.cancel(payment.id)
        assert Payment.find_one(payment.id).status == payment.status


def test_the_same_key_gives_the_same_payment(sdk):
    key = str(uuid.uuid4())
    first = Payment.create(request(), key)
    assert Payment.create(request(), key).id == first.id
    with pytest.raises(BadRequestError) as caught:
        Payment.create(request("1000.01"), key)
    assert caught.value.content["description"] == "Idempotence key duplicated"
    assert caught.value.content["parameter"] == "Idempotence-Key"
