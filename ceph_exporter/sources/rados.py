"""Documents through librados, with the distribution's Python module `rados`; every release.

The monitors answer most commands themselves, so these documents are current even if every mgr is
down. From Ceph 12 on, the mgr answers some commands (src/mgr/MgrCommands.h and the mgr's modules),
which are sent last. There are two ways to send them (observed on 14.2.21 to 20.2.4):

- Directly to the mgr, which checks the user's mgr capabilities. librados needs the mgr map, which
  the monitors send only to users with the capability `allow service mon r`. Such users can also
  read secrets (`config dump`).
- Through a monitor, which checks the user's mon capabilities and forwards the command (the flag MGR
  in src/mon/MonCommands.h). It keeps the command until a mgr answers, so no such command is sent
  while no mgr is active.
"""

import math
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

from ceph_exporter.deadline import Deadline, elapsed
from ceph_exporter.facts import DecodeError, Version
from ceph_exporter.facts.command import Command, Target, mon
from ceph_exporter.facts.mgr_dump import MgrDump, decode_mgr_dump
from ceph_exporter.facts.registry import COMMANDS, wire_format_of
from ceph_exporter.facts.version import decode_version
from ceph_exporter.sources import rados_errors
from ceph_exporter.sources.base import Answer, ErrorKind, SourceError
from ceph_exporter.sources.credentials import Credentials
from ceph_exporter.sources.http import BODY_LIMIT
from ceph_exporter.sources.rados_child import NO_MODULE
from ceph_exporter.sources.rados_errors import RIGHTS_MISSING
from ceph_exporter.sources.rados_process import PYTHONS, Gone, Process, Reply

# A ceph.conf may make clients create files named after their pid. Each child would leave a file.
_NO_FILES = {"admin_socket": "", "log_file": ""}
# The fraction of the remaining time that the mgr may take; the rest is for the monitors.
_MGR_SHARE = 0.75
_OF_MGR = {one.prefix for row in COMMANDS.values() for one in row if one.target == "mgr"}
# This command only tests whether the user has `allow service mon r`, which permits it.
_PROBE = mon("fsid")


