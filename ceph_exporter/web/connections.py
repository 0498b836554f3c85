"""The open connections: how many are allowed, which one makes room, and how they are closed."""

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

SPARED = 5.0
"""Seconds for which a connection that is being answered is not closed to make room for another."""


class Slot:
    """An open connection. answered_since: None while it waits for a request."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.answered_since: float | None = None

    def cut(self) -> None:
        """Shut the connection down, which ends its thread."""
        with suppress(OSError):  # already closed
            # Not SSLSocket.shutdown, after which the thread would go on without encryption.
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


class Connections:
    """All open connections, those without a request for the longest time first.

    clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._open: dict[Slot, None] = {}
        self._closing = False

    def add(self, sock: socket.socket, limit: int) -> Slot | None:
        """Return a slot for a new connection; None if all others are being answered."""
        slot = Slot(sock)
        with self._changed:
            if self._closing or not self._make_room(limit - 1):
                return None
            self._open[slot] = None
        return slot

    def shed(self) -> None:
        """Cut one connection, because the process has no descriptor for another."""
        with self._changed:
            self._make_room(len(self._open) - 1)

    def secured(self, slot: Slot, sock: socket.socket) -> None:
        """Record the TLS socket that replaces the plain one of a connection."""
        with self._changed:
            slot.sock = sock

    def start_reply(self, slot: Slot) -> bool:
        """Record that a request is being answered; return whether another one may follow."""
        slot.answered_since = self._clock()
        return not self._closing

    def end_reply(self, slot: Slot) -> bool:
        """Record that a request was answered; return whether another one may follow."""
        with self._changed:
            slot.answered_since = None
            if slot in self._open:
                self._open[slot] = self._open.pop(slot)
            if self._closing:
                self._changed.notify_all()
            return not self._closing

    def remove(self, slot: Slot) -> None:
        """Forget a connection that has ended."""
        with self._changed:
            self._open.pop(slot, None)
            if self._closing:
                self._changed.notify_all()

    def close(self, patience: float) -> None:
        """Cut idle connections at once, and the others after their reply or `patience` seconds."""
        with self._changed:
            self._closing = True
            for slot in self._open:
                if slot.answered_since is None:
                    slot.cut()
            self._changed.wait_for(lambda: not any(map(_answered, self._open)), patience)
            for slot in self._open:
                slot.cut()

    def _make_room(self, most: int) -> bool:
        """Cut a connection if more than `most` are open; return whether there is room."""
        if len(self._open) <= most:
            return True
        before = self._clock() - SPARED
        for idle in (True, False):
            for slot in self._open:
                since = slot.answered_since
                if since is None if idle else (since is not None and since < before):
                    del self._open[slot]
                    slot.cut()
                    return True
        return False


def _answered(slot: Slot) -> bool:
    return slot.answered_since is not None
