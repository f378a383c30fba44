"""Sell two books with a receipt for the tax service (54-FZ), and give one of them back."""

import os
import time
import uuid

import requests
from yookassa import Configuration, Payment, Receipt, Refund

api_url = os.environ["ALTYN_API_URL"]
shop = (os.environ["ALTYN_SHOP_ID"], os.environ["ALTYN_SECRET_KEY"])
Configuration.configure(*shop, api_url=api_url)
customer = {"email": "buyer@example.com"}


def books(quantity):
    return {
        "description": "A book",
        "quantity": quantity,
        "measure": "piece",
        "amount": {"value": "500.00", "currency": "RUB"},  # of one
        "vat_code": 1,  # without VAT
        "payment_mode": "full_payment",
        "payment_subject": "commodity",
    }


def registered(show):
    """Looks again until the register has answered. A shop waits for the notification instead."""
    while (shown := show()).receipt_registration == "pending" or shown.status == "pending":
        time.sleep(0.1)
    return shown


payment = Payment.create(
    {
        "amount": {"value": "1000.00", "currency": "RUB"},
        "capture": True,
        "confirmation": {"type": "redirect", "return_url": "https://shop.example/thanks"},
        # The items add up to the payment.
        "receipt": {"customer": customer, "items": [books(2)]},
    },
    uuid.uuid4(),
)
# The buyer pays. In a test shop one request does it:
own_url = api_url.removesuffix("/v3") + "/altyn/v1"
requests.post(
    f"{own_url}/payments/{payment.id}/simulate", json={"outcome": "approve"}, auth=shop
).raise_for_status()
payment = registered(lambda: Payment.find_one(payment.id))
print("The receipt of the payment:", payment.receipt_registration)

refund = Refund.create(
    {
        "payment_id": payment.id,
        "amount": {"value": "500.00", "currency": "RUB"},
        "receipt": {"customer": customer, "items": [books(1)]},
    },
    uuid.uuid4(),
)
refund = registered(lambda: Refund.find_one(refund.id))
print("The receipt of the refund:", refund.receipt_registration)

for receipt in Receipt.list({"payment_id": payment.id}).items:
    print(receipt.type, "is fiscal document", receipt.fiscal_document_number)
