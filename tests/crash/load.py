"""Mixed load by several merchants' clients, and the diary of what was answered.

A `Story` is one payment's life: a fixed list of requests, each with its own idempotency key. A
request that was answered is never sent again; one that was not is repeated after the restart with
the same key. A `Client` tells stories of any kind that has `steps` with a `path` and a `body`.
"""

import random
import threading
from dataclasses import dataclass, field

import requests

from api import REDIRECT, WITHOUT_3DS, Api, card, rub

PROGRESS = {"pending": 0, "waiting_for_capture": 1, "succeeded": 2, "canceled": 2}
AMOUNT = "100.00"


@dataclass
class Step:
    """One request and, once it came, its answer."""

    kind: str
    key: str
    body: dict | None = None
    status: int | None = None
    answer: dict | None = None
    text: str | None = None
    sent: bool = False


@dataclass
class Story:
    """One payment's life."""

    tag: str
    steps: list[Step] = field(default_factory=list)
    unsettled: bool = False

    @property
    def payment_id(self) -> str | None:
        return self.steps[0].answer["id"] if self.steps[0].status == 200 else None

    def path(self, step: Step) -> str:
        if step.kind == "create":
            return "/payments"
        if step.kind == "refund":
            return "/refunds"
        return f"/payments/{self.payment_id}/{step.kind}"

    def body(self, step: Step) -> dict | None:
        return step.body | {"payment_id": self.payment_id} if step.kind == "refund" else step.body

    def answered(self, kind: str) -> list[Step]:
        return [step for step in self.steps if step.kind == kind and step.status == 200]

    @property
    def finished(self) -> bool:
        return all(step.status is not None for step in self.steps)


def invent(chance: random.Random, tag: str) -> Story:
    """A life of a payment, decided beforehand."""
    body = {
        "amount": rub(AMOUNT),
        "capture": True,
        "confirmation": REDIRECT,
        "metadata": {"story": tag},
    }
    kind = chance.choice(["page", "paid", "paid", "held", "held", "held"])
    if kind != "page":
        body["payment_method_data"] = card(WITHOUT_3DS)
    if kind == "held":
        body["capture"] = False
    story = Story(tag, [Step("create", f"{tag}-create", body)])
    captured = kind == "paid"
    if kind == "held":
        end = chance.choice(["capture", "capture", "cancel", "none"])
        if end != "none":
            amount = {"amount": rub(AMOUNT)} if end == "capture" else None
            story.steps.append(Step(end, f"{tag}-{end}", amount))
        captured = end == "capture"
    if captured:
        for n in range(chance.randint(0, 3)):
            story.steps.append(Step("refund", f"{tag}-refund-{n}", {"amount": rub("20.00")}))
    return story


class Client(threading.Thread):
    """Tells stories, one request after the other, until the server is gone."""

    def __init__(self, api: Api, tag: str, invent=invent):
        super().__init__(daemon=True)
        self.api = api
        self.chance = random.Random(tag)
        self.tag = tag
        self.invent = invent
        self.stories = []
        self.broken: list[str] = []

    def run(self):
        while True:
            story = self.invent(self.chance, f"{self.tag}-{len(self.stories)}")
            self.stories.append(story)
            if not proceed(self.api, story, self.broken):
                return


def proceed(api: Api, story, broken: list[str]) -> bool:
    """Sends what was not answered yet; false when the server went away."""
    for step in story.steps:
        if step.status is None and not send(api, story, step, broken):
            return False
    return True


def send(api: Api, story, step: Step, broken: list[str]) -> bool:
    """Sends one step, and writes its answer down; false when there was none."""
    step.sent = True
    try:
        answer = api.post(story.path(step), story.body(step), key=step.key)
    except requests.RequestException:
        return False
    if answer.status_code != 200:
        broken.append(f"{story.tag} {step.kind}: {answer.status_code} {answer.text}")
        return False
    step.status, step.answer, step.text = 200, answer.json(), answer.text
    return True
