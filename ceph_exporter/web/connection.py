"""Serves one connection: TLS handshake, then requests and replies; each step has a time limit."""

import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple, TypeAlias

from ceph_exporter.deadline import Deadline
from ceph_exporter.log import fields, log
from ceph_exporter.web.connections import Connections, Slot
from ceph_exporter.web.handshakes import NOT_TLS
from ceph_exporter.web.reading import Reader, idle_timeout
from ceph_exporter.web.request import HEADER_LIMIT, BadRequestError, Reply, Request, parse
from ceph_exporter.web.security import Security
from ceph_exporter.web.writing import write

HEADER_TIMEOUT = 10.0
"""Time limit in seconds: for the handshake and the first request together, and for each later
request, from its first byte."""
KEEP_ALIVE_TIMEOUT = 330.0
"""Seconds without a request after which a connection is closed. Prometheus closes it earlier, after
5 minutes, so it never sends a request on a connection that is being closed here."""
REQUESTS_LIMIT = 1000
"""Maximum number of requests on one connection."""
LIFETIME = 3600.0
"""Age in seconds from which a connection is closed after its next reply."""
BODY_LIMIT = 1 << 20
"""Maximum size of the body of a request in bytes; no page needs a body."""
LINGER_TIMEOUT = 1.0
"""Seconds to wait for the client to close the connection. If the exporter closes it first, a client
that is still sending loses the reply."""

_HANDSHAKE = b"\x16"
_PLAIN_ON_TLS = Reply(b"this port speaks HTTPS: use https://\n", status=400)

Handler: TypeAlias = Callable[[Request], Reply]
Count: TypeAlias = Callable[[Request, int], object]


def ignore(*_: object) -> None:
    """Do nothing."""


class Service(NamedTuple):
    """What all connections of a server have in common.

    security: returns the settings in use, after reading their files again. counted: called with
    each request and the status of its reply.
    """

    security: Callable[[], Security]
    answer: Handler
    connections: Connections
    counted: Count = ignore


def serve(service: Service, slot: Slot, client: str) -> None:
    """Answer the requests of a connection and close it.

    client: the address of the client. Raises OSError, which includes the errors of ssl, when the
    client is gone or too slow.
    """
    connection = _Connection(service, slot, client)
    try:
        connection.run()
    finally:
        slot.sock.close()


class _Connection:
    """The requests of a connection, which are answered in order."""

    def __init__(self, service: Service, slot: Slot, client: str) -> None:
        self._service, self._slot, self._client = service, slot, client
        self._reader = Reader(slot.sock)
        self._security = service.security()
        self._deadline = Deadline(HEADER_TIMEOUT)

    def run(self) -> None:
        lifetime = Deadline(LIFETIME)
        if self._security.context is not None and not self._secure(self._security.context):
            return
        if not self._reader.arrives(idle_timeout(self._deadline)):
            return
        left = REQUESTS_LIMIT - 1
        while self._exchange(last=not left or not lifetime.left):
            left -= 1
            if not self._reader.arrives(KEEP_ALIVE_TIMEOUT):
                return
            self._deadline = Deadline(HEADER_TIMEOUT)
            security = self._service.security()
            if security.context is not self._security.context:
                return  # the new settings may not admit this client
            self._security = security
        _finish(self._reader.connection)

    def _secure(self, context: ssl.SSLContext) -> bool:
        """Do the TLS handshake; return whether the client may send requests."""
        sock = self._slot.sock
        if not _speaks_tls(sock, self._deadline):
            self._security.handshakes.failed(NOT_TLS, sock.getpeername(), "plain HTTP")
            write(sock, _PLAIN_ON_TLS, None, self._security.headers, keep_alive=False)
            _finish(sock)
            return False
        secured = context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        self._service.connections.secured(self._slot, secured)
        self._reader.connection = secured
        secured.settimeout(idle_timeout(self._deadline))
        return self._security.shake(secured)

    def _exchange(self, *, last: bool) -> bool:
        """Answer one request; return whether another one may follow."""
        connections, request, keep_alive = self._service.connections, None, False
        try:
            request = parse(self._reader.header(self._deadline))
            request = request._replace(client=self._client)
            keep_alive = connections.start_reply(self._slot) and request.keep_alive and not last
            reply = self._refusal(request)
            if reply is not None:
                keep_alive = keep_alive and not request.length
            else:
                self._skip_body(request)
                reply = _page(self._service.answer, request)
            self._service.counted(request, reply.status)
        except BadRequestError as error:
            reply, keep_alive = Reply(f"{error}\n".encode(), status=error.status), False
        write(
            self._reader.connection, reply, request, self._security.headers, keep_alive=keep_alive
        )
        return connections.end_reply(self._slot) and keep_alive

    def _refusal(self, request: Request) -> Reply | None:
        try:
            return self._security.refusal(request)
        except Exception as error:  # noqa: BLE001 - after a bug, the request is refused, and the server continues
            return _failed(error)

    def _skip_body(self, request: Request) -> None:
        if request.length > BODY_LIMIT:
            raise BadRequestError(413, "body too large; no page needs one")
        if request.length:
            expected = request.headers.get("expect", "").lower() == "100-continue"
            invite = expected and request.version != "1.0"
            self._reader.skip_body(request.length, self._deadline, invite=invite)


def _page(answer: Handler, request: Request) -> Reply:
    try:
        return answer(request)
    except Exception as error:  # noqa: BLE001 - a bug in a page must not stop the server
        return _failed(error)


def _failed(error: Exception) -> Reply:
    log.error("request failed because of a bug; please report it", extra=fields(error=repr(error)))
    return Reply(b"internal error\n", status=500)


def _speaks_tls(sock: socket.socket, deadline: Deadline) -> bool:
    sock.settimeout(idle_timeout(deadline))
    return sock.recv(1, socket.MSG_PEEK) in (_HANDSHAKE, b"")


def _finish(connection: socket.socket) -> None:
    """Signal the end of the replies, and discard what the client may still be sending."""
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
