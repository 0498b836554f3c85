"""A relay of TCP connections that counts them, for what clients cannot be asked."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import Self


class Relay:
    """Accepts connections on 127.0.0.1 and forwards them to an address unchanged.

    A connection that one side has closed is closed on the other side too. Stop the clients or the
    server before the relay, as it waits for its connections to end.
    """

    def __init__(self, target: str) -> None:
        host, _, port = target.rpartition(":")
        self._target = host, int(port)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.connections = 0
        """Number of connections accepted so far."""
        self._serving: list[threading.Thread] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Self:
        """Start to forward."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Accept no more connections, and end the open ones."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        for thread in (self._thread, *self._serving):
            thread.join(10)

    def _accept(self) -> None:
        with self._listener, suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self.connections += 1
                thread = threading.Thread(target=self._serve, args=(client,), daemon=True)
                self._serving.append(thread)
                thread.start()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError), socket.create_connection(self._target, 10) as server:
            server.settimeout(None)
            back = threading.Thread(target=_forward, args=(server, client), daemon=True)
            back.start()
            _forward(client, server)
            back.join()


def _forward(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while part := source.recv(65536):
            target.sendall(part)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
