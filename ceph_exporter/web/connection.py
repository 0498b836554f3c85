"""One connection: TLS, a request's header, the answer; each step until a time, then it ends.

The limits are on the socket itself, so there is no timer to be started or forgotten: before each
step its timeout is set to what is left.
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
"""Seconds that a client has for handshake and header."""
IDLE_TIMEOUT = 5.0
"""Seconds that a client may be silent before its header is complete."""
WRITE_TIMEOUT = 30.0
"""Seconds that a client has to read the answer, unless Prometheus gives up sooner."""
LINGER_TIMEOUT = 1.0
"""Seconds to wait for the client's end: closing before it has read everything loses the answer."""

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
    """Answer one request and close; OSError (which ssl's errors are) when the client is gone.

    secured: told of the socket that takes the place of `sock` when TLS begins.
    """
    deadline = Deadline(HEADER_TIMEOUT)
    connection = sock
    try:
        if security.context is not None:
            if not _speaks_tls(sock, deadline):
                _write(sock, _PLAIN_ON_TLS, None, security)
                _end(sock)
                return
            connection = security.context.wrap_socket(
                sock, server_side=True, do_handshake_on_connect=False
            )
            secured(connection)
            connection.settimeout(_patience(deadline))
            connection.do_handshake()
            if not security.admits(connection):
                log.debug("client certificate has none of client_allowed_sans")
                return
        request, reply = _answer(connection, deadline, security, answer)
        _write(connection, reply, request, security)
        _end(connection)
    finally:
        connection.close()


def _speaks_tls(sock: socket.socket, deadline: Deadline) -> bool:
    sock.settimeout(_patience(deadline))
    return sock.recv(1, socket.MSG_PEEK) in (_HANDSHAKE, b"")


def _patience(deadline: Deadline) -> float:
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
    except Exception as error:  # noqa: BLE001 - a page must not take the server down
        log.error("page failed; please report this", extra=fields(error=repr(error)))
        return request, Reply(b"internal error\n", status=500)


def _read(connection: socket.socket, deadline: Deadline) -> bytes:
    """Read up to the empty line; what a client sent after it is not looked at."""
    read = b""
    while True:
        connection.settimeout(_patience(deadline))
        part = connection.recv(HEADER_LIMIT)
        if not part:
            raise ConnectionResetError
        # Empty lines before the request line are allowed; how many, the time and the limit say.
        read = (read + part).lstrip(b"\r\n")
        ends = [read.find(mark) for mark in (b"\r\n\r\n", b"\n\n")]
        if found := [end for end in ends if end >= 0]:
            return read[: min(found)]
        if len(read) > HEADER_LIMIT:
            raise BadRequestError(431, "header too large")


def _write(
    connection: socket.socket, reply: Reply, request: Request | None, security: Security
) -> None:
    body, headers = reply.body, {"Content-Type": reply.content_type, **reply.headers}
    asked = {} if request is None else request.headers
    ready = "Content-Encoding" in headers
    if not ready and len(body) >= _GZIP_FROM and accepts_gzip(asked.get("accept-encoding", "")):
        body = gzip.compress(body, compresslevel=1)
        headers["Content-Encoding"] = "gzip"
    head = _head(reply.status, len(reply.start) + len(body), {**headers, **security.headers})
    deadline = Deadline(min(WRITE_TIMEOUT, scrape_timeout(asked)))
    alone = request is not None and request.method == "HEAD"
    with suppress(OSError):  # a Unix socket neither waits for more nor has the option
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
    _send(connection, (head,) if alone else (head, reply.start, body), deadline)


def _send(connection: socket.socket, parts: tuple[bytes, ...], deadline: Deadline) -> None:
    """Send it all, in one call when it can be: each may find the interpreter busy with a poll."""
    connection.settimeout(deadline.left or _expired())
    sent = 0 if isinstance(connection, ssl.SSLSocket) else connection.sendmsg(parts)
    for part in parts:
        if rest := memoryview(part)[sent:]:
            connection.settimeout(deadline.left or _expired())
            connection.sendall(rest)
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


def _end(connection: socket.socket) -> None:
    """Say that nothing follows, and take what the client may still be sending."""
    if isinstance(connection, ssl.SSLSocket):
        connection.settimeout(0)
        with suppress(OSError):  # the client's own farewell is not waited for
            connection.unwrap()
    connection.shutdown(socket.SHUT_WR)
    deadline = Deadline(LINGER_TIMEOUT)
    while left := deadline.left:
        connection.settimeout(left)
        if not connection.recv(HEADER_LIMIT):
            return
