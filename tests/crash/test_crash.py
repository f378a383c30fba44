"""`kill -9` at random moments under load: nothing acknowledged is lost or doubled."""

import os
import random
import secrets
import threading
from collections import Counter

import pytest

from altyn import ENGINES, Server, until
from api import Api, expect, rub
from load import PROGRESS, Client, Story, send
from receiver import Receiver

KILLS = int(os.environ.get("ALTYN_CRASH_KILLS", "20"))
CLIENTS = 8
# The longest call, and as far as clocks of nodes may be apart.
CALL_TIME = "2m"
READY_SECONDS_MAX = 2.0
LOAD_SECONDS = (0.15, 1.2)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("engine", ENGINES)
def test_nothing_acknowledged_is_lost_or_doubled(engine, tmp_path):
    seed = os.environ.get("ALTYN_CRASH_SEED") or secrets.token_hex(4)
    print(f"ALTYN_CRASH_SEED={seed}")
    chance = random.Random(f"{seed}/{engine}")
    server = Server(engine, tmp_path)
    told = Counter()
    slowest = 0.0
    receiver = Receiver()
    try:
        server.start()
        server.add_webhook(receiver.url("/crash"))
        for kill in range(KILLS):
            stories = cycle(server, chance, f"{seed}-{kill}")
            slowest = max(slowest, server.start())
            assert slowest < READY_SECONDS_MAX, f"{slowest:.2f} s until ready again"
            # Calls to the acquirer that were cut off are looked up when their time is over.
            server.advance(CALL_TIME)
            api = Api(server.api_url, server.shop_id, server.secret_key)
            api.server = server
            told += check(api, stories, f"{seed}-{kill}")
            server.audit()
        server.stop()
        server.audit()
    finally:
        server.close()
        receiver.close()
    print(f"{engine}: {KILLS} kills, {dict(told)}, ready again in at most {slowest:.2f} s")
    assert told["acknowledged"] > KILLS * 10, "there was a load"
    assert told["unanswered"] > KILLS, "the kills came in the middle of it"
    events = {note.event for note in receiver.received}
    assert {"payment.succeeded", "payment.canceled", "refund.succeeded"} <= events


@pytest.mark.parametrize("engine", ENGINES)
def test_a_server_that_is_asked_to_end_finishes_what_it_accepted(engine, tmp_path):
    server = Server(engine, tmp_path)
    try:
        server.start()
        chance = random.Random(engine)
        for turn in range(3):
            stories = cycle(server, chance, f"stop-{turn}", Server.stop)
            server.audit()
            server.start()
            api = Api(server.api_url, server.shop_id, server.secret_key)
            api.server = server
            told = check(api, stories, f"stop-{turn}")
            assert told["acknowledged"] > 0
        server.stop()
        server.audit()
    finally:
        server.close()


@pytest.mark.parametrize("engine", ENGINES)
def test_a_backup_taken_under_load_is_a_whole_platform(engine, tmp_path):
    server, copy = Server(engine, tmp_path / "a"), None
    try:
        server.start()
        api = Api(server.api_url, server.shop_id, server.secret_key)
        before = [api.paid("100.00") for _ in range(5)]
        clients = begin(server, "backup")
        backup = tmp_path / "backup"
        run = server.command("backup", str(backup))
        assert run.returncode == 0, run.stdout + run.stderr
        server.kill()
        for client in clients:
            client.join(40)

        copy = Server(engine, tmp_path / "b")
        # The sealing keys are in no backup.
        copy.settings["ALTYN_SEALING_KEY_FILE"] = str(server.data / "sealing.key")
        run = copy.command("restore", str(backup))
        assert run.returncode == 0, run.stdout + run.stderr
        copy.audit()
        copy.start()
        restored = Api(copy.api_url, server.shop_id, server.secret_key)
        for payment in before:
            assert restored.found(f"/payments/{payment['id']}") == payment
        assert expect(restored.refund(before[0]["id"], "100.00"))["status"] == "succeeded"
        copy.stop()
        copy.audit()
    finally:
        server.close()
        if copy is not None:
            copy.close()


def begin(server: Server, tag: str) -> list[Client]:
    """Starts the load."""
    clients = []
    for number in range(CLIENTS):
        api = Api(server.api_url, server.shop_id, server.secret_key)
        clients.append(Client(api, f"{tag}-{number}"))
    for client in clients:
        client.start()
    return clients


