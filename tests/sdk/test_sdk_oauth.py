"""The official SDK as an application of a partner: by a token instead of the shop's key."""

from itertools import count

import pytest
import requests
from yookassa import Configuration, Payment, Refund, Settings, Webhook
from yookassa.domain.exceptions import BadRequestError, ForbiddenError, NotFoundError
from yookassa.domain.exceptions import UnauthorizedError
from yookassa.domain.notification import WebhookNotification, WebhookNotificationEventType

from api import REDIRECT, WITHOUT_3DS, Api, card, rub
from consent import CALLBACK, asked, decided, granted, told

ALL = "checkout:payments_create,checkout:payments_capture,checkout:payments_cancel"
ALL += ",checkout:payments_get,checkout:refunds_create,checkout:refunds_get"
_numbers = count(1)


@pytest.fixture
def application(server):
    """An application that may do all but see fees."""
    words = ["--name", "Касса", "--callback", CALLBACK, "--scope", ALL]
    return server.command_json("app", "create", *words)


@pytest.fixture
def as_application(server):
    """Points the official SDK at the server with the demo's token."""
    Configuration.configure_auth_token(server.demo["oauth_token"], api_url=server.api_url)


def exchanged(server, application, code, secret=None):
    return requests.post(
        f"{server.base_url}/oauth/v2/token",
        data={"grant_type": "authorization_code", "code": code},
        auth=(application["client_id"], secret or application["client_secret"]),
        timeout=10,
    )


def paid(value="100.00", **fields):
    body = {"amount": rub(value), "capture": True, "confirmation": REDIRECT}
    return Payment.create(body | {"payment_method_data": card(WITHOUT_3DS)} | fields)


def test_the_settings_are_those_of_the_shop(as_application, server):
    me = Settings.get_account_settings()
    assert me.account_id == server.shop_id and me.status == "enabled" and me.test is True


def test_an_application_pays_captures_refunds_and_sees_its_own(as_application, api):
    held = paid(capture=False)
    assert Payment.capture(held.id).status == "succeeded"
    refund = Refund.create({"payment_id": held.id, "amount": rub("10.00")})
    assert refund.status == "succeeded"
    assert Payment.find_one(held.id).income_amount is not None
    assert Refund.find_one(refund.id).payment_id == held.id
    own = api.paid()
    with pytest.raises(NotFoundError):
        Payment.find_one(own["id"])
    assert own["id"] not in [item.id for item in Payment.list({"limit": 100}).items]
    assert held.id in [item.id for item in Payment.list({"limit": 100}).items]
    # The shop sees both.
    assert api.found(f"/payments/{held.id}")["id"] == held.id


def test_webhooks_are_set_listed_and_removed(as_application, server, receiver):
    path = f"/oauth/{server.engine}/{next(_numbers)}"
    url = receiver.url(path)
    event = WebhookNotificationEventType.PAYMENT_SUCCEEDED
    made = Webhook.add({"event": event, "url": url})
    assert made.id.startswith("wh-") and made.event == event and made.url == url
    assert [item.id for item in Webhook.list().items] == [made.id]
    mine = paid()
    (delivery,) = receiver.wait(path, 1, mine.id)
    notification = WebhookNotification(delivery.json)
    assert notification.event == event and notification.object.id == mine.id
    Webhook.remove(made.id)
    assert Webhook.list().items == []
    with pytest.raises(BadRequestError) as caught:
        Webhook.add({"event": event, "url": "http://10.0.0.1/"})
    assert caught.value.content["parameter"] == "url"


def test_a_webhook_hears_nothing_of_the_shops_own_payments(as_application, server, receiver, api):
    path = f"/oauth/{server.engine}/{next(_numbers)}"
    event = WebhookNotificationEventType.PAYMENT_SUCCEEDED
    made = Webhook.add({"event": event, "url": receiver.url(path)})
    api.paid()
    mine = paid()
    receiver.wait(path, 1, mine.id)
    assert [one.object["id"] for one in receiver.of(path)] == [mine.id]
    Webhook.remove(made.id)


def test_a_shops_key_sets_no_webhooks(sdk):
    with pytest.raises(UnauthorizedError) as caught:
        Webhook.list()
    assert caught.value.content["description"] == "Authentication type is not allowed"


