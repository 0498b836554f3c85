"""A TCP or TLS server on the loopback interface with configurable misbehaviour.

A behaviour is a function that is called with each `Connection` in its own thread. `answering` is
the behaviour of a correct server: it answers each request with the result of a function.
"""

import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import NamedTuple, TypeAlias

DRIP = 0.1
"""Seconds between two bytes of a drip: less than any timeout of an operation in these tests."""


class Request(NamedTuple):
    """A received request; header names in lower case, path with its query."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class Reply(NamedTuple):
    """An answer of a correct server."""

    status: int = 200
    body: bytes = b""
    type: str = "application/json"
    headers: Mapping[str, str] = {}


class Connection:
    """The server's side of one connection."""

    def __init__(self, wire: socket.socket, server: "Server") -> None:
        self.wire_format = wire
        self.server = server
        self._file = wire.makefile("rb")

    def request(self) -> Request | None:
        """Read and record a request; return None at the end of the connection."""
        words = self._file.readline().decode("latin-1").split()
        if len(words) != 3:
            return None
        headers = {}
        while line := self._file.readline().strip().decode("latin-1"):
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        body = self._file.read(int(headers.get("content-length", "0")))
        request = Request(words[0], words[1], headers, body)
        self.server.requests.append(request)
        return request

    def send(self, data: bytes) -> None:
        """Send bytes."""
        self.wire_format.sendall(data)

    def drip(self, data: bytes) -> None:
        """Send one byte after the other, slowly, until the client or the server closes."""
        for byte in data:
            self.send(bytes([byte]))
            if self.server.stopped.wait(DRIP):
                return

    def silence(self) -> None:
        """Send nothing more until the client or the server closes."""
        self._file.read()

    def reset(self) -> None:
        """Reset the connection instead of closing it."""
        self.wire_format.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def close(self) -> None:
        """Close the connection."""
        self._file.close()
        self.wire_format.close()


Behaviour: TypeAlias = Callable[[Connection], None]


class Server:
    """A listening server; `requests` are those received, `connections` counts connections.

    bound: the socket to listen on, which is already bound to an address.
    """

    def __init__(
        self, behave: Behaviour, tls: ssl.SSLContext | None, bound: socket.socket | None = None
    ) -> None:
        self.requests: list[Request] = []
        self.connections = 0
        self.ended = 0
        self.stopped = threading.Event()
        self._behave = behave
        self._tls = tls
        self._socket = bound or socket.create_server(("127.0.0.1", 0))
        self._socket.listen(128)
        self.port: int = self._socket.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self._wires: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def asked(self, method: str = "") -> list[str]:
        """Return the requested paths, of one method or all."""
        return [one.path for one in self.requests if method in ("", one.method)]

    def turn(self, behave: Behaviour) -> None:
        """Use this behaviour from now on, and close all current connections."""
        self._behave = behave
        self._cut()

    def close(self) -> None:
        """Close all connections and wait for the threads."""
        self.stopped.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._threads[0].join()
        self._socket.close()
        self._cut()
        for thread in self._threads:
            thread.join()

    def _cut(self) -> None:
        for wire in self._wires:
            with suppress(OSError):  # already closed
                wire.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with suppress(OSError):  # shut down by close()
            while True:
                wire, _ = self._socket.accept()
                self.connections += 1
                self._wires.append(wire)
                thread = threading.Thread(target=self._serve, args=(wire,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _serve(self, wire: socket.socket) -> None:
        with wire, suppress(OSError):  # errors of the clients are tested elsewhere
            if self._tls:
                wire.settimeout(10)
                wire = self._tls.wrap_socket(wire, server_side=True)
                self._wires.append(wire)
            connection = Connection(wire, self)
            try:
                self._behave(connection)
            finally:
                connection.close()
                self.ended += 1


@contextmanager
def serve(
    behave: Behaviour, tls: ssl.SSLContext | None = None, bound: socket.socket | None = None
) -> Iterator[Server]:
    """Run a server with this behaviour, with TLS if there is a context for it."""
    server = Server(behave, tls, bound)
    try:
        yield server
    finally:
        server.close()


def answering(answer: Callable[[Request], Reply | None], *, keep_alive: bool = True) -> Behaviour:
    """Answer every request with the result of a function, as HTTP/1.1 or, closing, as HTTP/1.0.

    If the result is None, the connection hangs.
    """

    def behave(connection: Connection) -> None:
        while request := connection.request():
            reply = answer(request)
            if reply is None:
                connection.silence()
                return
            head = {
                "Content-Type": reply.type,
                "Content-Length": str(len(reply.body)),
                **reply.headers,
            }
            lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
            start = f"HTTP/1.{int(keep_alive)} {reply.status} Reason\r\n{lines}\r\n"
            connection.send(start.encode() + reply.body)
            if not keep_alive or request.headers.get("connection") == "close":
                return

    return behave


def until(condition: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Wait a limited time for a condition; return whether it became true."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()
