"""The official SDK's receipts: with payments, captures and refunds, and by themselves."""

import time

import pytest
from yookassa import Deal, Payment, Receipt, Refund, Settings
from yookassa.domain.exceptions import BadRequestError
from yookassa.domain.models.receipt import Receipt as ReceiptData
from yookassa.domain.models.receipt import ReceiptItem
from yookassa.domain.request import PaymentRequestBuilder

from api import REDIRECT, WITHOUT_3DS, card, rub


def items(value="100.00", quantity=1):
    return [
        {
            "description": "Книга",
            "quantity": quantity,
            "amount": rub(value),
            "vat_code": 11,
            "measure": "piece",
            "payment_mode": "full_payment",
            "payment_subject": "commodity",
        }
    ]


def receipt(value="100.00"):
    return {"customer": {"email": "buyer@example.com"}, "items": items(value)}


def paid(value="100.00", capture=True, **fields):
    return Payment.create(
        {
            "amount": rub(value),
            "capture": capture,
            "confirmation": REDIRECT,
            "payment_method_data": card(WITHOUT_3DS),
        }
        | fields
    )


def settled(show):
    """What is shown once the register has answered."""
    for _ in range(100):
        shown = show()
        if "pending" not in (shown.status, getattr(shown, "receipt_registration", None)):
            return shown
        time.sleep(0.05)
    raise AssertionError("the register did not answer")


def alone(payment, **fields):
    return Receipt.create(
        {
            "type": "payment",
            "payment_id": payment.id,
            "send": True,
            "customer": {"email": "buyer@example.com", "phone": "79000000000"},
            "items": items(),
            "settlements": [{"type": "prepayment", "amount": rub("100.00")}],
            "tax_system_code": 1,
        }
        | fields
    )


def test_the_demo_shop_says_that_it_registers_receipts(sdk):
    settings = Settings.get_account_settings()
    assert settings.fiscalization.enabled and settings.fiscalization.provider == "atol"


def test_a_payment_registers_its_receipt(sdk):
    made = paid(receipt=receipt())
    shown = settled(lambda: Payment.find_one(made.id))
    assert (shown.status, shown.receipt_registration) == ("succeeded", "succeeded")
    (found,) = Receipt.list({"payment_id": made.id}).items
    assert found.type == "payment" and found.status == "succeeded"
    assert found.fiscal_document_number and found.fiscal_storage_number
    assert found.fiscal_attribute and found.registered_at
    assert found.items[0].quantity == 1 and found.items[0].vat_code == 11


def test_the_builders_receipt_is_taken(sdk):
    data = ReceiptData()
    data.customer = {"phone": "79000000000"}
    data.items = [
        ReceiptItem(
            {"description": "Чай", "quantity": 2.5, "amount": rub("40.00"), "vat_code": 1}
        )
    ]
    builder = PaymentRequestBuilder()
    builder.set_amount(rub("100.00")).set_receipt(data).set_capture(True).set_confirmation(REDIRECT)
    made = Payment.create(builder.build())
    assert made.status == "pending" and made.receipt_registration == "pending"


def test_a_part_is_captured_with_its_own_receipt(sdk):
    held = paid(capture=False, receipt=receipt())
    Payment.capture(held.id, {"amount": rub("60.00"), "receipt": receipt("60.00")})
    shown = settled(lambda: Payment.find_one(held.id))
    assert (shown.status, shown.receipt_registration) == ("succeeded", "succeeded")
    (found,) = Receipt.list({"payment_id": held.id}).items
    assert found.items[0].amount.value == 60


def test_refunds_register_receipts(sdk):
    made = paid(receipt=receipt())
    settled(lambda: Payment.find_one(made.id))
    part = Refund.create(
        {"payment_id": made.id, "amount": rub("30.00"), "receipt": receipt("30.00")}
    )
    shown = settled(lambda: Refund.find_one(part.id))
    assert (shown.status, shown.receipt_registration) == ("succeeded", "succeeded")
    (found,) = Receipt.list({"refund_id": part.id}).items
    assert found.type == "refund" and found.refund_id == part.id

    other = paid(receipt=receipt())
    settled(lambda: Payment.find_one(other.id))
    whole = Refund.create({"payment_id": other.id, "amount": rub("100.00")})
    shown = settled(lambda: Refund.find_one(whole.id))
    assert shown.receipt_registration == "succeeded", "built from the payment's receipt"


