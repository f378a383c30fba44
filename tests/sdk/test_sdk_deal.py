"""The official SDK makes safe deals: money in by one stage and two, back, and in time."""

from decimal import Decimal

import pytest
from yookassa import Configuration, Deal, Payment, Refund
from yookassa.domain.exceptions import BadRequestError, NotFoundError

from altyn import until
from api import REDIRECT, WITHOUT_3DS, Api, card, fresh_key, refused, rub


def settlements(value):
    return [{"type": "payout", "amount": rub(value)}]


def opened(fee_moment="payment_succeeded", **fields):
    return Deal.create({"type": "safe_deal", "fee_moment": fee_moment} | fields)


def paid(deal, payout="800.00", **fields):
    body = {
        "amount": rub("1000.00"),
        "capture": True,
        "confirmation": REDIRECT,
        "payment_method_data": card(WITHOUT_3DS),
        "deal": {"id": deal.id, "settlements": settlements(payout)},
    }
    body = {name: field for name, field in (body | fields).items() if field is not None}
    return Payment.create(body)


def balances(deal):
    now = Deal.find_one(deal.id)
    return now.balance.value, now.payout_balance.value, now.status


def give_back(payment, value, payout):
    return Refund.create(
        {
            "payment_id": payment.id,
            "amount": rub(value),
            "deal": {"refund_settlements": settlements(payout)},
        }
    )


def test_a_deal_is_opened_found_and_listed(sdk):
    made = opened(description="SAFE_DEAL Ёлка 37", metadata={"order_id": "37"})
    assert made.type == "safe_deal" and made.status == "opened" and made.test
    assert made.fee_moment == "payment_succeeded" and made.metadata["order_id"] == "37"
    assert made.balance.value == made.payout_balance.value == Decimal("0.00")
    assert made.created_at < made.expires_at
    assert Deal.find_one(made.id).description == "SAFE_DEAL Ёлка 37"
    found = Deal.list({"full_text_search": "ёлка 37", "status": "opened", "limit": 100})
    assert made.id in [deal.id for deal in found.items], "a plus sign is a space"
    assert made.id not in [deal.id for deal in Deal.list({"status": "closed"}).items]
    page = Deal.list({"limit": 1})
    opened()
    assert len(page.items) == 1
    with pytest.raises(NotFoundError):
        Deal.find_one("dl-31f00001-0022-5000-8000-1a2b3c4d5e6f")


@pytest.mark.parametrize(
    "fee_moment, balance", [("payment_succeeded", "800.00"), ("deal_closed", "955.00")]
)
def test_one_stage_fills_the_deal(sdk, fee_moment, balance):
    deal = opened(fee_moment)
    payment = paid(deal)
    assert payment.status == "succeeded"
    assert payment.income_amount.value == Decimal("955.00")
    assert payment.deal.id == deal.id
    assert payment.deal.settlements[0].amount.value == Decimal("800.00")
    assert balances(deal) == (Decimal(balance), Decimal("800.00"), "opened")


@pytest.mark.parametrize(
    "fee_moment, balance", [("payment_succeeded", "480.00"), ("deal_closed", "573.00")]
)
def test_two_stages_fill_it_with_what_is_captured(sdk, fee_moment, balance):
    deal = opened(fee_moment)
    payment = paid(deal, capture=False)
    assert balances(deal) == (Decimal("0.00"), Decimal("0.00"), "opened")
    captured = Payment.capture(
        payment.id, {"amount": rub("600.00"), "deal": {"settlements": settlements("480.00")}}
    )
    assert captured.income_amount.value == Decimal("573.00")
    assert captured.deal.settlements[0].amount.value == Decimal("480.00")
    assert balances(deal) == (Decimal(balance), Decimal("480.00"), "opened")


def test_a_canceled_payment_frees_the_deal(sdk):
    deal = opened()
    held = paid(deal, capture=False)
    with pytest.raises(BadRequestError) as caught:
        paid(deal)
    assert caught.value.content["parameter"] == "deal.id"
    Payment.cancel(held.id)
    assert balances(deal)[0] == Decimal("0.00")
    assert paid(deal).status == "succeeded"


def test_the_sellers_part_goes_back_and_the_deal_closes(sdk):
    deal = opened()
    payment = paid(deal)
    part = give_back(payment, "300.00", "300.00")
    assert part.status == "succeeded" and part.deal.id == deal.id
    assert part.deal.refund_settlements[0].amount.value == Decimal("300.00")
    with pytest.raises(BadRequestError) as caught:
        give_back(payment, "500.00", "400.00")
    assert caught.value.content["parameter"] == "deal.refund_settlements"
    give_back(payment, "500.00", "500.00")
    assert balances(deal) == (Decimal("0.00"), Decimal("0.00"), "closed")


def test_a_full_refund_leaves_the_commission_below_zero(sdk):
    deal = opened("deal_closed")
    give_back(paid(deal), "1000.00", "800.00")
    assert balances(deal) == (Decimal("-45.00"), Decimal("0.00"), "closed")


def test_a_saved_card_pays_into_a_deal(sdk):
    first = paid(opened(), save_payment_method=True)
    deal = opened("deal_closed")
    again = paid(
        deal, payment_method_data=None, payment_method_id=first.payment_method.id, confirmation=None
    )
    assert again.status == "succeeded"
    assert balances(deal)[0] == Decimal("955.00")