def cycle(server: Server, chance: random.Random, tag: str, end=Server.kill) -> list[Story]:
    """Runs the load and kills (or stops) the server in the middle of it."""
    clients = begin(server, tag)
    threading.Event().wait(chance.uniform(*LOAD_SECONDS))
    end(server)
    for client in clients:
        client.join(40)
        assert not client.is_alive() and not client.broken, client.broken
    return [story for client in clients for story in client.stories]


def check(api: Api, stories: list[Story], tag: str) -> Counter:
    """Everything acknowledged is there; what was not answered is finished, once."""
    told = Counter()
    for story in stories:
        told["acknowledged"] += sum(step.status == 200 for step in story.steps)
        told["unanswered"] += sum(step.sent and step.status is None for step in story.steps)
        story.unsettled = story.answered("create") == []
        if story.payment_id:
            kept(api, story)
    finish(api, stories)
    payments = [p for p in api.every("/payments") if story_of(p).startswith(f"{tag}-")]
    counted = Counter(story_of(payment) for payment in payments)
    assert counted == Counter(story.tag for story in stories), "each story is one payment"
    by_id = {payment["id"]: payment for payment in payments}
    for story in stories:
        ended_right(api, story, by_id[story.payment_id])
    return told


def story_of(payment: dict) -> str:
    return payment["metadata"].get("story", "")


def kept(api: Api, story: Story):
    """Requires every acknowledged object to exist with at least the acknowledged progress."""
    found = api.found(f"/payments/{story.payment_id}")
    for step in story.steps:
        if step.status != 200:
            continue
        if step.kind == "refund":
            refund = api.found(f"/refunds/{step.answer['id']}")
            assert refund == step.answer or step.answer["status"] == "pending", (step, refund)
        else:
            known, now = step.answer["status"], found["status"]
            assert PROGRESS[now] >= PROGRESS[known], (step, found)
            assert PROGRESS[known] < 2 or now == known, (step, found)
    returned = 20 * len([s for s in story.answered("refund") if s.answer["status"] == "succeeded"])
    if returned:
        assert kopecks(found["refunded_amount"]) >= returned * 100, found


def finish(api: Api, stories: list[Story]):
    """Repeats what was not answered under its key, twice: the second answer is the first."""
    for story in stories:
        for step in story.steps:
            if step.status is not None:
                continue
            if step.kind != "create" and never_arrived(settled(api, story)):
                del story.steps[1:]
                break
            broken = []
            assert send(api, story, step, broken), broken
            again = api.post(story.path(step), story.body(step), key=step.key)
            assert again.status_code == 200 and again.json()["id"] == step.answer["id"]


def never_arrived(payment: dict) -> bool:
    """Was the call for the money cut off before it was sent? Then the payment came to nothing."""
    return payment.get("cancellation_details", {}).get("reason") == "internal_timeout"


def settled(api: Api, story: Story) -> dict:
    """The payment once the outcome of its raw card is known: the reconciler may still be asking."""
    path = f"/payments/{story.payment_id}"
    if "payment_method_data" not in story.steps[0].body:
        return api.found(path)

    def look():
        found = expect(api.get(path))
        if found["status"] != "pending":
            return found
        # What the bank does not know is looked up again before it is given up.
        api.server.advance(CALL_TIME)
        return None

    return until(look, 15, f"{path} is settled after the restart")


def ended_right(api: Api, story: Story, listed: dict):
    """The payment is where its story ends, and every refund happened once."""
    payment = settled(api, story)
    kinds = [step.kind for step in story.steps]
    if kinds == ["create"] and story.unsettled and never_arrived(payment):
        expected = "canceled"
    elif "cancel" in kinds:
        expected = "canceled"
    elif "capture" in kinds:
        expected = "succeeded"
    elif "payment_method_data" not in story.steps[0].body:
        expected = "pending"
    else:
        expected = "succeeded" if story.steps[0].body["capture"] else "waiting_for_capture"
    assert payment["status"] == expected, (story, payment)
    assert payment["id"] == listed["id"]
    refunds = [step for step in story.steps if step.kind == "refund"]
    if not refunds:
        return
    path = f"/payments/{story.payment_id}"
    whole = rub(f"{20 * len(refunds)}.00")
    until(lambda: api.found(path)["refunded_amount"] == whole, 15, f"{path} is refunded {whole}")
    found = api.every("/refunds", payment_id=story.payment_id)
    assert sorted(r["id"] for r in found) == sorted(s.answer["id"] for s in refunds)


def kopecks(amount: dict) -> int:
    return int(amount["value"].replace(".", ""))
