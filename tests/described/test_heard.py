"""What a run in Node heard and wrote down is as the descriptions say."""

import os
from pathlib import Path

import pytest

import heard


@pytest.fixture(scope="module")
def run():
    """The answers and notifications of the run."""
    path = os.environ.get("ALTYN_HEARD")
    if path is None:
        pytest.skip("NOT RUN: ALTYN_HEARD names no file of a run")
    return heard.written(Path(path))


def test_every_answer_of_the_run_is_as_described(run):
    heard.check_answers(heard.one_of_each(run[0]), 5)


def test_every_notification_of_the_run_is_as_described(run):
    heard.check_notifications(run[1], 5)


def test_every_answer_of_the_run_is_as_published(run):
    heard.check_answers_as_published(heard.one_of_each(run[0]), 5)


def test_every_notification_of_the_run_is_as_published(run):
    heard.check_notifications_as_published(run[1], 5)
