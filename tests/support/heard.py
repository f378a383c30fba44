"""Holds what a run heard, answers and notifications, against the server's own description always,
and against the published one where a copy is at hand.

Runs in Python keep it in memory (`api.ANSWERS`, `receiver.RECEIVED`), runs in Node write it down:
a JSON object a line, in the file that `ALTYN_HEARD` names.
"""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from api import Answer
from described import Described
from published import Published, find_description

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
DIGIT = re.compile(r"[0-9]")
NO_COPY = "NOT RUN: no copy of the published description lies beside this checkout"


def form(text: str) -> str:
    """The text with its ids and digits blotted out."""
    return DIGIT.sub("0", ID.sub("id", text))


def one_of_each(answers: list[Answer]) -> list[Answer]:
    """An answer of each form: those of a storm differ by ids, times and amounts only."""
    found = {}
    for answer in answers:
        key = (answer.method, form(answer.path), answer.status, form(answer.text))
        found.setdefault(key, answer)
    return list(found.values())


def written(path: Path) -> tuple[list[Answer], list[bytes]]:
    """What a run in Node wrote down."""
    answers, notifications = [], []
    for line in path.read_text().splitlines():
        one = json.loads(line)
        if one["kind"] == "answer":
            told = (one[name] for name in ("method", "path", "status", "text"))
            answers.append(Answer(*told))
        else:
            notifications.append(one["body"].encode())
    return answers, notifications


def check_answers(answers: list[Answer], least: int):
    """Requires that every answer is as our own description says."""
    described, wrong = Described(), Counter()
    for answer in answers:
        complaints = described.complaints(answer.method, answer.path, answer.status, answer.text)
        for complaint in complaints:
            operation = "/".join(answer.path.split("/")[:4])
            wrong[(answer.method, operation, answer.status, complaint)] += 1
    print(f"{len(answers)} different answers were checked")
    enough(answers, least)
    assert not wrong, report(wrong)


def check_notifications(bodies: list[bytes], least: int):
    """Requires that every notification is as our own description says."""
    described, wrong = Described(), Counter()
    bodies = set(bodies)
    for body in bodies:
        body = json.loads(body)
        for complaint in described.complaints_of_notification(body):
            wrong[(body.get("event"), complaint)] += 1
    print(f"{len(bodies)} different notifications were checked")
    enough(bodies, least)
    assert not wrong, report(wrong)


def check_answers_as_published(answers: list[Answer], least: int):
    """Requires that every answer of API v3 is as the published description says."""
    published, wrong = copy(), Counter()
    answers = [answer for answer in answers if answer.below is not None]
    for answer in answers:
        told = (answer.method, answer.below, answer.status, answer.text)
        for complaint in published.complaints(*told):
            operation = "/" + answer.below.split("/")[1]
            wrong[(answer.method, operation, answer.status, complaint)] += 1
    print(f"{len(answers)} different answers were checked")
    enough(answers, least)
    assert not wrong, report(wrong)


def check_notifications_as_published(bodies: list[bytes], least: int):
    """Requires that the object of every notification is as the published description says."""
    published, wrong = copy(), Counter()
    bodies = set(bodies)
    for body in bodies:
        body = json.loads(body)
        for complaint in published.complaints_of_notification(body):
            wrong[(body["event"], complaint)] += 1
    print(f"{len(bodies)} different notifications were checked")
    enough(bodies, least)
    assert not wrong, report(wrong)


def copy() -> Published:
    """The published description; without a copy the test says that it did not run."""
    path = find_description()
    if path is None:
        pytest.skip(NO_COPY)
    return Published(path)


def enough(heard, least: int):
    told = f"{len(heard)} of at least {least}: worth something only after the whole run"
    assert len(heard) >= least, told


def report(wrong: Counter) -> str:
    return "\n".join(f"{times}× {what}" for what, times in wrong.most_common(40))
