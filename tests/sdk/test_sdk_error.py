"""Each error class of the official SDK is raised by what it stands for."""

import uuid

import pytest
from yookassa import Configuration, Payment, PaymentMethod, Refund
from yookassa.domain.exceptions import (
    BadRequestError,
    ForbiddenError,
    NotFoundError,
    UnauthorizedError,
)

from api import REDIRECT, WITHOUT_3DS, card, expect, refused, rub

BODY = {"amount": rub("100.00"), "capture": True, "confirmation": REDIRECT}


def test_a_wrong_key_is_unauthorized(sdk, server):
    Configuration.configure(server.shop_id, "test_wrong", api_url=server.api_url)
    with pytest.raises(UnauthorizedError) as caught:
        Payment.create(BODY)
    assert caught.value.content["code"] == "invalid_credentials"


def test_an_unknown_shop_is_unauthorized(sdk, server):
    Configuration.configure("999999999", server.secret_key, api_url=server.api_url)
    with pytest.raises(UnauthorizedError):
        Payment.list()


def test_an_unknown_token_is_unauthorized(server):
    Configuration.configure_auth_token("no-such-token", api_url=server.api_url)
    with pytest.raises(UnauthorizedError):
        Payment.list()


def test_what_does_not_exist_is_not_found(sdk):
    nobody = "31f00000-000f-5000-8000-1a2b3c4d5e6f"
    for find in (Payment.find_one, Refund.find_one, PaymentMethod.find_one):
        with pytest.raises(NotFoundError) as caught:
            find(nobody)
        assert caught.value.content["code"] == "not_found"


def test_what_belongs_to_another_shop_is_not_found(sdk, api, stranger):
    payment = api.paid("100.00")
    refund = expect(api.refund(payment["id"], "10.00"))
    refused(stranger.get(f"/payments/{payment['id']}"), status=404)
    refused(stranger.get(f"/refunds/{refund['id']}"), status=404)
    for action in ("capture", "cancel"):
        answer = stranger.post(f"/payments/{payment['id']}/{action}", {})
        assert answer.status_code in (400, 404), answer.text
    answer = stranger.refund(payment["id"], "10.00")
    assert answer.status_code in (400, 404), answer.text
    assert stranger.every("/payments") == [] and stranger.every("/refunds") == []
    assert api.found(f"/payments/{payment['id']}")["refunded_amount"]["value"] == "10.00"


def test_bad_data_is_a_bad_request(sdk):
    with pytest.raises(BadRequestError) as caught:
        Payment.create(BODY | {"confirmation": {"type": "redirect", "return_url": "x" * 2049}})
    assert caught.value.content["parameter"] == "confirmation.return_url"


def test_raw_cards_need_a_right(server, stranger):
    Configuration.configure(stranger.shop_id, stranger.session.auth[1], api_url=server.api_url)
    with pytest.raises(ForbiddenError) as caught:
        Payment.create(BODY | {"payment_method_data": card(WITHOUT_3DS)})
    assert caught.value.content["code"] == "forbidden"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Basic"},
        {"Authorization": "Basic ????"},
        {"Authorization": "Basic bm9jb2xvbg=="},
        {"Authorization": "Digest x"},
    ],
)
def test_no_credentials_are_unauthorized(api, headers):
    session, api.session.auth = api.session.auth, None
    try:
        refused(api.get("/me", headers=headers), status=401)
    finally:
        api.session.auth = session


def test_another_content_type_is_415(api):
    answer = api.post("/payments", BODY, headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415
    answer = api.post(
        "/payments", BODY, headers={"Content-Type": "application/json; charset=utf-8"}
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_another_method_is_405(api, method):
    assert api.request(method, "/payments").status_code == 405


def test_an_unknown_path_is_404(api):
    assert api.get("/nothing").status_code == 404


@pytest.mark.parametrize("identifier", ["x", "31f00000", str(uuid.uuid4()), "31F00000-%00", "'"])
def test_an_identifier_that_is_none_is_not_found(api, identifier):
    assert api.get(f"/payments/{identifier}").status_code == 404
