"""A mail server that keeps what it gets, and answers as it is told."""

import asyncio
import email
import email.policy
import ssl
import subprocess
import threading
from collections import deque
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from altyn import free_port

DROP = object()
"""Says: close the connection after the mail, without an answer."""

USER, PASSWORD = "altyn", "pa55 word"


class Mailbox:
    """An SMTP server on this machine. With a certificate it demands TLS and a login."""

    def __init__(self, certificate: Path | None = None, implicit: bool = False):
        self.mails = []
        self.next = deque()
        self.next_to = deque()
        self.arrived = threading.Event()
        self.let_go = threading.Event()
        self.let_go.set()
        options = {}
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
            options = {"auth_required": True, "authenticator": self._knows}
            if implicit:
                options |= {"ssl_context": context, "auth_require_tls": False}
            else:
                options |= {"tls_context": context, "require_starttls": True}
        port = free_port()
        self.controller = Controller(self, hostname="127.0.0.1", port=port, **options)
        self.controller.start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.controller.port}"

    def _knows(self, server, session, envelope, mechanism, data):
        login = (data.login.decode(), data.password.decode())
        return AuthResult(success=login == (USER, PASSWORD), handled=False)

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.next_to:
            return self.next_to.popleft()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.mails.append((envelope.mail_from, list(envelope.rcpt_tos), mail))
        self.arrived.set()
        while not self.let_go.is_set():
            await asyncio.sleep(0.02)
        answer = self.next.popleft() if self.next else "250 taken"
        if answer is DROP:
            server.transport.close()
            return "421 gone"
        return answer

    def to(self, address: str) -> list:
        """The mails that went to this address, in order."""
        return [mail for _, receivers, mail in self.mails if receivers == [address]]

    def close(self):
        self.let_go.set()
        self.controller.stop()


def self_signed(directory: Path) -> Path:
    """A certificate that nobody trusts, for 127.0.0.1."""
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1"]
    command += ["-keyout", str(directory / "key.pem"), "-out", str(directory / "cert.pem")]
    subprocess.run(command, check=True, capture_output=True)
    return directory
