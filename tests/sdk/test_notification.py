"""Notifications reach the merchant's server: signed, in order, again until it says 200."""

import threading
import time
from itertools import count

import pytest

from api import Api, WITHOUT_3DS, expect

_paths = count(1)


@pytest.fixture
def hook(server, receiver):
    """A shop of its own with raw cards, and its address: (api, path, secret)."""
    made = server.create_shop("Лавка с уведомлениями", "--raw-cards")
    path = f"/{server.engine}/{next(_paths)}"
    webhook = server.add_webhook(receiver.url(path), shop_id=made["shop_id"])
    return Api(server.api_url, made["shop_id"], made["secret_key"]), path, webhook["secret"]


def test_each_change_is_told_with_the_object_as_it_was(hook, receiver):
    api, path, _ = hook
    held = api.held("100.00", metadata={"order": "72"})
    captured = api.made(f"/payments/{held['id']}/capture")
    refund = expect(api.refund(held["id"], "10.00"))
    canceled = api.paid("100.00", "5555555555554600")

    first, second = receiver.wait(path, 2, held["id"])
    assert (first.event, second.event) == ("payment.waiting_for_capture", "payment.succeeded")
    assert first.object == held and second.object == captured
    (third,) = receiver.wait(path, 1, refund["id"])
    assert third.event == "refund.succeeded" and third.object == refund
    (fourth,) = receiver.wait(path, 1, canceled["id"])
    assert fourth.event == "payment.canceled" and fourth.object == canceled
    for one in (first, second, third, fourth):
        assert list(one.json) == ["type", "event", "object"] and one.json["type"] == "notification"
        assert one.headers["content-type"].startswith("application/json")


def test_a_payment_of_one_stage_is_told_once(hook, receiver):
    api, path, _ = hook
    paid = api.paid("100.00")
    receiver.wait(path, 1, paid["id"])
    other = api.paid("100.00")
    receiver.wait(path, 1, other["id"])
    assert [n.event for n in receiver.of(path, paid["id"])] == ["payment.succeeded"]


def test_a_delivery_is_signed(hook, receiver):
    api, path, secret = hook
    api.paid("100.00")
    (delivery,) = receiver.wait(path, 1)
    assert delivery.signed_with(secret)
    assert abs(int(delivery.headers["webhook-timestamp"]) - time.time()) < 60
    delivery.body += b" "
    assert not delivery.signed_with(secret)


def test_a_refused_delivery_comes_again_unchanged(hook, receiver, server):
    api, path, secret = hook
    receiver.answers[path] = [500, 204]
    paid = api.paid("100.00")
    receiver.wait(path, 1, paid["id"])
    for attempts in (2, 3):
        server.advance("2m", api.shop_id)
        receiver.wait(path, attempts, paid["id"])
    server.advance("2d", api.shop_id)
    other = api.paid("100.00")
    receiver.wait(path, 1, other["id"])
    deliveries = receiver.of(path, paid["id"])
    assert len(deliveries) == 3
    assert len({d.body for d in deliveries}) == 1
    assert len({d.headers["webhook-id"] for d in deliveries}) == 1
    assert all(d.signed_with(secret) for d in deliveries)


def test_a_later_change_waits_for_the_earlier_one_only_where_the_order_is_strict(receiver, server):
    made = server.create_shop("Лавка с двумя адресами", "--raw-cards")
    loose, strict = (f"/{server.engine}/{next(_paths)}/{kind}" for kind in ("loose", "strict"))
    server.add_webhook(receiver.url(loose), shop_id=made["shop_id"])
    options = ["--strict-order"]
    server.add_webhook(receiver.url(strict), shop_id=made["shop_id"], options=options)
    for path in (loose, strict):
        receiver.answers[path] = [500]
    api = Api(server.api_url, made["shop_id"], made["secret_key"])
    held = api.held("100.00")
    for path in (loose, strict):
        receiver.wait(path, 1, held["id"])
    api.made(f"/payments/{held['id']}/capture")
    receiver.wait(loose, 2, held["id"])
    server.advance("2m", api.shop_id)
    waits, paid = "payment.waiting_for_capture", "payment.succeeded"
    assert [n.event for n in receiver.wait(loose, 3, held["id"])] == [waits, paid, waits]
    assert [n.event for n in receiver.wait(strict, 3, held["id"])] == [waits, waits, paid]


def test_a_slow_server_delays_nobody_else(hook, receiver, server):
    api, path, _ = hook
    receiver.held[path] = threading.Event()
    api.paid("100.00")
    receiver.wait(path, 1)
    made = server.create_shop("Лавка рядом", "--raw-cards")
    beside = f"{path}/beside"
    server.add_webhook(receiver.url(beside), shop_id=made["shop_id"])
    paid = Api(server.api_url, made["shop_id"], made["secret_key"]).paid("100.00")
    receiver.wait(beside, 1, paid["id"], seconds=5)
    receiver.held[path].set()


def test_only_the_chosen_events_are_told(server, receiver):
    made = server.create_shop("Лавка с одним событием", "--raw-cards")
    path = f"/{server.engine}/{next(_paths)}"
    server.add_webhook(receiver.url(path), ["refund.succeeded"], made["shop_id"])
    api = Api(server.api_url, made["shop_id"], made["secret_key"])
    paid = api.paid("100.00", WITHOUT_3DS)
    api.refund(paid["id"], "10.00")
    receiver.wait(path, 1)
    assert [n.event for n in receiver.of(path)] == ["refund.succeeded"]


def test_attempts_are_logged_and_an_event_is_sent_again(hook, receiver, server):
    api, path, _ = hook
    paid = api.paid("100.00")
    receiver.wait(path, 1, paid["id"])
    listed = server.command_json("event", "list", "--shop", api.shop_id)
    events = listed if isinstance(listed, list) else listed["items"]
    assert len(events) == 1
    server.command_json("event", "resend", str(events[0]["id"]))
    deliveries = receiver.wait(path, 2, paid["id"])
    assert deliveries[0].body == deliveries[1].body
    shown = server.command_json("event", "show", str(events[0]["id"]))
    assert paid["id"] in str(shown)


def test_private_addresses_are_refused(server):
    for url in ("http://10.0.0.1/hook", "http://169.254.169.254/", "http://[fd00::1]/", "ftp://x/"):
        run = server.command(
            "shop", "webhook", "add", "--shop", server.shop_id, "--url", url, "--json"
        )
        assert run.returncode != 0, (url, run.stdout)
