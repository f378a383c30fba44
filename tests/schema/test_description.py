"""20,000 requests made out of the description."""

import json
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from altyn import Server
from api import Api

pytestmark = pytest.mark.timeout(1800)

CASES = int(os.environ.get("SCHEMA_CASES", "20000"))
SEED = int(os.environ.get("SCHEMA_SEED", "20260720"))
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
    finally:
        server.close()


def narrowed(description: dict, server) -> dict:
    """The description as this shop's integrator knows it: with its one currency and account, the
    test cards, addresses that exist. So that enough requests are carried out; schemathesis negates
    schemas by itself, and the unnarrowed description has a run of its own."""
    schemas = description["components"]["schemas"]
    asked = schemas["MonetaryAmountAsked"]["properties"]
    asked["currency"]["enum"] = ["RUB"]
    asked["value"]["pattern"] = "^[1-9][0-9]{0,3}[.][0-9]{2}$"
    schemas["CardRequestData"]["properties"]["number"] = {
        "type": "string",
        "enum": ["5555555555554444", "5555555555554477", "4111111111111111"],
    }
    schemas["CardRequestData"]["properties"]["expiry_year"]["pattern"] = "^20[3-9][0-9]$"
    schemas["CreatePaymentRequest"]["properties"].pop("payment_method_id")
    gateway = Api(server.api_url, server.shop_id, server.secret_key).payment("1.00")["recipient"]

    def narrow(node):
        if isinstance(node, list):
            for one in node:
                narrow(one)
        if isinstance(node, dict):
            for name, value in node.items():
                if name == "return_url" and "maxLength" in value:
                    value.pop("format", None)
                    value["pattern"] = "^https://shop[.]test/[a-z0-9]{0,9}$"
                elif name == "gateway_id" and "pattern" in value:
                    value.pop("pattern")
                    value["enum"] = [gateway["gateway_id"]]
                else:
                    narrow(value)

    narrow(schemas)
    return description


def storm(server, place, *words: str, seed: int = SEED) -> int:
    """Runs schemathesis; how many requests it made."""
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
        "--seed",
        str(seed),
        "--no-shrink",
        "--warnings",
        "off",
        *words,
    ]
    run = subprocess.run(
        command, cwd=place.parent, capture_output=True, text=True, timeout=900, env=os.environ
    )
    said = run.stdout + run.stderr
    assert run.returncode == 0, said[-30000:]
    return sum(int(n.replace(",", "")) for n in re.findall(r"([\d,]+) generated", said))


def test_no_request_breaks_the_api(server, tmp_path):
    wide, narrow = tmp_path / "wide.json", tmp_path / "narrow.json"
    wide.write_text(json.dumps(server.description()))
    description = narrowed(server.description(), server)
    narrow.write_text(json.dumps(description))
    operations = sum(len(methods) for methods in description["paths"].values())
    each = str(max(10, CASES * 65 // 100 // operations))
    follow = str(max(20, CASES // 40))
    # Python uses one core a process: two halves at once.
    runs = [
        (wide, "--phases", "examples,coverage,fuzzing", "--max-examples", each),
        (narrow, "--phases", "fuzzing", "--max-examples", each),
        (narrow, "--phases", "stateful", "--max-examples", follow),
    ]
    started = time.monotonic()
    with ThreadPoolExecutor(2) as pool:
        asked = [
            pool.submit(storm, server, place, *words, *APART_FROM, seed=SEED + number)
            for number, (place, *words) in enumerate(runs)
        ]
        made = [one.result() for one in asked]
    seconds = time.monotonic() - started
    print(f"{made} = {sum(made)} requests in {seconds:.0f} s")
    assert sum(made) >= CASES, f"{made} requests are too few"


def test_no_request_breaks_the_clock(server, tmp_path):
    place = tmp_path / "openapi.json"
    place.write_text(json.dumps(server.description()))
    shop = server.create_shop("Лавка во времени")
    server.demo |= {"shop_id": shop["shop_id"], "secret_key": shop["secret_key"]}
    phases = ["--phases", "examples,coverage,fuzzing", "--max-examples", "50"]
    made = storm(server, place, *phases, "--include-operation-id", APART)
    assert made > 50
