"""What the servers said before they were killed and after is as the descriptions say."""

import pytest

import heard
from api import ANSWERS
from receiver import RECEIVED


@pytest.fixture(scope="module")
def answers():
    """An answer of each form: the load asks the same things thousands of times."""
    return heard.one_of_each(ANSWERS)


@pytest.fixture(scope="module")
def notifications():
    """A notification of each form."""
    return list({heard.form(body.decode()): body for body in RECEIVED}.values())


def test_every_answer_of_this_run_is_as_described(answers):
    heard.check_answers(answers, 20)


def test_every_notification_of_this_run_is_as_described(notifications):
    heard.check_notifications(notifications, 4)


def test_every_answer_of_this_run_is_as_published(answers):
    heard.check_answers_as_published(answers, 20)


def test_every_notification_of_this_run_is_as_published(notifications):
    heard.check_notifications_as_published(notifications, 4)
