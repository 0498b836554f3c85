"""Measures scrapes like those of Prometheus: `python -m benchmarks.client PORT CLIENTS SECONDS`.

It prints a line for each scrape: its start in unix seconds, its duration in seconds, and its size
in bytes, 0 if it failed. A scrape ends when the last byte of the answer is in a preallocated
buffer. So the duration does not include the time in which a client processes the page.
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
"""Maximum size of an answer in bytes."""


def scrape(port: int, buffer: bytearray) -> int:
    """Scrape once into the buffer; return the length of head and body in bytes.

    Raise ValueError if the status is not 200 or the answer is incomplete.
    """
    view, length, whole = memoryview(buffer), 0, 0
    with socket.create_connection(("127.0.0.1", port), timeout=60) as sock:
        sock.sendall(REQUEST)
        while not whole or length < whole:
            received = sock.recv_into(view[length:])
            if not received:
                raise ValueError(f"ended after {length} bytes")
            length += received
            whole = whole or _whole(buffer, length)
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
    buffer = bytearray(_LARGEST)
    return bytes(buffer[: scrape(port, buffer)])


def load(port: int, clients: int, seconds: float) -> list[tuple[float, float, int]]:
    """Scrape continuously with several clients at the same time; return a row for each scrape.

    A row contains the start in unix seconds, the duration in seconds, and the size in bytes (0 for
    a failure).
    """
    done: list[tuple[float, float, int]] = []
    end = time.monotonic() + seconds

    def run() -> None:
        buffer = bytearray(_LARGEST)
        while time.monotonic() < end:
            start, begin = time.time(), time.perf_counter()
            try:
                size = scrape(port, buffer)
            except (OSError, ValueError):
                size = 0
            done.append((start, time.perf_counter() - begin, size))

    threads = [threading.Thread(target=run) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


if __name__ == "__main__":
    for row in load(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])):
        sys.stdout.write(" ".join(map(str, row)) + "\n")
