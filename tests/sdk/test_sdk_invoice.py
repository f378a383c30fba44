"""The official SDK's invoices, the page that a buyer pays them on, and what is refused."""

import copy
from datetime import datetime, timedelta, timezone

import pytest
from yookassa import Invoice, Payment
from yookassa.domain.exceptions import BadRequestError, NotFoundError
from yookassa.domain.notification import WebhookNotification

from altyn import until
from api import WITHOUT_3DS, Api, fresh_key, refused, rub


def in_days(days):
    moment = datetime.now(timezone.utc) + timedelta(days=days)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def body(**other):
    return {
        "payment_data": {
            "amount": rub("1890.00"),
            "capture": True,
            "description": "Заказ № 72",
            "metadata": {"order_id": "72"},
        },
        "cart": [
            {
                "description": "Кофе",
                "price": rub("1000.00"),
                "discount_price": rub("945.00"),
                "quantity": 2.000,
            },
        ],
        "delivery_method_data": {"type": "self"},
        "expires_at": in_days(10),
        "locale": "ru_RU",
        "description": "Счёт по договору 37",
        "metadata": {"contract": "37"},
    } | other


def pressed(buyer, invoice):
    """The payment page that the button of the invoice's page leads to."""
    page = buyer.open(invoice.delivery_method.url)
    assert page.status == 200
    return buyer.send(page, page.forms[0])


def test_an_invoice_is_made_and_found(sdk, server):
    made = Invoice.create(body())
    assert made.id.startswith("in-") and len(made.id) == 39
    assert made.status == "pending"
    assert made.delivery_method.type == "self"
    assert made.delivery_method.url == f"{server.base_url}/invoice/{made.id}"
    line = made.cart[0]
    assert line.description == "Кофе" and line.quantity == 2
    assert str(line.price.value) == "1000.00" and str(line.discount_price.value) == "945.00"
    assert made.metadata["contract"] == "37"
    found = Invoice.find_one(made.id)
    assert dict(found) == dict(made)
    with pytest.raises(NotFoundError):
        Invoice.find_one("in-31f00400-0031-5000-8000-1a2b3c4d5e6f")


def test_the_same_key_makes_one_invoice(sdk):
    key, same = fresh_key(), body()
    assert Invoice.create(same, key).id == Invoice.create(same, key).id
    with pytest.raises(BadRequestError) as caught:
        Invoice.create(same | {"description": "Другой"}, key)
    assert caught.value.content["parameter"] == "Idempotence-Key"


def test_a_buyer_pays_and_the_payment_names_the_invoice(sdk, server, buyer, receiver):
    path = f"/invoices/{server.engine}"
    server.add_webhook(receiver.url(path), ["payment.succeeded"])
    invoice = Invoice.create(body())
    page = buyer.open(invoice.delivery_method.url)
    assert "Кофе" in page.text and "Счёт по договору 37" in page.text
    contract = buyer.send(page, page.forms[0])
    again = pressed(buyer, invoice)
    assert contract.url == again.url, "one payment at a time"
    buyer.pay_by_card(contract, WITHOUT_3DS)
    paid = Invoice.find_one(invoice.id)
    assert paid.status == "succeeded"
    assert paid.payment_details.status == "succeeded"
    assert paid.expires_at is None and paid.delivery_method is None
    payment = Payment.find_one(paid.payment_details.id)
    assert payment.status == "succeeded" and payment.invoice_details.id == invoice.id
    assert payment.description == "Заказ № 72" and payment.metadata["order_id"] == "72"
    (told,) = receiver.wait(path, 1, payment.id)
    assert WebhookNotification(told.json).object.invoice_details.id == invoice.id


@pytest.mark.parametrize(
    "delivery",
    [{"type": "email", "email": "buyer@shop.test"}, {"type": "sms", "phone": "79000000000"}],
)
def test_an_invoice_goes_out_by_message(sdk, server, delivery):
    invoice = Invoice.create(body(delivery_method_data=delivery))
    assert invoice.delivery_method.type == delivery["type"]

    def written():
        listed = server.command_json("message", "list", "--shop", server.shop_id)["items"]
        return next((one for one in listed if one["about"]["id"] == invoice.id), None)

    found = until(written, 10, "the message is written")
    shown = server.command_json("message", "show", found["id"])
    assert f"{server.base_url}/invoice/{invoice.id}" in shown["text"]


def test_held_money_can_be_let_go(sdk, buyer):
    two_stages = copy.deepcopy(body())
    two_stages["payment_data"]["capture"] = False
    invoice = Invoice.create(two_stages)
    buyer.pay_by_card(pressed(buyer, invoice), WITHOUT_3DS)
    held = Invoice.find_one(invoice.id)
    assert held.status == "pending" and held.payment_details.status == "waiting_for_capture"
    Payment.cancel(held.payment_details.id)
    over = Invoice.find_one(invoice.id)
    assert over.status == "canceled" and over.payment_details.status == "canceled"
    assert over.cancellation_details.party == "merchant"
    assert over.cancellation_details.reason == "payment_canceled"


