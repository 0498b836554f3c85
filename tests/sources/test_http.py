"""An HTTP request ends in time and reports why it failed, whatever the server does."""

import socket
import threading
import time
from pathlib import Path

import pytest

from ceph_exporter.deadline import Deadline
from ceph_exporter.sources import ErrorKind, SourceError
from ceph_exporter.sources.http import Http
from ceph_exporter.sources.shared_socket import SharedSocket
from tests.sources.failing import fail
from tests.sources.faulty import Behaviour, Connection, serve, until
from tests.sources.http_replies import reply


def silent(connection: Connection) -> None:
    """Read the request and never answer."""
    connection.silence()


def drip_header(connection: Connection) -> None:
    """Drip a header that never ends."""
    connection.request()
    connection.drip(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 1000)


def drip_body(connection: Connection) -> None:
    """Drip a body of known length."""
    connection.request()
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    connection.drip(b"x" * 1000)


def drip_handshake(connection: Connection) -> None:
    """Drip the start of a ServerHello."""
    connection.drip(b"\x16\x03\x03\x20\x00\x02\x00\x1f\xfc\x03\x03" + b"x" * 1000)


@pytest.mark.parametrize(
    ("behave", "scheme"),
    [
        (silent, "http"),
        (drip_header, "http"),
        (drip_body, "http"),
        (silent, "https"),
        (drip_handshake, "https"),
    ],
)
def test_a_server_that_takes_its_time_is_cut_off(behave: Behaviour, scheme: str) -> None:
    """Silence, and single bytes that keep operations below their timeout, end at the deadline."""
    with serve(behave) as server:
        start = time.monotonic()
        error = fail(Http(f"{scheme}://127.0.0.1:{server.port}"), 0.7)
        assert time.monotonic() - start > 0.6
        assert until(lambda: server.ended == 1)
    assert error.kind is ErrorKind.UNREACHABLE
    assert "no complete answer in time; check that the monitors have a quorum" in str(error)


def test_nothing_is_requested_after_the_deadline() -> None:
    """After the deadline no connection is opened."""
    with serve(reply()) as server:
        assert "in time" in str(fail(Http(server.url), 0))
        assert server.connections == 0


def reset_in_body(connection: Connection) -> None:
    """Reset the connection in the middle of a body."""
    connection.request()
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nxxx")
    connection.server.stopped.wait(0.2)  # the client has read the first bytes
    connection.reset()


def cut_short(connection: Connection) -> None:
    """Close the connection before the end of the declared length."""
    connection.request()
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nxxx")


def no_answer(connection: Connection) -> None:
    """Close the connection without an answer."""
    connection.request()


def not_http(connection: Connection) -> None:
    """Answer with a TLS alert, as many servers do that require TLS."""
    connection.request()
    connection.send(b"\x15\x03\x01\x00\x02\x02\x46" + b"\r\n" * 2)


def endless_header(connection: Connection) -> None:
    """Send headers without end."""
    connection.request()
    connection.send(b"HTTP/1.1 200 OK\r\n")
    for number in range(100_000):
        connection.send(b"X-%d: %s\r\n" % (number, b"x" * 1000))


@pytest.mark.parametrize(
    ("behave", "expected"),
    [
        (reset_in_body, "the server reset the connection; check whether the URL needs http:// or"),
        (cut_short, "the answer is incomplete; check whether a proxy truncates it"),
        (no_answer, "the server closed the connection without an answer; use https:// if the"),
        (not_http, "the server does not speak HTTP here; use https:// or another port"),
        (endless_header, "Receive buffer too long; check the URL and the network"),
        (reply(body=b"no gzip", Content_Encoding="gzip"), "incorrect header check; check the URL"),
    ],
)
def test_a_broken_answer_is_a_failure_with_a_reason(behave: Behaviour, expected: str) -> None:
    """A reset, a truncated body, no answer and something other than HTTP have their own reasons."""
    with serve(behave) as server:
        error = fail(Http(server.url))
    assert error.kind is ErrorKind.UNREACHABLE
    assert expected in str(error)


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, b""), (500, b'{"detail": "x"}'), (200, b"<html>hi</html>"), (303, b""), (401, b"no")],
)
def test_whatever_arrives_completely_is_an_answer(status: int, body: bytes) -> None:
    """Empty bodies, errors, HTML and redirects are returned unchanged, for the source to judge."""
    with serve(reply(status, body, Location="/elsewhere", X_Name="y")) as server:
        http = Http(server.url + "/")
        response = http.request("GET", "/x", Deadline(30))
        http.close()
    assert (response.status, response.body) == (status, body)
    assert response.headers["x-name"] == "y"
    assert server.asked() == ["/x"]  # a redirect is not followed


