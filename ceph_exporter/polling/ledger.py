"""What is remembered of each document between polls: when it was had, and when it is due."""

import time
from collections.abc import Callable, Collection, Iterable

import msgspec

from ceph_exporter import facts
from ceph_exporter.facts import DOCUMENTS, Cache, Fact, Facts, Health, MgrDump, Quorum, Status
from ceph_exporter.polling.snapshot import DocumentRow
from ceph_exporter.sources import Answer, ErrorKind, SourceError

SLOW_INTERVAL = 300.0
"""Seconds between two requests for a slow document."""
UNSUPPORTED_INTERVAL = 3600.0
"""Seconds until a document that an API did not know is asked for again (after an upgrade)."""
REST_FACTOR = 10
"""A document that took t seconds and failed, or says whether the cluster is well, is not asked for
again before 10 t."""
LONG_REST_FACTOR = 20
"""Any other not before 20 t: it is worth no more of Ceph's time. A dashboard of 10,000 OSDs takes a
second to tell the use of all. Asked for every 15 s, that alone cost half of what the mgr's own
module does."""
REST_MAX = 60.0
"""The longest rest, in seconds, after a failure: Ceph may be well again sooner."""
_VITAL = frozenset(fact.document for fact in (Health, Status, Quorum))
"""What says whether the cluster is well: never at rest because a URL was silent."""


class _Entry(msgspec.Struct):
    """One document; times are readings of time.monotonic(), `last_success` is unix time.

    given: the API in use has it; rests_until: it takes Ceph long; epoch: that of the OSD map by
    the status of the poll before the document was asked for.
    """

    name: str
    not_before: float = 0.0
    rests_until: float = 0.0
    unsupported_until: float = 0.0
    given: bool = True
    success: bool | None = None
    seconds: float | None = None
    size: int | None = None
    had: float = 0.0
    rest: float = 0.0
    epoch: int | None = None
    last_success: float | None = None
    fact: Fact | None = None
    error: str = ""


