"""Reads requests from a connection: headers of limited size, and bodies, which are discarded.

No timers are needed, because the socket's timeout is set to the time left before each call.
"""

import re
import socket

from ceph_exporter.deadline import Deadline
from ceph_exporter.web.request import HEADER_LIMIT, BadRequestError

IDLE_TIMEOUT = 5.0
"""Seconds for which a client may send nothing in the middle of a request."""
_END = re.compile(rb"\n\r?\n")
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Reader:
    """The requests of a connection, one after the other.

    `connection` is replaced by a TLS socket after the handshake. What was received beyond the
    current request is kept for the next one.
    """

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._received = bytearray()

    def arrives(self, seconds: float) -> bool:
        """Wait for the next request; return False if the client has closed the connection.

        Raises TimeoutError if nothing arrives for so many seconds.
        """
        if self._received:
            return True
        self.connection.settimeout(seconds)
        self._received += self.connection.recv(HEADER_LIMIT)
        return bool(self._received)

    def header(self, deadline: Deadline) -> bytes:
        """Return the next header without its final empty line. Raises BadRequestError, OSError."""
        searched = 0
        while True:
            if self._received.startswith(
                (b"\r", b"\n")
            ):  # allowed before a request until the deadline
                self._received, searched = self._received.lstrip(b"\r\n"), 0
            if self._received and self._received[0] < 0x20:
                raise BadRequestError(400, "malformed request line")
            if match := _END.search(self._received, max(searched - 2, 0)):
                break
            searched = len(self._received)
            if searched > HEADER_LIMIT:
                raise BadRequestError(431, "header too large")
            self._receive(deadline)
        header = bytes(self._received[: match.start()])
        del self._received[: match.end()]
        return header.removesuffix(b"\r")

    def skip_body(self, length: int, deadline: Deadline, *, invite: bool) -> None:
        """Receive the body of a request and discard it.

        invite: the client waits for permission to send it. Raises OSError.
        """
        if invite and length > len(self._received):
            self.connection.settimeout(idle_timeout(deadline))
            self.connection.sendall(_CONTINUE)
        while length > len(self._received):
            length -= len(self._received)
            self._received.clear()
            self._receive(deadline)
        del self._received[:length]

    def _receive(self, deadline: Deadline) -> None:
        self.connection.settimeout(idle_timeout(deadline))
        part = self.connection.recv(HEADER_LIMIT)
        if not part:
            raise ConnectionResetError
        self._received += part


def idle_timeout(deadline: Deadline) -> float:
    """Return how long to wait for the next bytes; raises TimeoutError when no time is left."""
    left = min(IDLE_TIMEOUT, deadline.left)
    if not left:
        raise TimeoutError
    return left
