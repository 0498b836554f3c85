"""Documents through librados, with the distribution's Python module `rados`; every release.

Mon commands go to the monitors, so their documents stay fresh even if every mgr is down. From 12 on
the mgr has commands of its own (src/mgr/MgrCommands.h and its modules). A monitor would forward
these to the mgr, and keep those that no mgr answers forever; so they are sent to the mgr directly,
and last.
"""

import errno
import math
import os
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

from ceph_exporter.deadline import Deadline, elapsed
from ceph_exporter.facts import DecodeError, Version
from ceph_exporter.facts.command import Command, Target, mon
from ceph_exporter.facts.registry import COMMANDS, wire_format_of
from ceph_exporter.facts.version import decode_version
from ceph_exporter.sources.base import Answer, ErrorKind, SourceError
from ceph_exporter.sources.credentials import Credentials
from ceph_exporter.sources.http import BODY_LIMIT
from ceph_exporter.sources.rados_child import NO_MODULE
from ceph_exporter.sources.rados_process import PYTHONS, Gone, Process, Reply
from ceph_exporter.sources.reasons import brief

# A ceph.conf may make clients create files named after their pid: each child would leave some.
_NO_FILES = {"admin_socket": "", "log_file": ""}

_UNKNOWN_COMMAND = ("command not known", "No handler found")
# ENOENT of orchestrator/_interface.py: none is configured, or its own module is disabled.
_NO_ORCHESTRATOR = ("No orchestrator configured", "Module not found")


class Rados:
    """Documents through librados. conf: the ceph.conf, which names the monitors.

    pythons: the interpreters that may have the module `rados`; limit: the maximum size of an answer
    in bytes. Raises SourceError if no connection is established within the deadline. If a mgr does
    not answer, the next `fetch` connects again.
    """

    api = "rados"
    releases = ("0.67", "")
    documents = frozenset(COMMANDS)

    def __init__(
        self,
        conf: str,
        credentials: Credentials,
        deadline: Deadline,
        pythons: Collection[str] = PYTHONS,
        limit: int = BODY_LIMIT,
    ) -> None:
        self.url = conf
        self._limit = int(limit)  # msgspec cannot encode the configuration's subclass of int
        self._credentials = credentials
        self._pythons = [python for python in dict.fromkeys(pythons) if Path(python).exists()]
        self._process: Process | None = None
        self._mgr_has_commands = False
        self._late: Deadline | None = None
        self._connect(deadline)

    def fetch(self, wanted: Collection[str], deadline: Deadline) -> Iterator[Answer]:
        """Request documents from the monitors, then from the mgr, one command after the other."""
        if self._late is deadline:
            return  # a mgr that did not answer has used up the time of this poll
        self._connect(deadline)
        of_mgr = [name for name in wanted if self._target(COMMANDS[name][0]) == "mgr"]
        for document in wanted:
            if document not in of_mgr:
                try:
                    yield self._document(document, deadline)
                except Gone as gone:
                    raise self._no_answer(gone, COMMANDS[document][0]) from None
        yield from self._ask_mgr(of_mgr, deadline)

    def close(self) -> None:
        """Kill the child process."""
        if self._process is not None:
            self._process.close()
            self._process = None

    def _ask_mgr(self, documents: list[str], deadline: Deadline) -> Iterator[Answer]:
        for index, document in enumerate(documents):
            start = time.monotonic()
            try:
                yield self._document(document, deadline)
            except Gone as gone:
                self.close()
                self._late = deadline
                text = f"no mgr answered ({gone}); check that one is active: ceph mgr dump"
                error, seconds = SourceError(ErrorKind.FAILED, text), elapsed(start)
                # All get the full time, so that none of them is requested again soon.
                for late in documents[index:]:
                    wire_format = wire_format_of(late, COMMANDS[late][0])
                    yield Answer((late,), wire_format, seconds, error=error)
                return

    def _document(self, document: str, deadline: Deadline) -> Answer:
        for command in COMMANDS[document]:
            start = time.monotonic()
            reply = self._run(command, deadline)
            wire_format, seconds = wire_format_of(document, command), elapsed(start)
            if not reply.errno:
                return Answer((document,), wire_format, seconds, reply.body)
            error = _refused(command, reply, self._credentials.username)
            if error.kind is not ErrorKind.UNSUPPORTED:
                break
        return Answer((document,), wire_format, seconds, error=error)

    def _target(self, command: Command) -> Target:
        return command.target if self._mgr_has_commands else "mon"

    def _run(self, command: Command, deadline: Deadline) -> Reply:
        assert self._process is not None  # noqa: S101 - `fetch` has connected
        body = {"prefix": command.prefix, **dict(command.args), "format": "json"}
        request = {"to": self._target(command), "command": body, "limit": self._limit}
        return self._process.ask(request, deadline)

    def _connect(self, deadline: Deadline) -> None:
        if self._process is not None:
            return
        seconds = str(math.ceil(deadline.left) + 1)
        options = {"client_mount_timeout": seconds, "rados_mon_op_timeout": seconds, **_NO_FILES}
        if self._credentials.keyring:
            options["keyring"] = self._credentials.keyring
        self._check_files()
        request = {"conf": self.url, "name": self._entity, "options": options}
        try:
            reply = self._open(request, deadline)
        except Gone as gone:
            self._process = None
            raise SourceError(
                ErrorKind.UNREACHABLE,
                f"no connection to the monitors that {self.url} names ({gone}); check mon_host in "
                "that file, the network, and that the monitors have a quorum",
            ) from None
        if reply.errno:
            self.close()
            raise _not_connected(reply, self.url, self._entity)
        try:
            self._mgr_has_commands = self._release(deadline) >= 12
        except Gone as gone:
            raise self._no_answer(gone, mon("version")) from None

    def _open(self, request: object, deadline: Deadline) -> Reply:
        """Connect with the first Python that has the module; without one, reply `NO_MODULE`."""
        reply = Reply(-1, NO_MODULE, b"")
        for python in self._pythons:
            self._process = Process(python, self._limit)
            reply = self._process.ask({"connect": request}, deadline)
            if reply.text != NO_MODULE:
                break
            self.close()
        return reply

    def _release(self, deadline: Deadline) -> int:
        """Return the major number of the monitors' release, 0 before 0.94."""
        reply = self._run(mon("version"), deadline)
        with suppress(DecodeError):
            (version,) = decode_version(reply.body)
            if isinstance(version, Version):
                return int(version.release.partition(".")[0])
        return 0

    @property
    def _entity(self) -> str:
        return f"client.{self._credentials.username.removeprefix('client.')}"

    def _check_files(self) -> None:
        # librados does not report which of its files is missing or unreadable.
        flags = {"--cluster.ceph-conf": self.url, "--cluster.keyring": self._credentials.keyring}
        for flag, file in flags.items():
            try:
                if file:
                    os.close(os.open(file, os.O_RDONLY | os.O_NONBLOCK))
            except OSError as error:
                text = f"cannot read {file}: {error.strerror}; check {flag}"
                raise SourceError(ErrorKind.REFUSED, text) from None

    def _no_answer(self, gone: Gone, command: Command) -> SourceError:
        self.close()
        hint = "; check that the monitors have a quorum" if gone.late else ""
        return SourceError(
            ErrorKind.UNREACHABLE, f"no answer to the command {command.prefix!r}: {gone}{hint}"
        )


