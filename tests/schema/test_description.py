"""20,000 requests made out of the description, and its links followed."""

import base64
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from altyn import Server
from api import Api
from consent import CALLBACK, granted
from tame import tamed

pytestmark = pytest.mark.timeout(1800)

HOOKS = Path(__file__).with_name("hooks.py")
CASES = int(os.environ.get("SCHEMA_CASES", "20000"))
SEED = int(os.environ.get("SCHEMA_SEED", "20260720"))
# Of all requests so many percent are asked of schemathesis for whole bodies, to which it adds a
# few thousand that every description gets; and so many follow links.
WIDE = 20
WALKED = 50
# In each operation so many requests of those that follow links must be carried out.
DONE_MIN = 5
# How many of the links must be taken, in percent.
LINKS_MIN = 90
CHECKS = ",".join(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
    ]
)
# Moves the time of the whole shop, years with each request: it has a run of its own.
APART = "advanceClock"
APART_FROM = ["--exclude-operation-id", APART]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server("sqlite", tmp_path_factory.mktemp("schema"))
    # A laptop's limits are made for merchants, not for a storm.
    server.settings["ALTYN_RATE_PER_SECOND"] = "0"
    try:
        server.start()
        yield server
        server.audit()
        server.stop()
        server.audit()
    finally:
        server.close()


class Run:
    """A run against the server: what was asked and answered."""

    def __init__(self, notes: Path):
        told = json.loads(notes.read_text())
        self.answers = told["answers"]
        # How often each link was followed.
        self.links = told.get("links", {})

    @property
    def requests(self) -> int:
        return sum(sum(statuses.values()) for statuses in self.answers.values())

    def done(self, operation: str) -> int:
        """How many requests to the operation were carried out."""
        return self.answers.get(operation, {}).get("200", 0)


def accounts(server) -> dict:
    """The credentials of everybody whom the demo has."""
    demo = server.demo

    def basic(name, key):
        return "Basic " + base64.b64encode(f"{name}:{key}".encode()).decode()

    return {
        "shop": basic(demo["shop_id"], demo["secret_key"]),
        "gateway": basic(demo["payout_gateway_id"], demo["payout_secret_key"]),
        "application": f"Bearer {demo['oauth_token']}",
    }


def storm(server, place: Path, *words: str, seed: int = SEED) -> Run:
    """Runs schemathesis on a description."""
    program = os.path.join(os.path.dirname(sys.executable), "st")
    where = [str(place), "--url", server.base_url, "--checks", CHECKS, "--seed", str(seed)]
    quiet = ["--no-shrink", "--warnings", "off"]
    return run(server, place, [program, "run", *where, *quiet, *words], seed)


def walk(server, place: Path, requests: int, seed: int = SEED) -> Run:
    """Follows the links of a description."""
    follow = str(Path(__file__).with_name("follow.py"))
    words = [str(place), server.base_url, str(seed), str(requests)]
    return run(server, place, [sys.executable, follow, *words], seed)


def run(server, place: Path, command: list[str], seed: int) -> Run:
    notes = place.with_suffix(f".{seed}.run")
    told = {"accounts": accounts(server), "spare_grant": server.demo.get("spare_grant")}
    notes.write_text(json.dumps(told))
    environment = {"SCHEMATHESIS_HOOKS": str(HOOKS), "SCHEMA_RUN": str(notes)}
    done = subprocess.run(
        command,
        cwd=place.parent,
        capture_output=True,
        text=True,
        timeout=900,
        env=os.environ | environment,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said[-30000:]
    return Run(notes)


def spare_grant(server) -> str:
    """A grant that may be withdrawn, other than the one by which the application asks."""
    words = ["--name", "Запасное приложение", "--callback", CALLBACK]
    application = server.command_json("app", "create", *words)
    granted(server, application)
    grants = server.command_json("shop", "grants", "--shop", server.shop_id)["items"]
    (own,) = [one for one in grants if one["client_id"] == application["client_id"]]
    return own["grant"]


def operations(description: dict) -> list[str]:
    paths = description["paths"].values()
    names = [operation["operationId"] for methods in paths for operation in methods.values()]
    return [name for name in names if name != APART]


def test_no_request_breaks_the_api(server, tmp_path):
    description = server.description()
    server.demo["spare_grant"] = spare_grant(server)
    gateway = Api(server.api_url, server.shop_id, server.secret_key).payment("1.00")["recipient"]
    wide, tame = tmp_path / "wide.json", tmp_path / "tame.json"
    wide.write_text(json.dumps(description))
    tame.write_text(json.dumps(tamed(description, gateway["gateway_id"])))
    names = operations(description)
    each = str(max(10, CASES * WIDE // 100 // len(names)))
    phases = ["--phases", "examples,coverage,fuzzing,stateful", "--max-examples", each]
    started = time.monotonic()
    # Python uses one core a process: two halves at once.
    with ThreadPoolExecutor(2) as pool:
        stormed = pool.submit(storm, server, wide, *phases, *APART_FROM)
        walked = pool.submit(walk, server, tame, CASES * WALKED // 100)
        stormed, walked = stormed.result(), walked.result()
    made = stormed.requests + walked.requests
    if made < CASES:
        made += walk(server, tame, CASES - made, SEED + 1).requests
    seconds = time.monotonic() - started
    taken = [name for name, times in walked.links.items() if times > 0]
    print(f"{stormed.requests} made up, {walked.requests} along links, {made} in {seconds:.0f} s")
    print(f"{len(taken)} of {len(walked.links)} links were taken")
    for name in names:
        alike = dict(stormed.answers.get(name, {}))
        print(f"  {name}: {walked.done(name)} carried out along links; made up: {alike}")
    assert made >= CASES
    least = len(walked.links) * LINKS_MIN
    assert len(taken) * 100 >= least, sorted(set(walked.links) - set(taken))
    rare = {name: walked.done(name) for name in names if walked.done(name) < DONE_MIN}
    assert not rare, f"hardly ever carried out: {rare}"


def test_no_request_breaks_the_clock(server, tmp_path):
    place = tmp_path / "openapi.json"
    place.write_text(json.dumps(server.description()))
    shop = server.create_shop("Лавка во времени")
    server.demo |= {"shop_id": shop["shop_id"], "secret_key": shop["secret_key"]}
    phases = ["--phases", "examples,coverage,fuzzing", "--max-examples", "50"]
    run = storm(server, place, *phases, "--include-operation-id", APART)
    assert run.requests > 50 and run.done(APART) > 0
