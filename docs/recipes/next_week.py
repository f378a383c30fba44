"""See what happens when a buyer's money is held for too long, without waiting a week."""

import os
import time
import uuid

import requests

own_url = os.environ["ALTYN_API_URL"].removesuffix("/v3") + "/altyn/v1"
api = requests.Session()
api.auth = (os.environ["ALTYN_SHOP_ID"], os.environ["ALTYN_SECRET_KEY"])

held = api.post(
    os.environ["ALTYN_API_URL"] + "/payments",
    json={
        "amount": {"value": "1000.00", "currency": "RUB"},
        "capture": False,
        "confirmation": {"type": "redirect", "return_url": "https://shop.example/thanks"},
    },
    headers={"Idempotence-Key": str(uuid.uuid4())},
).json()
paid = api.post(f"{own_url}/payments/{held['id']}/simulate", json={"outcome": "approve"}).json()
print("Now it is", paid["status"])

print(api.post(f"{own_url}/clock/advance", json={"seconds": 8 * 24 * 60 * 60}).json())
payment_url = f"{os.environ['ALTYN_API_URL']}/payments/{held['id']}"
while (payment := api.get(payment_url).json())["status"] != "canceled":
    time.sleep(0.1)
print("A week later it is", payment["status"], payment["cancellation_details"])

last = api.get(f"{own_url}/events", params={"since": payment["created_at"], "limit": 100}).json()
print("The shop was told:", [event["event"] for event in last["items"]][-1])
