"""A merchant's server that receives notifications, and can be told to answer badly."""

import base64
import hashlib
import hmac
import json
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Notification:
    """One delivery as it arrived."""

    path: str
    headers: dict
    body: bytes
    at: float

    @property
    def json(self) -> dict:
        return json.loads(self.body)

    @property
    def event(self) -> str:
        return self.json["event"]

    @property
    def object(self) -> dict:
        return self.json["object"]

    def signed_with(self, secret: str) -> bool:
        """Checks the Standard Webhooks signature, as its libraries do."""
        assert secret.startswith("whsec_"), secret
        key = base64.b64decode(secret.removeprefix("whsec_"))
        content = (
            f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode()
            + self.body
        )
        expected = (
            "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
        )
        given = self.headers["webhook-signature"].split(" ")
        return any(hmac.compare_digest(expected, one) for one in given)


RECEIVED: list[bytes] = []
"""The bodies of all notifications that arrived anywhere in this process."""


class Receiver:
    """Listens on loopback; `answers` maps a path to the statuses of its next deliveries."""

    def __init__(self):
        self.received: list[Notification] = []
        self.answers: dict[str, list[int]] = {}
        self.held: dict[str, threading.Event] = {}
        self._changed = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                status = receiver._note(Notification(self.path, headers, body, time.monotonic()))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_):
                pass

        self._http = Quiet(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, daemon=True)
        self._thread.start()

    def _note(self, notification: Notification) -> int:
        with self._changed:
            self.received.append(notification)
            RECEIVED.append(notification.body)
            left = self.answers.get(notification.path)
            status = left.pop(0) if left else 200
            self._changed.notify_all()
        gate = self.held.get(notification.path)
        if gate is not None:
            gate.wait(60)
        return status

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}{path}"

    def of(self, path: str, object_id: str | None = None) -> list[Notification]:
        """What arrived at a path, about one object if asked."""
        with self._changed:
            found = [n for n in self.received if n.path == path]
        return [n for n in found if object_id in (None, n.object["id"])]

    def wait(self, path: str, count: int, object_id: str | None = None, seconds: float = 15.0):
        """Waits until that many deliveries arrived."""
        deadline = time.monotonic() + seconds
        while len(found := self.of(path, object_id)) < count:
            with self._changed:
                left = deadline - time.monotonic()
                if left <= 0:
                    events = [n.event for n in found]
                    raise AssertionError(f"{len(found)} of {count} deliveries at {path}: {events}")
                self._changed.wait(min(left, 0.2))
        return found

    def close(self):
        for gate in self.held.values():
            gate.set()
        self._http.shutdown()
        self._http.server_close()