class Rados:
    """Documents through librados. conf: the path of the ceph.conf, which names the monitors.

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
        self._through_monitors: set[str] = set()  # prefixes of mgr commands to send to a monitor
        self._mgr_was_silent = False
        self._late: Deadline | None = None  # of the last poll in which the mgr did not answer
        self._longest = 0.0  # the seconds of the longest poll
        self._seconds = 0.0  # the timeout of librados in the child process
        self._connect(deadline)

    def fetch(self, wanted: Collection[str], deadline: Deadline) -> Iterator[Answer]:
        """Request documents from the monitors, then from the mgr, one command after the other.

        If the mgr did not answer, it is not asked again in the same poll.
        """
        is_late = self._late is deadline
        try:
            self._connect(deadline)
            of_mgr = [name for name in wanted if self._is_of_mgr(COMMANDS[name][0])]
            yield from self._ask_monitors([name for name in wanted if name not in of_mgr], deadline)
        except SourceError:
            if is_late:
                return  # the mgr has used up the time
            raise
        if of_mgr and not is_late:
            yield from self._ask_mgr(of_mgr, deadline)

    def close(self) -> None:
        """Kill the child process."""
        if self._process is not None:
            self._process.close()
            self._process = None

    def _ask_monitors(self, documents: list[str], deadline: Deadline) -> Iterator[Answer]:
        for document in documents:
            try:
                yield self._document(document, deadline)
            except Gone as gone:
                raise self._no_answer(gone, COMMANDS[document][0]) from None

    def _ask_mgr(self, documents: list[str], deadline: Deadline) -> Iterator[Answer]:
        start = time.monotonic()
        if self._mgr_was_silent and not self._has_active_mgr(deadline):
            text = "no mgr is active; start one, then check: ceph mgr dump"
            yield from _failed(documents, text, elapsed(start))
            return
        self._mgr_was_silent = False
        limit = deadline.part(_MGR_SHARE)
        for index, document in enumerate(documents):
            start = time.monotonic()
            try:
                yield self._document(document, limit)
            except Gone as gone:
                self.close()
                self._late, self._mgr_was_silent = deadline, True
                text = f"no mgr answered ({gone}); check that one is active: ceph mgr dump"
                # Report the full time for all of them, so that none is requested again soon.
                yield from _failed(documents[index:], text, elapsed(start))
                return

    def _has_active_mgr(self, deadline: Deadline) -> bool:
        """Return whether the monitors know an active mgr; True if the user may not ask them."""
        command = COMMANDS[MgrDump.document][0]
        try:
            reply = self._run(command, deadline)
        except Gone as gone:
            raise self._no_answer(gone, command) from None
        return bool(reply.errno) or _is_active(reply.body)

    def _document(self, document: str, deadline: Deadline) -> Answer:
        for command in COMMANDS[document]:
            start = time.monotonic()
            reply = self._run(command, deadline)
            wire_format, seconds = wire_format_of(document, command), elapsed(start)
            if not reply.errno:
                if document == MgrDump.document and not _is_active(reply.body):
                    self._mgr_was_silent = True
                return Answer((document,), wire_format, seconds, reply.body)
            error = rados_errors.refused(command, reply, self._entity)
            if error.kind is not ErrorKind.UNSUPPORTED:
                break
        return Answer((document,), wire_format, seconds, error=error)

    def _is_of_mgr(self, command: Command) -> bool:
        return self._mgr_has_commands and command.target == "mgr"

    def _run(self, command: Command, deadline: Deadline) -> Reply:
        if not self._is_of_mgr(command) or command.prefix in self._through_monitors:
            return self._send("mon", command, deadline)
        reply = self._send("mgr", command, deadline)
        if reply.errno not in RIGHTS_MISSING:
            return reply
        # The user's mon capabilities may be sufficient.
        reply = self._send("mon", command, deadline)
        if reply.errno not in RIGHTS_MISSING:
            self._through_monitors.add(command.prefix)
        return reply

    def _send(self, target: Target, command: Command, deadline: Deadline) -> Reply:
        assert self._process is not None  # noqa: S101 - `fetch` has connected
        body = {"prefix": command.prefix, **dict(command.args), "format": "json"}
        return self._process.ask({"to": target, "command": body, "limit": self._limit}, deadline)

    def _connect(self, deadline: Deadline) -> None:
        # librados' timeout is fixed at the connection, and must be long enough for a whole poll.
        self._longest = max(self._longest, deadline.left)
        if self._process is not None and self._longest > self._seconds + 1:
            self.close()  # connected late in a poll, so its timeout is too short
        if self._process is not None:
            return
        self._seconds = self._longest
        seconds = str(math.ceil(self._seconds) + 1)
        options = {"client_mount_timeout": seconds, "rados_mon_op_timeout": seconds, **_NO_FILES}
        if self._credentials.keyring:
            options["keyring"] = self._credentials.keyring
        rados_errors.check_files(self.url, self._credentials.keyring)
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
            raise rados_errors.not_connected(reply, self.url, self._entity)
        try:
            self._mgr_has_commands = self._release(deadline) >= 12
            # The capabilities of a connection do not change, so one check per connection is enough.
            self._through_monitors = self._commands_through_monitors(deadline)
        except Gone as gone:
            raise self._no_answer(gone, mon("version")) from None

    def _open(self, request: object, deadline: Deadline) -> Reply:
        """Connect with the first Python that has the module; if none has it, return `NO_MODULE`."""
        reply = Reply(-1, NO_MODULE, b"")
        for python in self._pythons:
            self._process = Process(python, self._limit)
            reply = self._process.ask({"connect": request}, deadline)
            if reply.text != NO_MODULE:
                break
            self.close()
        return reply

    def _commands_through_monitors(self, deadline: Deadline) -> set[str]:
        if self._mgr_has_commands and self._run(_PROBE, deadline).errno in RIGHTS_MISSING:
            return set(_OF_MGR)  # librados does not receive the mgr map
        return set()

    def _release(self, deadline: Deadline) -> int:
        """Return the major number of the monitors' release, 0 before Ceph 0.94."""
        reply = self._run(mon("version"), deadline)
        with suppress(DecodeError):
            (version,) = decode_version(reply.body)
            if isinstance(version, Version):
                return int(version.release.partition(".")[0])
        return 0

    @property
    def _entity(self) -> str:
        return f"client.{self._credentials.username.removeprefix('client.')}"

    def _no_answer(self, gone: Gone, command: Command) -> SourceError:
        self.close()
        hint = "; check that the monitors have a quorum" if gone.late else ""
        return SourceError(
            ErrorKind.UNREACHABLE, f"no answer to the command {command.prefix!r}: {gone}{hint}"
        )


def _failed(documents: list[str], text: str, seconds: float) -> Iterator[Answer]:
    error = SourceError(ErrorKind.FAILED, text)
    for name in documents:
        wire_format = wire_format_of(name, COMMANDS[name][0])
        yield Answer((name,), wire_format, seconds, error=error)


def _is_active(mgr_dump: bytes) -> bool:
    """Return whether the mgr map has an active mgr that has started; True if unreadable."""
    try:
        return all(
            fact.available for fact in decode_mgr_dump(mgr_dump) if isinstance(fact, MgrDump)
        )
    except DecodeError:
        return True
