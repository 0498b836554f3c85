"""The socket of a connection, which any thread may shut down but only its user closes.

If one thread closed a file descriptor while another one reads it, the number could already belong
to another connection.
"""

import socket
import threading
from contextlib import suppress


class SharedSocket:
    """The connection of a client that makes one request at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sock: socket.socket | None = None
        self._is_used = False
        self.is_aborted = False

    def enter(self) -> bool:
        """Start a request; return whether that is allowed."""
        with self._lock:
            self._is_used = not self.is_aborted
            return self._is_used

    def leave(self) -> bool:
        """End a request; return whether the connection was aborted, so that it is to be closed."""
        with self._lock:
            self._is_used = False
            return self.is_aborted

    def abort(self) -> bool:
        """End the request in progress; return whether there is none, so the caller is to close."""
        with self._lock:
            self.is_aborted = True
            self._shut_down()
            return not self._is_used

    def shut_down(self) -> None:
        """Make the request in progress fail."""
        with self._lock:
            self._shut_down()

    def remember(self, sock: socket.socket | None) -> None:
        """Replace the socket by that of a new connection, and close the previous one."""
        with self._lock:
            previous, self._sock = self._sock, sock
            if self.is_aborted:
                self._shut_down()
        if previous is not None:
            previous.close()

    def _shut_down(self) -> None:
        if self._sock is not None:
            with suppress(OSError):  # the server has already closed it
                self._sock.shutdown(socket.SHUT_RDWR)
