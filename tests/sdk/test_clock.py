"""A test shop has its own clock: when its week passes, everything of that week happens, once."""

from datetime import datetime, timedelta

import pytest

from altyn import until
from api import Api, REDIRECT, RETURN_URL, refused


@pytest.fixture
def shop(server):
    """A shop whose time nobody else shares."""
    made = server.create_shop("Лавка со временем", "--raw-cards")
    return Api(server.api_url, made["shop_id"], made["secret_key"])


def moment(thing):
    return datetime.fromisoformat(thing["created_at"].replace("Z", "+00:00"))


def canceled(api, payment_id):
    """The payment's cancellation, once the worker has seen the new time."""

    def look():
        found = api.found(f"/payments/{payment_id}")
        return found if found["status"] == "canceled" else None

    return until(look, 10, f"payment {payment_id} expires")["cancellation_details"]


def test_a_hold_of_a_week_ends_by_itself(server, shop):
    held = shop.held("100.00")
    server.advance("6d", shop.shop_id)
    assert shop.found(f"/payments/{held['id']}")["status"] == "waiting_for_capture"
    server.advance("25h", shop.shop_id)
    assert canceled(shop, held["id"]) == {"party": "yoo_money", "reason": "expired_on_capture"}
    refused(shop.post(f"/payments/{held['id']}/capture"))


def test_a_payment_that_nobody_confirms_ends_after_an_hour(server, shop, buyer):
    page_payment = shop.payment("100.00")
    sbp = shop.payment(
        "100.00",
        payment_method_data={"type": "sbp"},
        confirmation={"type": "qr", "return_url": RETURN_URL},
    )
    raw = shop.paid("100.00", "5555555555554477")
    server.advance("59m", shop.shop_id)
    for payment in (page_payment, sbp, raw):
        assert shop.found(f"/payments/{payment['id']}")["status"] == "pending"
    server.advance("2m", shop.shop_id)
    for payment in (page_payment, sbp, raw):
        reason = canceled(shop, payment["id"])["reason"]
        assert reason in ("expired_on_confirmation", "3d_secure_failed")
    page = buyer.open(page_payment["confirmation"]["confirmation_url"])
    assert not any("cc-number" in form.autocomplete for form in page.forms)


def test_new_objects_are_made_in_the_shops_own_time(server, shop, api):
    before = shop.payment("100.00")
    server.advance("7d", shop.shop_id)

    def made_later():
        made = shop.payment("100.00")
        return made if moment(made) - moment(before) > timedelta(days=7) else None

    # A server that runs may take a second to notice.
    after = until(made_later, 3, "a payment is made a week later")
    newer = shop.every("/payments", **{"created_at.gt": after["created_at"]})
    assert newer == [] and shop.every("/payments")[0]["id"] == after["id"]
    other = api.payment("100.00", confirmation=REDIRECT)
    assert moment(other) < moment(after)


def test_everything_happens_once(server, shop, receiver):
    path = f"/{server.engine}/clock"
    server.add_webhook(receiver.url(path), shop_id=shop.shop_id)
    held = [shop.held("100.00")["id"] for _ in range(5)]
    server.advance("8d", shop.shop_id)
    for one in held:
        canceled(shop, one)
        receiver.wait(path, 2, one)
    server.advance("8d", shop.shop_id)
    later = shop.paid("100.00")
    receiver.wait(path, 1, later["id"])
    for one in held:
        # Delivered at least once: a jump of the clock ends the wait for an answer that is on its
        # way, and the same event, by its id, comes again. It never happens again.
        events = {n.headers["webhook-id"]: n.event for n in receiver.of(path, one)}
        assert list(events.values()) == ["payment.waiting_for_capture", "payment.canceled"]