@pytest.fixture
def platform(server):
    """A platform whose time nobody else shares, and whose deals live a day."""
    made = server.create_shop("Площадка", "--raw-cards", "--deals", "1")
    Configuration.configure(made["shop_id"], made["secret_key"], api_url=server.api_url)
    return Api(server.api_url, made["shop_id"], made["secret_key"])


def test_at_its_end_a_deal_gives_back_what_is_left(server, platform):
    full, held, empty = opened("deal_closed"), opened(), opened()
    payment, hold = paid(full), paid(held, capture=False)
    server.advance("23h", platform.shop_id)
    assert {balances(deal)[2] for deal in (full, held, empty)} == {"opened"}
    server.advance("2h", platform.shop_id)
    until(
        lambda: all(balances(deal)[2] == "closed" for deal in (full, held, empty)) or None,
        10,
        "the deals close",
    )
    assert balances(full) == (Decimal("-45.00"), Decimal("0.00"), "closed")
    refunds = Refund.list({"payment_id": payment.id}).items
    assert [refund.amount.value for refund in refunds] == [Decimal("1000.00")]
    ended = Payment.find_one(hold.id)
    assert ended.status == "canceled"
    assert ended.cancellation_details.reason == "deal_expired"
    assert ended.cancellation_details.party == "yoo_money"
    with pytest.raises(BadRequestError) as caught:
        paid(empty)
    assert caught.value.content["parameter"] == "deal.id"


def body_of(deal_id, **fields):
    body = {
        "amount": rub("1000.00"),
        "capture": True,
        "confirmation": REDIRECT,
        "payment_method_data": card(WITHOUT_3DS),
        "deal": {"id": deal_id, "settlements": settlements("800.00")},
    }
    return body | fields


WRONG = [
    ({"settlements": settlements("955.00")}, "deal.settlements"),
    ({"settlements": settlements("2000.00")}, "deal.settlements"),
    ({"settlements": []}, "deal.settlements"),
    ({"settlements": None}, "deal.settlements"),
    ({"settlements": "800.00"}, "deal.settlements"),
    ({"settlements": settlements("1.00") * 2}, "deal.settlements"),
    ({"settlements": [{"amount": rub("1.00")}]}, "deal.settlements.type"),
    ({"settlements": [{"type": "payout"}]}, "deal.settlements.amount"),
    ({"settlements": ["payout"]}, "deal.settlements"),
    ({"settlements": settlements("-1.00")}, "deal.settlements.amount.value"),
    (
        {"settlements": [{"type": "payout", "amount": {"value": "1.00", "currency": "XXX"}}]},
        "deal.settlements.amount.currency",
    ),
    ({"id": None}, "deal.id"),
    ({"id": "dl-31f00001-0022-5000-8000-1a2b3c4d5e6f"}, "deal.id"),
    ({"id": "31f00000-000f-5000-8000-1a2b3c4d5e6f"}, "deal.id"),
]


@pytest.mark.parametrize("part, parameter", WRONG, ids=str)
def test_a_wrong_part_of_a_deal_is_refused_by_name(api, part, parameter):
    deal = api.made("/deals", {"type": "safe_deal", "fee_moment": "deal_closed"})
    body = body_of(deal["id"])
    body["deal"] |= part
    answer = refused(api.post("/payments", body))
    assert answer.get("parameter") == parameter, answer
    assert api.found(f"/deals/{deal['id']}") == deal


def test_too_much_for_the_seller_says_by_how_much(api):
    deal = api.made("/deals", {"type": "safe_deal", "fee_moment": "deal_closed"})["id"]
    part = {"id": deal, "settlements": settlements("960.00")}
    answer = refused(api.post("/payments", body_of(deal, deal=part)), "deal.settlements")
    assert answer["description"].endswith("too large by 5.01 RUB")


def test_a_deal_of_another_platform_is_not_there(api, platform):
    foreign = platform.made("/deals", {"type": "safe_deal", "fee_moment": "deal_closed"})["id"]
    refused(api.post("/payments", body_of(foreign)), "deal.id")
    refused(api.get(f"/deals/{foreign}"), status=404)


def test_a_shop_that_is_no_platform_makes_no_deals(stranger):
    body = {"type": "safe_deal", "fee_moment": "deal_closed"}
    refused(stranger.post("/deals", body), status=403)
    refused(stranger.get("/deals"), status=403)


@pytest.mark.parametrize("kind", ["sbp"])
def test_methods_that_cannot_pay_into_deals_are_refused(api, kind):
    deal = api.made("/deals", {"type": "safe_deal", "fee_moment": "deal_closed"})["id"]
    body = body_of(deal, payment_method_data={"type": kind})
    refused(api.post("/payments", body), "payment_method_data.type")


def test_one_key_opens_one_deal(api):
    key, body = fresh_key(), {"type": "safe_deal", "fee_moment": "deal_closed"}
    first, second = api.post("/deals", body, key=key), api.post("/deals", body, key=key)
    assert first.text == second.text
    refused(api.post("/deals", body | {"description": "x"}, key=key), "Idempotence-Key")