def test_nobody_pays_in_time(sdk, server, buyer):
    shop = server.create_shop("Лавка со счетами")
    own = Api(server.api_url, shop["shop_id"], shop["secret_key"])
    made = own.made("/invoices", body())
    server.advance("11d", shop["shop_id"])

    def over():
        found = own.found(f"/invoices/{made['id']}")
        return found if found["status"] == "canceled" else None

    found = until(over, 10, "the invoice expires")
    details = {"party": "yoo_money", "reason": "invoice_expired"}
    assert found["cancellation_details"] == details
    assert "payment_details" not in found and "expires_at" not in found
    page = buyer.open(made["delivery_method"]["url"])
    assert "Срок счёта истёк" in page.text and not page.forms


GONE = object()


def changed(path, value):
    whole = body()
    *parents, last = path.split(".")
    inner = whole
    for name in parents:
        inner = inner[int(name)] if name.isdigit() else inner[name]
    if value is GONE:
        del inner[last]
    else:
        inner[int(last) if last.isdigit() else last] = value
    return whole


def line(**other):
    return {"description": "x", "price": rub("1890.00"), "quantity": 1} | other


WRONG = [
    ("payment_data", GONE, "payment_data"),
    ("payment_data", "x", "payment_data"),
    ("payment_data.amount", GONE, "payment_data.amount"),
    ("payment_data.amount.value", "0.00", "payment_data.amount.value"),
    ("payment_data.amount.value", "1e3", "payment_data.amount.value"),
    ("payment_data.amount.currency", "USD", "payment_data.amount.currency"),
    ("payment_data.capture", "yes", "payment_data.capture"),
    ("payment_data.client_ip", "300.1.1.1", "payment_data.client_ip"),
    ("payment_data.description", "я" * 129, "payment_data.description"),
    ("payment_data.metadata", [1], "payment_data.metadata"),
    ("payment_data.recipient", {"gateway_id": "1"}, "payment_data.recipient.gateway_id"),
    ("payment_data.receipt", {"items": []}, "payment_data.receipt.items"),
    ("cart", GONE, "cart"),
    ("cart", [], "cart"),
    ("cart", "x", "cart"),
    ("cart", [1], "cart"),
    ("cart", [line()] * 101, "cart"),
    ("cart", [line(description="")], "cart.description"),
    ("cart", [line(description="я" * 129)], "cart.description"),
    ("cart", [line(description="a\0b")], "cart.description"),
    ("cart", [line(price=rub("0.00"))], "cart.price.value"),
    ("cart", [line(price=rub("-1.00"))], "cart.price.value"),
    ("cart", [line(price=GONE)], "cart.price"),
    ("cart", [line(quantity=0)], "cart.quantity"),
    ("cart", [line(quantity=-1)], "cart.quantity"),
    ("cart", [line(quantity=0.0001)], "cart.quantity"),
    ("cart", [line(quantity="one")], "cart.quantity"),
    ("cart", [line(quantity=100000)], "cart.quantity"),
    ("cart", [line(discount_price=rub("1890.01"))], "cart.discount_price.value"),
    ("cart", [line(price=rub("1889.99"))], "cart"),
    ("cart", [line(), line(price=rub("0.01"))], "cart"),
    ("delivery_method_data", {}, "delivery_method_data.type"),
    ("delivery_method_data", {"type": "pigeon"}, "delivery_method_data.type"),
    ("delivery_method_data", {"type": "sms"}, "delivery_method_data.phone"),
    ("delivery_method_data", {"type": "email", "email": "x"}, "delivery_method_data.email"),
    ("expires_at", GONE, "expires_at"),
    ("expires_at", "tomorrow", "expires_at"),
    ("expires_at", "2020-01-01T00:00:00.000Z", "expires_at"),
    # Far ahead: the shop's clock may have been advanced by others before.
    ("expires_at", in_days(90), "expires_at"),
    ("locale", "ru", "locale"),
    ("description", "я" * 129, "description"),
    ("metadata", {"k" * 33: "v"}, "metadata"),
]


def without_gone(value):
    if isinstance(value, list):
        return [without_gone(one) for one in value]
    if isinstance(value, dict):
        return {name: without_gone(one) for name, one in value.items() if one is not GONE}
    return value


@pytest.mark.parametrize("path, value, parameter", WRONG, ids=lambda value: str(value)[:20])
def test_a_wrong_invoice_is_refused_by_name(api, path, value, parameter):
    value = GONE if value is GONE else without_gone(value)
    refused(api.post("/invoices", changed(path, value)), parameter)


def test_a_cart_says_by_how_much_it_is_wrong(api):
    whole = changed("payment_data.amount.value", "2000.00")
    told = refused(api.post("/invoices", whole), "cart")
    assert "1890.00 RUB, 110.00 RUB less than 2000.00 RUB" in told["description"]


def test_another_shops_invoice_is_not_found(api, stranger):
    made = api.made("/invoices", body())
    refused(stranger.get(f"/invoices/{made['id']}"), "invoice_id", 404)
