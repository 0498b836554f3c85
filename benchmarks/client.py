"""Measures scrapes like those of Prometheus: `python -m benchmarks.client PORT CLIENTS SECONDS`.

It prints a line for each scrape: its start in unix seconds, its duration in seconds, and its size
in bytes, 0 if it failed. A scrape ends when the last byte of the answer is in a preallocated
buffer. So the duration does not include the time in which a client processes the page.

With `--keep-alive`, each client keeps its connection open. With `--ca FILE` it uses TLS, and with
`--user NAME:PASSWORD` basic authentication.
"""

import argparse
import socket
import ssl
import sys
import threading
import time
from base64 import b64encode
from typing import NamedTuple

REQUEST = (
    b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n"
    b"Accept: application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.3\r\n"
    b"Accept-Encoding: gzip\r\n"
)
_LARGEST = 1 << 24
"""Maximum size of an answer in bytes."""
_HEAD = 400
"""Bytes that contain the head of an answer."""


class How(NamedTuple):
    """How to scrape. ca: the file with the CA of a server with TLS; user: NAME:PASSWORD."""

    keep_alive: bool = False
    ca: str = ""
    user: str = ""

    @property
    def request(self) -> bytes:
        """The request, with its headers."""
        secret = b64encode(self.user.encode()).decode()
        return (
            REQUEST + (f"Authorization: Basic {secret}\r\n" if self.user else "").encode() + b"\r\n"
        )


PLAIN = How()


class Client:
    """One client with a buffer of its own."""

    def __init__(self, port: int, how: How = PLAIN) -> None:
        self._port, self._how = port, how
        self._buffer = bytearray(_LARGEST)
        self._context = ssl.create_default_context(cafile=how.ca) if how.ca else None
        self._sock: socket.socket | None = None
        self._last = False  # whether the server closes the connection

    def scrape(self) -> int:
        """Scrape once into the buffer; return the length of head and body in bytes.

        Raises OSError, and ValueError if the status is not 200 or the answer is incomplete.
        """
        try:
            length = self._scrape(self._sock or self._connect())
        except (OSError, ValueError):
            self.close()
            raise
        if self._last or not self._how.keep_alive:
            self.close()
        return length

    def page(self) -> bytes:
        """Scrape once; return head and body."""
        return bytes(self._buffer[: self.scrape()])

    def close(self) -> None:
        """Close the connection."""
        if self._sock is not None:
            self._sock.close()
            self._sock = None

    def _connect(self) -> socket.socket:
        sock = socket.create_connection(("127.0.0.1", self._port), timeout=60)
        if self._context is not None:
            sock = self._context.wrap_socket(sock, server_hostname="127.0.0.1")
        self._sock = sock
        return sock

    def _scrape(self, sock: socket.socket) -> int:
        view, length, whole = memoryview(self._buffer), 0, 0
        sock.sendall(self._how.request)
        while not whole or length < whole:
            received = sock.recv_into(view[length:])
            if not received:
                raise ValueError(f"ended after {length} bytes")
            length += received
            whole = whole or _whole(self._buffer, length)
        self._last = b"\r\nconnection: close" in self._buffer[:_HEAD].lower()
        return length


def _whole(buffer: bytearray, length: int) -> int:
    """Return the length of head and body together in bytes, 0 while the head is incomplete."""
    end = buffer.find(b"\r\n\r\n", 0, length)
    if end < 0:
        return 0
    head = bytes(buffer[:end]).lower()
    if not head.startswith(b"http/1.1 200"):
        raise ValueError(f"failed: {head[:80]!r}")
    return end + 4 + int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])


def page(port: int) -> bytes:
    """Scrape once; return head and body."""
    return Client(port).page()


def load(
    port: int, clients: int, seconds: float, how: How = PLAIN
) -> list[tuple[float, float, int]]:
    """Scrape continuously with several clients at once; return a row for each scrape.

    A row has the start in unix seconds, the duration in seconds, and the size in bytes, 0 for a
    failure.
    """
    done: list[tuple[float, float, int]] = []
    end = time.monotonic() + seconds

    def run() -> None:
        client = Client(port, how)
        while time.monotonic() < end:
            start, begin = time.time(), time.perf_counter()
            try:
                size = client.scrape()
            except (OSError, ValueError):
                size = 0
            done.append((start, time.perf_counter() - begin, size))
        client.close()

    threads = [threading.Thread(target=run) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


def main() -> None:
    """Scrape as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("clients", type=int)
    parser.add_argument("seconds", type=float)
    parser.add_argument("--keep-alive", action="store_true")
    parser.add_argument("--ca", default="")
    parser.add_argument("--user", default="")
    asked = parser.parse_args()
    how = How(asked.keep_alive, asked.ca, asked.user)
    for row in load(asked.port, asked.clients, asked.seconds, how):
        sys.stdout.write(" ".join(map(str, row)) + "\n")


if __name__ == "__main__":
    main()
