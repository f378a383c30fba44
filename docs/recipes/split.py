"""Share a payment out between a partner's shop and the platform that brought the buyer."""

import os
import uuid

import requests
from yookassa import Configuration, Payment, Refund

api_url = os.environ["ALTYN_API_URL"]
platform = (os.environ["ALTYN_SHOP_ID"], os.environ["ALTYN_SECRET_KEY"])
partner = os.environ["ALTYN_PARTNER_ID"]  # from: altyn shop create --platform …
Configuration.configure(*platform, api_url=api_url)


def roubles(value):
    return {"value": value, "currency": "RUB"}


payment = Payment.create(
    {
        "amount": roubles("1000.00"),
        "capture": True,
        "confirmation": {"type": "redirect", "return_url": "https://shop.example/thanks"},
        # All of it is the partner's, less 100 roubles that the platform keeps.
        "transfers": [
            {
                "account_id": partner,
                "amount": roubles("1000.00"),
                "platform_fee_amount": roubles("100.00"),
            }
        ],
    },
    uuid.uuid4(),
)
# The buyer pays. In a test shop one request does it:
own_url = api_url.removesuffix("/v3") + "/altyn/v1"
requests.post(
    f"{own_url}/payments/{payment.id}/simulate", json={"outcome": "approve"}, auth=platform
).raise_for_status()
for transfer in Payment.find_one(payment.id).transfers:
    print("Shop", transfer.account_id, "got", transfer.amount.value, "-", transfer.status)

# The buyer sends a part back. The partner gives it, and the platform what it kept of it.
refund = Refund.create(
    {
        "payment_id": payment.id,
        "amount": roubles("300.00"),
        "sources": [
            {
                "account_id": partner,
                "amount": roubles("300.00"),
                "platform_fee_amount": roubles("30.00"),
            }
        ],
    },
    uuid.uuid4(),
)
print("The refund is", refund.status)
