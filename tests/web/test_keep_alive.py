"""Connections that serve several requests: framing, order, and limits."""

from __future__ import annotations

import http.client
import socket
from typing import TYPE_CHECKING

import pytest

from ceph_exporter.web import connection
from ceph_exporter.web.security import Security
from testbed.client import raw
from tests.web.serving import connect, get, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

GET = b"GET /short HTTP/1.1\r\nHost: h\r\n\r\n"
ECHO = b"GET /echo?q=%d HTTP/1.1\r\nHost: h\r\n\r\n"


@pytest.fixture
def port() -> Iterator[int]:
    """Serve the pages on a free port."""
    with serving() as port:
        yield port


def test_a_connection_serves_many_requests(port: int) -> None:
    """Requests of all kinds follow one another on the same connection."""
    client = connect(port)
    sock = client.sock
    for method, path, body in (
        ("HEAD", "/long", None),
        ("GET", "/nothing", None),
        ("POST", "/do", b"x" * 100_000),
        ("PUT", "/short", b"x"),
        ("GET", "/long", None),
    ):
        client.request(method, path, body)
        with client.getresponse() as reply:
            reply.read()
    assert client.sock is sock
    client.close()


def test_pipelined_requests_are_answered_in_order(port: int) -> None:
    """Requests sent at once, or byte by byte, have one reply each, in their order."""
    sent = b"\r\n".join(ECHO % number for number in range(50))
    for step in (len(sent), 7, 1):
        received = raw(port, *(sent[at : at + step] for at in range(0, len(sent), step)))
        bodies = [part.partition(b"\r\n\r\n")[2] for part in received.split(b"HTTP/1.1 200 OK")]
        assert bodies[1:] == [b"%d" % number for number in range(50)]


@pytest.mark.parametrize(
    ("sent", "replies", "said"),
    [
        (GET.replace(b"\r\n\r\n", b"\r\nConnection: foo, Close\r\n\r\n") + GET, 1, b"close"),
        (b"GET /short HTTP/1.0\r\n\r\n" + GET, 1, b"close"),
        (b"GET /short HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n" + GET, 2, b"keep-alive"),
        (b"GET /short HTTP/2.0\r\nHost: h\r\n\r\n" + GET, 1, b"close"),
        (b"nonsense\r\n\r\n" + GET, 1, b"close"),
    ],
)
def test_the_client_decides_whether_a_connection_goes_on(
    port: int, sent: bytes, replies: int, said: bytes
) -> None:
    """HTTP/1.1 goes on unless it says close, HTTP/1.0 only on request; after an error none."""
    received = raw(port, sent)
    assert received.count(b"HTTP/1.1 ") == replies
    assert b"Connection: " + said in received


def test_a_body_never_becomes_a_request(port: int) -> None:
    """The body of a request, whatever page it is for, is not read as the next request."""
    for line in (b"POST /do", b"GET /short", b"POST /nothing", b"PUT /short"):
        head = line + b" HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n" % len(GET)
        received = raw(port, head + GET + ECHO % 7)
        assert received.count(b"HTTP/1.1 ") == 2
        assert received.endswith(b"\r\n\r\n7")


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        (b"Content-Length: 5\r\nContent-Length: 5", b"400"),
        (b"Content-Length: 5\r\ncontent-length: 6", b"400"),
        (b"Content-Length: 5, 5", b"400"),
        (b"Content-Length: +5", b"400"),
        (b"Content-Length: -5", b"400"),
        (b"Content-Length: 0x5", b"400"),
        (b"Content-Length: 5 5", b"400"),
        (b"Content-Length:", b"400"),
        (b"Content-Length : 5", b"400"),
        (b"Content-Length: 1234567890123456789", b"413"),
        (b"Content-Length: 1048577", b"413"),
        (b"Transfer-Encoding: chunked", b"411"),
        (b"Transfer-Encoding: chunked\r\nContent-Length: 5", b"400"),
        (b"Content-Length: 5\r\nTransfer-Encoding: chunked", b"400"),
        (b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", b"501"),
        (b"Transfer-Encoding: chunked, identity", b"501"),
        (b"Transfer-Encoding: xchunked", b"501"),
        (b"Transfer-Encoding:\x0bchunked", b"400"),
        (b"Transfer-Encoding : chunked", b"400"),
        (b"X: y\r\n Transfer-Encoding: chunked", b"400"),
        (b"X: y\rTransfer-Encoding: chunked", b"400"),
        (b"Host: other", b"400"),
    ],
)
def test_ambiguous_framing_is_refused(port: int, fields: bytes, status: bytes) -> None:
    """What two programs could read as different requests has one error, and no second reply."""
    head = b"POST /do HTTP/1.1\r\nHost: h\r\n" + fields + b"\r\n\r\n"
    received = raw(port, head + b"0\r\n\r\n" + GET)
    assert received[:12] == b"HTTP/1.1 " + status
    assert received.count(b"HTTP/1.1 ") == 1
    old = head.replace(b"HTTP/1.1", b"HTTP/1.0")
    if b"chunked" in fields:
        assert raw(port, old + b"0\r\n\r\n" + GET)[9:12] in (b"400", b"501")


def test_an_expected_continue_is_sent(port: int) -> None:
    """A client that asks first is invited to send its body, unless the request is refused."""
    head = b"POST /do HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        client.sendall(head % 3)
        assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"abc" + GET)
        client.shutdown(socket.SHUT_WR)
        with client.makefile("rb") as stream:
            assert stream.read().count(b"HTTP/1.1 200 OK") == 2
    assert raw(port, head % (2 << 20)).startswith(b"HTTP/1.1 413 ")
    assert raw(port, head % 3, b"abc").count(b"100 Continue") <= 1


def test_a_refused_client_sends_no_body() -> None:
    """A request that is refused before its body was read ends the connection."""
    refusing = Security(users=None, limiter=Never())  # type: ignore[arg-type]
    with serving(lambda: refusing) as port:
        received = raw(port, b"POST /do HTTP/1.1\r\nHost: h\r\nContent-Length: 34\r\n\r\n" + GET)
    assert received.count(b"HTTP/1.1 ") == 1
    assert received.startswith(b"HTTP/1.1 429 ")


class Never:
    """A limiter that allows nothing."""

    def allow(self) -> bool:
        """Return False."""
        return False


def test_requests_and_life_of_a_connection_are_limited(
    monkeypatch: pytest.MonkeyPatch, port: int
) -> None:
    """The last reply on a connection says so; a client that waits too long is cut."""
    monkeypatch.setattr(connection, "REQUESTS_LIMIT", 3)
    assert raw(port, GET * 5).count(b"HTTP/1.1 200") == 3
    assert raw(port, GET * 5).count(b"Connection: close") == 1
    monkeypatch.setattr(connection, "LIFETIME", 0.0)
    assert raw(port, GET * 5).count(b"HTTP/1.1 200") == 1
    monkeypatch.setattr(connection, "LIFETIME", 60.0)
    monkeypatch.setattr(connection, "KEEP_ALIVE_TIMEOUT", 0.1)
    client = connect(port)
    assert client.sock.recv(1) == b""
    client.close()


def test_settings_apply_to_open_connections() -> None:
    """Changed users refuse the next request; after a change of TLS the connection is closed."""
    current = [Security()]
    with serving(lambda: current[0]) as port:
        client = connect(port)
        current[0] = Security(limiter=Never())  # type: ignore[arg-type]
        assert get(client) == 429
        current[0] = Security(context=object())  # type: ignore[arg-type]
        with pytest.raises(http.client.RemoteDisconnected):
            get(client)
        client.close()
