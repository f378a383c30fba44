"""The official SDK lists payments with filters and cursors."""

from datetime import datetime, timedelta, timezone

import pytest
from yookassa import Configuration, Payment

from api import Api, refused


@pytest.fixture(scope="module")
def shop(server):
    """A shop of its own with twelve payments, oldest first."""
    made = server.create_shop("Книжная лавка")
    api = Api(server.api_url, made["shop_id"], made["secret_key"])
    api.made_payments = [api.payment(f"{n}.00")["id"] for n in range(1, 13)]
    api.secret_key = made["secret_key"]
    return api


@pytest.fixture
def listing(shop):
    Configuration.configure(shop.shop_id, shop.secret_key, api_url=shop.api_url)
    return shop.made_payments


def test_a_list_is_newest_first_and_ten_long(listing):
    page = Payment.list()
    assert page.type == "list"
    assert [item.id for item in page.items] == listing[:1:-1]
    assert page.next_cursor


def test_cursors_walk_through_everything_once(listing):
    seen, cursor, pages = [], None, 0
    while True:
        page = Payment.list({"limit": 5} | ({"cursor": cursor} if cursor else {}))
        seen += [item.id for item in page.items]
        pages += 1
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == listing[::-1] and pages == 3


def test_a_new_payment_does_not_disturb_a_cursor(server):
    made = server.create_shop("Лавка с потоком")
    api = Api(server.api_url, made["shop_id"], made["secret_key"])
    ids = [api.payment()["id"] for _ in range(4)]
    first = api.found("/payments", {"limit": 2})
    api.payment()
    second = api.found("/payments", {"limit": 2, "cursor": first["next_cursor"]})
    assert [p["id"] for p in second["items"]] == ids[1::-1]
    assert "next_cursor" not in second


def test_status_and_method_filter(listing, shop):
    assert [p.id for p in Payment.list({"status": "pending", "limit": 100}).items] == listing[::-1]
    assert Payment.list({"status": "succeeded"}).items == []
    assert Payment.list({"payment_method": "bank_card"}).items == []


def test_moments_filter_in_every_spelling(listing, shop):
    third = shop.found(f"/payments/{listing[2]}")["created_at"]
    moment = datetime.fromisoformat(third.replace("Z", "+00:00"))
    moscow = moment.astimezone(timezone(timedelta(hours=3))).isoformat(timespec="milliseconds")
    times = [shop.found(f"/payments/{one}")["created_at"] for one in listing]
    for spelled in (third, moscow, third.replace("Z", "+00:00")):
        for name, keep in {
            "gte": lambda at: at >= third,
            "gt": lambda at: at > third,
            "lte": lambda at: at <= third,
            "lt": lambda at: at < third,
        }.items():
            expected = [one for one, at in zip(listing, times, strict=True) if keep(at)][::-1]
            for field in (f"created_at.{name}", f"created_at[{name}]"):
                page = shop.found("/payments", {field: spelled, "limit": 100})
                assert [p["id"] for p in page["items"]] == expected, (field, spelled)
    sdk = Payment.list({"created_at.gte": third, "limit": 100})
    assert {p.id for p in sdk.items} == {
        one for one, at in zip(listing, times, strict=True) if at >= third
    }


def test_captured_moments_filter(api):
    paid = api.paid()
    moment = paid["captured_at"]
    found = api.every("/payments", **{"captured_at.gte": moment, "captured_at.lte": moment})
    assert paid["id"] in [p["id"] for p in found]
    found = api.every("/payments", **{"captured_at.gt": moment})
    assert paid["id"] not in [p["id"] for p in found]


@pytest.mark.parametrize(
    "parameter, value",
    [
        ("limit", "0"),
        ("limit", "101"),
        ("limit", "ten"),
        ("status", "done"),
        ("payment_method", "barter"),
        ("created_at.gte", "yesterday"),
        ("cursor", "nothing-of-ours"),
    ],
)
def test_a_wrong_filter_is_refused_by_name(api, parameter, value):
    refused(api.get("/payments", {parameter: value}), parameter)
