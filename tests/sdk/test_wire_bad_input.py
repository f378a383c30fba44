"""Whatever is wrong is refused by name, and nothing is written."""

import copy

import pytest

from api import REDIRECT, WITHOUT_3DS, card, expect, refused, rub

GONE = object()
PAGE = {"amount": rub("100.00"), "capture": True, "confirmation": REDIRECT}
RAW = PAGE | {"payment_method_data": card(WITHOUT_3DS)}


def changed(body, path, value):
    """The body with one field set or taken away."""
    body = copy.deepcopy(body)
    *parents, last = path.split(".")
    inner = body
    for name in parents:
        inner = inner.setdefault(name, {})
    if value is GONE:
        del inner[last]
    else:
        inner[last] = value
    return body


PAYMENT = [
    # field, value, the parameter that is named
    ("amount", GONE, "amount"),
    ("amount", "100.00", "amount"),
    ("amount", [], "amount"),
    ("amount.value", GONE, "amount.value"),
    ("amount.value", "100.001", "amount.value"),
    ("amount.value", "-100.00", "amount.value"),
    ("amount.value", "0.00", "amount.value"),
    ("amount.value", "", "amount.value"),
    ("amount.value", "1 000.00", "amount.value"),
    ("amount.value", "100,00", "amount.value"),
    ("amount.value", "1e3", "amount.value"),
    ("amount.value", "01.00", "amount.value"),
    ("amount.value", 100.001, "amount.value"),
    ("amount.value", -1, "amount.value"),
    ("amount.value", "NaN", "amount.value"),
    ("amount.value", "١٠٠.٠٠", "amount.value"),
    ("amount.value", "99999999999999999999.00", "amount.value"),
    ("amount.value", "9" * 5000, "amount.value"),
    ("amount.value", True, "amount.value"),
    ("amount.value", {}, "amount.value"),
    ("amount.currency", GONE, "amount.currency"),
    ("amount.currency", "XXX", "amount.currency"),
    ("amount.currency", "rub", "amount.currency"),
    ("amount.currency", "USD", "amount.currency"),
    ("amount.currency", 643, "amount.currency"),
    ("description", "я" * 129, "description"),
    ("description", 5, "description"),
    ("description", "card 5555555555554444", "description"),
    ("merchant_customer_id", "5555-5555-5555-4444", "merchant_customer_id"),
    ("capture", "yes", "capture"),
    ("save_payment_method", 1, "save_payment_method"),
    ("client_ip", "300.1.1.1", "client_ip"),
    ("merchant_customer_id", "c" * 201, "merchant_customer_id"),
    ("metadata", [1], "metadata"),
    ("metadata", {"card": "4111 1111 1111 1111"}, "metadata"),
    ("metadata", "x", "metadata"),
    ("metadata", {f"k{n}": "v" for n in range(17)}, "metadata"),
    ("metadata", {"k" * 33: "v"}, "metadata"),
    ("metadata", {"k": "v" * 513}, "metadata"),
    ("metadata", {"k": {"deep": "v"}}, "metadata"),
    ("confirmation", "redirect", "confirmation"),
    ("confirmation.type", GONE, "confirmation.type"),
    ("confirmation.type", "pigeon", "confirmation.type"),
    ("confirmation.return_url", GONE, "confirmation.return_url"),
    ("confirmation.return_url", "", "confirmation.return_url"),
    ("confirmation.return_url", "javascript:alert(1)", "confirmation.return_url"),
    ("confirmation.return_url", "https://shop.test/\r\nX: y", "confirmation.return_url"),
    ("confirmation.return_url", "https://shop.test/\x7f", "confirmation.return_url"),
    ("confirmation.return_url", "https://a:b@shop.test/", "confirmation.return_url"),
    ("confirmation.return_url", "http:evil", "confirmation.return_url"),
    ("confirmation.return_url", "https:\\\\shop.test", "confirmation.return_url"),
    ("confirmation.return_url", "https://shop.test/" + "x" * 2040, "confirmation.return_url"),
    ("confirmation.locale", "ru", "confirmation.locale"),
    ("confirmation.enforce", "yes", "confirmation.enforce"),
    ("payment_method_data", "bank_card", "payment_method_data"),
    ("payment_method_data", {}, "payment_method_data.type"),
    ("payment_method_data", {"type": "barter"}, "payment_method_data.type"),
    ("payment_method_data", {"type": "qiwi"}, "payment_method_data.type"),
    ("payment_method_data", {"type": "mobile_balance"}, "payment_method_data.phone"),
    (
        "payment_method_data",
        {"type": "mobile_balance", "phone": "+7 900"},
        "payment_method_data.phone",
    ),
    ("payment_method_id", "31f00000-000f-5000-8000-1a2b3c4d5e6f", "payment_method_id"),
    ("payment_method_id", "nothing", "payment_method_id"),
    ("payment_token", "eyJ0eXBlIjoiY2hlY2tvdXQifQ", "payment_token"),
    ("recipient", {"gateway_id": "0"}, "recipient.gateway_id"),
    (
        "deal",
        {"id": "dl-31f00001-0022-5000-8000-1a2b3c4d5e6f", "settlements": []},
        "deal.settlements",
    ),
    ("transfers", [{"account_id": "1", "amount": rub("100.00")}], "transfers.account_id"),
    ("receipt", {"items": []}, "receipt.items"),
    ("airline", {"ticket_number": "x"}, "airline.ticket_number"),
    ("payment_order", {"type": "utilities"}, "payment_order.amount"),
    ("receiver", {"type": "mobile_balance"}, "receiver.phone"),
    ("statements", [{"type": "payment_overview"}], "statements.delivery_method"),
]

