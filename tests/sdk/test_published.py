"""All answers and notifications of this run, held against the server's own description of the API
always, and against the published one where a copy is at hand."""

import json
from collections import Counter

import pytest

from api import ANSWERS
from described import Described
from published import Published, find_description
from receiver import RECEIVED


def report(wrong: Counter) -> str:
    return "\n".join(f"{times}× {what}" for what, times in wrong.most_common(40))


def different_answers():
    """Each answer once."""
    return list(dict.fromkeys(ANSWERS))


def test_every_example_is_as_described():
    described, count = Described(), 0
    for name, pointer, example in described.examples():
        count += 1
        assert described._against(pointer, example) == [], name
    assert count > 100


def test_every_answer_of_this_run_is_as_described():
    described, wrong = Described(), Counter()
    answers = different_answers()
    for answer in answers:
        complaints = described.complaints(answer.method, answer.path, answer.status, answer.text)
        for complaint in complaints:
            operation = "/".join(answer.path.split("/")[:4])
            wrong[(answer.method, operation, answer.status, complaint)] += 1
    print(f"{len(answers)} different answers of {len(ANSWERS)} were checked")
    assert len(answers) > 100, "this check is worth something only after the whole run"
    assert not wrong, report(wrong)


def test_every_notification_of_this_run_is_as_described():
    described, wrong = Described(), Counter()
    bodies = set(RECEIVED)
    for body in bodies:
        body = json.loads(body)
        for complaint in described.complaints_of_notification(body):
            wrong[(body.get("event"), complaint)] += 1
    print(f"{len(bodies)} different notifications of {len(RECEIVED)} were checked")
    assert len(bodies) > 10, "this check is worth something only after the whole run"
    assert not wrong, report(wrong)


def test_every_answer_of_this_run_is_as_published():
    path = find_description()
    if path is None:
        pytest.skip("NOT RUN: no copy of the published description lies beside this checkout")
    published = Published(path)
    wrong, checked = Counter(), 0
    for answer in different_answers():
        if answer.below is None:
            continue
        checked += 1
        for complaint in published.complaints(
            answer.method, answer.below, answer.status, answer.text
        ):
            operation = "/" + answer.below.split("/")[1]
            wrong[(answer.method, operation, answer.status, complaint)] += 1
    print(f"{checked} different answers of {len(ANSWERS)} were checked")
    assert checked > 100, "this check is worth something only after the whole run"
    assert not wrong, report(wrong)


def test_every_notification_of_this_run_is_as_published():
    path = find_description()
    if path is None:
        pytest.skip("NOT RUN: no copy of the published description lies beside this checkout")
    published, wrong = Published(path), Counter()
    for body in set(RECEIVED):
        body = json.loads(body)
        for complaint in published.complaints_of_notification(body):
            wrong[(body["event"], complaint)] += 1
    assert not wrong, report(wrong)
