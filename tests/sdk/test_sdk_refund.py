"""The official SDK gives money back, to the last kopeck and not one more."""

from decimal import Decimal

import pytest
from yookassa import Payment, Refund
from yookassa.domain.exceptions import BadRequestError

from api import REDIRECT, WITHOUT_3DS, card, rub


def paid(value="100.00"):
    return Payment.create(
        {
            "amount": rub(value),
            "capture": True,
            "confirmation": REDIRECT,
            "payment_method_data": card(WITHOUT_3DS),
        }
    )


def refund(payment, value, **fields):
    return Refund.create({"payment_id": payment.id, "amount": rub(value)} | fields)


def test_a_payment_is_refunded_whole(sdk):
    payment = paid()
    made = refund(payment, "100.00", description="Возврат по заявлению")
    assert made.status == "succeeded" and made.payment_id == payment.id
    assert made.description == "Возврат по заявлению"
    assert Refund.find_one(made.id).amount.value == Decimal("100.00")
    after = Payment.find_one(payment.id)
    assert after.status == "succeeded" and not after.refundable
    assert after.refunded_amount.value == Decimal("100.00")


def test_a_payment_is_refunded_in_parts_to_the_last_kopeck(sdk):
    payment = paid("100.00")
    for value, left in [("33.33", True), ("33.33", True), ("32.34", True)]:
        assert refund(payment, value).status == "succeeded"
        assert Payment.find_one(payment.id).refundable is left
    assert refund(payment, "1.00").status == "succeeded"
    after = Payment.find_one(payment.id)
    assert after.refunded_amount.value == Decimal("100.00") and not after.refundable
    with pytest.raises(BadRequestError):
        refund(payment, "1.00")


def test_one_kopeck_too_much_is_refused(sdk):
    payment = paid("100.00")
    refund(payment, "60.00")
    with pytest.raises(BadRequestError) as caught:
        refund(payment, "40.01")
    assert caught.value.content["parameter"] in ("amount", "amount.value")
    assert Payment.find_one(payment.id).refunded_amount.value == Decimal("60.00")


def test_less_than_a_rouble_may_not_be_left(sdk):
    payment = paid("100.00")
    with pytest.raises(BadRequestError):
        refund(payment, "99.01")
    assert refund(payment, "99.00").status == "succeeded"


def test_only_paid_payments_are_refunded(sdk):
    body = {"amount": rub("100.00"), "capture": True, "confirmation": REDIRECT}
    pending = Payment.create(body)
    held = Payment.create(body | {"capture": False, "payment_method_data": card(WITHOUT_3DS)})
    for payment in (pending, held):
        with pytest.raises(BadRequestError):
            refund(payment, "100.00")


def test_a_partly_captured_payment_is_refunded_up_to_what_was_captured(sdk):
    held = Payment.create(
        {"amount": rub("100.00"), "capture": False, "payment_method_data": card(WITHOUT_3DS)}
    )
    Payment.capture(held.id, {"amount": rub("60.00")})
    with pytest.raises(BadRequestError):
        refund(held, "60.01")
    assert refund(held, "60.00").status == "succeeded"


def test_refunds_are_listed_by_payment(sdk):
    payment = paid("100.00")
    made = [refund(payment, "10.00").id for _ in range(3)]
    listed = Refund.list({"payment_id": payment.id, "status": "succeeded"})
    assert [item.id for item in listed.items] == made[::-1]
