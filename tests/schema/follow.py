"""Follows the links of a description from answer to answer: schemathesis finds the links, also such
as it infers itself, reads from each answer what a link carries on, and checks what comes back.

Its own runner picks steps at random and mostly ends up where nothing leads on. Here the link that
was followed least comes next, so that each is followed, from fresh objects and from old ones.

    follow.py DESCRIPTION BASE_URL SEED REQUESTS
"""

import json
import random
import sys
from collections import Counter, defaultdict, deque
from pathlib import Path

import requests
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.core.transforms import UNRESOLVABLE
from schemathesis.generation.stateful.state_machine import StepOutput
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.specs.openapi.expressions import MultiMatch
from schemathesis.specs.openapi.stateful import collect_transitions

import hooks
from tame import drawn

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# Of so many steps one begins anew.
BEGIN_EACH = 4
# So many answers of an operation are remembered: links go on from any of them.
REMEMBERED = 12
# Moves the time of the whole shop.
APART = "advanceClock"


class Missing(Exception):
    """The answer does not hold what the link carries on."""


class Walk:
    """A walk through the API along its links."""

    def __init__(self, place: Path, base_url: str, seed: int):
        description = json.loads(place.read_text())
        schema = schemathesis.openapi.from_dict(description)
        schema.analysis.inject_links()
        found = [result.ok() for result in schema.get_all_operations()]
        self.operations = [one for one in found if id_of(one) != APART]
        self.links = [
            link
            for transitions in collect_transitions(self.operations).operations.values()
            for link in transitions.outgoing
        ]
        self.bodies = description["components"]["schemas"]
        self.base_url = base_url
        self.chance = random.Random(seed)
        self.session = requests.Session()
        self.answers = defaultdict(lambda: deque(maxlen=REMEMBERED))
        self.begun, self.tried, self.taken = Counter(), Counter(), Counter()
        self.requests = 0

    def go(self, requests_min: int):
        """Takes steps until that many requests have been made."""
        step = 0
        while self.requests < requests_min:
            step += 1
            if step % BEGIN_EACH == 0:
                self.begin()
            else:
                self.follow()

    def begin(self):
        """An operation that needs nothing from before: the one that was begun with least."""
        roots = [one for one in self.operations if "{" not in one.path]
        operation = min(roots, key=lambda one: (self.begun[one.label], self.chance.random()))
        self.begun[operation.label] += 1
        self.ask(operation, {}, {}, {})

    def follow(self):
        """The link that was tried least, from an answer that is at hand."""
        ready = [link for link in self.links if self.answers[link.source.label]]
        if not ready:
            return
        link = min(ready, key=lambda one: (self.tried[one.full_name], self.chance.random()))
        self.tried[link.full_name] += 1
        try:
            carried = self.carried(link, self.chance.choice(self.answers[link.source.label]))
        except Missing:
            return
        self.taken[link.full_name] += 1
        self.ask(link.target, *carried)

    def carried(self, link, answer) -> tuple[dict, dict, dict]:
        """What the link carries on: of the path, the query and the body."""
        transition = link.extract(answer)
        found = {
            container: {name: self.value(one) for name, one in parameters.items()}
            for container, parameters in transition.parameters.items()
        }
        body = self.value(transition.request_body) if transition.request_body else {}
        return found.get("path_parameters", {}), found.get("query", {}), body

    def value(self, extracted):
        value = extracted.value.ok() if isinstance(extracted.value, Ok) else UNRESOLVABLE
        return self.plain(value)

    def plain(self, value):
        """The value without what schemathesis wraps around choices."""
        if value is UNRESOLVABLE or value is None:
            raise Missing
        if isinstance(value, MultiMatch):
            return self.plain(self.chance.choice(value.values))
        if isinstance(value, dict):
            return {name: self.plain(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self.plain(one) for one in value]
        return value

    def ask(self, operation, path_parameters: dict, query: dict, body: dict):
        """Makes a request, checks its answer, and remembers it if it may lead on."""
        raw = operation.definition.raw
        asked = {"path_parameters": path_parameters, "query": self.filters(raw) | query}
        if "requestBody" in raw:
            content = raw["requestBody"]["content"]["application/json"]
            name = content["schema"]["$ref"].rsplit("/", 1)[1]
            asked |= {"body": drawn(self.bodies[name], self.chance, body)}
            asked |= {"media_type": "application/json"}
        if any("IdempotenceKey" in one.get("$ref", "") for one in raw.get("parameters", [])):
            asked |= {"headers": {"Idempotence-Key": "made-by-the-hook"}}
        case = operation.Case(**asked)
        response = case.call(self.base_url, self.session)
        case.validate_response(response, checks=CHECKS)
        self.requests += 1
        if response.status_code == 200:
            self.answers[operation.label].append(StepOutput(response=response, case=case))

    def filters(self, raw: dict) -> dict:
        """Filters of a list: those that have to be there, and now and then a small page."""
        named = {one["name"]: one for one in raw.get("parameters", []) if one.get("in") == "query"}
        query = {}
        if "limit" in named and self.chance.random() < 0.5:
            query["limit"] = self.chance.choice([1, 2, 100])
        if "metadata[key]" in named:
            query["metadata[order]"] = str(self.chance.randint(0, 99))
        return query


def id_of(operation) -> str:
    return operation.definition.raw["operationId"]


def main():
    place, base_url, seed, requests_min = sys.argv[1:]
    walk = Walk(Path(place), base_url, int(seed))
    walk.go(int(requests_min))
    told = {link.full_name: walk.taken[link.full_name] for link in walk.links}
    hooks.note("links", told)


if __name__ == "__main__":
    main()
