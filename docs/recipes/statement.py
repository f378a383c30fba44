"""Have an overview of the payment mailed to the buyer."""

import os
import uuid

import requests
from yookassa import Configuration, Payment

api_url = os.environ["ALTYN_API_URL"]
shop = (os.environ["ALTYN_SHOP_ID"], os.environ["ALTYN_SECRET_KEY"])
Configuration.configure(*shop, api_url=api_url)

payment = Payment.create(
    {
        "amount": {"value": "1000.00", "currency": "RUB"},
        "capture": True,
        "description": "Order 72",
        "confirmation": {"type": "redirect", "return_url": "https://shop.example/thanks"},
        # The letter leaves once the payment by card, SberPay or SBP has succeeded.
        "statements": [
            {
                "type": "payment_overview",
                "delivery_method": {"type": "email", "email": "buyer@example.com"},
            }
        ],
    },
    uuid.uuid4(),
)
# The buyer pays. In a test shop one request does it:
own_url = api_url.removesuffix("/v3") + "/altyn/v1"
requests.post(
    f"{own_url}/payments/{payment.id}/simulate", json={"outcome": "approve"}, auth=shop
).raise_for_status()

print("The payment is", Payment.find_one(payment.id).status)
