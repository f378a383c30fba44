"""The official SDK splits payments between shops and gives them back, class by class."""

from decimal import Decimal

import pytest
from yookassa import Payment, Receipt, Refund
from yookassa.domain.exceptions import BadRequestError
from yookassa.domain.models.payment_data.request.airline import Airline, Leg, Passenger
from yookassa.domain.models.currency import Currency
from yookassa.domain.request import PaymentRequestBuilder

from altyn import until
from api import REDIRECT, WITHOUT_3DS, card, refused, rub


@pytest.fixture(scope="session")
def partners(server):
    """Two shops of the demo shop's platform."""
    flags = ("--platform", server.shop_id)
    return [server.create_shop(f"Partner {n}", *flags)["shop_id"] for n in (1, 2)]


def part(account, value, fee=None, **other):
    fields = {"account_id": account, "amount": rub(value)} | other
    return fields | ({"platform_fee_amount": rub(fee)} if fee else {})


def split(partners, capture=True, **other):
    transfers = [
        part(partners[0], "600.00", "50.00", description="Заказ 72", metadata={"order": "72"}),
        part(partners[1], "400.00"),
    ]
    return Payment.create(
        {
            "amount": rub("1000.00"),
            "capture": capture,
            "confirmation": REDIRECT,
            "payment_method_data": card(WITHOUT_3DS),
            "transfers": transfers,
        }
        | other
    )


def test_a_payment_is_split_and_shows_its_parts(sdk, partners):
    payment = split(partners)
    assert payment.status == "succeeded"
    first, second = payment.transfers
    assert first.account_id == partners[0] and first.status == "succeeded"
    assert first.platform_fee_amount.value == Decimal("50.00")
    assert first.metadata == {"order": "72"}
    assert second.amount.value == Decimal("400.00")
    assert Payment.find_one(payment.id).transfers[0].status == "succeeded"


def test_a_capture_changes_parts(sdk, partners):
    held = split(partners, capture=False)
    assert [t.status for t in held.transfers] == ["waiting_for_capture"] * 2
    body = {"amount": rub("500.00"), "transfers": [part(partners[0], "500.00", "20.00")]}
    captured = Payment.capture(held.id, body)
    assert captured.status == "succeeded" and captured.amount.value == Decimal("500.00")
    assert [t.amount.value for t in captured.transfers] == [Decimal("500.00")]


def test_a_cancellation_ends_all_parts(sdk, partners):
    held = split(partners, capture=False)
    assert {t.status for t in Payment.cancel(held.id).transfers} == {"canceled"}


def test_refunds_come_from_one_shop_or_from_all(sdk, partners):
    payment = split(partners)
    sources = [part(partners[0], "100.00", "20.00")]
    body = {"payment_id": payment.id, "amount": rub("100.00"), "sources": sources}
    one = Refund.create(body)
    assert one.status == "succeeded" and one.sources[0].account_id == partners[0]
    with pytest.raises(BadRequestError) as caught:
        Refund.create({"payment_id": payment.id, "amount": rub("10.00")})
    assert caught.value.content["parameter"] == "sources"
    rest = Refund.create({"payment_id": payment.id, "amount": rub("900.00")})
    assert sorted(s.amount.value for s in rest.sources) == [Decimal("400.00"), Decimal("500.00")]


def test_wrong_sums_and_foreign_shops_are_named(api, partners, stranger):
    def create(*transfers):
        body = {"amount": rub("100.00"), "confirmation": REDIRECT, "transfers": list(transfers)}
        return api.post("/payments", body)

    body = refused(create(part(partners[0], "99.00")), "transfers")
    assert body["description"].endswith("by -1.00 RUB")
    foreign = part(stranger.shop_id, "100.00")
    refused(create(foreign), "transfers.account_id")
    refused(create(part(api.shop_id, "100.00")), "transfers.account_id")
    refused(create(part(partners[0], "100.00", "100.01")), "transfers.platform_fee_amount")
    with_receipt = {
        "amount": rub("100.00"),
        "confirmation": REDIRECT,
        "transfers": [part(partners[0], "100.00")],
        "receipt": {"items": []},
    }
    assert api.post("/payments", with_receipt).status_code == 400


def test_the_builder_sends_what_others_want_to_know(sdk):
    airline = Airline()
    airline.booking_reference = "IIIKRV"
    airline.passengers = [Passenger({"first_name": "SERGEI", "last_name": "IVANOV"})]
    airline.legs = [
        Leg(
            {
                "departure_airport": "LED",
                "destination_airport": "AMS",
                "departure_date": "2026-06-20",
            }
        )
    ]
    builder = PaymentRequestBuilder()
    builder.set_amount({"value": "100.00", "currency": Currency.RUB}).set_capture(True)
    builder.set_confirmation(REDIRECT).set_airline(airline)
    assert Payment.create(builder.build()).status == "pending"


@pytest.mark.parametrize(
    "field",
    [
        {"receiver": {"type": "mobile_balance", "phone": "79000000000"}},
        {"receiver": {"type": "digital_wallet", "account_number": "4100116075156746"}},
        {
            "statements": [
                {
                    "type": "payment_overview",
                    "delivery_method": {"type": "email", "email": "buyer@shop.test"},
                }
            ]
        },
        {"fraud_data": {"topped_up_phone": "79110000000"}},
    ],
)
def test_what_is_passed_on_is_taken(api, field):
    assert api.payment("100.00", **field)["status"] == "pending"


@pytest.mark.parametrize(
    ("field", "parameter"),
    [
        ({"airline": {"legs": []}}, "airline.ticket_number"),
        ({"airline": {"ticket_number": "x"}}, "airline.ticket_number"),
        ({"receiver": {"type": "bank_account", "account_number": "1"}}, "receiver.account_number"),
        ({"statements": [{"type": "x"}]}, "statements.type"),
        ({"payment_order": {"type": "utilities"}}, "payment_order.amount"),
    ],
)
def test_what_is_wrong_is_named(api, field, parameter):
    body = {"amount": rub("100.00"), "confirmation": REDIRECT} | field
    refused(api.post("/payments", body), parameter)


def test_a_partners_receipt_is_registered_by_its_own_register(sdk, server, partners):
    seller, other = partners
    server.command_json("shop", "receipts", "set", "--shop", seller, "--scenario", "separate")
    payment = split(partners)
    body = {
        "type": "payment",
        "payment_id": payment.id,
        "send": True,
        "customer": {"email": "buyer@example.com"},
        "items": [
            {
                "description": "Книга",
                "quantity": 1,
                "amount": rub("600.00"),
                "vat_code": 1,
                "measure": "piece",
            }
        ],
        "settlements": [{"type": "cashless", "amount": rub("600.00")}],
        "on_behalf_of": seller,
    }
    made = Receipt.create(body)
    assert made.on_behalf_of == seller

    def registered():
        shown = Receipt.find_one(made.id)
        return shown if shown.status == "succeeded" else None

    shown = until(registered, 10, "the partner's register answers")
    assert shown.on_behalf_of == seller and shown.payment_id == payment.id
    with pytest.raises(BadRequestError) as refused_one:
        Receipt.create(body | {"on_behalf_of": server.shop_id})
    assert refused_one.value.content["parameter"] == "on_behalf_of"