def test_a_merchant_grants_and_revokes(server, application):
    state = "a&b=1 #ё" + "x" * 900
    answer = granted(server, application, state=state)
    assert answer["state"] == state
    token = exchanged(server, application, answer["code"])
    assert token.status_code == 200 and token.headers["Cache-Control"] == "no-store"
    token = token.json()
    assert set(token) == {"access_token", "expires_in"}
    assert 32 <= len(token["access_token"]) <= 512 and token["expires_in"] == 94607999
    Configuration.configure_auth_token(token["access_token"], api_url=server.api_url)
    made = paid()
    assert made.income_amount is None, "the shop did not grant the sight of fees"

    listed = server.command_json("shop", "grants", "--shop", server.shop_id)["items"]
    (grant,) = [one for one in listed if one["client_id"] == application["client_id"]]
    assert grant["state"] == "issued"
    server.command_json("shop", "revoke", "--shop", server.shop_id, grant["grant"])
    with pytest.raises(UnauthorizedError):
        Payment.find_one(made.id)


def test_a_merchant_refuses(server, application):
    page = asked(server, application, state="7")
    answer = told(decided(server, page, decision="refuse"))
    assert answer == {"from": "altyn", "error": "access_denied", "state": "7"}


def test_a_code_is_used_once(server, application):
    code = granted(server, application)["code"]
    token = exchanged(server, application, code).json()["access_token"]
    again = exchanged(server, application, code)
    assert again.status_code == 400 and again.json()["error"] == "invalid_grant"
    Configuration.configure_auth_token(token, api_url=server.api_url)
    with pytest.raises(UnauthorizedError):
        Settings.get_account_settings()


def test_a_foreign_client_gets_nothing(server, application):
    other = server.command_json("app", "create", "--name", "Чужая касса")
    code = granted(server, application)["code"]
    foreign = exchanged(server, other, code)
    assert foreign.status_code == 400 and foreign.json()["error"] == "invalid_grant"
    wrong = exchanged(server, application, code, secret="wrong")
    assert wrong.status_code == 401 and wrong.json()["error"] == "invalid_client"
    assert exchanged(server, application, code).status_code == 200


def test_a_right_that_was_not_granted_is_forbidden(server):
    words = ["--name", "Читатель", "--callback", CALLBACK, "--scope", "checkout:payments_get"]
    application = server.command_json("app", "create", *words)
    code = granted(server, application)["code"]
    token = exchanged(server, application, code).json()["access_token"]
    Configuration.configure_auth_token(token, api_url=server.api_url)
    assert Payment.list().items == []
    with pytest.raises(ForbiddenError):
        paid()
    revoked = requests.post(
        f"{server.base_url}/oauth/v2/revoke_token",
        data={"token": token},
        auth=(application["client_id"], application["client_secret"]),
        timeout=10,
    )
    assert (revoked.status_code, revoked.json()) == (200, {})
    with pytest.raises(UnauthorizedError):
        Payment.list()


def test_wrong_keys_and_foreign_forms_grant_nothing(server, application):
    made = server.create_shop("Лавка под защитой")
    page = asked(server, application)
    typed = {"shop_id": made["shop_id"], "decision": "grant"}
    statuses = [
        decided(server, page, secret_key="test_wrong", **typed).status_code for _ in range(11)
    ]
    assert statuses == [422] * 10 + [429]
    forged = decided(server, page, csrf="0" * 32, secret_key=made["secret_key"], **typed)
    assert forged.status_code == 403
    assert server.command_json("shop", "grants", "--shop", made["shop_id"])["items"] == []


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": None},
        {"client_id": "ap-1"},
        {"client_id": "ap-31f02180-0061-5000-8123-456789abcdef"},
        {"response_type": None},
        {"response_type": "token"},
        {"state": "x" * 1025},
        {"client_id": ["https://evil.example/", "https://evil.example/"]},
    ],
)
def test_a_wrong_link_leads_nowhere(server, application, change):
    page = asked(server, application, redirect_uri="https://evil.example/", **change)
    assert page.status_code == 400 and not page.history
    assert "evil.example" not in page.text and "http-equiv" not in page.text


def test_invoices_are_not_for_tokens(server):
    headers = {"Authorization": f"Bearer {server.demo['oauth_token']}"}
    answer = requests.get(f"{server.api_url}/invoices/in-1", headers=headers, timeout=10)
    assert answer.status_code == 401
    assert answer.json()["description"] == "Authentication type is not allowed"


def test_keys_of_the_shop_and_of_an_application_do_not_meet(server):
    shop = Api(server.api_url, server.shop_id, server.secret_key)
    body = {"amount": rub("5.00"), "capture": True, "confirmation": REDIRECT}
    key = f"same-{next(_numbers)}-{server.engine}"
    first = shop.made("/payments", body, key=key)
    headers = {
        "Authorization": f"Bearer {server.demo['oauth_token']}",
        "Idempotence-Key": key,
    }
    answers = [
        requests.post(f"{server.api_url}/payments", json=body, headers=headers, timeout=10).json()
        for _ in range(2)
    ]
    assert answers[0] == answers[1] and answers[0]["id"] != first["id"]
