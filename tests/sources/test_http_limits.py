"""Limits of the size of an HTTP answer, and what happens to its connection."""

import gzip
import time

import pytest

from ceph_exporter.deadline import Deadline
from ceph_exporter.sources import ErrorKind
from ceph_exporter.sources.http import Http
from tests.sources.failing import fail
from tests.sources.faulty import Behaviour, Connection, serve, until
from tests.sources.http_replies import MIB, reply


def flood(head: bytes) -> Behaviour:
    """Return the behaviour of a server that sends 200 MB, unless the client closes."""

    def behave(connection: Connection) -> None:
        connection.request()
        connection.send(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n")
        for _ in range(200):
            connection.send(b"x" * 1_000_000)
        connection.server.requests.clear()  # the client has read everything

    return behave


@pytest.mark.parametrize("head", [b"Content-Length: 200000000\r\n", b"Connection: close\r\n"])
def test_an_answer_that_is_too_large_is_not_read(head: bytes) -> None:
    """200 MB are refused before they fill the memory, and the connection is closed at once."""
    with serve(flood(head)) as server:
        http = Http(server.url, limit=MIB)
        start = time.monotonic()
        error = fail(http)
        assert time.monotonic() - start < 3
        assert until(lambda: server.ended == 1)
        assert server.requests
    assert error.kind is ErrorKind.FAILED
    assert "is larger than 1 MiB and was not read; raise --poll.body-limit" in str(error)


def test_a_failure_closes_the_connection_at_once() -> None:
    """An answer that is not read does not block a single-threaded server until the next poll."""
    with serve(flood(b"")) as server:
        http = Http(server.url, limit=MIB)
        with pytest.raises(Exception, match="larger"):
            http.request("GET", "/x", Deadline(30))
        assert until(lambda: server.ended == 1)
        http.close()


def test_a_compressed_answer_is_read_although_identity_was_requested() -> None:
    """A proxy may compress anyway; the limit applies to the decompressed answer."""
    small = reply(body=gzip.compress(b'{"a": 1}'), Content_Encoding="gzip")
    with serve(small) as server:
        http = Http(server.url)
        assert http.request("GET", "/x", Deadline(30)).body == b'{"a": 1}'
        http.close()
        assert server.requests[0].headers["accept-encoding"] == "identity"
    with serve(reply(body=gzip.compress(bytes(20 * MIB)), Content_Encoding="gzip")) as server:
        assert "larger than 1 MiB" in str(fail(Http(server.url, limit=MIB)))
