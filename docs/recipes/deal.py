"""Hold a buyer's money in a safe deal until the seller has been paid."""

import os
import uuid

import requests
from yookassa import Configuration, Deal, Payment, Payout

api_url = os.environ["ALTYN_API_URL"]
shop = (os.environ["ALTYN_SHOP_ID"], os.environ["ALTYN_SECRET_KEY"])
Configuration.configure(*shop, api_url=api_url)

deal = Deal.create(
    {"type": "safe_deal", "fee_moment": "payment_succeeded", "description": "Order 37"},
    uuid.uuid4(),
)
payment = Payment.create(
    {
        "amount": {"value": "1000.00", "currency": "RUB"},
        "capture": True,
        "confirmation": {"type": "redirect", "return_url": "https://shop.example/thanks"},
        # Of 1,000.00 the seller gets 800.00; the rest is the platform's, less the commission.
        "deal": {
            "id": deal.id,
            "settlements": [{"type": "payout", "amount": {"value": "800.00", "currency": "RUB"}}],
        },
    },
    uuid.uuid4(),
)
# The buyer pays. In a test shop one request does it:
own_url = api_url.removesuffix("/v3") + "/altyn/v1"
requests.post(
    f"{own_url}/payments/{payment.id}/simulate", json={"outcome": "approve"}, auth=shop
).raise_for_status()

deal = Deal.find_one(deal.id)
print("The deal is", deal.status, "and can pay out", deal.payout_balance.value)

# The goods have arrived: the seller gets the money. For a card, send the `payout_token` that the
# payout widget gave instead of the destination.
payout = Payout.create(
    {
        "amount": {"value": "800.00", "currency": "RUB"},
        "payout_destination_data": {"type": "yoo_money", "account_number": "41001614575714"},
        "deal": {"id": deal.id},
        "description": "For order 37",
    },
    uuid.uuid4(),
)
print("The payout is", payout.status)

deal = Deal.find_one(deal.id)
print("The deal is", deal.status, "and can pay out", deal.payout_balance.value)
