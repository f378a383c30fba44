"""Work in a shop that has granted your application access (OAuth)."""

import os
import secrets
import uuid
from urllib.parse import urlencode

import requests
from yookassa import Configuration, Payment, Settings, Webhook

# An application has an id and a secret of its own: `altyn app create` shows them.
client = (os.environ["ALTYN_CLIENT_ID"], os.environ["ALTYN_CLIENT_SECRET"])
api_url = os.environ["ALTYN_API_URL"]
oauth = api_url.removesuffix("/v3") + "/oauth/v2"

state = secrets.token_urlsafe(16)
query = urlencode({"client_id": client[0], "response_type": "code", "state": state})
print("Send the merchant to", f"{oauth}/authorize?{query}")

# The merchant comes back to your callback with `code` and `state`. Compare the state with yours;
# the code is good for five minutes, once.
code = os.environ["ALTYN_CODE"]
answer = requests.post(
    f"{oauth}/token", data={"grant_type": "authorization_code", "code": code}, auth=client
)
answer.raise_for_status()
token = answer.json()["access_token"]

# From now on the token stands in the place of the shop's key.
Configuration.configure_auth_token(token, api_url=api_url)
print("We work in the shop", Settings.get_account_settings().account_id)
webhook = Webhook.add({"event": "payment.succeeded", "url": "https://partner.example/altyn"})
print("Told at", webhook.url)

payment = Payment.create(
    {
        "amount": {"value": "1000.00", "currency": "RUB"},
        "capture": True,
        "confirmation": {"type": "redirect", "return_url": "https://partner.example/thanks"},
    },
    uuid.uuid4(),
)
print("The payment is", payment.status)

# Whoever needs the access no longer gives it back; its webhooks end with it.
requests.post(f"{oauth}/revoke_token", data={"token": token}, auth=client).raise_for_status()
print("The access is given back")
