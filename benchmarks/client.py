"""Scrapes as Prometheus makes them, timed: `python -m benchmarks.client PORT CLIENTS SECONDS`.

It prints a line for each scrape: its start (unix seconds), its length in seconds, its bytes; 0 for
one that failed.
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
_BUFFER = 1 << 20


def scrape(port: int) -> bytes:
    """Make one scrape; gives head and body."""
    parts = []
    with socket.create_connection(("127.0.0.1", port), timeout=60) as wire:
        wire.sendall(REQUEST)
        while part := wire.recv(_BUFFER):
            parts.append(part)
    return b"".join(parts)


def body_of(message: bytes) -> bytes:
    """Give the body of a whole answer; ValueError for one that is not 200 or not whole."""
    head, _, body = message.partition(b"\r\n\r\n")
    length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
    if not head.startswith(b"HTTP/1.1 200") or len(body) != int(length):
        raise ValueError(f"failed: {head[:80]!r}, {len(body)} bytes")
    return body


def load(port: int, clients: int, seconds: float) -> list[tuple[float, float, int]]:
    """Scrape from several clients at once, each one scrape after the other."""
    done: list[tuple[float, float, int]] = []
    end = time.monotonic() + seconds

    def run() -> None:
        while time.monotonic() < end:
            start, began = time.time(), time.perf_counter()
            try:
                size = len(body_of(scrape(port)))
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
