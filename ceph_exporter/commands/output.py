"""Standard output as the commands see it: it may be closed, full, or a pipe that nobody reads."""

import os
import sys
from collections.abc import Callable
from io import TextIOWrapper

from ceph_exporter.printable import escape_text

INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells report it: 128 and the number of SIGINT."""
PIPE_CLOSED = 141
"""The exit code after the reader of a pipe has gone: 128 and the number of SIGPIPE."""


def prepare() -> None:
    """Make standard output and error writable in every environment.

    A program may be started without them, or with an encoding that lacks characters of a message.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115
        elif isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def guarded(run: Callable[[], int], fail: Callable[[str], int], stopped: int | None = None) -> int:
    """Run a command and return its exit code, also if it is interrupted or cannot write.

    fail: reports an error, and returns or exits with its code; stopped: the code after Ctrl-C or
    without a reader, None for the usual ones.
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
    """Throw away what was not written, as Python would try again at its end, and fail."""
    try:
        number = sys.stdout.fileno()
    except (OSError, ValueError):
        return  # not a file, but replaced by a test or a host program
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, number)
    os.close(null)
