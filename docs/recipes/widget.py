"""Take a payment in the widget, on a page of your own."""

import os
import uuid
from string import Template

from yookassa import Configuration, Payment

api_url = os.environ["ALTYN_API_URL"]
Configuration.configure(
    os.environ["ALTYN_SHOP_ID"], os.environ["ALTYN_SECRET_KEY"], api_url=api_url
)

# The page of the order. The form appears in the element that `render` names.
PAGE = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Order 72</title>
<h1>Order 72</h1>
<div id="payment-form"></div>
<script src="$server/checkout-widget/v1/checkout-widget.js"></script>
<script>
  const widget = new window.YooMoneyCheckoutWidget({
    confirmation_token: "$token",
    return_url: "https://shop.example/thanks",
    error_callback: (error) => console.error(error),
  });
  widget.render("payment-form");
</script>
</html>""")

payment = Payment.create(
    {
        "amount": {"value": "1000.00", "currency": "RUB"},
        "capture": True,
        "description": "Order 72",
        "confirmation": {"type": "embedded"},
    },
    uuid.uuid4(),
)
token = payment.confirmation.confirmation_token
print(PAGE.substitute(server=api_url.removesuffix("/v3"), token=token))

# The page is not proof of anything: deliver when the notification payment.succeeded has come.
print("The payment is", Payment.find_one(payment.id).status)
