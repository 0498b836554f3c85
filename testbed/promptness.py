"""Whether pages are there at once, judged beside a bare server: the machine may be busy itself."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_BARE = Path(__file__).parent / "bare.py"
PROMPT = 0.1
"""Seconds within which a page is there, whatever ails the cluster."""


@contextmanager
def bare_server(body: bytes, folder: Path) -> Iterator[int]:
    """Run a server that sends ready bytes, which is what a page takes at the least; its port."""
    message = folder / "message"
    message.write_bytes(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
    command = [sys.executable, str(_BARE), str(message)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.kill()


def late(seconds: Sequence[float]) -> float:
    """Give the 99th percentile: a machine that halts for a moment is no fault."""
    return sorted(seconds)[len(seconds) * 99 // 100]


def at_once(pages: Sequence[float], bare: Sequence[float]) -> bool:
    """Say whether pages came at once, given what a bare server took in the same moments."""
    return late(pages) <= max(PROMPT, 3 * late(bare))


def said(seconds: Sequence[float]) -> str:
    """Say how long scrapes took."""
    figures = sorted(seconds)[len(seconds) // 2], late(seconds), max(seconds)
    times = ", ".join(f"{figure * 1000:.1f}" for figure in figures)
    return f"{len(seconds)} scrapes, median, p99 and slowest {times} ms"
