"""The official SDK pays out of a gateway: every documented test value, persons, banks, settings."""

from decimal import Decimal

import pytest
from yookassa import (
    Configuration,
    Payment,
    Payout,
    PersonalData,
    SbpBanks,
    SelfEmployed,
    Settings,
)
from yookassa.domain.exceptions import BadRequestError, NotFoundError, UnauthorizedError
from yookassa.domain.notification import WebhookNotificationFactory

from api import WITHOUT_3DS, Api, expect, rub

SBERBANK = "100000000111"


@pytest.fixture
def gateway(server):
    """Points the SDK at the demo's payout gateway; that is all a merchant changes."""
    demo = server.demo
    ids = demo["payout_gateway_id"], demo["payout_secret_key"]
    Configuration.configure(*ids, api_url=server.api_url)
    return Api(server.api_url, *ids)


def card(number=WITHOUT_3DS):
    return {"type": "bank_card", "card": {"number": number}}


def wallet(number):
    return {"type": "yoo_money", "account_number": number}


def sbp(phone):
    return {"type": "sbp", "phone": phone, "bank_id": SBERBANK}


def pay_out(destination, value="10.00", **fields):
    return Payout.create({"amount": rub(value), "payout_destination_data": destination} | fields)


@pytest.mark.parametrize(
    "destination",
    [
        card(),
        card("5555555555554477"),
        card("2202474301322987"),
        wallet("41001614575714"),
        wallet("4100116075156746"),
        wallet("4100116074720387"),
        sbp("79000000000"),
    ],
)
def test_who_is_paid(gateway, destination):
    made = pay_out(destination, description="Выплата 37", metadata={"order": "37"})
    assert made.status == "succeeded" and made.test is True
    assert made.id.startswith("po-") and 36 <= len(made.id) <= 50
    assert made.payout_destination.type == destination["type"]
    assert made.succeeded_at and made.description == "Выплата 37"
    found = Payout.find_one(made.id)
    assert found.amount.value == Decimal("10.00") and found.metadata["order"] == "37"


@pytest.mark.parametrize(
    "destination, reason",
    [
        (wallet("41001614575572"), "one_time_limit_exceeded"),
        (wallet("41001614575643"), "periodic_limit_exceeded"),
        (wallet("410011806060766"), "insufficient_funds"),
        (wallet("410011788545536"), "general_decline"),
        (sbp("79000000001"), "recipient_not_found"),
        (sbp("79000000002"), "rejected_by_payee"),
        (sbp("79000000004"), "issuer_unavailable"),
        (sbp("79000000005"), "fraud_suspected"),
        (sbp("79000000006"), "identification_required"),
    ],
)
def test_who_is_not_paid(gateway, destination, reason):
    before = gateway.found("/me")["payout_balance"]
    made = pay_out(destination)
    assert made.status == "canceled" and made.cancellation_details.reason == reason
    assert made.cancellation_details.party in ("yoo_money", "payout_network")
    assert gateway.found("/me")["payout_balance"] == before


def test_the_gateway_shows_its_settings(gateway, server):
    me = Settings.get_account_settings()
    assert me.account_id == server.demo["payout_gateway_id"]
    assert me.status == "enabled" and me.test is True
    assert set(me.payout_methods) == {"bank_card", "yoo_money", "sbp"}
    assert me.payout_balance.currency == "RUB"


def test_banks_come_by_falling_id(gateway):
    banks = SbpBanks.list().items
    ids = [bank.bank_id for bank in banks]
    assert SBERBANK in ids and ids == sorted(ids, reverse=True)
    assert all(len(bank.bic) == 9 and bank.name for bank in banks)


def test_payouts_are_listed_and_found_by_metadata(gateway):
    made = [pay_out(card(), metadata={"batch": "список 1", "n": str(n)}).id for n in range(3)]
    filters = {"status": "succeeded", "payout_destination.type": "bank_card"}
    listed = Payout.list({"limit": 3} | filters)
    assert [item.id for item in listed.items] == made[::-1]
    for name in ("metadata[batch]", "metadata%5Bbatch%5D"):
        value = "%D1%81%D0%BF%D0%B8%D1%81%D0%BE%D0%BA%201"
        page = expect(gateway.get(f"/payouts/search?{name}={value}"))
        assert [item["id"] for item in page["items"]] == made[::-1]
    page = expect(gateway.get("/payouts/search", params={"metadata[n]": "none"}))
    assert page == {"type": "list", "items": []}
    answer = gateway.get("/payouts/search", params={"metadata[a]": "1", "metadata[b]": "2"})
    assert expect(answer, 400)["parameter"] == "metadata"


