"""The HTTP server against invalid, slow and too many clients, and against its own failures."""

import errno
import logging
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from ceph_exporter.web import connection, reading, server
from ceph_exporter.web.listen import listen
from ceph_exporter.web.request import Reply
from ceph_exporter.web.security import Security
from ceph_exporter.web.server import Server, router
from testbed.client import ask
from testbed.waiting import until
from tests.web.serving import PAGES, serving


@pytest.fixture
def port() -> Iterator[int]:
    """Serve the pages on a free port."""
    with serving() as port:
        yield port


def connect(port: int) -> socket.socket:
    """Return a connection on which nothing has been sent."""
    client = socket.create_connection(("127.0.0.1", port))
    client.settimeout(20)
    return client


def test_an_invalid_request_is_an_error_and_the_server_goes_on(port: int) -> None:
    """The reply to bytes that are not HTTP is 400, the reply to an endless header is 431."""
    for sent, status in ((b"\x16\x03\x01\x02\x00\r\n\r\n", b"400"), (b"G" * 40_000, b"431")):
        with connect(port) as client:
            client.sendall(sent)
            assert client.recv(12) == b"HTTP/1.1 " + status
    assert ask(port, "/short").status == 200


def test_silent_and_dripping_clients_are_cut(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients that send nothing, half a header or single bytes are cut; others are served."""
    monkeypatch.setattr(connection, "HEADER_TIMEOUT", 1.0)
    monkeypatch.setattr(reading, "IDLE_TIMEOUT", 0.5)
    with ExitStack() as stack:
        silent = [stack.enter_context(connect(port)) for _ in range(20)]
        for client in silent[10:]:
            client.sendall(b"GET /short HTTP/1.1\r\nX-Half: ")
        dripping = stack.enter_context(connect(port))
        dripping.settimeout(0.1)
        assert ask(port, "/short").status == 200
        until(lambda: is_cut_while_dripping(dripping), "dripping client cut", 10)
        for client in silent:
            assert client.recv(1) == b""


def is_cut_while_dripping(client: socket.socket) -> bool:
    """Send another byte and return whether the server has closed the connection."""
    try:
        client.sendall(b"G")
        return client.recv(1) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


def test_a_reader_too_slow_for_the_scrape_is_cut(
    monkeypatch: pytest.MonkeyPatch, port: int
) -> None:
    """The server stops sending once Prometheus has aborted the scrape."""
    huge = b"x" * 50_000_000
    monkeypatch.setitem(PAGES, "/huge", lambda _: Reply(huge))
    with connect(port) as client:
        client.sendall(b"GET /huge HTTP/1.0\r\nX-Prometheus-Scrape-Timeout-Seconds: 0.2\r\n\r\n")
        time.sleep(0.5)  # longer than the scrape timeout, without reading
        read = 0
        try:
            while part := client.recv(1 << 20):
                read += len(part)
        except ConnectionError:
            pass
    assert read < len(huge)


def test_with_too_many_connections_the_oldest_is_closed(
    monkeypatch: pytest.MonkeyPatch, port: int
) -> None:
    """Beyond the limit the oldest connection is cut, so that a new scrape is always served."""
    monkeypatch.setattr(server, "MAX_CONNECTIONS", 2)
    with connect(port) as first, connect(port):
        first.sendall(b"GET /sho")
        assert ask(port, "/short").status == 200
        assert first.recv(1) == b""


def test_running_out_of_descriptors_is_survived(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A failed accept costs one log line and the oldest connection; the server goes on."""
    (listener,) = listen(["127.0.0.1:0"])

    class Failing(socket.socket):
        failures = 1

        def accept(self) -> tuple[socket.socket, object]:
            if self.failures:
                self.failures -= 1
                raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
            return super().accept()

    failing = Failing(fileno=listener.detach())
    running = Server([failing], router(PAGES))
    running.start()
    with caplog.at_level(logging.WARNING, "ceph_exporter"):
        assert ask(failing.getsockname()[1], "/short").status == 200
    assert "connection not accepted" in caplog.text
    running.close()


def test_no_thread_for_a_connection_is_survived(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    """If no thread can be started, the connection is closed and the next one is served."""
    start, failures = threading.Thread.start, iter([True])

    def fail_once(thread: threading.Thread) -> None:
        if next(failures, False):
            raise RuntimeError
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", fail_once)
    with connect(port) as client:
        assert client.recv(1) == b""
    assert ask(port, "/short").status == 200


def test_a_bug_in_the_server_costs_one_connection(caplog: pytest.LogCaptureFixture) -> None:
    """An error outside a page is logged and closes only that connection."""
    failures = iter([True])

    def security() -> Security:
        if next(failures, False):
            raise RuntimeError
        return Security()

    with serving(security) as port, caplog.at_level(logging.ERROR, "ceph_exporter"):
        with connect(port) as client:
            assert client.recv(1) == b""
        assert ask(port, "/short").status == 200
    assert "connection failed" in caplog.text


def test_many_requests_leave_no_descriptor(port: int) -> None:
    """Many requests leave no additional descriptor or thread in use."""
    ask(port, "/short")

    def in_use() -> tuple[int, int]:
        return len(list(Path("/proc/self/fd").iterdir())), threading.active_count()

    until(lambda: threading.active_count() <= 3, "threads terminated")
    before = in_use()
    for _ in range(300):
        assert ask(port, "/short").status == 200
    until(lambda: in_use() <= before, "descriptors and threads released")
