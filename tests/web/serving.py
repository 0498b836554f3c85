"""A server for the tests, a client that shows all of an answer, and certificates."""

from __future__ import annotations

import http.client
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import pytest

from ceph_exporter.web.listen import listen
from ceph_exporter.web.request import Reply, Request
from ceph_exporter.web.security import OPEN, Security
from ceph_exporter.web.server import Page, Server, router

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator, Mapping

LONG = b"ceph_up 1\n" * 500


def broken(_: Request) -> Reply:
    """Fail, as a page with a bug does."""
    raise RuntimeError


PAGES: dict[str, Page] = {
    "/short": lambda _: Reply(b"short\n"),
    "/long": lambda _: Reply(LONG, "text/x"),
    "/echo": lambda request: Reply(request.query.get("q", "").encode()),
    "/broken": broken,
}
ACTIONS: Mapping[str, Page] = {"/do": lambda _: Reply(b"done\n")}


@contextmanager
def serving(
    security: Callable[[], Security] = lambda: OPEN, address: str = "127.0.0.1:0"
) -> Iterator[int]:
    """Serve the pages; give the port."""
    (listener,) = listen([address])
    port = int(listener.getsockname()[1])
    server = Server([listener], router(PAGES, ACTIONS), security)
    server.start()
    try:
        yield port
    finally:
        server.close()


class Answer(NamedTuple):
    """An answer: headers have lower-case names."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def ask(  # noqa: PLR0913 - all of a request
    port: int,
    path: str = "/short",
    method: str = "GET",
    *,
    tls: ssl.SSLContext | None = None,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
) -> Answer:
    """Make one request."""
    connection = (
        http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        if tls is None
        else http.client.HTTPSConnection("127.0.0.1", port, timeout=20, context=tls)
    )
    try:
        connection.request(method, path, body, dict(headers or {}))
        response = connection.getresponse()
        found = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, found, response.read())
    finally:
        connection.close()


def until(predicate: Callable[[], bool], what: str, seconds: float = 20.0) -> None:
    """Poll until the predicate holds."""
    end = time.monotonic() + seconds
    while not predicate():
        if time.monotonic() > end:
            pytest.fail(f"not within {seconds:.0f} s: {what}")
        time.sleep(0.01)
