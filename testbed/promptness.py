"""Measures whether scrapes are prompt, compared with a bare server if the machine is busy."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_BARE = Path(__file__).parent / "bare.py"
PROMPT = 0.1
"""Maximum duration of a scrape in seconds, whatever the state of the cluster."""


@contextmanager
def bare_server(body: bytes, folder: Path) -> Iterator[int]:
    """Run `testbed.bare`, which only sends the body; yield its port."""
    message = folder / "message"
    message.write_bytes(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
    command = [sys.executable, str(_BARE), str(message)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.kill()


def p99(seconds: Sequence[float]) -> float:
    """Return the 99th percentile; the maximum would include short stalls of the machine."""
    return sorted(seconds)[len(seconds) * 99 // 100]


def prompt(pages: Sequence[float], bare: Sequence[float]) -> bool:
    """Return whether scrapes were prompt, or took at most 3 times as long as on the bare server."""
    return p99(pages) <= max(PROMPT, 3 * p99(bare))


def summary(seconds: Sequence[float]) -> str:
    """Return a summary of the durations of scrapes."""
    figures = sorted(seconds)[len(seconds) // 2], p99(seconds), max(seconds)
    times = ", ".join(f"{figure * 1000:.1f}" for figure in figures)
    return f"{len(seconds)} scrapes, median, p99 and slowest {times} ms"
