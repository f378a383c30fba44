"""The official SDK with tokens of cards: a payment token from Checkout.js in a shop's own form, a
payout token from the payout widget. They are made as the scripts make them in a browser."""

from decimal import Decimal

import pytest
import requests
from yookassa import Configuration, Deal, Payment, Payout, Refund
from yookassa.domain.exceptions import BadRequestError, ForbiddenError
from yookassa.domain.request import PaymentRequestBuilder
from yookassa.domain.request.payout_request_builder import PayoutRequestBuilder

from api import REDIRECT, WITH_3DS, WITHOUT_3DS, rub

NO_MONEY = "5555555555554600"


def checkout_js(server, shop_id, number=WITHOUT_3DS, **fields):
    """What `checkout.tokenize(…)` resolves to, asked as the script asks it from a shop's page."""
    body = {
        "shop_id": shop_id,
        "language": "ru",
        "number": number,
        "cvc": "123",
        "month": "12",
        "year": "35",
    }
    return requests.post(
        f"{server.base_url}/checkout-js/v1/tokens",
        json=body | fields,
        headers={"Origin": "https://shop.test", "Sec-Fetch-Site": "cross-site"},
        timeout=10,
    ).json()


def payment_token(server, number=WITHOUT_3DS, shop_id=None):
    said = checkout_js(server, shop_id or server.shop_id, number)
    assert said["status"] == "success", said
    return said["data"]["response"]["paymentToken"]


def payout_card(server, account_id, number=WITHOUT_3DS):
    """What the payout widget's `success_callback` gets, asked as its frame asks it."""
    said = requests.post(
        f"{server.base_url}/payouts-data/tokens",
        json={"account_id": account_id, "number": number},
        headers={"Origin": server.base_url, "Sec-Fetch-Site": "same-origin"},
        timeout=10,
    ).json()
    assert said["status"] == "success", said
    return said["data"]


def pay(token, **fields):
    return Payment.create(
        {
            "payment_token": token,
            "amount": rub("1000.00"),
            "capture": True,
            "confirmation": REDIRECT,
        }
        | fields
    )


def refused(call, parameter, error=BadRequestError):
    with pytest.raises(error) as caught:
        call()
    assert caught.value.content["parameter"] == parameter, caught.value.content
    return caught.value.content


def test_a_token_pays_at_once_and_once(sdk, server):
    token = payment_token(server)
    made = pay(token, description="Заказ 72")
    assert made.status == "succeeded" and made.income_amount.value == Decimal("955.00")
    assert made.payment_method.type == "bank_card"
    assert made.payment_method.card.last4 == "4444"
    assert Payment.find_one(made.id).payment_method.card.first6 == "555555"
    refused(lambda: pay(token), "payment_token")
    assert Refund.create({"payment_id": made.id, "amount": rub("1000.00")}).status == "succeeded"


def test_the_same_key_with_a_used_token_gets_the_same_payment(sdk, server):
    body = {"payment_token": payment_token(server), "amount": rub("10.00"), "capture": True}
    body |= {"confirmation": REDIRECT}
    first = Payment.create(body, "token-once")
    assert Payment.create(body, "token-once").id == first.id


def test_a_token_holds_money_and_asks_for_3d_secure(sdk, server, buyer):
    held = pay(payment_token(server, WITH_3DS), capture=False)
    assert held.status == "pending"
    page = buyer.open(held.confirmation.confirmation_url)
    buyer.decide(page, "accept")
    assert Payment.find_one(held.id).status == "waiting_for_capture"
    assert Payment.capture(held.id, {"amount": rub("600.00")}).status == "succeeded"


def test_a_token_of_a_declined_card(sdk, server):
    made = pay(payment_token(server, NO_MONEY))
    assert made.status == "canceled"
    assert made.cancellation_details.reason == "insufficient_funds"


