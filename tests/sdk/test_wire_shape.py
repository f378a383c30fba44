"""What answers look like on the wire, and which odd requests are accepted."""

import json
import re

import pytest

from api import REDIRECT, WITH_3DS, WITHOUT_3DS, card, expect, rub

PENDING = (
    "id status amount description recipient created_at confirmation test paid refundable metadata"
)
HELD = (
    "id status amount description recipient payment_method created_at expires_at test paid "
    "refundable metadata authorization_details"
)
SUCCEEDED = (
    "id status amount income_amount description recipient payment_method captured_at created_at "
    "test refunded_amount paid refundable metadata authorization_details"
)
CANCELED = (
    "id status amount description recipient payment_method created_at test paid refundable "
    "metadata cancellation_details authorization_details"
)
REFUND = "id status amount created_at payment_id description"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def in_order(thing: dict, order: str):
    """Requires the fields that are there to come in the order of real answers."""
    order = order.split()
    assert [name for name in thing if name in order] == [name for name in order if name in thing]


def has(thing: dict, present: str, absent: str):
    assert set(present.split()) <= set(thing), set(present.split()) - set(thing)
    assert not set(absent.split()) & set(thing), set(absent.split()) & set(thing)


def walk(value, where="$"):
    yield where, value
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from walk(inner, f"{where}.{name}")
    if isinstance(value, list):
        for inner in value:
            yield from walk(inner, where + "[]")


def clean(thing: dict):
    """No null, every moment as SDKs require it, every amount a string with kopecks."""
    for where, value in walk(thing):
        assert value is not None, where
        if where.endswith("_at"):
            assert MOMENT.fullmatch(value), (where, value)
        if isinstance(value, dict) and set(value) == {"value", "currency"}:
            assert re.fullmatch(r"\d+\.\d\d", value["value"]) and value["currency"] == "RUB", where


def test_a_pending_payment(api):
    payment = api.payment("100.00", description="Заказ", metadata={"b": "2", "a": "1"})
    in_order(payment, PENDING)
    clean(payment)
    has(
        payment,
        PENDING,
        "income_amount captured_at expires_at refunded_amount cancellation_details "
        "authorization_details",
    )
    assert (payment["paid"], payment["refundable"], payment["test"]) == (False, False, True)
    assert payment["recipient"]["account_id"] == api.shop_id and payment["recipient"]["gateway_id"]
    assert len(payment["id"]) == 36
    assert payment["id"] in payment["confirmation"]["confirmation_url"]
    assert payment["confirmation"]["type"] == "redirect"
    assert payment["confirmation"]["return_url"] == REDIRECT["return_url"]


def test_a_held_payment(api):
    payment = api.held("100.00", description="Заказ")
    in_order(payment, HELD)
    clean(payment)
    has(
        payment,
        "payment_method expires_at authorization_details metadata",
        "confirmation captured_at refunded_amount cancellation_details",
    )
    assert (payment["paid"], payment["refundable"]) == (True, False)


def test_a_succeeded_payment(api):
    payment = api.paid("100.00", description="Заказ")
    in_order(payment, SUCCEEDED)
    clean(payment)
    has(payment, SUCCEEDED, "confirmation cancellation_details")
    assert (payment["paid"], payment["refundable"]) == (True, True)
    assert payment["refunded_amount"] == rub("0.00")
    assert payment["income_amount"] == rub("95.50")
    assert payment["metadata"] == {}
    method = payment["payment_method"]
    in_order(method, "type id saved status title card")
    assert method["type"] == "bank_card" and method["saved"] is False
    assert method["status"] == "inactive"
    shown = method["card"]
    assert (shown["expiry_year"], shown["expiry_month"]) == ("2035", "12")
    details = payment["authorization_details"]
    in_order(details, "rrn auth_code three_d_secure")
    assert re.fullmatch(r"\d{12}", details["rrn"])


def test_a_canceled_payment(api):
    payment = api.paid("100.00", "5555555555554600", description="Заказ")
    in_order(payment, CANCELED)
    clean(payment)
    has(
        payment,
        "cancellation_details payment_method",
        "confirmation captured_at income_amount refunded_amount",
    )
    in_order(payment["cancellation_details"], "party reason")


