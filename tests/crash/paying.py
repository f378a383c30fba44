"""Payouts of a gateway and of deals, as stories for the clients of the load.

A `Transfer` is one payout's life: of a gateway the payout alone, of a deal the deal, its payment
and the payout.
"""

import random
from dataclasses import dataclass, field

from api import REDIRECT, WITHOUT_3DS, card, rub
from load import Step

SELLERS_PART = "80.00"
PAYMENT = "100.00"
TO_CARD = {"type": "bank_card", "card": {"number": WITHOUT_3DS}}
TO_WALLET = {"type": "yoo_money", "account_number": "41001614575714"}
TO_REFUSING_WALLET = {"type": "yoo_money", "account_number": "410011788545536"}
TO_PHONE = {"type": "sbp", "phone": "79000000000", "bank_id": "100000000111"}
PATHS = {"deal": "/deals", "payment": "/payments", "payout": "/payouts"}


@dataclass
class Transfer:
    """One payout's life."""

    tag: str
    steps: list[Step] = field(default_factory=list)

    def step(self, kind: str) -> Step | None:
        return next((step for step in self.steps if step.kind == kind), None)

    def answer(self, kind: str) -> dict | None:
        step = self.step(kind)
        return step.answer if step else None

    @property
    def ends(self) -> str:
        refuses = self.step("payout").body["payout_destination_data"] == TO_REFUSING_WALLET
        return "canceled" if refuses else "succeeded"

    def path(self, step: Step) -> str:
        return PATHS[step.kind]

    def body(self, step: Step) -> dict:
        """What is sent: a deal's payment and payout name it."""
        deal = self.answer("deal")
        if deal is None or step.kind == "deal":
            return step.body
        settlements = [{"type": "payout", "amount": rub(SELLERS_PART)}]
        named = {"id": deal["id"]}
        if step.kind == "payment":
            named["settlements"] = settlements
        return step.body | {"deal": named}


def of_gateway(chance: random.Random, tag: str) -> Transfer:
    """A payout of a gateway, decided beforehand."""
    destinations = [TO_CARD, TO_CARD, TO_WALLET, TO_PHONE, TO_REFUSING_WALLET]
    body = {
        "amount": rub(f"{chance.randint(5, 50)}.00"),
        "payout_destination_data": chance.choice(destinations),
        "metadata": {"story": tag},
    }
    return Transfer(tag, [Step("payout", f"{tag}-payout", body)])


def of_deal(chance: random.Random, tag: str) -> Transfer:
    """A deal whose seller is paid all there is, decided beforehand."""
    moment = chance.choice(["payment_succeeded", "deal_closed"])
    deal = {"type": "safe_deal", "fee_moment": moment, "metadata": {"story": tag}}
    payment = {
        "amount": rub(PAYMENT),
        "capture": True,
        "confirmation": REDIRECT,
        "payment_method_data": card(WITHOUT_3DS),
        "metadata": {"story": tag},
    }
    payout = {
        "amount": rub(SELLERS_PART),
        "payout_destination_data": chance.choice([TO_CARD, TO_WALLET]),
        "metadata": {"story": tag},
    }
    bodies = {"deal": deal, "payment": payment, "payout": payout}
    return Transfer(tag, [Step(kind, f"{tag}-{kind}", body) for kind, body in bodies.items()])
