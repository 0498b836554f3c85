"""Writes replies to a connection, each in one system call if possible."""

import gzip
import socket
import ssl
import time
from collections.abc import Mapping
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus

from ceph_exporter import __version__
from ceph_exporter.deadline import Deadline
from ceph_exporter.web.request import Reply, Request, accepts_gzip, scrape_timeout

WRITE_TIMEOUT = 30.0
"""Seconds that a client has to read the reply; less if Prometheus gives up sooner."""

_GZIP_FROM = 1024
_JOIN_UP_TO = 1 << 20
"""Bytes up to which the parts of a reply over TLS are joined, because each call has its cost."""


def write(
    connection: socket.socket,
    reply: Reply,
    request: Request | None,
    headers: Mapping[str, str],
    *,
    keep_alive: bool,
) -> None:
    """Send a reply. headers: those that the web configuration adds. Raises OSError."""
    body, own = reply.body, {"Content-Type": reply.content_type, **reply.headers}
    request_headers = {} if request is None else request.headers
    encoded = "Content-Encoding" in own
    gzip_accepted = accepts_gzip(request_headers.get("accept-encoding", ""))
    if not encoded and len(body) >= _GZIP_FROM and gzip_accepted:
        body = gzip.compress(body, compresslevel=1)
        own["Content-Encoding"] = "gzip"
    if not keep_alive:
        own["Connection"] = "close"
    elif request is not None and request.version == "1.0":
        own["Connection"] = "keep-alive"
    head = _head(reply.status, len(reply.start) + len(body), {**own, **headers})
    deadline = Deadline(min(WRITE_TIMEOUT, scrape_timeout(request_headers)))
    head_only = request is not None and request.method == "HEAD"
    _send(connection, (head,) if head_only else (head, reply.start, body), deadline)


def _send(connection: socket.socket, parts: tuple[bytes, ...], deadline: Deadline) -> None:
    """Send all parts, in one call if possible.

    Each call releases the interpreter lock, and a poll may take it before the next call.
    """
    connection.settimeout(deadline.left or _expired())
    sent = 0
    if not isinstance(connection, ssl.SSLSocket):
        sent = connection.sendmsg(parts)
    elif sum(map(len, parts)) <= _JOIN_UP_TO:
        parts = (b"".join(parts),)
    for part in parts:
        if unsent := memoryview(part)[sent:]:
            connection.settimeout(deadline.left or _expired())
            connection.sendall(unsent)
        sent = max(sent - len(part), 0)


def _expired() -> float:
    raise TimeoutError


def _head(status: int, length: int, headers: Mapping[str, str]) -> bytes:
    lines = [
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        f"Server: ceph_exporter/{__version__}",
        f"Date: {_date(int(time.time()))}",
        f"Content-Length: {length}",
        "Vary: Accept, Accept-Encoding",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


@lru_cache(maxsize=1)
def _date(second: int) -> str:
    return formatdate(second, usegmt=True)
