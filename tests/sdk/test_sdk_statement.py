"""Overviews of payments, from the SDK's `statements` to a real mail server."""

import threading
from email.utils import parsedate_to_datetime

import pytest
from yookassa import Configuration, Payment

from altyn import ENGINES, Server, until
from api import Api, REDIRECT, card, refused, rub
from mail_server import DROP, PASSWORD, USER, Mailbox, self_signed

NO_3DS = card("5555555555554444")


def start(server: Server, mailbox: Mailbox | None, **settings):
    """Starts the server with this mail server, or with none."""
    if mailbox is not None:
        server.settings = {
            "ALTYN_MAIL_SERVER": mailbox.address,
            "ALTYN_MAIL_TLS": "none",
            "ALTYN_MAIL_FROM": "Платежи <pay@altyn.test>",
        }
    server.settings |= {f"ALTYN_{name.upper()}": value for name, value in settings.items()}
    server.start()
    Configuration.configure(server.shop_id, server.secret_key, api_url=server.api_url)


@pytest.fixture(params=ENGINES)
def own(request, tmp_path):
    """A server of this test's own, not started yet."""
    server = Server(request.param, tmp_path)
    yield server
    server.close()


@pytest.fixture
def mailbox():
    mailbox = Mailbox()
    yield mailbox
    mailbox.close()


def stated(*addresses, **fields):
    """A payment that was paid at once, with an overview to each address."""

    def to(address):
        return {
            "type": "payment_overview",
            "delivery_method": {"type": "email", "email": address},
        }

    body = {
        "amount": rub("1234.50"),
        "capture": True,
        "description": "Заказ № 72",
        "payment_method_data": NO_3DS,
        "confirmation": REDIRECT,
        "statements": [to(address) for address in addresses],
    }
    payment = Payment.create(body | fields)
    assert payment.status == "succeeded"
    return payment


def messages(server, payment):
    """All messages about a payment, the oldest first."""
    found = server.command_json("message", "list", "--shop", server.shop_id)["items"]
    return [it for it in reversed(found) if it["about"] == {"type": "payment", "id": payment.id}]


def message(server, payment, state):
    """The only message about a payment, once it is in this state."""

    def look():
        (found,) = messages(server, payment)
        return found if found["state"] == state else None

    found = until(look, 15, f"the message about {payment.id} is {state}")
    return server.command_json("message", "show", found["id"])


def test_an_overview_is_mailed_once_and_logs_say_nothing_of_it(own, mailbox):
    start(own, mailbox)
    payment = stated("buyer@shop.test", "boss@shop.test", "buyer@shop.test")
    until(lambda: len(mailbox.mails) >= 2, 15, "two mails arrive")
    assert {sender for sender, _, _ in mailbox.mails} == {"pay@altyn.test"}
    (mail,) = mailbox.to("buyer@shop.test")
    assert str(mail["From"]) == "Платежи <pay@altyn.test>"
    assert mail["To"] == "buyer@shop.test"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "ru"
    assert "прошёл" in mail["Subject"]
    assert parsedate_to_datetime(mail["Date"]) is not None
    text = mail.get_body(("plain",)).get_content()
    html = mail.get_body(("html",)).get_content()
    for fact in (payment.id, "Заказ № 72", "1\xa0234,50\xa0₽", "Карта •• 4444"):
        assert fact in text and fact in html, fact
    assert "5555555555554444" not in mail.as_string()

    first, second = messages(own, payment)
    until(lambda: messages(own, payment)[1]["state"] == "sent", 10, "both are sent")
    shown = own.command_json("message", "show", first["id"])
    assert mail["Message-ID"] == f"<{shown['id']}@altyn.test>"
    assert (shown["to"], shown["state"]) == ("buyer@shop.test", "sent")
    assert (shown["attempts"], shown["said"]) == (1, "250 taken")
    assert shown["text"].split() == text.split()
    assert "buyer@shop.test" in own.command("message", "show", first["id"]).stdout
    assert 'altyn_messages_total{channel="email",outcome="accepted"} 2' in own.metrics()
    assert "altyn_messages_queued 0" in own.metrics()

    own.stop()
    log = own.log()
    assert first["id"] in log
    for secret in ("shop.test", "Заказ", "прошёл"):
        assert secret not in log
    assert len(mailbox.mails) == 2


