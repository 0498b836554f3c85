"""The HTTP server: methods, paths, encodings, and clients that mean no good."""

import gzip
import http.client
import socket
import time
from collections.abc import Iterator

import pytest

from ceph_exporter.web import server
from ceph_exporter.web.server import Reply, Request, Server, quality

LONG = b"ceph_up 1\n" * 500


def broken(_: Request) -> Reply:
    """Fail, as a page with a bug does."""
    raise RuntimeError


PAGES = {
    "/short": lambda _: Reply(b"short\n"),
    "/long": lambda _: Reply(LONG, "text/x"),
    "/echo": lambda request: Reply(request.query.get("q", "").encode()),
    "/broken": broken,
}


@pytest.fixture
def serving() -> Iterator[Server]:
    """Serve the pages on a free port."""
    started = Server("127.0.0.1", 0, PAGES)
    started.start()
    yield started
    started.shutdown()
    started.server_close()


def ask(
    serving: Server, path: str, method: str = "GET", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Make one request; give status, headers with lower-case names, body."""
    connection = http.client.HTTPConnection("127.0.0.1", serving.port, timeout=10)
    try:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers=names)
        response = connection.getresponse()
        found = {name.lower(): value for name, value in response.getheaders()}
        return response.status, found, response.read()
    finally:
        connection.close()


def test_a_page_is_answered_whole(serving: Server) -> None:
    """GET answers body, Content-Type and length; the connection is closed."""
    status, headers, body = ask(serving, "/long")
    assert (status, headers["content-type"], body) == (200, "text/x", LONG)
    assert headers["content-length"] == str(len(LONG))
    assert headers["connection"] == "close"


def test_head_answers_the_headers_only(serving: Server) -> None:
    """HEAD answers what GET answers, without a body."""
    status, headers, body = ask(serving, "/short", "HEAD")
    assert (status, headers["content-length"], body) == (200, "6", b"")


def test_an_unknown_path_is_404(serving: Server) -> None:
    """A path that is none of the pages is not found."""
    assert ask(serving, "/nothing")[0] == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "BREW"])
def test_other_methods_are_405(serving: Server, method: str) -> None:
    """Any other method is refused and told which are allowed."""
    status, headers, _ = ask(serving, "/short", method)
    assert (status, headers["allow"]) == (405, "GET, HEAD")


def test_the_query_reaches_the_page(serving: Server) -> None:
    """A page sees the last value of each parameter."""
    assert ask(serving, "/echo?q=a&q=b%20c")[2] == b"b c"


def test_a_page_that_fails_is_500_and_the_server_goes_on(serving: Server) -> None:
    """A bug in a page is an error for one client and a log line, nothing more."""
    assert ask(serving, "/broken")[0] == 500
    assert ask(serving, "/short")[0] == 200


def test_gzip_is_used_only_when_asked_for(serving: Server) -> None:
    """A long body is compressed for a client that names gzip, and not for others."""
    _, headers, body = ask(serving, "/long", Accept_Encoding="deflate, gzip;q=0.5")
    assert headers["content-encoding"] == "gzip"
    assert gzip.decompress(body) == LONG
    for refused in ("gzip;q=0", "identity", "*"):
        assert "content-encoding" not in ask(serving, "/long", Accept_Encoding=refused)[1]
    assert "content-encoding" not in ask(serving, "/short", Accept_Encoding="gzip")[1]


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("a/b", 1.0),
        ("x/y, A/B;q=0.5", 0.5),
        ("a/b;version=1;q=0.2,a/b;q=0.3", 0.3),
        ("a/b;q=nonsense", 0.0),
        ("*/*", 0.0),
        ("", 0.0),
    ],
)
def test_quality_reads_accept_headers(accept: str, expected: float) -> None:
    """The q value of a range is found wherever it stands; nonsense counts as absent."""
    assert quality(accept, "a/b") == expected


def test_silent_clients_do_not_keep_others_waiting(
    serving: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Clients that say nothing, or drip their header, are cut; meanwhile others are served."""
    monkeypatch.setattr(server, "HEADER_TIMEOUT", 1.0)
    silent = [socket.create_connection(("127.0.0.1", serving.port)) for _ in range(20)]
    for client in silent:
        client.sendall(b"GET /short HTTP/1.1\r\nX-Half: ")
    assert ask(serving, "/short")[0] == 200
    for client in silent:
        client.settimeout(10)
        assert client.recv(1) == b""  # cut by the server
        client.close()


def test_a_dripping_client_is_cut(serving: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A header that comes byte by byte is not waited for beyond its time."""
    monkeypatch.setattr(server, "HEADER_TIMEOUT", 0.5)
    with socket.create_connection(("127.0.0.1", serving.port)) as client:
        client.settimeout(0.1)
        end = time.monotonic() + 10
        cut = False
        while not cut and time.monotonic() < end:
            try:
                client.sendall(b"G")
                cut = client.recv(1) == b""
            except TimeoutError:
                continue
            except OSError:
                cut = True
    assert cut


def test_too_many_connections_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the cap a connection is closed instead of costing a thread."""
    monkeypatch.setattr(server, "MAX_CONNECTIONS", 1)
    with Server("127.0.0.1", 0, PAGES) as started:
        started.start()
        with socket.create_connection(("127.0.0.1", started.port)) as first:
            first.sendall(b"GET /sho")
            with socket.create_connection(("127.0.0.1", started.port)) as second:
                second.settimeout(10)
                assert second.recv(1) == b""
            first.sendall(b"rt HTTP/1.1\r\n\r\n")
            assert first.recv(12) == b"HTTP/1.1 200"
        started.shutdown()


def test_random_bytes_are_a_client_error(serving: Server) -> None:
    """What is no HTTP is answered with an error or closed, and the server goes on."""
    with socket.create_connection(("127.0.0.1", serving.port)) as client:
        client.sendall(b"\x16\x03\x01\x02\x00\x01\r\n\r\n")
        client.settimeout(10)
        assert b"200 OK" not in client.recv(1000)
    assert ask(serving, "/short")[0] == 200


def test_without_a_host_both_families_are_served() -> None:
    """An empty host listens on IPv4 as well, on IPv6 where there is any."""
    started = Server("", 0, PAGES)
    started.start()
    assert ask(started, "/short")[0] == 200
    started.shutdown()
    started.server_close()
