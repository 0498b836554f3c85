"""A child process that runs librados and is killed if it does not answer in time.

A call into librados cannot be interrupted. A failed assertion in librados aborts the process. A
command that exceeded librados' own timeout may still write to freed memory. So librados runs in a
process of its own, at most one per cluster.
"""

import os
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
"""The interpreters that may have the module `rados`: this one, and that of the distribution."""
_HEAD_LIMIT = 1024 * 1024
_CHUNK = 1024 * 1024
_PATIENCE = 5.0


class Gone(Exception):  # noqa: N818 - an expected event
    """The child could not be started, has exited, or was killed; the text is the reason.

    late: whether it was killed because it did not answer in time.
    """

    late = False


class Head(msgspec.Struct):
    """The first line of a reply.

    An errno (0 for success), a text from librados or Ceph, and the size of the body that follows.
    """

    errno: int
    text: str
    size: int


class Reply(NamedTuple):
    """The result of a request and its data."""

    errno: int
    text: str
    body: bytes


_head = msgspec.json.Decoder(Head)


class Process:
    """A running child process; `ask` returns one reply per request.

    python: the interpreter that runs it; limit: the maximum size of a body in bytes. Raises Gone if
    it cannot be started. The child is killed when the thread that started it ends, so only that
    thread may use it.
    """

    def __init__(self, python: str, limit: int) -> None:
        self._limit = limit
        self._buffer = bytearray()
        try:
            self._child = subprocess.Popen(  # noqa: S603 - a fixed program
                [python, "-I", str(Path(rados_child.__file__)), str(os.getpid())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                start_new_session=True,
            )
        except OSError as error:
            raise Gone(f"{python}: {error.strerror}") from None

    def ask(self, request: object, deadline: Deadline) -> Reply:
        """Send a request and return the reply. Raise Gone if the child exits or must be killed."""
        assert self._child.stdin is not None  # noqa: S101 - for the type checker
        try:
            # This cannot block: the child is waiting for the request, which is too short to fill
            # the pipe.
            self._child.stdin.write(msgspec.json.encode(request) + b"\n")
        except OSError:
            raise self._exited() from None
        while b"\n" not in self._buffer:
            self._read(deadline)
            if len(self._buffer) > self._limit + _HEAD_LIMIT:
                raise self._kill("its reply has no end of line")
        line, _, remaining = self._buffer.partition(b"\n")
        try:
            head = _head.decode(line)
        except msgspec.MsgspecError:
            raise self._kill("its reply is invalid") from None
        if head.size > self._limit:
            raise self._kill(f"the answer is larger than {self._limit >> 20} MiB and was not read")
        self._buffer = remaining
        while len(self._buffer) < head.size:
            self._read(deadline)
        body, self._buffer = bytes(self._buffer), bytearray()
        return Reply(head.errno, head.text, body)

    def close(self) -> None:
        """Kill the child, whatever it is doing."""
        self._child.kill()
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                pipe.close()
        with suppress(subprocess.TimeoutExpired):  # the child may be blocked by a disk that hangs
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
            raise self._exited()
        self._buffer += chunk

    def _kill(self, reason: str) -> Gone:
        self.close()
        return Gone(reason)

    def _exited(self) -> Gone:
        try:
            code = self._child.wait(1)
        except subprocess.TimeoutExpired:
            code = 0
        self.close()
        if code < 0:
            return Gone(f"the process that runs librados was killed by signal {-code}")
        return Gone("the process that runs librados exited unexpectedly")
