"""Check that a notification is Altyn's (Standard Webhooks)."""

import base64
import hashlib
import hmac
import time


def is_genuine(secret: str, headers: dict, body: bytes, now: float) -> bool:
    """`secret` is what `altyn shop webhook add` showed, `headers` have lower-case names."""
    if abs(now - int(headers["webhook-timestamp"])) > 300:
        return False  # Too old: somebody repeats what was overheard.
    key = base64.b64decode(secret.removeprefix("whsec_"))
    said = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    right = "v1," + base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()
    given = headers["webhook-signature"].split(" ")
    return any(hmac.compare_digest(right, one) for one in given)


# What arrives, as it arrives:
secret = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes....").decode()
body = b'{"type":"notification","event":"payment.succeeded","object":{"id":"..."}}'
headers = {"webhook-id": "ev-1", "webhook-timestamp": str(int(time.time()))}
said = f"ev-1.{headers['webhook-timestamp']}.".encode() + body
mac = hmac.new(base64.b64decode(secret[6:]), said, hashlib.sha256).digest()
headers["webhook-signature"] = "v1," + base64.b64encode(mac).decode()

assert is_genuine(secret, headers, body, time.time())
assert not is_genuine(secret, headers, body + b" ", time.time())
assert not is_genuine(secret, headers, body, time.time() + 3600)
print("Answer 200, then do the work; the same event may come twice.")
