"""The merchant API as bytes on the wire: what no SDK does, and what an SDK hides.

Every answer that any client in this process gets, the official SDK included, is kept in `ANSWERS`,
so that one check at the end can hold all of them against the published description of the API.
"""

import json
import secrets
import threading
from dataclasses import dataclass

import requests

FRESH = object()
"""Says: send a fresh idempotency key."""


@dataclass(frozen=True)
class Answer:
    """One answer of the merchant API, to a whole path."""

    method: str
    path: str
    status: int
    text: str

    @property
    def below(self) -> str | None:
        """The path as the published description has it, if it can have it."""
        return self.path[3:] if self.path.startswith("/v3/") else None


ANSWERS: list[Answer] = []
_answers_lock = threading.Lock()
_send = requests.Session.send


def _recording_send(session, request, **options):
    response = _send(session, request, **options)
    path = request.path_url.split("?")[0]
    if path.startswith(("/v3/", "/altyn/v1/")):
        with _answers_lock:
            ANSWERS.append(Answer(request.method, path, response.status_code, response.text))
    return response


requests.Session.send = _recording_send


def rub(value: str) -> dict:
    """An amount in roubles."""
    return {"value": value, "currency": "RUB"}


def card(number: str, **other) -> dict:
    """`payment_method_data` with raw card data."""
    data = {"number": number, "expiry_year": "2035", "expiry_month": "12", "csc": "123"}
    return {"type": "bank_card", "card": data | other}


WITHOUT_3DS = "5555555555554444"
WITH_3DS = "5555555555554477"
RETURN_URL = "https://shop.test/return"
REDIRECT = {"type": "redirect", "return_url": RETURN_URL}


def fresh_key() -> str:
    """An idempotency key that nobody used."""
    return secrets.token_hex(16)


class Api:
    """A shop's own HTTP client."""

    def __init__(self, api_url: str, shop_id: str, secret_key: str):
        self.api_url = api_url
        self.own_url = api_url.removesuffix("/v3") + "/altyn/v1"
        self.shop_id = shop_id
        self.session = requests.Session()
        adapter = requests.adapters.HTTPAdapter(pool_connections=1, pool_maxsize=64)
        self.session.mount("http://", adapter)
        self.session.auth = (shop_id, secret_key)

    def request(self, method: str, path: str, **options) -> requests.Response:
        options.setdefault("timeout", 35)
        return self.session.request(method, self.api_url + path, **options)

    def post(self, path: str, body=None, key=FRESH, headers=None, data=None) -> requests.Response:
        """Posts JSON (`data`: bytes as they are) under an idempotency key (`None` omits it)."""
        sent = {"Content-Type": "application/json"} | (headers or {})
        if key is not None:
            sent["Idempotence-Key"] = fresh_key() if key is FRESH else key
        if data is None and body is not None:
            data = json.dumps(body, ensure_ascii=False).encode()
        return self.request("POST", path, data=data, headers=sent)

    def get(self, path: str, params=None, **options) -> requests.Response:
        return self.request("GET", path, params=params, **options)

    # What Altyn adds, under its own paths.

    def own_get(self, path: str, params=None) -> requests.Response:
        return self.session.get(self.own_url + path, params=params, timeout=35)

    def own_post(self, path: str, body=None) -> requests.Response:
        return self.session.post(self.own_url + path, json=body, timeout=35)

    # What must succeed.

    def made(self, path: str, body=None, **options) -> dict:
        """Posts and requires a 200; returns the object."""
        return expect(self.post(path, body, **options))

    def payment(self, value: str = "1000.00", **fields) -> dict:
        """Creates a payment; by default of one stage, on our page."""
        body = {"amount": rub(value), "capture": True, "confirmation": REDIRECT} | fields
        body = {name: field for name, field in body.items() if field is not None}
        return self.made("/payments", body)

    def paid(self, value: str = "1000.00", number: str = WITHOUT_3DS, **fields) -> dict:
        """A payment that is paid at once with raw card data."""
        return self.payment(value, **({"payment_method_data": card(number)} | fields))

    def held(self, value: str = "1000.00", **fields) -> dict:
        """A payment in `waiting_for_capture`."""
        payment = self.paid(value, capture=False, **fields)
        assert payment["status"] == "waiting_for_capture", payment
        return payment

    def found(self, path: str, params=None) -> dict:
        """Gets and requires a 200; returns the object."""
        return expect(self.get(path, params))

    def refund(self, payment_id: str, value: str, **fields) -> requests.Response:
        return self.post("/refunds", {"payment_id": payment_id, "amount": rub(value)} | fields)

    def every(self, path: str, **params) -> list:
        """All objects of a list, page by page."""
        items, cursor = [], None
        while True:
            page = self.found(
                path, {"limit": 100} | params | ({"cursor": cursor} if cursor else {})
            )
            items += page["items"]
            cursor = page.get("next_cursor")
            if cursor is None:
                return items


def expect(response: requests.Response, status: int = 200) -> dict:
    """Requires the status and a JSON object, and returns the object."""
    assert response.status_code == status, f"{response.status_code}: {response.text}"
    assert response.headers["Content-Type"].split(";")[0] == "application/json"
    body = response.json()
    assert isinstance(body, dict)
    return body


def refused(response: requests.Response, parameter: str | None = None, status: int = 400) -> dict:
    """Requires an error body as documented, about that parameter."""
    codes = {
        400: "invalid_request",
        401: "invalid_credentials",
        403: "forbidden",
        404: "not_found",
        429: "too_many_requests",
    }
    body = expect(response, status)
    assert body["type"] == "error" and body["code"] == codes[status], body
    assert body["id"] and body["description"], body
    assert set(body) <= {"type", "id", "code", "description", "parameter", "retry_after"}, body
    if parameter is not None:
        assert body.get("parameter") == parameter, body
    return body