def test_the_letter_speaks_the_payments_language(own, mailbox):
    start(own, mailbox)
    stated("buyer@shop.test", confirmation=REDIRECT | {"locale": "en_US"})
    until(lambda: mailbox.mails, 15, "the mail arrives")
    _, _, mail = mailbox.mails[0]
    assert mail["Content-Language"] == "en"
    assert "went through" in mail["Subject"]
    assert "₽1,234.50" in mail.get_body(("plain",)).get_content()


def test_a_refused_address_is_given_up_and_a_busy_server_asked_again(own, mailbox):
    start(own, mailbox)
    mailbox.next_to.extend(["550 5.1.1 no such user"])
    unknown = stated("nobody@shop.test")
    given_up = message(own, unknown, "failed")
    assert (given_up["attempts"], given_up["said"]) == (1, "550 5.1.1 no such user")

    mailbox.next.extend(["451 4.3.0 later"])
    busy = stated("buyer@shop.test")

    def tried():
        (found,) = messages(own, busy)
        return found["attempts"] == 1

    until(tried, 15, "the first attempt is written down")
    waiting = message(own, busy, "queued")
    assert waiting["said"] == "451 4.3.0 later"
    own.advance("61s")
    sent = message(own, busy, "sent")
    assert sent["attempts"] == 2
    first, second = mailbox.to("buyer@shop.test")
    assert first.as_bytes() == second.as_bytes()
    assert mailbox.to("nobody@shop.test") == []


def test_a_connection_that_breaks_after_the_mail_repeats_it_under_its_id(own, mailbox):
    start(own, mailbox)
    mailbox.next.append(DROP)
    payment = stated("buyer@shop.test")
    until(lambda: mailbox.mails, 15, "the mail arrives")

    def tried():
        (found,) = messages(own, payment)
        return found["attempts"] == 1

    until(tried, 15, "the attempt is written down")
    own.advance("61s")
    assert message(own, payment, "sent")["attempts"] == 2
    first, second = mailbox.to("buyer@shop.test")
    assert first["Message-ID"] == second["Message-ID"]
    assert first.as_bytes() == second.as_bytes()


def test_a_server_that_is_killed_while_it_sends_repeats_the_mail_under_its_id(own, mailbox):
    start(own, mailbox)
    mailbox.let_go.clear()
    payment = stated("buyer@shop.test")
    assert mailbox.arrived.wait(15)
    own.kill()
    mailbox.let_go.set()
    own.start()
    assert message(own, payment, "queued")["attempts"] == 0
    own.advance("121s")
    assert message(own, payment, "sent")["attempts"] == 1
    first, second = mailbox.to("buyer@shop.test")
    assert first.as_bytes() == second.as_bytes()


