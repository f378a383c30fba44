"""Send an invoice and see whether it is paid."""

import os
import uuid
from datetime import datetime, timedelta, timezone

from yookassa import Configuration, Invoice

Configuration.configure(
    os.environ["ALTYN_SHOP_ID"],
    os.environ["ALTYN_SECRET_KEY"],
    api_url=os.environ["ALTYN_API_URL"],  # https://pay.example/v3
)

expires_at = datetime.now(timezone.utc) + timedelta(days=3)
invoice = Invoice.create(
    {
        "payment_data": {
            "amount": {"value": "1890.00", "currency": "RUB"},
            "capture": True,
            "description": "Order 72",
        },
        # The items, with their discounts, add up to the payment's amount.
        "cart": [
            {
                "description": "Coffee, 250 g",
                "price": {"value": "1000.00", "currency": "RUB"},
                "discount_price": {"value": "945.00", "currency": "RUB"},
                "quantity": 2,
            }
        ],
        "delivery_method_data": {"type": "self"},
        "expires_at": expires_at.isoformat(timespec="milliseconds"),
    },
    uuid.uuid4(),
)
print("Send the buyer the link", invoice.delivery_method.url)

# The notification payment.succeeded names the invoice in invoice_details; or ask:
print("The invoice is", Invoice.find_one(invoice.id).status)