def _not_connected(reply: Reply, conf: str, entity: str) -> SourceError:
    """Return the error for librados' errno; the meanings were observed with 16.2.15 and 20.2.4."""
    if reply.text == NO_MODULE:
        return SourceError(
            ErrorKind.REFUSED,
            "no Python module rados; install the distribution's package python3-rados (the "
            "exporter also uses it from a virtual environment)",
        )
    refused = {
        errno.EACCES: f"the monitors refused {entity}; the file of --cluster.keyring (by default "
        f"/etc/ceph/ceph.{entity}.keyring) must contain the output of: ceph auth get {entity}",
        errno.EIO: f"librados cannot use the key of {entity}; check that it is not damaged; a key "
        "that starts with Ag (aes256k) requires python3-rados of the cluster's release",
        errno.ENOENT: f"librados found no monitors; set mon_host in {conf}",
    }
    kind = ErrorKind.REFUSED if reply.errno in refused else ErrorKind.UNREACHABLE
    other = f"librados cannot connect; check {conf} and the names in its mon_host"
    text = " ".join(reply.text.split())[:200]
    return SourceError(kind, f"{refused.get(reply.errno, other)} ({text})")


def _refused(command: Command, reply: Reply, user: str) -> SourceError:
    text = brief(reply.text) or os.strerror(reply.errno)
    if reply.errno == errno.EFBIG:
        return SourceError(
            ErrorKind.FAILED,
            f"the answer to the command {command.prefix!r} is too large and was not read; raise "
            "--poll.body-limit (poll.body_limit)",
        )
    message = f"Ceph refused the command {command.prefix!r}: {text}"
    if reply.errno == errno.EINVAL and any(words in text for words in _UNKNOWN_COMMAND):
        return SourceError(ErrorKind.UNSUPPORTED, message)
    if reply.errno == errno.ENOENT and any(words in text for words in _NO_ORCHESTRATOR):
        return SourceError(ErrorKind.UNSUPPORTED, message)
    if reply.errno in (errno.EACCES, errno.EPERM):
        message += f"; grant the user {user} the caps mon 'allow r' mgr 'allow r'"
    return SourceError(ErrorKind.FAILED, message)