def test_a_refund(api):
    payment = api.paid("100.00")
    refund = expect(api.refund(payment["id"], "10.00", description="Возврат"))
    in_order(refund, REFUND)
    clean(refund)
    assert len(refund["id"]) == 36
    found = expect(api.get(f"/refunds/{refund['id']}"))
    assert found == refund


def test_a_list(api):
    api.payment("100.00")
    page = api.found("/payments", {"limit": 1})
    assert list(page)[:2] == ["type", "items"] and page["type"] == "list"
    assert api.found("/payments", {"created_at.gte": "2100-01-01T00:00:00Z"}) == {
        "type": "list",
        "items": [],
    }
    clean(page)


def test_me(api):
    me = api.found("/me")
    assert (me["account_id"], me["status"], me["test"]) == (api.shop_id, "enabled", True)
    assert isinstance(me["payment_methods"], list) and "bank_card" in me["payment_methods"]
    assert me["fiscalization_enabled"] is False or "fiscalization" in me
    clean(me)


def test_what_was_created_is_what_is_found(api):
    for made in (api.payment(), api.paid(), api.held()):
        assert api.found(f"/payments/{made['id']}") == made


def test_objects_sort_by_their_identifiers(api):
    ids = [api.payment()["id"] for _ in range(3)]
    assert [one[:8] for one in ids] == sorted(one[:8] for one in ids)


def test_metadata_comes_back_as_strings_in_its_order(api):
    made = api.payment(metadata={"z": "я", "a": "", "m": "x" * 512, "k" * 32: "1"})
    assert list(made["metadata"].items()) == [
        ("z", "я"),
        ("a", ""),
        ("m", "x" * 512),
        ("k" * 32, "1"),
    ]
    made = api.payment(metadata={"number": 7, "truth": True})
    assert made["metadata"] == {"number": "7", "truth": "true"}


def test_empty_arrays_and_unknown_fields_are_accepted(api):
    extra = {
        "statements": [],
        "transfers": [],
        "refundable": True,
        "test": True,
        "new_field": {"a": 1},
    }
    payment = api.payment(**extra, payment_method_data=card(WITHOUT_3DS), capture=False)
    captured = api.made(f"/payments/{payment['id']}/capture", {"transfers": [], "other": 1})
    assert captured["status"] == "succeeded" and "new_field" not in captured
    assert expect(api.refund(payment["id"], "5.00", sources=[], other=[]))["status"] == "succeeded"


@pytest.mark.parametrize(
    "body", [None, b"", b"{}", b"null", b'{"amount":{"value":"1.00"}}', b"not json"]
)
def test_whatever_body_comes_with_cancel_is_ignored(api, body):
    held = api.held("100.00")
    answer = api.post(f"/payments/{held['id']}/cancel", data=body)
    assert expect(answer)["status"] == "canceled"


@pytest.mark.parametrize("body", [None, b"", b"{}"])
def test_capture_needs_no_body(api, body):
    held = api.held("100.00")
    answer = api.post(f"/payments/{held['id']}/capture", data=body)
    assert expect(answer)["amount"] == rub("100.00")


def test_a_stale_body_on_a_question_is_ignored(api):
    payment = api.payment()
    stale = json.dumps({"amount": rub("1.00")}).encode()
    headers = {"Content-Type": "application/json", "Idempotence-Key": "stale"}
    for path in (f"/payments/{payment['id']}", "/payments", "/me", "/refunds"):
        expect(api.get(path, data=stale, headers=headers))
        expect(api.get(path, data=b"not json", headers=headers))


def test_a_content_type_on_a_question_is_ignored(api):
    expect(api.get("/me", headers={"Content-type": "text/plain"}))


def test_each_answer_names_its_request(api):
    first, second = api.get("/me"), api.get("/me")
    assert first.headers["X-Request-Id"] != second.headers["X-Request-Id"]


def test_an_error_has_the_documented_order_of_fields(api):
    body = expect(api.post("/payments", {"amount": rub("-1.00")}), 400)
    assert list(body) == ["type", "id", "code", "description", "parameter"]


def test_a_3ds_address_of_a_raw_card_leads_to_the_bank(api, buyer):
    payment = api.paid("100.00", WITH_3DS)
    assert payment["status"] == "pending" and payment["confirmation"]["type"] == "redirect"
    page = buyer.open(payment["confirmation"]["confirmation_url"])
    assert page.status == 200
    assert any(b["value"] == "accept" for form in page.forms for b in form.buttons)
