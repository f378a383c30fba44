"""`kill -9` at random moments while money is paid out: nobody is paid twice or forgotten."""

import os
import random
import secrets
import threading
from collections import Counter

import pytest

from altyn import ENGINES, Server, until
from api import Api, expect
from load import Client, proceed, send
from paying import PATHS, Transfer, of_deal, of_gateway
from receiver import Receiver

KILLS = int(os.environ.get("ALTYN_CRASH_KILLS", "8"))
CLIENTS_OF_A_KIND = 3
# The longest call, and as far as clocks of nodes may be apart.
CALL_TIME = "2m"
LOAD_SECONDS = (0.15, 0.8)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("engine", ENGINES)
def test_nobody_is_paid_twice_or_forgotten(engine, tmp_path):
    seed = os.environ.get("ALTYN_CRASH_SEED") or secrets.token_hex(4)
    print(f"ALTYN_CRASH_SEED={seed}")
    chance = random.Random(f"{seed}/{engine}/payouts")
    server = Server(engine, tmp_path)
    told = Counter()
    receiver = Receiver()
    try:
        server.start()
        for shop in shops(server):
            server.add_webhook(receiver.url("/told"), shop_id=shop)
        for kill in range(KILLS):
            payers = begin(server, f"{seed}-{kill}")
            threading.Event().wait(chance.uniform(*LOAD_SECONDS))
            server.kill()
            for payer in payers:
                payer.join(40)
                assert not payer.is_alive() and not payer.broken, payer.broken
            server.start()
            # Calls that were cut off are looked up when their time is over.
            for shop in shops(server):
                server.advance(CALL_TIME, shop)
            told += settle(server, payers, f"{seed}-{kill}")
            # The payer's own list, too: it paid what the books say.
            assert server.audit()["carried_out"] > 0
        # Notifications that were cut off, and those that failed, are due again.
        for shop in shops(server):
            server.advance(CALL_TIME, shop)
        heard(server, receiver)
        server.stop()
        server.audit()
    finally:
        server.close()
        receiver.close()
    print(f"{engine}: {KILLS} kills, {dict(told)}")
    assert told["acknowledged"] > KILLS * 3, "there was a load"
    assert told["unanswered"] >= KILLS, "the kills came in the middle of it"


def accounts(server: Server) -> dict:
    """Who pays out, by what kind of story."""
    demo = server.demo
    made = {
        of_gateway: Api(server.api_url, demo["payout_gateway_id"], demo["payout_secret_key"]),
        of_deal: Api(server.api_url, server.shop_id, server.secret_key),
    }
    for api in made.values():
        api.server = server
    return made


def shops(server: Server) -> list[str]:
    return [api.shop_id for api in accounts(server).values()]


def begin(server: Server, tag: str) -> list[Client]:
    """Starts the load."""
    payers = []
    for number in range(CLIENTS_OF_A_KIND):
        for invent, api in accounts(server).items():
            payers.append(Client(api, f"{tag}-{invent.__name__}-{number}", invent))
    for payer in payers:
        payer.start()
    return payers


def settle(server: Server, payers: list[Client], tag: str) -> Counter:
    """Everything acknowledged is there; what was not answered is finished, once."""
    told = Counter()
    apis = accounts(server)
    for payer in payers:
        api = apis[payer.invent]
        for transfer in payer.stories:
            told["acknowledged"] += sum(step.status == 200 for step in transfer.steps)
            told["unanswered"] += sum(step.sent and step.status is None for step in transfer.steps)
            kept(api, transfer)
            finish(api, transfer)
            ended_right(api, transfer)
    for invent, api in apis.items():
        made = [payout for payout in api.every("/payouts") if of(payout, tag)]
        stories = [t for p in payers if p.invent is invent for t in p.stories]
        expected = [t.tag for t in stories if t.step("payout")]
        assert Counter(p["metadata"]["story"] for p in made) == Counter(expected)
    return told


def of(payout: dict, tag: str) -> bool:
    return payout["metadata"].get("story", "").startswith(f"{tag}-")


def kept(api: Api, transfer: Transfer):
    """Requires an acknowledged payout to be there, and an ended one not to have changed."""
    told = transfer.answer("payout")
    if told is not None:
        found = api.found(f"/payouts/{told['id']}")
        assert told["status"] == "pending" or found == told, (told, found)


def finish(api: Api, transfer: Transfer):
    """Repeats what was not answered under its key, twice: the second answer is the first."""
    for step in list(transfer.steps):
        if step.status is None:
            broken = []
            assert send(api, transfer, step, broken), broken
            again = expect(api.post(PATHS[step.kind], transfer.body(step), key=step.key))
            assert again["id"] == step.answer["id"]
        if step.kind == "payment" and settled(api, step)["status"] == "canceled":
            # The call for the money was cut off before it was sent: nobody can be paid from it.
            transfer.steps = transfer.steps[: transfer.steps.index(step) + 1]
            return
    assert proceed(api, transfer, [])


def settled(api: Api, step) -> dict:
    """The object once its outcome is known: the reconciler may still be asking."""
    path = f"{PATHS[step.kind]}/{step.answer['id']}"

    def look():
        found = api.found(path)
        if found["status"] != "pending":
            return found
        # What the bank does not know is looked up again before it is given up.
        api.server.advance(CALL_TIME, api.shop_id)
        return None

    return until(look, 15, f"{path} is settled after the restart")


def ended_right(api: Api, transfer: Transfer):
    """The payout is where its story ends, and its deal is closed."""
    payout = transfer.step("payout")
    if payout is not None:
        found = settled(api, payout)
        assert found["status"] == transfer.ends, (transfer, found)
    deal = transfer.answer("deal")
    if deal is not None:
        found = api.found(f"/deals/{deal['id']}")
        assert found["status"] == ("closed" if payout else "opened"), (transfer, found)
        assert found["balance"]["value"] == "0.00", found


def heard(server: Server, receiver: Receiver):
    """The end of every payout and deal was told, at least once, as it is now."""
    ends = {}
    for api in accounts(server).values():
        for payout in api.every("/payouts"):
            ends[f"payout.{payout['status']}", payout["id"]] = payout
    for deal in accounts(server)[of_deal].every("/deals"):
        if deal["status"] == "closed":
            ends["deal.closed", deal["id"]] = deal

    def missing():
        told = {(note.event, note.object["id"]) for note in receiver.of("/told")}
        return sorted(ends.keys() - told)

    until(lambda: not missing(), 60, "the ends of payouts and deals are told")
    for note in receiver.of("/told"):
        if note.event.startswith(("payout.", "deal.")):
            assert ends[note.event, note.object["id"]] == note.object, note.event
    kinds = Counter(event for event, _id in ends)
    assert min(kinds[k] for k in ("payout.succeeded", "payout.canceled", "deal.closed")) > 0, kinds
