"""Names are resolved within the deadline, and each address of a name is tried."""

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from ceph_exporter.deadline import Deadline
from ceph_exporter.sources import ErrorKind, SourceError
from ceph_exporter.sources import resolve as module
from ceph_exporter.sources.http import Http
from ceph_exporter.sources.resolve import resolve
from tests.sources.failing import fail
from tests.sources.faulty import Reply, answering, serve, until


class Names:
    """A fake of the system's resolver; `asked` are the requested names."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answers = threading.Event()
        self.addresses: list[str] = ["127.0.0.1"]

    def getaddrinfo(self, host: str, *_: object, **__: object) -> list[Any]:
        """Return the addresses once `answers` is set."""
        self.asked.append(host)
        self.answers.wait(20)
        return [(0, 0, 0, "", (address, 0)) for address in self.addresses]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[Names]:
    """Replace the system's resolver; leave no thread behind."""
    fake = Names()
    monkeypatch.setattr(module, "getaddrinfo", fake.getaddrinfo)
    yield fake
    fake.answers.set()
    assert until(lambda: not module._pending)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "192.0.2.1"])
def test_an_address_resolves_to_itself(address: str, names: Names) -> None:
    """An address is not looked up."""
    assert resolve(address, Deadline(30)) == [address]
    assert names.asked == []


def test_a_silent_name_server_meets_the_deadline(names: Names) -> None:
    """A request ends in time, and the next polls wait for the same thread."""
    for _ in range(3):
        error = fail(Http("http://ceph.example:1"), 0.2)
        assert error.kind is ErrorKind.UNREACHABLE
        assert "the name server did not answer in time; check DNS" in str(error)
    assert names.asked == ["ceph.example"]
    names.answers.set()
    assert resolve("ceph.example", Deadline(30)) == ["127.0.0.1"]


def test_an_invalid_name_is_an_error() -> None:
    """An empty label, which Python's codec for names rejects, is an OSError like any other."""
    with pytest.raises(OSError, match=r"label"):
        resolve("a..b", Deadline(30))
    assert until(lambda: not module._pending)


def test_without_a_thread_nothing_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread that cannot be started is an error, and the next lookup tries again."""

    def start(_: object) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", start)
        with pytest.raises(RuntimeError):
            resolve("localhost", Deadline(30))
    assert "127.0.0.1" in resolve("localhost", Deadline(30))


def test_the_next_address_is_tried(names: Names) -> None:
    """If an address of a name is dead, the next one is used, under the name, and again later."""
    names.addresses = ["127.0.0.2", "127.0.0.1"]
    names.answers.set()
    with serve(answering(lambda _: Reply(200, b"{}"))) as server:
        http = Http(f"http://ceph.example:{server.port}/base")
        for _ in range(2):
            assert http.request("GET", "/x", Deadline(30)).status == 200
        http.close()
        assert server.asked() == ["/base/x", "/base/x"]
        assert server.requests[0].headers["host"] == f"ceph.example:{server.port}"
        assert server.connections == 1
    assert names.asked == ["ceph.example"]


def test_an_address_that_accepts_no_connection_is_skipped(
    names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dead host that does not answer does not take the whole deadline."""
    names.answers.set()
    monkeypatch.setattr("ceph_exporter.sources.http.CONNECT_TIMEOUT", 0.2)
    with socket.socket() as full:
        # A listening socket whose queue is full accepts no further connection.
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            deadline = Deadline(20)
            with pytest.raises(
                SourceError, match="no connection in time; check that the host is up"
            ):
                Http(f"http://ceph.example:{port}").request("GET", "/", deadline)
            assert deadline.left > 5
