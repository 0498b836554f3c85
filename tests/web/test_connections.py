"""The open connections: which one makes room for another, and how they end."""

from __future__ import annotations

import http.client
import socket
import threading
from typing import TYPE_CHECKING

import pytest

from ceph_exporter.web import connections, server
from ceph_exporter.web.listen import listen
from ceph_exporter.web.request import Reply
from ceph_exporter.web.server import Server, router
from testbed.client import ask
from testbed.waiting import until
from tests.web.serving import PAGES, connect, serving

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def port() -> Iterator[int]:
    """Serve the pages on a free port."""
    with serving() as port:
        yield port


def is_cut(client: http.client.HTTPConnection) -> bool:
    """Return whether the server closed the connection, in either of the ways that TCP has."""
    try:
        return client.sock.recv(1) == b""
    except ConnectionResetError:
        return True


def is_served(port: int) -> bool:
    """Return whether a new connection is answered instead of being refused."""
    try:
        return ask(port, "/short").status == 200
    except (http.client.RemoteDisconnected, ConnectionError):
        return False


class Blocking:
    """A page that waits until it is released."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.entered, self.release = threading.Semaphore(0), threading.Event()
        monkeypatch.setitem(PAGES, "/blocking", self._page)

    def _page(self, _: object) -> Reply:
        self.entered.release()
        assert self.release.wait(20)
        return Reply(b"released\n")


def test_a_connection_that_is_being_answered_makes_no_room(
    monkeypatch: pytest.MonkeyPatch, port: int
) -> None:
    """Beyond the limit an idle connection is cut, even if one being answered is older."""
    monkeypatch.setattr(server, "MAX_CONNECTIONS", 2)
    page, replies = Blocking(monkeypatch), []
    scrape = threading.Thread(target=lambda: replies.append(ask(port, "/blocking").status))
    scrape.start()
    assert page.entered.acquire(timeout=20)
    idle = connect(port)
    # The server may still be busy with the end of the reply that `connect` has read.
    until(lambda: is_served(port), "reply to a connection beyond the limit", 20)
    assert is_cut(idle)
    idle.close()
    page.release.set()
    scrape.join(20)
    assert replies == [200]


def test_slow_readers_do_not_keep_others_out(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    """If all connections are being answered, a new one is refused, later the slowest is cut."""
    monkeypatch.setattr(server, "MAX_CONNECTIONS", 1)
    page = Blocking(monkeypatch)
    with socket.create_connection(("127.0.0.1", port), timeout=20) as slow:
        slow.sendall(b"GET /blocking HTTP/1.0\r\n\r\n")
        assert page.entered.acquire(timeout=20)
        with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
            ask(port, "/short")
        monkeypatch.setattr(connections, "SPARED", -1.0)
        until(lambda: is_served(port), "reply instead of the slowest", 20)
        assert slow.recv(1) == b""
        page.release.set()


def test_closing_ends_idle_connections_at_once_and_others_after_their_reply(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A scrape that is under way when the exporter stops is completed."""
    (listener,) = listen(["127.0.0.1:0"])
    port = listener.getsockname()[1]
    page, replies = Blocking(monkeypatch), []
    running = Server([listener], router(PAGES))
    running.start()
    idle = connect(port)
    scrape = threading.Thread(target=lambda: replies.append(ask(port, "/blocking")))
    scrape.start()
    assert page.entered.acquire(timeout=20)
    closing = threading.Thread(target=running.close)
    closing.start()
    assert is_cut(idle)
    idle.close()
    page.release.set()
    closing.join(20)
    scrape.join(20)
    assert [(reply.status, reply.body) for reply in replies] == [(200, b"released\n")]


def test_closing_does_not_wait_for_a_hanging_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that does not read its reply does not keep the exporter from stopping."""
    monkeypatch.setattr(server, "CLOSE_PATIENCE", 0.1)
    page = Blocking(monkeypatch)
    (listener,) = listen(["127.0.0.1:0"])
    running = Server([listener], router(PAGES))
    running.start()
    with socket.create_connection(listener.getsockname(), timeout=20) as slow:
        slow.sendall(b"GET /blocking HTTP/1.0\r\n\r\n")
        assert page.entered.acquire(timeout=20)
        running.close()
        assert slow.recv(1) == b""
    page.release.set()
    until(lambda: threading.active_count() <= 3, "threads terminated")
