"""One key, one effect, one answer."""

import json
from concurrent.futures import ThreadPoolExecutor

from api import REDIRECT, WITHOUT_3DS, card, expect, fresh_key, refused, rub

BODY = {"amount": rub("100.00"), "capture": True, "confirmation": REDIRECT}


def test_the_stored_answer_comes_back_byte_for_byte(api):
    key = fresh_key()
    body = BODY | {"capture": False, "payment_method_data": card(WITHOUT_3DS)}
    first = api.post("/payments", body, key=key)
    payment = expect(first)
    api.made(f"/payments/{payment['id']}/capture")
    again = api.post("/payments", body, key=key)
    assert again.content == first.content


def test_the_order_and_spacing_of_a_body_do_not_matter_but_its_content_does(api):
    key = fresh_key()
    first = api.post("/payments", BODY, key=key)
    spaced = json.dumps(dict(reversed(BODY.items())), indent=4).encode()
    assert api.post("/payments", key=key, data=spaced).content == first.content
    other = api.post("/payments", BODY | {"description": "another"}, key=key)
    body = refused(other, "Idempotence-Key")
    assert body["description"] == "Idempotence key duplicated"


def test_every_kind_of_request_is_repeated_safely(api):
    held = api.held("100.00")
    key = fresh_key()
    path = f"/payments/{held['id']}/capture"
    first = api.post(path, {"amount": rub("80.00")}, key=key)
    assert api.post(path, {"amount": rub("80.00")}, key=key).content == first.content
    refused(api.post(path, {"amount": rub("70.00")}, key=key), "Idempotence-Key")

    key = fresh_key()
    body = {"payment_id": held["id"], "amount": rub("30.00")}
    first = api.post("/refunds", body, key=key)
    expect(first)
    assert api.post("/refunds", body, key=key).content == first.content
    assert api.found(f"/payments/{held['id']}")["refunded_amount"]["value"] == "30.00"

    held = api.held("100.00")
    key = fresh_key()
    path = f"/payments/{held['id']}/cancel"
    first = api.post(path, key=key)
    assert expect(first)["status"] == "canceled"
    assert api.post(path, key=key).content == first.content


def test_a_stale_body_on_cancel_is_ignored_also_when_repeated(api):
    held = api.held("100.00")
    key = fresh_key()
    path = f"/payments/{held['id']}/cancel"
    first = api.post(path, BODY, key=key)
    assert expect(first)["status"] == "canceled"
    assert api.post(path, {}, key=key).content == first.content
    assert api.post(path, key=key).content == first.content


def test_a_key_belongs_to_one_shop(api, stranger):
    key = fresh_key()
    mine, theirs = api.made("/payments", BODY, key=key), stranger.made("/payments", BODY, key=key)
    assert mine["id"] != theirs["id"]


def test_a_missing_or_empty_key_is_refused(api):
    newest = api.found("/payments", {"limit": 1})["items"]
    for answer in (api.post("/payments", BODY, key=None), api.post("/payments", BODY, key="")):
        assert refused(answer)["description"] == "Idempotence key is empty"
    assert api.found("/payments", {"limit": 1})["items"] == newest


def test_a_key_may_have_64_characters_and_no_more(api):
    expect(api.post("/payments", BODY, key=fresh_key().ljust(64, "k")))
    body = refused(api.post("/payments", BODY, key=fresh_key().ljust(65, "k")))
    assert body["description"].startswith("Idempotence key is too long")


def test_a_key_on_a_question_is_ignored(api):
    key = fresh_key()
    payment = api.made("/payments", BODY, key=key)
    for _ in range(2):
        answer = api.get(f"/payments/{payment['id']}", headers={"Idempotence-Key": key})
        assert expect(answer)["id"] == payment["id"]


def test_fifty_at_once_with_one_key_are_one_payment(api):
    key = fresh_key()
    body = BODY | {"payment_method_data": card(WITHOUT_3DS), "metadata": {"race": key}}
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: api.post("/payments", body, key=key), range(50)))
    done = [a for a in answers if a.status_code == 200]
    assert done and len({a.json()["id"] for a in done}) == 1
    assert {a.status_code for a in answers} <= {200, 429}
    final = api.post("/payments", body, key=key)
    assert all(a.content == final.content for a in done)
    mine = [p for p in api.every("/payments") if p["metadata"].get("race") == key]
    assert len(mine) == 1
