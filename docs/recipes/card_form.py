"""Take a card in a form of your own, with Checkout.js."""

import os
import uuid
from string import Template

from yookassa import Configuration, Payment

api_url = os.environ["ALTYN_API_URL"]
shop_id = os.environ["ALTYN_SHOP_ID"]
Configuration.configure(shop_id, os.environ["ALTYN_SECRET_KEY"], api_url=api_url)

# The script turns the card into a token; the number never comes to your server.
PAGE = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Order 72</title>
<form id="card" action="/pay" method="post">
  <label>Number <input id="number" autocomplete="cc-number"></label>
  <label>Month <input id="month" autocomplete="cc-exp-month"></label>
  <label>Year <input id="year" autocomplete="cc-exp-year"></label>
  <label>CVC <input id="cvc" autocomplete="cc-csc"></label>
  <input type="hidden" name="payment_token">
  <button>Pay 1,000 roubles</button>
  <p id="wrong" role="alert"></p>
</form>
<script src="$server/checkout-js/v1/checkout.js"></script>
<script>
  const checkout = window.YooMoneyCheckout("$shop_id", { language: "en" });
  const form = document.getElementById("card");
  const typed = (id) => document.getElementById(id).value;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = await checkout.tokenize({
      number: typed("number"), cvc: typed("cvc"), month: typed("month"), year: typed("year"),
    });
    if (said.status === "success") {
      form.elements.payment_token.value = said.data.response.paymentToken;
      form.submit();
    } else {
      const codes = (said.error.params || []).map((one) => one.code).join(", ");
      document.getElementById("wrong").textContent = codes || said.error.type;
    }
  });
</script>
</html>""")
print(PAGE.substitute(server=api_url.removesuffix("/v3"), shop_id=shop_id))


def pay(token):
    """What /pay does with the token: it pays once, within an hour."""
    return Payment.create(
        {
            "payment_token": token,
            "amount": {"value": "1000.00", "currency": "RUB"},
            "capture": True,
            "description": "Order 72",
            "confirmation": {"type": "redirect", "return_url": "https://shop.example/thanks"},
        },
        uuid.uuid4(),
    )


payment = pay(os.environ["ALTYN_PAYMENT_TOKEN"])
if payment.status == "pending":
    # The bank wants to ask the card's owner (3-D Secure).
    print("Send the buyer to", payment.confirmation.confirmation_url)
print("The payment is", payment.status)
