"""What schemathesis does around each request: a fresh key, the credentials of somebody who may ask,
and a count of what was answered. It loads this file itself; `SCHEMA_RUN` names the file with the
credentials, into which the counts go at the end.
"""

import atexit
import json
import os
import re
import secrets
from collections import Counter, defaultdict
from pathlib import Path

import schemathesis

RUN = Path(os.environ["SCHEMA_RUN"])
ACCOUNTS = json.loads(RUN.read_text())["accounts"]
# Withdrawn in the place of the grant by which the application asks.
SPARE_GRANT = json.loads(RUN.read_text())["spare_grant"]
KEY = re.compile(r"[0-9a-zA-Z+-_.]{1,64}")
# One of so many requests comes without credentials.
NOBODY_EACH = 40

# Who made an object. Others do not see it.
owners: dict[str, str] = {}
turns: Counter = Counter()
answers: dict[str, Counter] = defaultdict(Counter)
latest: dict[str, str] = {}


def who_may(case) -> list[str]:
    """The kinds of credentials that the operation takes."""
    schemes = case.operation.definition.raw["security"]
    return [name for scheme in schemes for name in scheme]


def who_asks(case) -> str | None:
    """One of them, in turns, unless the objects that the request names belong to somebody."""
    may = who_may(case)
    operation = case.operation.definition.raw["operationId"]
    turns["all"] += 1
    if turns["all"] % NOBODY_EACH == 0:
        return None
    body = case.body if isinstance(case.body, dict) else {}
    if operation == "createPayout":
        return "shop" if "deal" in body else "gateway"
    parameters = case.path_parameters if isinstance(case.path_parameters, dict) else {}
    for named in [*parameters.values(), body.get("payment_id")]:
        if isinstance(named, str) and owners.get(named) in may:
            return owners[named]
    if "application" in may and len(may) > 1:
        turns[operation] += 1
        return "application" if turns[operation] % 4 == 0 else "shop"
    turns[operation] += 1
    return may[turns[operation] % len(may)]


@schemathesis.hook
def before_call(context, case, kwargs):
    """Gives the request a key that nobody used, where it has a right one, and credentials."""
    parameters = case.path_parameters
    if isinstance(parameters, dict) and parameters.get("grant_id") in owners:
        parameters["grant_id"] = SPARE_GRANT
    headers = case.headers
    key = headers.get("Idempotence-Key")
    if isinstance(key, str) and KEY.fullmatch(key):
        headers["Idempotence-Key"] = secrets.token_hex(16)
    account = who_asks(case)
    if account is not None:
        headers["Authorization"] = ACCOUNTS[account]
    latest["account"] = account


@schemathesis.hook
def after_call(context, case, response):
    """Counts the answer, and notes whose the object in it is."""
    operation = case.operation.definition.raw["operationId"]
    answers[operation][response.status_code] += 1
    if response.status_code != 200 or latest["account"] is None:
        return
    made = response.json()
    for one in [made, *made.get("items", [])]:
        if isinstance(one.get("id"), str):
            owners.setdefault(one["id"], latest["account"])


def note(name: str, value):
    """Adds to the file of the run."""
    told = json.loads(RUN.read_text())
    RUN.write_text(json.dumps(told | {name: value}))


@atexit.register
def tell():
    """Writes the counts down."""
    note("answers", answers)
