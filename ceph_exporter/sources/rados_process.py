"""A child process that holds librados, killed when it does not answer in time.

A call into librados cannot be interrupted, an assertion of librados ends its process, and a command
that ran into librados' own timeout may still write to memory that is gone. So it lives in a process
of its own, of which a cluster has one at most.
"""

import select
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import msgspec

from ceph_exporter.deadline import Deadline
from ceph_exporter.sources import rados_child

PYTHONS = (sys.executable, "/usr/bin/python3")
"""Where the module `rados` is looked for: this Python, and that of the distribution."""
_HEAD_LIMIT = 1024 * 1024
_CHUNK = 1024 * 1024
_PATIENCE = 5.0


class Gone(Exception):  # noqa: N818 - it is no error of the program
    """The child has ended or was killed; the text says why. late: it did not answer in time."""

    late = False


class Head(msgspec.Struct):
    """The outcome of a request: an errno, 0 for none, and what librados or Ceph says."""

    errno: int
    text: str
    size: int


class Reply(NamedTuple):
    """An outcome and the bytes that came with it."""

    errno: int
    text: str
    body: bytes


_head = msgspec.json.Decoder(Head)


class Process:
    """A running child; `ask` gets one reply for one request.

    python: the interpreter to run it with; limit: bytes of the largest body that is taken.
    Raises Gone when it cannot be started.
    """

    def __init__(self, python: str, limit: int) -> None:
        self._limit = limit
        self._buffer = bytearray()
        try:
            self._child = subprocess.Popen(  # noqa: S603 - a fixed program
                [python, "-I", str(Path(rados_child.__file__))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                start_new_session=True,
            )
        except OSError as error:
            raise Gone(f"{python}: {error.strerror}") from None

    def ask(self, request: object, deadline: Deadline) -> Reply:
        """Send a request and wait for the reply; raises Gone, and the child is then dead."""
        assert self._child.stdin is not None  # noqa: S101 - for the type checker
        try:
            # It waits for requests, so a short one never fills the pipe.
            self._child.stdin.write(msgspec.json.encode(request) + b"\n")
        except OSError:
            raise self._ended() from None
        while b"\n" not in self._buffer:
            self._read(deadline)
            if len(self._buffer) > self._limit + _HEAD_LIMIT:
                raise self._kill("it answered without end")
        line, _, rest = self._buffer.partition(b"\n")
        try:
            head = _head.decode(line)
        except msgspec.MsgspecError:
            raise self._kill("it answered something else than a reply") from None
        if head.size > self._limit:
            raise self._kill(f"the answer is larger than {self._limit >> 20} MiB; not read")
        self._buffer = rest
        while len(self._buffer) < head.size:
            self._read(deadline)
        body, self._buffer = bytes(self._buffer), bytearray()
        return Reply(head.errno, head.text, body)

    def close(self) -> None:
        """End the child, whatever it does."""
        self._child.kill()
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                pipe.close()
        with suppress(subprocess.TimeoutExpired):  # it may wait for a disk that hangs
            self._child.wait(_PATIENCE)

    def _read(self, deadline: Deadline) -> None:
        assert self._child.stdout is not None  # noqa: S101 - for the type checker
        poll = select.poll()
        poll.register(self._child.stdout, select.POLLIN)
        if not poll.poll(deadline.left * 1000):
            gone = self._kill("no answer in time")
            gone.late = True
            raise gone
        chunk = self._child.stdout.read(_CHUNK)
        if not chunk:
            raise self._ended()
        self._buffer += chunk

    def _kill(self, why: str) -> Gone:
        self.close()
        return Gone(why)

    def _ended(self) -> Gone:
        try:
            code = self._child.wait(1)
        except subprocess.TimeoutExpired:
            code = 0
        self.close()
        return Gone(f"librados ended by signal {-code}" if code < 0 else "librados ended by itself")
