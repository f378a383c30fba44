"""A card number that was used is found nowhere in the clear afterwards."""

import base64

import pytest

from altyn import ENGINES, Server
from api import Api
from buyer import Buyer

BY_API = "4000002760003184"
ON_PAGE = "4242424242424242"
MISTYPED = "4242424242424241"
HOLDER = "CANARY O'BIRD"


def disguises(number: str) -> list[bytes]:
    """The number as it might lie around."""
    groups = [number[i : i + 4] for i in range(0, len(number), 4)]
    plain = [number, " ".join(groups), "-".join(groups), "+".join(groups), "%20".join(groups)]
    plain += [number.encode().hex(), number.encode("utf-16-le").decode("latin-1")]
    found = [text.encode("latin-1") for text in plain]
    for lead in range(3):
        coded = base64.b64encode(b"\0" * lead + number.encode())
        found.append(coded[4 if lead else 0 : -4])
    return found


def test_the_disguises_are_what_they_should_be():
    assert disguises(ON_PAGE)[1] == b"4242 4242 4242 4242"
    for before in ("", "x", "xy", "xyz"):
        hidden = base64.b64encode(f"{before}{ON_PAGE}after".encode())
        assert any(one in hidden for one in disguises(ON_PAGE)), before


@pytest.mark.parametrize("engine", ENGINES)
def test_a_card_number_is_found_nowhere(engine, tmp_path):
    server = Server(engine, tmp_path)
    places = {}
    try:
        server.start()
        api = Api(server.api_url, server.shop_id, server.secret_key)
        secrets = {"csc": "739", "cardholder": HOLDER}
        raw = {
            "type": "bank_card",
            "card": {"number": BY_API, "expiry_year": "2035", "expiry_month": "12"},
        }
        raw["card"] |= secrets
        paid = api.payment("100.00", payment_method_data=raw, save_payment_method=True)
        api.payment("5.00", payment_method_id=paid["payment_method"]["id"], confirmation=None)
        api.post("/payments", data=f'{{"amount": "{BY_API}"'.encode())
        api.post("/payments", {"amount": BY_API, "description": {"card": BY_API}})
        api.get(f"/payments/{BY_API}")
        api.made("/payment_methods", {"type": "bank_card", "card": raw["card"]})

        buyer = Buyer()
        payment = api.payment("100.00")
        page = buyer.open(payment["confirmation"]["confirmation_url"])
        page = buyer.pay_by_card(page, " ".join(MISTYPED[i : i + 4] for i in range(0, 16, 4)))
        places["page"] = page.response.content
        buyer.pay_by_card(page, ON_PAGE)
        assert api.found(f"/payments/{payment['id']}")["status"] == "succeeded"
        assert api.refund(payment["id"], "10.00").status_code == 200

        places["metrics"] = server.metrics().encode()
        if engine == "sqlite":
            backup = tmp_path / "backup"
            run = server.command("backup", str(backup))
            assert run.returncode == 0, run.stdout + run.stderr
            assert backup.exists()
        else:
            places["database"] = server.database.dump()
            assert paid["id"].encode() in places["database"]
        server.audit()
        server.stop()
    finally:
        server.close()

    for path in tmp_path.rglob("*"):
        if path.is_file():
            places[str(path.relative_to(tmp_path))] = path.read_bytes()
    assert len(places) >= 4 and sum(len(content) for content in places.values()) > 10_000
    for place, content in places.items():
        for number in (BY_API, ON_PAGE, MISTYPED):
            for one in disguises(number):
                assert one not in content, f"{number} as {one!r} in {place}"
        assert HOLDER.encode() not in content, f"the holder in {place}"
