"""Pay a courier through SBP, from the balance of a payout gateway."""

import os
import uuid

from yookassa import Configuration, Payout, SbpBanks, Settings

# A payout gateway has an id and a key of its own: `altyn gateway create` shows them.
Configuration.configure(
    os.environ["ALTYN_PAYOUT_GATEWAY_ID"],
    os.environ["ALTYN_PAYOUT_SECRET_KEY"],
    api_url=os.environ["ALTYN_API_URL"],
)
print("On the balance:", Settings.get_account_settings().payout_balance.value)

# The courier chooses a bank by its name.
banks = {bank.bank_id: bank.name for bank in SbpBanks.list().items}
bank_id = "100000000111"
print("Pays to", banks[bank_id])

payout = Payout.create(
    {
        "amount": {"value": "350.00", "currency": "RUB"},
        "payout_destination_data": {
            "type": "sbp",
            "phone": "79000000000",
            "bank_id": bank_id,
        },
        "description": "Deliveries of 20 July",
        "metadata": {"courier": "17"},
    },
    uuid.uuid4(),
)
# `pending` has no end yet: ask again, or wait for payout.succeeded or payout.canceled.
payout = Payout.find_one(payout.id)
print("The payout is", payout.status)
if payout.status == "canceled":
    print("because of", payout.cancellation_details.reason)
