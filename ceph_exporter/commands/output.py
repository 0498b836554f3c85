"""Handles a standard output that is closed, on a full disk, or a pipe that nobody reads."""

import os
import sys
from collections.abc import Callable
from io import TextIOWrapper

from ceph_exporter.printable import escape_text

INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells report it: 128 plus the number of SIGINT."""
PIPE_CLOSED = 141
"""The exit code after the reader of a pipe has closed it: 128 plus the number of SIGPIPE."""


def prepare() -> None:
    """Make it possible to write any text to standard output and standard error.

    They may be closed, or their encoding may lack some of the characters.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115
        elif isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def guarded(run: Callable[[], int], fail: Callable[[str], int], stopped: int | None = None) -> int:
    """Run a command and return its exit code, even if it is interrupted or cannot write.

    fail: reports an error, and exits or returns the exit code; stopped: the exit code after Ctrl-C
    or a closed pipe, None for `INTERRUPTED` or `PIPE_CLOSED`.
    """
    try:
        try:
            return run()
        finally:
            sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED if stopped is None else stopped
    except BrokenPipeError:
        discard()
        return PIPE_CLOSED if stopped is None else stopped
    except OSError as error:
        where = escape_text(str(error.filename)) if error.filename else "standard output"
        discard()
        return fail(f"cannot write to {where}: {error.strerror}")


def discard() -> None:
    """Discard unwritten output; otherwise Python would try to write it at exit, and fail again."""
    try:
        number = sys.stdout.fileno()
    except (OSError, ValueError):
        return  # a test or another program replaced it with an object that is not a file
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, number)
    os.close(null)
