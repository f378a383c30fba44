"""Take 1,000 roubles on the payment page."""

import os
import uuid

from yookassa import Configuration, Payment

Configuration.configure(
    os.environ["ALTYN_SHOP_ID"],
    os.environ["ALTYN_SECRET_KEY"],
    api_url=os.environ["ALTYN_API_URL"],  # https://pay.example/v3
)

payment = Payment.create(
    {
        "amount": {"value": "1000.00", "currency": "RUB"},
        "capture": True,
        "description": "Order 72",
        "confirmation": {"type": "redirect", "return_url": "https://shop.example/thanks"},
        "metadata": {"order_id": "72"},
    },
    uuid.uuid4(),
)
print("Send the buyer to", payment.confirmation.confirmation_url)

# Deliver when the notification payment.succeeded has come, or after asking:
print("The payment is", Payment.find_one(payment.id).status)
