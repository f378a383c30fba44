"""20,000 requests made out of the description."""

import json
import os
import re
import subprocess
import sys
import time

import pytest

from altyn import Server

pytestmark = pytest.mark.timeout(1800)

CASES = int(os.environ.get("SCHEMA_CASES", "20000"))
SEED = os.environ.get("SCHEMA_SEED", "20260720")
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
    finally:
        server.close()


def narrowed(description: dict) -> dict:
    """The description as this shop's integrator would use it: in its one currency, mostly with its
    own sub-account. Other values stay possible where schemathesis negates a schema."""
    asked = description["components"]["schemas"]["MonetaryAmountAsked"]["properties"]
    asked["currency"]["enum"] = ["RUB"]
    asked["value"]["pattern"] = "^[1-9][0-9]{0,3}[.][0-9]{2}$"
    return description


def storm(server, place, *words: str) -> tuple[int, str]:
    """Runs schemathesis; how many requests it made, and what it said."""
    command = [
        os.path.join(os.path.dirname(sys.executable), "st"),
        "run",
        str(place),
        "--url",
        server.base_url,
        "--auth",
        f"{server.shop_id}:{server.secret_key}",
        "--checks",
        CHECKS,
        "--workers",
        "2",
        "--seed",
        SEED,
        "--no-shrink",
        "--warnings",
        "off",
        *words,
    ]
    run = subprocess.run(
        command, cwd=place.parent, capture_output=True, text=True, timeout=900, env=os.environ
    )
    said = run.stdout + run.stderr
    made = sum(int(n.replace(",", "")) for n in re.findall(r"([\d,]+) generated", said))
    assert run.returncode == 0, said[-30000:]
    return made, said


def test_no_request_breaks_the_api(server, tmp_path):
    description = narrowed(server.description())
    place = tmp_path / "openapi.json"
    place.write_text(json.dumps(description))
    operations = sum(len(methods) for methods in description["paths"].values())
    made, started = 0, time.monotonic()
    phases = [
        ("examples,coverage", 1),
        ("stateful", max(20, CASES // 100)),
        ("fuzzing", max(10, CASES // operations)),
    ]
    for phase, examples in phases:
        more, _ = storm(
            server,
            place,
            "--phases",
            phase,
            "--max-examples",
            str(examples),
            "--exclude-operation-id",
            APART,
        )
        print(f"{phase}: {more} requests")
        made += more
    seconds = time.monotonic() - started
    print(f"{made} requests in {seconds:.0f} s")
    assert made >= CASES, f"{made} requests are too few"


def test_no_request_breaks_the_clock(server, tmp_path):
    place = tmp_path / "openapi.json"
    place.write_text(json.dumps(server.description()))
    shop = server.create_shop("Лавка во времени")
    server.demo |= {"shop_id": shop["shop_id"], "secret_key": shop["secret_key"]}
    phases = ["--phases", "examples,coverage,fuzzing", "--max-examples", "50"]
    made, _ = storm(server, place, *phases, "--include-operation-id", APART)
    assert made > 50