def test_a_name_is_compared(gateway):
    def keep(last_name):
        return PersonalData.create(
            {"type": "sbp_payout_recipient", "last_name": last_name, "first_name": "Анна"}
        )

    own, other = keep("Иванова"), keep("Чужой")
    assert own.status == "waiting_for_operation" and own.expires_at is None
    made = pay_out(sbp("79000000000"), personal_data=[{"id": own.id}])
    assert made.status == "succeeded" and made.payout_destination.recipient_checked
    after = PersonalData.find_one(own.id)
    assert after.status == "active" and after.expires_at
    made = pay_out(sbp("79000000000"), personal_data=[{"id": other.id}])
    assert made.cancellation_details.reason == "recipient_check_failed"


def test_data_for_a_statement_are_kept(gateway):
    kept = PersonalData.create(
        {
            "type": "payout_statement_recipient",
            "last_name": "Иванов",
            "first_name": "Иван",
            "middle_name": "Иванович",
            "birthdate": "1990-02-28",
        }
    )
    assert pay_out(card(), personal_data=[{"id": kept.id}]).status == "succeeded"
    assert PersonalData.find_one(kept.id).status == "active"


def test_a_self_employed_person_agrees_on_a_page(gateway, buyer):
    person = SelfEmployed.create({"itn": "123456789012", "confirmation": {"type": "redirect"}})
    assert person.status == "pending"
    page = buyer.open(person.confirmation.confirmation_url)
    assert page.status == 200
    # The SDK leaves the person out of payouts, so they are named on the wire.
    body = {
        "amount": rub("10.00"),
        "payout_destination_data": card(),
        "self_employed": {"id": person.id},
        "receipt_data": {"service_name": "Доставка"},
    }
    assert expect(gateway.post("/payouts", body), 400)["parameter"] == "self_employed.id"
    assert buyer.decide(page, "accept").status == 200
    assert SelfEmployed.find_one(person.id).status == "confirmed"
    made = Payout.find_one(expect(gateway.post("/payouts", body))["id"])
    assert made.status == "succeeded" and made.self_employed.id == person.id


def test_a_saved_card_of_the_shop_is_paid_to(server, gateway):
    Configuration.configure(server.shop_id, server.secret_key, api_url=server.api_url)
    number = {"number": WITHOUT_3DS, "expiry_year": "2035", "expiry_month": "12", "csc": "123"}
    paid = Payment.create(
        {
            "amount": rub("100.00"),
            "capture": True,
            "save_payment_method": True,
            "payment_method_data": {"type": "bank_card", "card": number},
        }
    )
    demo = server.demo
    ids = demo["payout_gateway_id"], demo["payout_secret_key"]
    Configuration.configure(*ids, api_url=server.api_url)
    made = Payout.create({"amount": rub("10.00"), "payment_method_id": paid.payment_method.id})
    assert made.status == "succeeded" and made.payout_destination.card.last4 == "4444"


def test_the_same_key_pays_once(gateway):
    body = {"amount": rub("10.00"), "payout_destination_data": card()}
    first = Payout.create(body, "payout-once")
    assert Payout.create(body, "payout-once").id == first.id
    with pytest.raises(BadRequestError):
        Payout.create(body | {"amount": rub("11.00")}, "payout-once")


def test_each_key_opens_its_own(server, gateway):
    refusal = expect(gateway.get("/payments"), 401)
    assert refusal["description"] == "Authentication type is not allowed"
    Configuration.configure(server.shop_id, server.secret_key, api_url=server.api_url)
    for call in (SbpBanks.list, lambda: pay_out(card()), lambda: PersonalData.find_one("pd-1")):
        with pytest.raises(UnauthorizedError):
            call()


def test_what_is_wrong_is_named(gateway):
    def refused(parameter, **fields):
        body = {"amount": rub("10.00"), "payout_destination_data": card()} | fields
        answer = expect(gateway.post("/payouts", body), 400)
        assert answer.get("parameter") == parameter, answer

    refused("amount.value", amount=rub("4.99"))
    refused("amount.currency", amount={"value": "10.00", "currency": "USD"})
    refused("payout_destination_data.card.number", payout_destination_data=card("5555555555554478"))
    refused("payout_destination_data.type", payout_destination_data={"type": "cash"})
    nowhere = sbp("79000000000") | {"bank_id": "1"}
    refused("payout_destination_data.bank_id", payout_destination_data=nowhere)
    refused("personal_data.id", personal_data=[{"id": "x"}])
    refused(None, payout_token="x")
    with pytest.raises(NotFoundError):
        Payout.find_one("po-31f00200-0025-5000-8000-1a2b3c4d5e6f")


def test_a_payout_is_told(server, gateway, receiver):
    path = "/payouts"
    events = ["payout.succeeded", "payout.canceled"]
    server.add_webhook(receiver.url(path), events, server.demo["payout_gateway_id"])
    for destination, event in [
        (card(), "payout.succeeded"),
        (wallet("410011788545536"), "payout.canceled"),
    ]:
        made = pay_out(destination)
        [note] = receiver.wait(path, 1, made.id)
        parsed = WebhookNotificationFactory().create(note.json)
        assert parsed.event == event and parsed.object.id == made.id
