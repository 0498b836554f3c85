"""Serves one connection: TLS handshake, header of the request, reply; each step has a time limit.

No timers are needed: before each step the timeout of the socket is set to the time that is left.
"""

import gzip
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from email.utils import formatdate
from http import HTTPStatus
from typing import TypeAlias

from ceph_exporter import __version__
from ceph_exporter.deadline import Deadline
from ceph_exporter.log import fields, log
from ceph_exporter.web.handshakes import NOT_TLS
from ceph_exporter.web.request import (
    HEADER_LIMIT,
    BadRequestError,
    Reply,
    Request,
    accepts_gzip,
    parse,
    scrape_timeout,
)
from ceph_exporter.web.security import Security

HEADER_TIMEOUT = 10.0
"""Seconds that a client has to complete the handshake and send the header."""
IDLE_TIMEOUT = 5.0
"""Seconds that a client may send nothing before its header is complete."""
WRITE_TIMEOUT = 30.0
"""Seconds that a client has to read the reply; less if Prometheus gives up sooner."""
LINGER_TIMEOUT = 1.0
"""Seconds to wait until the client closes: if the exporter closes while the client still sends, the
client loses the reply."""

_GZIP_FROM = 1024
_HANDSHAKE = b"\x16"
_PLAIN_ON_TLS = Reply(b"this port speaks HTTPS: use https://\n", status=400)


Handler: TypeAlias = Callable[[Request], Reply]


def serve(
    sock: socket.socket,
    security: Security,
    answer: Handler,
    secured: Callable[[socket.socket], object] = lambda _: None,
) -> None:
    """Answer one request and close the connection.

    secured: called with the TLS socket that replaces `sock`. Raises OSError, which includes the
    errors of ssl, when the client is gone or too slow.
    """
    deadline = Deadline(HEADER_TIMEOUT)
    connection = sock
    try:
        if security.context is not None:
            if not _speaks_tls(sock, deadline):
                security.handshakes.failed(NOT_TLS, sock.getpeername(), "plain HTTP")
                _write(sock, _PLAIN_ON_TLS, None, security)
                _finish(sock)
                return
            connection = security.context.wrap_socket(
                sock, server_side=True, do_handshake_on_connect=False
            )
            secured(connection)
            connection.settimeout(_idle_timeout(deadline))
            if not security.shake(connection):
                return
        request, reply = _answer(connection, deadline, security, answer)
        _write(connection, reply, request, security)
        _finish(connection)
    finally:
        connection.close()


def _speaks_tls(sock: socket.socket, deadline: Deadline) -> bool:
    sock.settimeout(_idle_timeout(deadline))
    return sock.recv(1, socket.MSG_PEEK) in (_HANDSHAKE, b"")


def _idle_timeout(deadline: Deadline) -> float:
    """Return how long to wait for the next bytes; raises TimeoutError when no time is left."""
    left = min(IDLE_TIMEOUT, deadline.left)
    if not left:
        raise TimeoutError
    return left


def _answer(
    connection: socket.socket, deadline: Deadline, security: Security, answer: Handler
) -> tuple[Request | None, Reply]:
    try:
        request = parse(_read(connection, deadline))
    except BadRequestError as error:
        return None, Reply(f"{error}\n".encode(), status=error.status)
    try:
        return request, security.refusal(request) or answer(request)
    except Exception as error:  # noqa: BLE001 - a bug in a page must not stop the server
        log.error("page failed; please report this", extra=fields(error=repr(error)))
        return request, Reply(b"internal error\n", status=500)


def _read(connection: socket.socket, deadline: Deadline) -> bytes:
    """Return the header, up to the empty line; whatever the client sent after it is ignored."""
    received = b""
    while True:
        connection.settimeout(_idle_timeout(deadline))
        part = connection.recv(HEADER_LIMIT)
        if not part:
            raise ConnectionResetError
        # Empty lines before the request line are allowed until the time limit.
        received = (received + part).lstrip(b"\r\n")
        ends = [received.find(mark) for mark in (b"\r\n\r\n", b"\n\n")]
        if matches := [end for end in ends if end >= 0]:
            return received[: min(matches)]
        if len(received) > HEADER_LIMIT:
            raise BadRequestError(431, "header too large")


def _write(
    connection: socket.socket, reply: Reply, request: Request | None, security: Security
) -> None:
    body, headers = reply.body, {"Content-Type": reply.content_type, **reply.headers}
    request_headers = {} if request is None else request.headers
    encoded = "Content-Encoding" in headers
    gzip_accepted = accepts_gzip(request_headers.get("accept-encoding", ""))
    if not encoded and len(body) >= _GZIP_FROM and gzip_accepted:
        body = gzip.compress(body, compresslevel=1)
        headers["Content-Encoding"] = "gzip"
    head = _head(reply.status, len(reply.start) + len(body), {**headers, **security.headers})
    deadline = Deadline(min(WRITE_TIMEOUT, scrape_timeout(request_headers)))
    head_only = request is not None and request.method == "HEAD"
    with suppress(OSError):  # a Unix socket lacks the option and does not need it
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
    _send(connection, (head,) if head_only else (head, reply.start, body), deadline)


def _send(connection: socket.socket, parts: tuple[bytes, ...], deadline: Deadline) -> None:
    """Send all parts, in one call if possible.

    Each call releases the interpreter lock, and a poll may take it before the next call.
    """
    connection.settimeout(deadline.left or _expired())
    sent = 0 if isinstance(connection, ssl.SSLSocket) else connection.sendmsg(parts)
    for part in parts:
        if unsent := memoryview(part)[sent:]:
            connection.settimeout(deadline.left or _expired())
            connection.sendall(unsent)
        sent = max(sent - len(part), 0)


def _expired() -> float:
    raise TimeoutError


def _head(status: int, length: int, headers: dict[str, str]) -> bytes:
    lines = [
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        f"Server: ceph_exporter/{__version__}",
        f"Date: {formatdate(usegmt=True)}",
        f"Content-Length: {length}",
        "Vary: Accept, Accept-Encoding",
        "Connection: close",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _finish(connection: socket.socket) -> None:
    """Signal the end of the reply, and discard what the client may still be sending."""
    if isinstance(connection, ssl.SSLSocket):
        connection.settimeout(0)
        with suppress(OSError):  # does not wait for the client's close_notify
            connection.unwrap()
    connection.shutdown(socket.SHUT_WR)
    deadline = Deadline(LINGER_TIMEOUT)
    while left := deadline.left:
        connection.settimeout(left)
        if not connection.recv(HEADER_LIMIT):
            return
