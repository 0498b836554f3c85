"""Scrapes as Prometheus makes them, timed: `python -m benchmarks.client PORT CLIENTS SECONDS`.

It prints a line for each scrape: its start (unix seconds), its length in seconds, its bytes; 0 for
one that failed. A scrape ends with the last byte that was announced, in a buffer that is there
already: what a client does with a page is not the server's time.
"""

import socket
import sys
import threading
import time

REQUEST = (
    b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n"
    b"Accept: application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.3\r\n"
    b"Accept-Encoding: gzip\r\n\r\n"
)
_LARGEST = 1 << 24
"""Bytes of the largest answer."""


def scrape(port: int, buffer: bytearray) -> int:
    """Make one scrape; gives the length of head and body, which are then in the buffer.

    Raises ValueError for an answer that is not 200 or not whole.
    """
    view, length, whole = memoryview(buffer), 0, 0
    with socket.create_connection(("127.0.0.1", port), timeout=60) as wire:
        wire.sendall(REQUEST)
        while not whole or length < whole:
            got = wire.recv_into(view[length:])
            if not got:
                raise ValueError(f"ended after {length} bytes")
            length += got
            whole = whole or _whole(buffer, length)
    return length


def _whole(buffer: bytearray, length: int) -> int:
    """Give the length of head and body, 0 while the head is not there."""
    end = buffer.find(b"\r\n\r\n", 0, length)
    if end < 0:
        return 0
    head = bytes(buffer[:end]).lower()
    if not head.startswith(b"http/1.1 200"):
        raise ValueError(f"failed: {head[:80]!r}")
    return end + 4 + int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])


def page(port: int) -> bytes:
    """Make one scrape; gives head and body."""
    buffer = bytearray(_LARGEST)
    return bytes(buffer[: scrape(port, buffer)])


def load(port: int, clients: int, seconds: float) -> list[tuple[float, float, int]]:
    """Scrape from several clients at once, each one scrape after the other."""
    done: list[tuple[float, float, int]] = []
    end = time.monotonic() + seconds

    def run() -> None:
        buffer = bytearray(_LARGEST)
        while time.monotonic() < end:
            start, began = time.time(), time.perf_counter()
            try:
                size = scrape(port, buffer)
            except (OSError, ValueError):
                size = 0
            done.append((start, time.perf_counter() - began, size))

    threads = [threading.Thread(target=run) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


if __name__ == "__main__":
    for row in load(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])):
        sys.stdout.write(" ".join(map(str, row)) + "\n")
