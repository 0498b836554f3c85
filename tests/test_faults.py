"""The exporter behind a faulty proxy: what its page says during each fault, and after."""

import http.client
import random
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

import pytest

from ceph_exporter.simulator import rest_api
from tests.promptness import at_once, bare_server, said, scrape
from tests.running import Exporter, running
from tests.sources import fakes
from tests.sources.faulty import Behaviour, Connection, Reply, Request, answering, serve
from tests.web.serving import until

Sane: TypeAlias = Callable[[Request], Reply]


def forwarding(url: str) -> Sane:
    """Answer as a proxy in front of a URL."""
    to = urlsplit(url).netloc

    def forward(request: Request) -> Reply:
        connection = http.client.HTTPConnection(to, timeout=20)
        try:
            connection.request(request.method, request.path, headers=dict(request.headers))
            answer = connection.getresponse()
            return Reply(answer.status, answer.read(), answer.headers["content-type"])
        finally:
            connection.close()

    return forward


@contextmanager
def ceph(api: str) -> Iterator[Sane]:
    """Run a cluster that is well, behind one of the APIs."""
    if api == "rest-api":
        with rest_api.demo() as server:
            yield forwarding(server.url)
    else:
        yield {"dashboard": fakes.Dashboard, "restful": fakes.Restful}[api]()


def always(status: int, body: bytes, type_: str = "application/json", **headers: str) -> Behaviour:
    """Give one answer to everything."""
    return answering(lambda _: Reply(status, body, type_, headers))


def begun(connection: Connection, length: int) -> None:
    """Take a request and send the beginning of an answer of so many bytes."""
    connection.request()
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n{" % length)


def reset(connection: Connection) -> None:
    """Reset in the middle of an answer."""
    begun(connection, 1000)
    connection.server.stopped.wait(0.05)
    connection.reset()


def drip(connection: Connection) -> None:
    """Send a byte now and then."""
    begun(connection, 1000)
    connection.drip(b" " * 1000)


def flood(connection: Connection) -> None:
    """Send 200 MB."""
    begun(connection, 200_000_001)
    for _ in range(200):
        connection.send(b" " * 1_000_000)


def noise(connection: Connection) -> None:
    """Send random bytes for an answer."""
    connection.request()
    connection.send(random.Random(7).randbytes(10_000))  # noqa: S311 - no secret


def noisy_body(connection: Connection) -> None:
    """Send random bytes for a body."""
    connection.request()
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n")
    connection.send(random.Random(8).randbytes(10_000))  # noqa: S311 - no secret


FAULTS: dict[str, Behaviour] = {
    "reset at once": Connection.reset,
    "reset in the middle": reset,
    "silence": Connection.silence,
    "a byte now and then": drip,
    "truncated": lambda connection: begun(connection, 1000),
    "HTML": always(200, b"<!DOCTYPE html><html><body>Welcome to nginx!</body></html>", fakes.HTML),
    "500": always(500, b'{"detail": "The server encountered an unexpected condition"}'),
    "503": always(503, b"<html><h1>503 Service Unavailable</h1></html>", fakes.HTML),
    "redirect": always(303, b"", fakes.HTML, Location="https://192.0.2.1:8443/"),
    "200 MB": flood,
    "random bytes": noise,
    "a random body": noisy_body,
    "an empty list": always(200, b"[]"),
}


class Pages:
    """The pages of an exporter, and how long each took, beside one of a bare server."""

    def __init__(self, exporter: Exporter, bare: int) -> None:
        self.seconds: list[float] = []
        self.of_bare: list[float] = []
        self._exporter = exporter
        self._bare = bare

    def show(self, name: str, value: str) -> bool:
        """Say whether a metric has a value, which is a pattern."""
        start = time.monotonic()
        found = self._exporter.metric(name)
        middle = time.monotonic()
        scrape(self._bare)
        self.seconds.append(middle - start)
        self.of_bare.append(time.monotonic() - middle)
        return re.fullmatch(value, found) is not None


@pytest.mark.parametrize("api", ["rest-api", "dashboard", "restful"])
def test_every_fault_is_shown_and_survived(api: str, tmp_path: Path) -> None:
    """With each fault ceph_up falls to 0 and old data leaves the page; without it all is back.

    At first nobody listens. No page is held up, nothing is left behind, and the log has few lines.
    """
    secret = tmp_path / "password"
    secret.write_text(fakes.SECRET)
    with ceph(api) as sane, socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        flags = [
            *(f"--cluster.url=http://127.0.0.1:{bound.getsockname()[1]}", f"--cluster.api={api}"),
            *("--cluster.username=prom", f"--cluster.password-file={secret}"),
            *("--poll.interval=50ms", "--poll.timeout=3s", "--poll.stale-after=600ms"),
            *("--poll.body-limit=32MiB", "--collector.disable-defaults", "--collector.health"),
        ]
        with (
            running(tmp_path, *flags) as exporter,
            bare_server(exporter.ask("/metrics").body, tmp_path) as bare,
        ):
            pages = Pages(exporter, bare)
            until(lambda: pages.show("ceph_up", "0"), "ceph_up 0 while nobody listens")
            with serve(answering(sane), bound=bound) as server:

                def is_back(after: str) -> None:
                    # On a busy machine an answer takes long, and what took long rests.
                    until(lambda: pages.show("ceph_up", "1"), f"ceph_up 1 after {after}", 90)
                    until(lambda: pages.show("ceph_health_status", "[012]"), "health", 90)

                is_back("the start")
                held, threads = exporter.descriptors(), exporter.threads()
                for name, fault in FAULTS.items():
                    server.turn(fault)
                    until(lambda: pages.show("ceph_up", "0"), f"ceph_up 0: {name}")
                    until(lambda: pages.show("ceph_health_status", ""), f"no health: {name}")
                    assert pages.show("ceph_up", "0"), name
                    server.turn(answering(sane))
                    is_back(name)
                until(lambda: exporter.descriptors() <= held + 1, "descriptors given back")
                until(lambda: exporter.threads() <= threads + 1, "threads ended")
            log = exporter.said()
    print(f"{api}: {said(pages.seconds)}; bare server: {said(pages.of_bare)}")  # noqa: T201
    assert at_once(pages.seconds, pages.of_bare)
    assert log.count("\n") < 12 * len(FAULTS)
