"""Limits of the HTTP door: what is too big or too slow costs nobody else anything."""

import socket

from api import expect


def raw(server, data: bytes, seconds: float = 10.0) -> bytes:
    """Sends bytes over a connection of their own and returns the beginning of the answer."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=seconds) as connection:
        try:
            connection.sendall(data)
            return connection.recv(4096)
        except (BrokenPipeError, ConnectionResetError):
            return b""


def test_a_header_without_end_is_refused(server, api):
    head = b"GET /v3/me HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 1_000_000 + b"\r\n\r\n"
    answer = raw(server, head)
    assert answer.split(b" ")[1] == b"431", answer
    expect(api.get("/me"))


def test_a_thousand_headers_are_refused(server, api):
    head = b"GET /v3/me HTTP/1.1\r\nHost: x\r\n" + b"X-A: b\r\n" * 1000 + b"\r\n"
    answer = raw(server, head)
    assert answer.split(b" ")[1] == b"431", answer
    expect(api.get("/me"))


def test_a_length_that_lies_is_refused(server, api):
    head = b"POST /v3/payments HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999\r\n\r\n{}"
    answer = raw(server, head)
    assert answer.split(b" ")[1] in (b"401", b"413", b"400"), answer
    expect(api.get("/me"))


def test_what_is_no_http_is_refused(server, api):
    for noise in (b"\x16\x03\x01\x02\x00\x01", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"):
        answer = raw(server, noise + b"\r\n\r\n")
        assert answer.split(b" ")[1] == b"400", answer
    expect(api.get("/me"))


def test_many_idle_connections_disturb_nobody(server, api):
    idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(200)]
    try:
        for connection in idle:
            connection.sendall(b"POST /v3/payments HTTP/1.1\r\nHost: x\r\n")
        expect(api.get("/me"))
    finally:
        for connection in idle:
            connection.close()
