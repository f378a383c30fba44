"""All answers and notifications of this run, held against the server's own description of the API
always, and against the published one where a copy is at hand."""

import heard
from api import ANSWERS
from described import Described
from receiver import RECEIVED


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
    heard.check_answers(different_answers(), 100)


def test_every_notification_of_this_run_is_as_described():
    heard.check_notifications(RECEIVED, 10)


def test_every_answer_of_this_run_is_as_published():
    heard.check_answers_as_published(different_answers(), 100)


def test_every_notification_of_this_run_is_as_published():
    heard.check_notifications_as_published(RECEIVED, 10)
