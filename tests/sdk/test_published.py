"""All answers of this run, held against the published description of the API."""

from collections import Counter

import pytest

from api import ANSWERS
from published import Published, find_description


def test_every_answer_of_this_run_is_as_published():
    path = find_description()
    if path is None:
        pytest.skip("NOT RUN: no copy of the published description lies beside this checkout")
    published = Published(path)
    seen, wrong, checked = set(), Counter(), 0
    for answer in ANSWERS:
        fact = (answer.method, answer.path.split("/")[1], answer.status, answer.text)
        if fact in seen:
            continue
        seen.add(fact)
        checked += 1
        for complaint in published.complaints(
            answer.method, answer.path, answer.status, answer.text
        ):
            wrong[(answer.method, "/" + fact[1], answer.status, complaint)] += 1
    print(f"{checked} different answers of {len(ANSWERS)} were checked")
    assert checked > 100, "this check is worth something only after the whole run"
    assert not wrong, "\n".join(f"{times}× {what}" for what, times in wrong.most_common(40))