def closes_after_one(connection: Connection) -> None:
    """Answer one request per connection as keep-alive, and close at the second."""
    connection.request()
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    connection.request()


def test_a_get_is_repeated_when_a_kept_connection_was_closed() -> None:
    """If a server closes an idle connection, a GET is repeated on a new one."""
    with serve(closes_after_one) as server:
        http = Http(server.url)
        first, second = (http.request("GET", path, Deadline(30)) for path in ("/1", "/2"))
        http.close()
    assert (first.body, second.body) == (b"{}", b"{}")
    assert server.asked() == ["/1", "/2", "/2"]
    assert server.connections == 2


def test_a_post_is_never_repeated() -> None:
    """A command or a login that may have been executed is not sent again."""
    with serve(closes_after_one) as server:
        http = Http(server.url)
        http.request("GET", "/1", Deadline(30))
        assert "without an answer" in str(fail(http, method="POST"))
    assert [(one.method, one.path) for one in server.requests] == [("GET", "/1"), ("POST", "/x")]


def test_a_connection_is_kept_between_requests() -> None:
    """Requests of one poll share a connection, because a handshake costs more than an answer."""
    with serve(reply()) as server:
        http = Http(server.url)
        for _ in range(3):
            assert http.request("GET", "/x", Deadline(30)).status == 200
        http.close()
        assert server.connections == 1


def test_cookies_are_never_sent_back() -> None:
    """The dashboard's cookie would take precedence over the header with the token."""
    with serve(reply(Set_Cookie="token=abc; Path=/")) as server:
        http = Http(server.url)
        for _ in range(2):
            http.request("GET", "/x", Deadline(30))
        http.close()
    assert len(server.requests) == 2
    assert all("cookie" not in one.headers for one in server.requests)


def test_the_environment_changes_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Proxies and the netrc file of the environment are not used for requests to Ceph."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with serve(reply()) as server:
        http = Http(server.url)
        assert http.request("GET", "/x", Deadline(30)).status == 200
        http.close()
    assert "authorization" not in server.requests[0].headers


def test_a_header_that_http_does_not_allow_is_not_quoted() -> None:
    """Otherwise the error for a token with a line break would show the token."""
    with serve(reply()) as server:
        http = Http(server.url)
        with pytest.raises(Exception, match="HTTP does not allow the value of a header") as caught:
            http.request("GET", "/x", Deadline(30), headers={"Authorization": "Bearer s3cret\n"})
        http.close()
    assert "s3cret" not in str(caught.value)


def test_a_refused_port_and_an_unknown_host_say_so() -> None:
    """A closed port and an unknown host name have different reasons."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    error = fail(Http(f"http://127.0.0.1:{port}"))
    assert "connection refused; is the service running, and is the port right?" in str(error)
    error = fail(Http("http://ceph.invalid:5000"), 20)
    assert "unknown host name; check the URL and DNS" in str(error)
    assert error.kind is ErrorKind.UNREACHABLE


def test_a_client_that_was_aborted() -> None:
    """Its requests fail like those to a server that is gone, and nothing is sent."""
    with serve(silent) as server:
        http = Http(server.url)
        http.abort()
        assert fail(http).kind is ErrorKind.UNREACHABLE
        assert server.ended == 0


def test_a_client_that_is_aborted_during_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """The request ends at once, and its own thread closes the connection, which may be in use."""
    closers = list[threading.Thread]()
    errors = list[SourceError]()
    with serve(silent) as server:
        http = Http(server.url)
        close = http._client.close

        def closed() -> None:
            closers.append(threading.current_thread())
            close()

        monkeypatch.setattr(http._client, "close", closed)

        def request() -> None:
            with pytest.raises(SourceError) as caught:
                http.request("GET", "/x", Deadline(30))
            errors.append(caught.value)

        thread = threading.Thread(target=request)
        thread.start()
        assert until(lambda: http._socket._sock is not None)
        http.abort()
        assert threading.current_thread() not in closers
        thread.join(10)
        assert set(closers) == {thread}
        assert until(lambda: server.ended == 1)
    assert [error.kind for error in errors] == [ErrorKind.UNREACHABLE]


def test_a_client_that_is_aborted_while_it_connects() -> None:
    """The connection is shut down as soon as it is open."""
    shared = SharedSocket()
    ours, theirs = socket.socketpair()
    with theirs:
        assert shared.enter()
        assert not shared.abort()
        shared.remember(ours)
        assert theirs.recv(1) == b""
        assert shared.leave()
        shared.remember(None)
        assert not shared.enter()
