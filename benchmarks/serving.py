"""Measures a running exporter: start, memory, scrapes with and without a poll, many clients."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import create_connection
from typing import NamedTuple

from benchmarks import client
from testbed.process import free_port

_CLIENTS = 50
_AFTER = 0.5
"""Seconds that a poll may continue after its last answer, to decode, collect and compress."""


class Serving(NamedTuple):
    """Times in seconds, memory in MB (10^6 bytes), throughput in scrapes per second."""

    start: float
    peak: float
    between_polls: float
    """The 99th percentile of the durations of scrapes while no poll ran."""
    during_poll: float
    page: int
    """Size of the page with gzip, in bytes."""
    throughput: float
    bare: float
    failed: int


@contextmanager
def _running(*args: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, *args]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            yield process
        finally:
            process.kill()


def measure(osds: int, seconds: float, interval: int = 5) -> Serving:
    """Poll a cluster of this size every `interval` seconds and scrape it for `seconds`."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "answers"
        with _answering(osds, log) as url:
            return _measure(url, log, seconds, interval)


@contextmanager
def _answering(osds: int, log: Path) -> Iterator[str]:
    with log.open("w") as out:
        command = [sys.executable, "-m", "benchmarks.server", str(osds)]
        with subprocess.Popen(command, stdout=out) as process:  # noqa: S603
            try:
                while not (url := log.read_text().partition("\n")[0]):
                    time.sleep(0.1)
                yield url
            finally:
                process.kill()


def _measure(url: str, log: Path, seconds: float, interval: int) -> Serving:
    port = free_port()
    args = (
        *("-m", "ceph_exporter", f"--cluster.url={url}", "--cluster.api=rest-api"),
        *(f"--web.listen-address=127.0.0.1:{port}", f"--poll.interval={interval}s"),
        "--log.level=error",
    )
    begin = time.perf_counter()
    with _running(*args) as exporter:
        start = _first_answer(port, begin)
        while b"HTTP/1.1 200" not in _ready(port):
            time.sleep(0.05)
        page = client.page(port)
        rows = _load(port, 1, seconds)
        polls = _polls(log.read_text())
        many = _load(port, _CLIENTS, seconds / 3)
        status = Path(f"/proc/{exporter.pid}/status").read_text()
        peak = int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6
    during = [row for row in rows if any(a < row[0] + row[1] and row[0] < b for a, b in polls)]
    between = [row for row in rows if row not in set(during)]
    bare = _bare(page, seconds / 3)
    return Serving(
        start,
        peak,
        _p99(between),
        _p99(during),
        len(page.partition(b"\r\n\r\n")[2]),
        sum(row[2] > 0 for row in many) / _span(many),
        len(bare) / _span(bare),
        sum(not row[2] for row in (*rows, *many)),
    )


def _first_answer(port: int, begin: float) -> float:
    while True:
        with suppress(OSError, ValueError):
            client.page(port)
            return time.perf_counter() - begin
        time.sleep(0.005)


def _ready(port: int) -> bytes:
    with create_connection(("127.0.0.1", port)) as sock:
        sock.sendall(b"GET /-/ready HTTP/1.0\r\n\r\n")
        return sock.recv(1000)


def _load(port: int, clients: int, seconds: float) -> list[tuple[float, float, int]]:
    args = [sys.executable, "-m", "benchmarks.client", str(port), str(clients), str(seconds)]
    out = subprocess.run(args, stdout=subprocess.PIPE, text=True, check=True).stdout  # noqa: S603
    rows = [line.split() for line in out.splitlines()]
    return [(float(start), float(length), int(size)) for start, length, size in rows]


def _polls(log: str) -> list[tuple[float, float]]:
    """Return start and end of each poll; its answers are less than a second apart."""
    polls: list[tuple[float, float]] = []
    for line in log.splitlines()[1:]:
        start, end = map(float, line.split()[:2])
        if polls and start - polls[-1][1] < 1:
            polls[-1] = polls[-1][0], end + _AFTER
        else:
            polls.append((start, end + _AFTER))
    return polls


def _bare(message: bytes, seconds: float) -> list[tuple[float, float, int]]:
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(message)
        with _running("-m", "testbed.bare", file.name) as server:
            assert server.stdout  # noqa: S101 - for mypy
            return _load(int(server.stdout.readline()), _CLIENTS, seconds)


def _p99(rows: list[tuple[float, float, int]]) -> float:
    lengths = sorted(row[1] for row in rows)
    return lengths[int(len(lengths) * 0.99)] if lengths else float("nan")


def _span(rows: list[tuple[float, float, int]]) -> float:
    return max(row[0] + row[1] for row in rows) - min(row[0] for row in rows)