CARD = [
    ("payment_method_data.card.number", GONE),
    ("payment_method_data.card.number", "5555555555554445"),
    ("payment_method_data.card.number", "5555 5555 5555 4444"),
    ("payment_method_data.card.number", "411111111111"),
    ("payment_method_data.card.number", "4" * 20),
    ("payment_method_data.card.number", 5555555555554444),
    ("payment_method_data.card.expiry_month", GONE),
    ("payment_method_data.card.expiry_month", "13"),
    ("payment_method_data.card.expiry_month", "1"),
    ("payment_method_data.card.expiry_year", "35"),
    ("payment_method_data.card.expiry_year", GONE),
    ("payment_method_data.card.csc", "12"),
    ("payment_method_data.card.csc", "12a"),
    ("payment_method_data.card.cardholder", "N" * 27),
]


def name(value):
    text = "gone" if value is GONE else str(value)
    return text if len(text) <= 24 else text[:20] + "…"


@pytest.mark.parametrize("path, value, parameter", PAYMENT, ids=name)
def test_a_wrong_payment_is_refused_by_name(api, path, value, parameter):
    newest = api.found("/payments", {"limit": 1})
    refused(api.post("/payments", changed(PAGE, path, value)), parameter)
    assert api.found("/payments", {"limit": 1}) == newest


@pytest.mark.parametrize("path, value", CARD, ids=name)
def test_a_wrong_card_is_refused_by_name(api, path, value):
    newest = api.found("/payments", {"limit": 1})
    body = refused(api.post("/payments", changed(RAW, path, value)), path)
    assert "5555555555554444" not in str(body)
    assert api.found("/payments", {"limit": 1}) == newest


def test_an_expired_card_is_refused_or_declined(api):
    answer = api.post("/payments", changed(RAW, "payment_method_data.card.expiry_year", "2020"))
    if answer.status_code == 200:
        assert answer.json()["cancellation_details"]["reason"] == "card_expired"
    else:
        refused(answer, "payment_method_data.card.expiry_year")


@pytest.mark.parametrize(
    "data", [b"{", b"", b"[1]", b'"text"', b"null", b"7", b"\xff\xfe", b'{"amount":}']
)
def test_a_body_that_is_no_object_is_refused(api, data):
    newest = api.found("/payments", {"limit": 1})
    refused(api.post("/payments", data=data))
    assert api.found("/payments", {"limit": 1}) == newest


def test_a_deeply_nested_body_is_refused(api):
    data = b'{"amount":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    assert api.post("/payments", data=data).status_code in (400, 413)
    expect(api.get("/me"))


def test_a_huge_body_is_refused(api):
    data = b'{"description":"' + b"x" * 20_000_000 + b'"}'
    try:
        assert api.post("/payments", data=data).status_code in (400, 413)
    except OSError:
        pass  # The server closed the connection while we were still talking.
    expect(api.get("/me"))


def test_a_payment_needs_a_way_to_confirm_it(api):
    refused(api.post("/payments", {"amount": rub("100.00"), "capture": True}), "confirmation")


LIMITS = [
    ("bank_card", "0.99", "350000.01", "350000.00", {}),
    ("sbp", "0.99", "700000.01", "700000.00", {}),
    ("sberbank", "0.99", "700000.01", "700000.00", {}),
    ("tinkoff_bank", "0.99", "700000.01", "700000.00", {}),
    ("yoo_money", "0.99", "250000.01", "250000.00", {}),
]