def test_the_builder_sends_a_token_which_saves_its_card(sdk, server):
    builder = PaymentRequestBuilder()
    builder.set_amount(rub("100.00")).set_capture(True).set_confirmation(REDIRECT)
    builder.set_payment_token(payment_token(server)).set_save_payment_method(True)
    first = Payment.create(builder.build())
    assert first.status == "succeeded" and first.payment_method.saved
    again = Payment.create(
        {"amount": rub("50.00"), "capture": True, "payment_method_id": first.payment_method.id}
    )
    assert again.status == "succeeded"


def test_a_token_pays_into_a_deal(sdk, server):
    deal = Deal.create({"type": "safe_deal", "fee_moment": "payment_succeeded"})
    part = {"id": deal.id, "settlements": [{"type": "payout", "amount": rub("800.00")}]}
    assert pay(payment_token(server), deal=part).status == "succeeded"
    assert Deal.find_one(deal.id).payout_balance.value == Decimal("800.00")


def test_a_token_is_worth_nothing_to_another_shop(server):
    other = server.create_shop("Чужая", "--tokens")
    Configuration.configure(other["shop_id"], other["secret_key"], api_url=server.api_url)
    token = payment_token(server)
    refused(lambda: pay(token), "payment_token", ForbiddenError)
    Configuration.configure(server.shop_id, server.secret_key, api_url=server.api_url)
    assert pay(token).status == "succeeded", "the refusal did not use it up"


def test_what_is_no_payment_token(sdk, server):
    for token in ("A" * 43, payout_card(server, server.shop_id)["payout_token"]):
        refused(lambda token=token: pay(token), "payment_token")


def test_checkout_js_says_what_is_wrong(server):
    said = checkout_js(server, server.shop_id, "5555555555554445", month="13")
    assert said["status"] == "error"
    codes = {one["code"] for one in said["error"]["params"]}
    assert codes == {"invalid_number", "invalid_expiry_month"}
    plain = server.create_shop("Без токенов")
    said = checkout_js(server, plain["shop_id"])
    assert said["error"]["type"] == "forbidden", said


@pytest.fixture
def gateway(server):
    """Points the SDK at the demo's payout gateway."""
    ids = server.demo["payout_gateway_id"], server.demo["payout_secret_key"]
    Configuration.configure(*ids, api_url=server.api_url)
    return ids[0]


def test_a_payout_token_is_paid_to_again_and_again(server, gateway):
    card = payout_card(server, gateway)
    assert (card["first6"], card["last4"]) == ("555555", "4444")
    for value in ("10.00", "20.00"):
        made = Payout.create({"amount": rub(value), "payout_token": card["payout_token"]})
        assert made.status == "succeeded" and made.payout_destination.type == "bank_card"
        assert made.payout_destination.card.last4 == "4444"
        assert Payout.find_one(made.id).amount.value == Decimal(value)


def test_the_builder_pays_out_to_a_token(server, gateway):
    builder = PayoutRequestBuilder()
    builder.set_amount(rub("10.00")).set_description("Выплата 37")
    builder.set_payout_token(payout_card(server, gateway)["payout_token"])
    made = Payout.create(builder.build())
    assert made.status == "succeeded" and made.description == "Выплата 37"


def test_a_deal_pays_out_to_a_token(sdk, server):
    deal = Deal.create({"type": "safe_deal", "fee_moment": "deal_closed"})
    part = {"id": deal.id, "settlements": [{"type": "payout", "amount": rub("800.00")}]}
    assert pay(payment_token(server), deal=part).status == "succeeded"
    token = payout_card(server, server.shop_id)["payout_token"]
    body = {"amount": rub("800.00"), "payout_token": token, "deal": {"id": deal.id}}
    assert Payout.create(body).status == "succeeded"
    closed = Deal.find_one(deal.id)
    assert (closed.status, closed.payout_balance.value) == ("closed", Decimal("0.00"))


def test_what_is_no_payout_token(server, gateway):
    foreign = payout_card(server, server.shop_id)["payout_token"]
    for token in ("A" * 43, foreign, payment_token(server)):
        body = {"amount": rub("10.00"), "payout_token": token}
        refused(lambda body=body: Payout.create(body), "payout_token")
