"""Take a payment at a till: the buyer scans the code of a plate and pays through SBP."""

import os
import uuid

import requests
from yookassa import Configuration, Payment, PosLink

api_url = os.environ["ALTYN_API_URL"]
shop = (os.environ["ALTYN_SHOP_ID"], os.environ["ALTYN_SECRET_KEY"])
Configuration.configure(*shop, api_url=api_url)

# Once for each plate: the link is what its code says, the gateway is the till that it stands at.
plate = PosLink.create(
    {
        "recipient": {"gateway_id": os.environ["ALTYN_GATEWAY_ID"]},
        "pos_link_data": {"link": f"https://qr.nspk.ru/{uuid.uuid4().hex}"},
    },
    uuid.uuid4(),
)
print("The plate is", plate.status)

# For each sale: whoever scans the code within 20 minutes sees this sum.
payment = Payment.create(
    {
        "amount": {"value": "250.00", "currency": "RUB"},
        "capture": True,
        "description": "Coffee and a bun",
        "payment_method_data": {"type": "sbp"},
        "confirmation": {"type": "external"},
        "pos_link": {"id": plate.id},
    },
    uuid.uuid4(),
)
# The buyer pays. In a test shop one request does it:
own_url = api_url.removesuffix("/v3") + "/altyn/v1"
requests.post(
    f"{own_url}/payments/{payment.id}/simulate", json={"outcome": "approve"}, auth=shop
).raise_for_status()

print("The last payment at the plate is", PosLink.find_one(plate.id).payment.status)