def test_many_payments_at_once_are_each_told_once(own, mailbox):
    start(own, mailbox)
    api = Api(own.api_url, own.shop_id, own.secret_key)

    def pay(number):
        to = {"type": "email", "email": f"b{number}@shop.test"}
        api.paid("10.00", statements=[{"type": "payment_overview", "delivery_method": to}])

    threads = [threading.Thread(target=pay, args=[number]) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    until(lambda: len(mailbox.mails) >= 40, 30, "forty mails arrive")
    own.stop()
    assert len(mailbox.mails) == 40
    assert len({mail["Message-ID"] for _, _, mail in mailbox.mails}) == 40


def test_starttls_and_a_login_are_used_and_strangers_certificates_refused(own, tmp_path):
    mailbox = Mailbox(self_signed(tmp_path))
    login = {"mail_tls": "starttls", "mail_user": USER, "mail_password": PASSWORD}
    try:
        start(own, mailbox, **login)
        distrusted = stated("buyer@shop.test")

        def tried():
            (found,) = messages(own, distrusted)
            return found["attempts"] == 1

        until(tried, 15, "the attempt is written down")
        assert message(own, distrusted, "queued")["said"]
        own.stop()

        start(own, mailbox, accept_any_certificate="true", **login)
        own.advance("61s")
        assert message(own, distrusted, "sent")["attempts"] == 2
        assert len(mailbox.to("buyer@shop.test")) == 1
        own.stop()

        wrong = login | {"mail_password": "wr0ng"}
        start(own, mailbox, accept_any_certificate="true", **wrong)
        kept_out = stated("other@shop.test")
        said = until(
            lambda: own.command_json("message", "show", messages(own, kept_out)[0]["id"])["said"],
            15,
            "the attempt is written down",
        )
        assert said.startswith("535")
        assert mailbox.to("other@shop.test") == []
        own.stop()
        assert PASSWORD not in own.log() and "wr0ng" not in own.log()
    finally:
        mailbox.close()


def test_implicit_tls_is_spoken_from_the_first_byte(own, tmp_path):
    mailbox = Mailbox(self_signed(tmp_path), implicit=True)
    login = {"mail_tls": "implicit", "mail_user": USER, "mail_password": PASSWORD}
    try:
        start(own, mailbox, accept_any_certificate="true", **login)
        message(own, stated("buyer@shop.test"), "sent")
        assert len(mailbox.to("buyer@shop.test")) == 1
    finally:
        mailbox.close()


def test_without_a_mail_server_the_developer_reads_the_letter(own):
    start(own, None)
    payment = stated("buyer@shop.test")
    kept = message(own, payment, "kept")
    assert payment.id in kept["text"] and payment.id in kept["html"]
    assert kept["to"] == "buyer@shop.test"
    assert "buyer" not in own.command("message", "list").stdout
    own.stop()
    assert kept["id"] in own.log()
    assert "buyer@" not in own.log()


def test_what_is_no_address_is_refused_and_nothing_is_written(own):
    start(own, None)
    api = Api(own.api_url, own.shop_id, own.secret_key)
    for address in ("", "a", "a@b", "a b@c.test", "a@b.test\r\nBcc: c@d.test", "<a@b.test>", 7):
        to = {"type": "email", "email": address}
        body = {
            "amount": rub("10.00"),
            "capture": True,
            "payment_method_data": NO_3DS,
            "confirmation": REDIRECT,
            "statements": [{"type": "payment_overview", "delivery_method": to}],
        }
        refused(api.post("/payments", body), "statements.delivery_method.email")
    other = body | {"payment_method_data": {"type": "yoo_money"}}
    other["statements"][0]["delivery_method"]["email"] = "a@b.test"
    refused(api.post("/payments", other), "statements")
    assert own.command_json("message", "list")["items"] == []
    own.audit()


def test_settings_that_would_not_work_are_refused_at_the_start(own):
    for settings, named in [
        ({"mail_server": "mail.example.com:25"}, "mail_from"),
        (
            {
                "mail_server": "mail.example.com:25",
                "mail_from": "pay@example.com",
                "mail_tls": "none",
            },
            "allow_plain_mail",
        ),
        ({"sms_url": "https://s3cret.example.com/"}, "sms_body"),
        ({"sms_url": "s3cret", "sms_body": "{phone}{text}"}, "address"),
    ]:
        own.settings = {f"ALTYN_{name.upper()}": value for name, value in settings.items()}
        run = own.command("serve", "--listen", "127.0.0.1:0")
        assert run.returncode != 0
        assert named in run.stderr, run.stderr
        assert "s3cret" not in run.stderr + run.stdout
