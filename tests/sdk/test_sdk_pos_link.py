"""The official SDK at a till: plates, and payments through them."""

import secrets

import pytest
from yookassa import Payment, PosLink, Settings
from yookassa.domain.exceptions import BadRequestError, NotFoundError

from api import refused, rub


@pytest.fixture
def gateway(api):
    """The shop's till."""
    return api.payment("10.00")["recipient"]["gateway_id"]


@pytest.fixture
def plate(sdk, gateway):
    link = f"https://qr.nspk.ru/{secrets.token_hex(8)}"
    made = PosLink.create(
        {"recipient": {"gateway_id": gateway}, "pos_link_data": {"link": link}}
    )
    assert made.status == "active" and made.type == "nspk"
    return made


def at(plate, **other):
    return {
        "amount": rub("500.00"),
        "capture": True,
        "payment_method_data": {"type": "sbp"},
        "confirmation": {"type": "external"},
        "pos_link": {"id": plate.id},
    } | other


def test_a_plate_is_switched_off_and_on_and_moved(plate, gateway):
    assert PosLink.deactivate(plate.id).status == "inactive"
    assert PosLink.activate(plate.id).status == "active"
    moved = PosLink.change_recipient(plate.id, {"recipient": {"gateway_id": gateway}})
    assert moved.recipient.gateway_id == gateway
    with pytest.raises(NotFoundError):
        PosLink.find_one("pl-31f00900-000f-5000-8000-1a2b3c4d5e6f")
    assert Settings.get_account_settings().status == "enabled"


def test_one_payment_waits_at_a_plate(plate):
    payment = Payment.create(at(plate))
    assert payment.status == "pending" and payment.confirmation.type == "external"
    last = PosLink.find_one(plate.id).payment
    assert last.id == payment.id and last.status == "pending"
    with pytest.raises(BadRequestError) as caught:
        Payment.create(at(plate))
    assert caught.value.content["parameter"] == "pos_link.id"


def test_only_payments_at_once_by_sbp_go_through_a_plate(api, plate):
    refused(api.post("/payments", at(plate, capture=False)), "capture")
    wallet = at(plate, payment_method_data={"type": "yoo_money"})
    refused(api.post("/payments", wallet), "payment_method_data.type")
    late = at(plate, pos_link={"id": plate.id, "expires_at": "2030-01-01T00:00:00Z"})
    refused(api.post("/payments", late), "pos_link.expires_at")
    refused(api.post("/payments", at(plate, pos_link={"id": "x"})), "pos_link.id")
