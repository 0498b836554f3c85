"""The HTTP server: methods, paths, encodings and addresses."""

import gzip
import socket
from collections.abc import Iterator

import pytest

from ceph_exporter.web.listen import listen
from ceph_exporter.web.server import Server, router
from testbed.client import ask
from tests.web.serving import LONG, serving


@pytest.fixture
def port() -> Iterator[int]:
    """Serve the pages on a free port."""
    with serving() as port:
        yield port


def test_a_page_is_sent_completely(port: int) -> None:
    """The reply to GET has a body, its Content-Type and length."""
    status, headers, body = ask(port, "/long")
    assert (status, headers["content-type"], body) == (200, "text/x", LONG)
    assert headers["content-length"] == str(len(LONG))


def test_head_sends_only_headers(port: int) -> None:
    """The reply to HEAD equals that to GET, without the body."""
    status, headers, body = ask(port, "/short", "HEAD")
    assert (status, headers["content-length"], body) == (200, "6", b"")


@pytest.mark.parametrize("method", ["GET", "POST", "BREW"])
def test_an_unknown_path_is_404(port: int, method: str) -> None:
    """An unknown path is 404, regardless of the method."""
    assert ask(port, "/nothing", method).status == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "BREW"])
def test_other_methods_are_405(port: int, method: str) -> None:
    """Any other method is refused with the list of allowed methods."""
    status, headers, _ = ask(port, "/short", method)
    assert (status, headers["allow"]) == (405, "GET, HEAD")


def test_an_action_is_for_post_only(port: int) -> None:
    """An action is only performed for POST, with or without a body."""
    assert ask(port, "/do", "POST", body=b"x" * 100_000).body == b"done\n"
    status, headers, _ = ask(port, "/do")
    assert (status, headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://proxy.example"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost:9128", "Host": "LOCALHOST:9128"}, 200),
    ],
)
def test_an_action_is_not_for_other_sites(port: int, headers: dict[str, str], status: int) -> None:
    """A page of another site cannot make the browser of a user perform an action."""
    assert ask(port, "/do", "POST", headers=headers).status == status
    assert ask(port, "/short", headers=headers).status == 200


@pytest.mark.parametrize("accept", ["application/json", "text/plain;q=0", "nonsense", ""])
def test_accept_headers_never_cause_406(port: int, accept: str) -> None:
    """A page is served regardless of the Accept header."""
    assert ask(port, "/short", headers={"Accept": accept}).status == 200


def test_the_query_reaches_the_page(port: int) -> None:
    """A page receives the last value of each parameter."""
    assert ask(port, "/echo?q=a&q=b%20c").body == b"b c"


def test_a_failing_page_is_500_and_the_server_goes_on(port: int) -> None:
    """A bug in a page only costs one client an error, and one log line."""
    assert ask(port, "/broken").status == 500
    assert ask(port, "/short").status == 200


def test_gzip_is_used_only_on_request(port: int) -> None:
    """A long body is compressed only for clients that name gzip."""
    _, headers, body = ask(port, "/long", headers={"Accept-Encoding": "deflate, gzip;q=0.5"})
    assert headers["content-encoding"] == "gzip"
    assert gzip.decompress(body) == LONG
    for refused in ("gzip;q=0", "identity", "*"):
        plain = ask(port, "/long", headers={"Accept-Encoding": refused})
        assert "content-encoding" not in plain.headers
    short = ask(port, "/short", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in short.headers


def test_a_server_that_was_not_started_can_be_closed() -> None:
    """Closing the server closes its listening sockets, even if it was never started."""
    (listener,) = listen(["127.0.0.1:0"])
    Server([listener], router({})).close()
    assert listener.fileno() == -1


@pytest.mark.parametrize("address", [":0", "[::1]:0"])
def test_ipv6_is_served(address: str) -> None:
    """An address without a host serves IPv4 and IPv6, one with an IPv6 address serves IPv6."""
    with serving(address=address) as port, socket.create_connection(("::1", port)) as client:
        client.sendall(b"GET /short HTTP/1.0\r\n\r\n")
        assert client.recv(12) == b"HTTP/1.1 200"
        if address == ":0":
            assert ask(port, "/short").status == 200