@pytest.mark.parametrize("method, low, high, highest, more", LIMITS, ids=[row[0] for row in LIMITS])
def test_each_method_has_its_limits(api, method, low, high, highest, more):
    body = PAGE | {"payment_method_data": {"type": method} | more}
    for value in (low, high):
        parameter = refused(api.post("/payments", body | {"amount": rub(value)})).get("parameter")
        assert parameter in ("amount", "amount.value")
    for value in ("1.00", highest):
        expect(api.post("/payments", body | {"amount": rub(value)}))


@pytest.mark.parametrize("method", ["sbp", "cash"])
def test_what_cannot_be_held_is_refused_in_two_stages(api, method):
    body = PAGE | {"payment_method_data": {"type": method}, "capture": False}
    refused(api.post("/payments", body))


REFUND = [
    ("payment_id", GONE, "payment_id"),
    ("payment_id", "nothing", "payment_id"),
    ("payment_id", 5, "payment_id"),
    ("amount", GONE, "amount"),
    ("amount.value", "100.01", "amount"),
    ("amount.value", "0.00", "amount.value"),
    ("amount.value", "-1.00", "amount.value"),
    ("amount.value", "1.001", "amount.value"),
    ("amount.currency", "USD", "amount.currency"),
    ("description", "я" * 251, "description"),
    ("receipt", {"items": []}, "receipt"),
    ("sources", [{"account_id": "1", "amount": rub("1.00")}], "sources"),
    ("deal", {"refund_settlements": []}, "deal"),
    ("refund_method_data", {"type": "electronic_certificate"}, "refund_method_data"),
    ("metadata", {f"k{n}": "v" for n in range(17)}, "metadata"),
]


@pytest.fixture(scope="module")
def paid(api):
    return api.paid("100.00")


@pytest.mark.parametrize("path, value, parameter", REFUND, ids=name)
def test_a_wrong_refund_is_refused_by_name(api, paid, path, value, parameter):
    body = changed({"payment_id": paid["id"], "amount": rub("10.00")}, path, value)
    answer = refused(api.post("/refunds", body))
    assert answer.get("parameter", "").split(".")[0] == parameter.split(".")[0], answer
    assert api.found(f"/payments/{paid['id']}") == paid


CAPTURE = [
    ("amount.value", "100.01", "amount"),
    ("amount.value", "0.00", "amount.value"),
    ("amount.value", "1.001", "amount.value"),
    ("amount.currency", "USD", "amount.currency"),
    ("amount", "100.00", "amount"),
    ("receipt", {"items": []}, "receipt"),
    ("deal", {"settlements": []}, "deal"),
    ("transfers", [{"account_id": "1", "amount": rub("1.00")}], "transfers"),
    ("airline", {"ticket_number": "x"}, "airline"),
]


@pytest.mark.parametrize("path, value, parameter", CAPTURE, ids=name)
def test_a_wrong_capture_is_refused_by_name(api, path, value, parameter):
    held = api.held("100.00")
    body = changed({"amount": rub("100.00")}, path, value)
    answer = refused(api.post(f"/payments/{held['id']}/capture", body))
    assert answer.get("parameter", "").split(".")[0] == parameter.split(".")[0], answer
    assert api.found(f"/payments/{held['id']}") == held


def test_what_php_and_others_send_is_taken(api):
    """PHP writes an empty object as an empty array; some clients write amounts as numbers."""
    body = PAGE | {"metadata": [], "receipt": [], "payment_method_data": [], "recipient": []}
    made = api.made("/payments", changed(body, "amount.value", 100.5))
    assert made["amount"]["value"] == "100.50" and made["metadata"] == {}
    digits = b'{"amount":{"value":100.50,"currency":"RUB"},"metadata":{"n":20261128123456789012},'
    digits += b'"confirmation":{"type":"redirect","return_url":"https://shop.test/"}}'
    assert expect(api.post("/payments", data=digits))["metadata"] == {"n": "20261128123456789012"}
    held = api.held("100.00")
    assert api.made(f"/payments/{held['id']}/capture", [])["amount"]["value"] == "100.00"


def test_a_place_in_an_array_stands_in_the_description(api):
    body = PAGE | {"transfers": [{"account_id": "1", "amount": rub("100.00")}]}
    told = refused(api.post("/payments", body), "transfers.account_id")
    assert told["description"].endswith(" (transfers[0].account_id)"), told


def test_an_id_of_a_request_with_a_card_number_is_replaced(api):
    answer = api.post("/payments", PAGE, headers={"X-Request-Id": "5555555555554444"})
    assert "5555" not in answer.headers["X-Request-Id"]
    kept = api.post("/payments", PAGE, headers={"X-Request-Id": "order-5555"})
    assert kept.headers["X-Request-Id"] == "order-5555"
