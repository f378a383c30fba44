"""Give a part of the money back."""

import os
import uuid

import requests
from yookassa import Configuration, Payment, Refund

api_url = os.environ["ALTYN_API_URL"]
shop = (os.environ["ALTYN_SHOP_ID"], os.environ["ALTYN_SECRET_KEY"])
Configuration.configure(*shop, api_url=api_url)

payment = Payment.create(
    {
        "amount": {"value": "1000.00", "currency": "RUB"},
        "capture": True,
        "confirmation": {"type": "redirect", "return_url": "https://shop.example/thanks"},
    },
    uuid.uuid4(),
)
# The buyer pays. In a test shop one request does it:
own_url = api_url.removesuffix("/v3") + "/altyn/v1"
requests.post(
    f"{own_url}/payments/{payment.id}/simulate", json={"outcome": "approve"}, auth=shop
).raise_for_status()

refund = Refund.create(
    {
        "payment_id": payment.id,
        "amount": {"value": "400.00", "currency": "RUB"},
        "description": "One of two chairs came back",
    },
    uuid.uuid4(),
)
print("The refund is", refund.status)
print("Given back so far:", Payment.find_one(payment.id).refunded_amount.value)
