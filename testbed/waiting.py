"""Waits for an event until a deadline. Tests never sleep for a fixed time instead."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import httpx

from testbed.process import CephError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path


def until(predicate: Callable[[], bool], what: str, seconds: float = 20.0) -> None:
    """Wait until the predicate holds; raise AssertionError after `seconds`."""
    end = time.monotonic() + seconds
    while not predicate():
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds:.0f} s: {what}")
        time.sleep(0.01)


def wait_until(
    predicate: Callable[[], bool], what: str, timeout: float, logs: Iterable[Path] = ()
) -> None:
    """Wait until the predicate holds.

    A predicate that raises OSError, HTTPError or CephError does not hold yet: a server may still be
    starting. Raise CephError with the last lines of the logs after `timeout` seconds.
    """
    deadline = time.monotonic() + timeout
    while True:
        last = ""
        try:
            if predicate():
                return
        except (OSError, httpx.HTTPError, CephError) as error:
            last = f" ({error})"
        if time.monotonic() > deadline:
            tails = "".join(f"\n--- {log.name}\n{_tail(log)}" for log in sorted(logs))
            raise CephError(f"no {what} within {timeout:.0f} s{last}{tails}")
        time.sleep(0.1)


def _tail(log: Path, lines: int = 12) -> str:
    written = (line for line in log.read_text(errors="replace").splitlines() if line)
    return "\n".join(list(written)[-lines:])