class Ledger:
    """The documents of one cluster. names: those that are wanted."""

    def __init__(self, names: Collection[str] = tuple(DOCUMENTS)) -> None:
        self._entries = {name: _Entry(name) for name in DOCUMENTS if name in names}
        self._had: set[str] = set()
        self._failed: set[str] = set()
        self._epoch: int | None = None  # of the OSD map, by the last status
        self._epoch_before: int | None = None  # the same, when this poll began
        self._decode = facts.Decoding()
        self._made: Cache = {}

    def open(self) -> list[str]:
        """Begin a poll; give the documents that are due, in the order to ask for them."""
        self._had.clear()
        self._failed.clear()
        self._epoch_before = self._epoch
        return self.due()

    def due(self) -> list[str]:
        """Give the documents that are due, as far as what was had by now tells."""
        now = time.monotonic()
        available = Facts({type(e.fact): e.fact for e in self._entries.values() if e.fact})
        return [
            name
            for name, entry in self._entries.items()
            if entry.given
            and max(entry.not_before, entry.rests_until, entry.unsupported_until) <= now
            and not DOCUMENTS[name].redundant(available)
            and (Status.document in self._failed or not self._stands(entry))
        ]

    def had(self, name: str) -> bool:
        """Say whether the document was had in this poll."""
        return name in self._had

    @property
    def missing(self) -> dict[str, str]:
        """The documents that Ceph itself did not give when they were asked for last, and why."""
        return {
            entry.name: entry.error
            for entry in self._entries.values()
            if entry.success is False and entry.seconds is not None
        }

    def forget(self) -> None:
        """Believe nothing that was had so far, and take none of it for had in this poll."""
        self._had.clear()
        for entry in self._entries.values():
            entry.fact, entry.not_before, entry.epoch = None, 0.0, None

    def use(self, api: str, given: frozenset[str]) -> None:
        """Begin anew with a source that gives these documents; what takes long still rests."""
        for entry in self._entries.values():
            entry.not_before = entry.unsupported_until = 0.0
            entry.epoch = None
            entry.given = entry.name in given
            if not entry.given:
                entry.success, entry.error = None, f"not to be had over {api}"

    def take(
        self, answer: Answer, check: Callable[[tuple[Fact, ...]], None] = lambda _: None
    ) -> None:
        """Decode an answer and note for each of its documents what came of it.

        check: raises SourceError if what was decoded must not be kept. Raises the answer's error if
        it is the URL's; the documents that were waited for rest then.
        """
        try:
            if answer.error is not None:
                raise answer.error
            found = self._decode(answer.wire_format, answer.body)
        except SourceError as error:
            if not error.of_document:
                self._rest(answer)
                raise
            self.fail(answer.documents, str(error), answer.seconds, error.kind)
        except facts.DecodeError as error:
            self.fail(answer.documents, f"{answer.wire_format}: {error}", answer.seconds)
        else:
            check(found)
            self._keep(answer, found)

    def fail(
        self,
        names: Iterable[str],
        error: str,
        seconds: float | None = None,
        kind: ErrorKind = ErrorKind.FAILED,
    ) -> None:
        """Note that documents could not be had, unless another answer carried them in this poll.

        seconds: how long Ceph took; None when the source as a whole failed.
        """
        now = time.monotonic()
        for entry in (self._entries[name] for name in names if name in self._entries):
            if kind is ErrorKind.UNSUPPORTED:
                entry.unsupported_until = now + UNSUPPORTED_INTERVAL
            if entry.name in self._had or not entry.given:
                continue
            self._failed.add(entry.name)
            supported = kind is not ErrorKind.UNSUPPORTED
            entry.success, entry.error = False if supported else None, error
            entry.seconds = seconds
            if seconds is not None:
                entry.rests_until = now + min(REST_MAX, REST_FACTOR * seconds)

    def fresh(self, stale_after: float) -> Facts:
        """Give the facts that are young enough to be shown, and forget the others.

        While no mgr is active, what the monitors repeat of the last one is not shown either.
        """
        now = time.monotonic()
        available: dict[type[Fact], Fact] = {}
        for entry in self._entries.values():
            if Status.document in self._had and self._stands(entry):
                entry.had, entry.last_success = now, time.time()
                entry.success, entry.error = True, ""
            fact = entry.fact
            if fact is None:
                continue
            if now - entry.had > stale_after + entry.rest:
                entry.fact = None
            else:
                available[type(fact)] = fact
        mgr = available.get(MgrDump)
        if isinstance(mgr, MgrDump) and not mgr.active:
            own = {type_: fact.without_mgr() for type_, fact in available.items()}
            available = {type_: fact for type_, fact in own.items() if fact is not None}
        given = Facts(available, self._made)
        self._made = given.made
        return given

    def rows(self) -> tuple[DocumentRow, ...]:
        """Show each document's state."""
        return tuple(
            DocumentRow(
                entry.name,
                entry.success,
                entry.seconds,
                entry.size,
                entry.last_success,
                entry.error,
            )
            for entry in self._entries.values()
        )

    def _stands(self, entry: _Entry) -> bool:
        """Say whether the document is of the OSD map that the last status told of.

        Epochs only grow, so it is of the one that was current a poll before it was asked for, and
        after; not of one that status told a moment ago, as another monitor may be behind by that.
        """
        known = entry.fact is not None and entry.fact.of_osd_map
        return known and entry.epoch is not None and entry.epoch == self._epoch

    def _keep(self, answer: Answer, found: tuple[Fact, ...]) -> None:
        now = time.monotonic()
        for fact in found:
            if isinstance(fact, Status):
                self._epoch = fact.osd_epoch
            entry = self._entries.get(fact.document)
            if entry is None:
                continue  # carried by an answer, but no collector wants it
            entry.fact, entry.had, entry.last_success = fact, now, time.time()
            entry.epoch = self._epoch_before
            entry.success, entry.error = True, ""
            entry.seconds, entry.size = answer.seconds, len(answer.body)
            slow = SLOW_INTERVAL if fact.slow else 0.0
            entry.not_before = now + slow
            vital = entry.name in _VITAL
            rest = answer.seconds * (REST_FACTOR if vital else LONG_REST_FACTOR)
            entry.rests_until, entry.rest = now + rest, max(slow, rest)
            self._had.add(entry.name)

    def _rest(self, answer: Answer) -> None:
        until = time.monotonic() + min(REST_MAX, REST_FACTOR * answer.seconds)
        for name in answer.documents:
            if name in self._entries and name not in _VITAL:
                self._entries[name].rests_until = until
