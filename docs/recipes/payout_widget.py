"""Learn the card of somebody you pay, in the payout widget, and pay to it."""

import os
import uuid
from string import Template

from yookassa import Configuration, Payout

api_url = os.environ["ALTYN_API_URL"]
gateway_id = os.environ["ALTYN_PAYOUT_GATEWAY_ID"]
Configuration.configure(gateway_id, os.environ["ALTYN_PAYOUT_SECRET_KEY"], api_url=api_url)

# The page on which a courier types the number of a card. You get a token that stands for it.
PAGE = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Your card</title>
<h1>Where shall we pay to?</h1>
<div id="payout-form"></div>
<script src="$server/payouts-data/3.1.0/widget.js"></script>
<script>
  const payouts = new window.PayoutsData({
    type: "payout",
    account_id: "$gateway_id",
    success_callback: (data) => {
      const body = JSON.stringify({ token: data.payout_token, last4: data.last4 });
      fetch("/my-card", { method: "POST", body });
    },
    error_callback: (error) => console.error(error),
  });
  payouts.render("payout-form");
</script>
</html>""")
print(PAGE.substitute(server=api_url.removesuffix("/v3"), gateway_id=gateway_id))

# Keep the token beside the courier: it pays any number of times.
payout = Payout.create(
    {
        "amount": {"value": "350.00", "currency": "RUB"},
        "payout_token": os.environ["ALTYN_PAYOUT_TOKEN"],
        "description": "Deliveries of 20 July",
    },
    uuid.uuid4(),
)
print("The payout is", payout.status)
