"""Save a card with the first payment and charge it every month without the buyer."""

import os
import uuid

import requests
from yookassa import Configuration, Payment

api_url = os.environ["ALTYN_API_URL"]
shop = (os.environ["ALTYN_SHOP_ID"], os.environ["ALTYN_SECRET_KEY"])
Configuration.configure(*shop, api_url=api_url)

first = Payment.create(
    {
        "amount": {"value": "300.00", "currency": "RUB"},
        "capture": True,
        "description": "Subscription, July",
        "confirmation": {"type": "redirect", "return_url": "https://shop.example/thanks"},
        "save_payment_method": True,
    },
    uuid.uuid4(),
)
# The buyer pays. In a test shop one request does it:
own_url = api_url.removesuffix("/v3") + "/altyn/v1"
requests.post(
    f"{own_url}/payments/{first.id}/simulate", json={"outcome": "approve"}, auth=shop
).raise_for_status()

method = Payment.find_one(first.id).payment_method
print("Keep", method.id, "of", method.title, "- it is saved:", method.saved)

# A month later: no page and no buyer, the answer is final.
again = Payment.create(
    {
        "amount": {"value": "300.00", "currency": "RUB"},
        "capture": True,
        "description": "Subscription, August",
        "payment_method_id": method.id,
    },
    uuid.uuid4(),
)
print("The second payment is", again.status)
if again.status == "canceled":
    # With permission_revoked the buyer has withdrawn the consent: do not charge again.
    print("because of", again.cancellation_details.reason)
