"""See how your shop takes a payment that the bank refuses, and one that comes true."""

import os
import uuid

import requests
from yookassa import Configuration, Payment

api_url = os.environ["ALTYN_API_URL"]
shop = (os.environ["ALTYN_SHOP_ID"], os.environ["ALTYN_SECRET_KEY"])
Configuration.configure(*shop, api_url=api_url)
own_url = api_url.removesuffix("/v3") + "/altyn/v1"


def order(method):
    return Payment.create(
        {
            "amount": {"value": "1000.00", "currency": "RUB"},
            "capture": True,
            "payment_method_data": method,
            "confirmation": {"type": "redirect", "return_url": "https://shop.example/thanks"},
        },
        uuid.uuid4(),
    )


# The buyer turns back at the bank's page. On the page a refusal may be tried again.
payment = order({"type": "sbp"})
for outcome in ("decline", "approve"):
    url = f"{own_url}/payments/{payment.id}/simulate"
    requests.post(url, json={"outcome": outcome}, auth=shop).raise_for_status()
    print(f"After {outcome} it is", Payment.find_one(payment.id).status)
