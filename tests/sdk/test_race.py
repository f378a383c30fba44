"""Many at once: exactly the permitted sum, the documented refusals, one effect."""

from concurrent.futures import ThreadPoolExecutor

from api import refused, rub

CALLERS = 64


def at_once(count, call):
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(call, range(count)))


def sorted_out(answers):
    """The answers that succeeded; all others must be documented refusals."""
    done = [a.json() for a in answers if a.status_code == 200]
    for answer in answers:
        if answer.status_code != 200:
            refused(answer)
    return done


def test_of_64_refunds_of_60_percent_one_succeeds(api):
    payment = api.paid("100.00")
    done = sorted_out(at_once(CALLERS, lambda _: api.refund(payment["id"], "60.00")))
    assert [r["status"] for r in done] == ["succeeded"]
    assert api.found(f"/payments/{payment['id']}")["refunded_amount"] == rub("60.00")
    assert len(api.every("/refunds", payment_id=payment["id"])) == 1


def test_of_64_refunds_of_5_percent_twenty_succeed(api):
    payment = api.paid("100.00")
    done = sorted_out(at_once(CALLERS, lambda _: api.refund(payment["id"], "5.00")))
    assert [r["status"] for r in done] == ["succeeded"] * 20
    after = api.found(f"/payments/{payment['id']}")
    assert after["refunded_amount"] == rub("100.00") and after["refundable"] is False


def test_of_64_captures_one_succeeds(api):
    held = api.held("100.00")
    capture = f"/payments/{held['id']}/capture"
    done = sorted_out(
        at_once(CALLERS, lambda n: api.post(capture, {"amount": rub(f"{n + 10}.00")}))
    )
    assert len(done) == 1
    assert api.found(f"/payments/{held['id']}")["amount"] == done[0]["amount"]


def test_of_captures_and_cancels_one_succeeds(api):
    verbs = ["capture", "cancel"]
    for _ in range(8):
        held = api.held("100.00")
        path = f"/payments/{held['id']}"
        done = sorted_out(at_once(16, lambda n, to=path: api.post(f"{to}/{verbs[n % 2]}")))
        assert len(done) == 1
        assert api.found(path)["status"] == done[0]["status"]


def test_capture_cancel_and_expiry_leave_one_end(server, api):
    held = api.held("100.00")
    path = f"/payments/{held['id']}"

    def act(n):
        if n == 0:
            server.advance("8d")
            return None
        return api.post(f"{path}/{'capture' if n % 2 else 'cancel'}")

    answers = [a for a in at_once(9, act) if a is not None]
    done = sorted_out(answers)
    assert len(done) <= 1
    found = api.found(path)
    if done:
        assert found["status"] == done[0]["status"]
    assert found["status"] in ("succeeded", "canceled")


def test_one_form_sent_by_many_windows_pays_once(api, buyer):
    payment = api.payment("100.00")
    page = buyer.open(payment["confirmation"]["confirmation_url"])
    at_once(16, lambda _: buyer.pay_by_card(page, "5555555555554444"))
    found = api.found(f"/payments/{payment['id']}")
    assert found["status"] == "succeeded" and found["income_amount"] == rub("95.50")
