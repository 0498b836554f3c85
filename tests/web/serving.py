"""A server with a few pages for the tests."""

from __future__ import annotations

import http.client
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ceph_exporter.web.listen import listen
from ceph_exporter.web.request import Reply, Request
from ceph_exporter.web.security import OPEN, Security
from ceph_exporter.web.server import Page, Server, router

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

LONG = b"ceph_up 1\n" * 500


def broken(_: Request) -> Reply:
    """Raise an error, as a page with a bug does."""
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
    """Serve the pages; yield the port."""
    (listener,) = listen([address])
    port = int(listener.getsockname()[1])
    server = Server([listener], router(PAGES, ACTIONS), security)
    server.start()
    try:
        yield port
    finally:
        server.close()


def connect(port: int) -> http.client.HTTPConnection:
    """Return a connection after its first reply."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    assert get(client) == 200
    return client


def get(client: http.client.HTTPConnection, path: str = "/short") -> int:
    """Request a page; return the status."""
    client.request("GET", path)
    with client.getresponse() as reply:
        reply.read()
        return reply.status