def test_a_receipt_by_itself(sdk):
    payment = paid()
    made = alone(payment)
    assert made.id.startswith("rt-") and made.status == "pending"
    shown = settled(lambda: Receipt.find_one(made.id))
    assert shown.status == "succeeded" and shown.tax_system_code == 1
    assert [part.type for part in shown.settlements] == ["prepayment"]
    assert shown.settlements[0].amount.value == 100
    listed = Receipt.list({"payment_id": payment.id, "status": "succeeded"})
    assert [one.id for one in listed.items] == [made.id]


def test_a_late_register_and_one_that_refuses(sdk):
    refused = paid(receipt=receipt() | {"customer": {"email": "refused@example.com"}})
    shown = settled(lambda: Payment.find_one(refused.id))
    assert (shown.status, shown.receipt_registration) == ("succeeded", "canceled")
    (found,) = Receipt.list({"payment_id": refused.id, "status": "canceled"}).items
    assert found.status == "canceled" and not found.fiscal_document_number


@pytest.mark.parametrize(
    "wrong, parameter, words",
    [
        ({"items": items("99.99")}, "receipt.items", "0.01 RUB less"),
        ({"items": items("33.34", 3)}, "receipt.items", "0.02 RUB more"),
        ({"items": []}, "receipt.items", "illegal"),
        ({"customer": {}}, "receipt.customer", "missing"),
        ({"items": [items()[0] | {"vat_code": 13}]}, "receipt.items.vat_code", "illegal"),
        ({"items": [items()[0] | {"quantity": 0}]}, "receipt.items.quantity", "illegal"),
        ({"items": [items()[0] | {"measure": "pood"}]}, "receipt.items.measure", "illegal"),
        ({"items": items("1.00") * 101}, "receipt.items", "more than 100 items"),
        ({"tax_system_code": 7}, "receipt.tax_system_code", "illegal"),
    ],
)
def test_wrong_receipts_are_refused_and_nothing_is_written(api, wrong, parameter, words):
    body = {
        "amount": rub("100.00"),
        "confirmation": REDIRECT,
        "receipt": receipt() | wrong,
    }
    answer = api.post("/payments", body)
    assert answer.status_code == 400, answer.text
    assert answer.json()["parameter"] == parameter
    assert words in answer.json()["description"]


def test_wrong_receipts_by_themselves_are_refused(sdk):
    payment = paid()
    short = [{"type": "cashless", "amount": rub("99.00")}]
    with pytest.raises(BadRequestError) as refused:
        alone(payment, settlements=short)
    assert refused.value.content["parameter"] == "settlements"
    assert "1.00 RUB less" in refused.value.content["description"]
    with pytest.raises(BadRequestError) as refused:
        alone(Payment.create({"amount": rub("100.00"), "confirmation": REDIRECT}))
    assert refused.value.content["parameter"] == "payment_id"


@pytest.mark.parametrize("capture", [True, False])
def test_in_a_deal_the_receipt_is_made_by_itself(sdk, capture):
    deal = Deal.create({"type": "safe_deal", "fee_moment": "deal_closed"})
    part = {"id": deal.id, "settlements": [{"type": "payout", "amount": rub("80.00")}]}
    with pytest.raises(BadRequestError) as refused:
        paid(capture=capture, deal=part, receipt=receipt())
    assert refused.value.content["parameter"] == "receipt"
    made = paid(capture=capture, deal=part)
    assert made.status == ("succeeded" if capture else "waiting_for_capture")
    own = alone(made)
    assert settled(lambda: Receipt.find_one(own.id)).status == "succeeded"
    assert own.payment_id == made.id
