"""The documents of one cluster from poll to poll: their facts, freshness and state."""

from collections.abc import Collection, Iterable

import msgspec

from ceph_exporter.facts import (
    DOCUMENTS,
    Decoded,
    DecodeError,
    Decoding,
    Fact,
    Facts,
    Health,
    MgrDump,
    Quorum,
    Status,
)
from ceph_exporter.polling import schedule
from ceph_exporter.polling.clock import SYSTEM, Clock
from ceph_exporter.polling.report import DocumentRow, DocumentState
from ceph_exporter.polling.schedule import Schedule
from ceph_exporter.sources import Answer, ErrorKind, SourceError

VITAL = frozenset(fact.document for fact in (Health, Status, Quorum))
"""The documents that say whether the cluster is well: every API has them, so they are requested
again soon even if the last answer was that they are unsupported or denied."""
_OWN_KEY = frozenset({"restful"})
"""APIs that run commands with the mgr's own key, what that key may not do, no user may."""


_SCHEDULES = {
    ErrorKind.UNSUPPORTED: schedule.unsupported,
    ErrorKind.DENIED: schedule.denied,
}


class _Entry(msgspec.Struct):
    """One document.

    offered: the API in use has it; fact: None before it is received and after it went stale;
    received: when, by `clock.monotonic()`; grace: seconds by which it may be older than other
    documents, because it is requested less often; epoch: the OSD map's epoch according to the last
    status before the poll that received the document.
    """

    row: DocumentRow
    schedule: Schedule = Schedule()
    offered: bool = True
    fact: Fact | None = None
    received: float = 0.0
    grace: float = 0.0
    epoch: int | None = None


class Documents:
    """The documents of one cluster. names: those that are wanted.

    A poll calls `start_poll`, then for each answer `decode` and `keep` or `fail`, then `end_poll`.
    """

    def __init__(self, names: Collection[str] = tuple(DOCUMENTS), clock: Clock = SYSTEM) -> None:
        self._clock = clock
        self._entries = {name: _Entry(DocumentRow(name)) for name in DOCUMENTS if name in names}
        self._received: set[str] = set()  # in this poll
        self._failed: set[str] = set()  # in this poll
        self._epoch: int | None = None  # of the OSD map, according to the last status
        self._previous_epoch: int | None = None  # the same, when this poll started
        self._decode = Decoding()
        self._api = ""

    def start_poll(self) -> None:
        """Start a poll: nothing has been received or has failed in it yet."""
        self._received.clear()
        self._failed.clear()
        self._previous_epoch = self._epoch

    def due(self) -> list[str]:
        """Return the documents to request now, the most urgent first.

        What this poll has received so far may make a document due or redundant.
        """
        now = self._clock.monotonic()
        facts = Facts({type(e.fact): e.fact for e in self._entries.values() if e.fact})
        return [
            name
            for name, entry in self._entries.items()
            if entry.offered
            and entry.schedule.due(now)
            and not DOCUMENTS[name].redundant(facts)
            and (Status.document in self._failed or not self._is_unchanged(entry))
        ]

    def received(self, name: str) -> bool:
        """Return whether this poll received the document."""
        return name in self._received

    def in_cooldown(self, name: str) -> bool:
        """Return whether the document is available and has not become due since it was received."""
        entry = self._entries[name]
        return entry.fact is not None and entry.row.state is DocumentState.OK

    def error_of(self, names: Collection[str]) -> str:
        """Return why the first of these documents is unavailable."""
        return next(row.error for row in self.rows() if row.name in names and row.error)

    def connect(self, api: str, offered: frozenset[str]) -> None:
        """Continue with a new source, which offers these documents; most cooldowns remain."""
        self._api = api
        for entry in self._entries.values():
            name = entry.row.name
            entry.schedule = schedule.reconnected(entry.schedule)
            if name in VITAL and name in self._failed:
                entry.schedule = Schedule()  # what another URL failed to deliver is needed at once
            entry.epoch = None
            entry.offered = name in offered
            if not entry.offered:
                entry.row = entry.row._replace(
                    state=DocumentState.UNSUPPORTED,
                    kind=ErrorKind.UNSUPPORTED,
                    error=f"not available from {api}",
                )

    def decode(self, answer: Answer) -> Decoded:
        """Return the facts in an answer; raise SourceError if it holds an error or is garbled."""
        if answer.error is not None:
            raise answer.error
        try:
            return self._decode(answer.wire_format, answer.body)
        except DecodeError as error:
            text = f"{answer.wire_format}: {error}"
            raise SourceError(ErrorKind.FAILED, text) from None

    def keep(self, answer: Answer, decoded: Decoded) -> None:
        """Keep the facts of an answer that was decoded and checked; note what it lacks."""
        now = self._clock.monotonic()
        for fact in decoded.facts:
            if isinstance(fact, Status):
                self._epoch = fact.osd_epoch
            entry = self._entries.get(fact.document)
            if entry is None:
                continue  # the answer carries it, but no collector wants it
            name, seconds, vital = entry.row.name, answer.seconds, fact.document in VITAL
            entry.fact, entry.received, entry.epoch = fact, now, self._previous_epoch
            entry.schedule = schedule.received(
                entry.schedule, now, seconds, slow=fact.slow, vital=vital
            )
            entry.grace = schedule.grace(seconds, slow=fact.slow, vital=vital, aside=fact.aside)
            size = len(answer.body)
            entry.row = DocumentRow(
                name,
                DocumentState.OK,
                seconds=seconds,
                size=size,
                last_success=self._clock.time(),
                dropped=decoded.dropped,
            )
            self._received.add(name)
        for name in {*answer.documents}.difference(fact.document for fact in decoded.facts):
            text = f"{answer.wire_format}: the answer does not contain it"
            error = answer.left_out.get(name, SourceError(ErrorKind.FAILED, text))
            self.fail([name], error, answer.seconds)

    def fail(self, names: Iterable[str], error: SourceError, seconds: float | None = None) -> None:
        """Note why documents are unavailable, except those that this poll received elsewhere.

        seconds: how long Ceph took; None if the cluster as a whole is unreachable.
        """
        now = self._clock.monotonic()
        for entry in (self._entries[name] for name in names if name in self._entries):
            name = entry.row.name
            if name not in VITAL and error.kind in _SCHEDULES:
                entry.schedule = _SCHEDULES[error.kind](entry.schedule, now)
            if name in self._received or not entry.offered:
                continue
            self._failed.add(name)
            entry.row = entry.row._replace(
                state=self._state(name, error.kind),
                kind=error.kind,
                error=str(error),
                seconds=seconds,
            )
            if seconds is not None:
                aside = DOCUMENTS[name].aside
                entry.schedule = schedule.failed(entry.schedule, now, seconds, aside=aside)

    def _state(self, name: str, kind: ErrorKind) -> DocumentState:
        """Return the state after a failure: FAILED, not UNSUPPORTED, if a grant would help."""
        if kind is ErrorKind.DENIED and self._api in _OWN_KEY:
            return DocumentState.UNSUPPORTED
        # A recording may be of a few documents only.
        offered = name in VITAL and self._api != "recording"
        unsupported = kind is ErrorKind.UNSUPPORTED and not offered
        return DocumentState.UNSUPPORTED if unsupported else DocumentState.FAILED

    def cool_down(self, names: Iterable[str], seconds: float) -> None:
        """Put documents, except `VITAL` ones, in cooldown after their request made the URL fail.

        seconds: how long that took.
        """
        now = self._clock.monotonic()
        for name in names:
            if name in self._entries and name not in VITAL:
                entry = self._entries[name]
                entry.schedule = schedule.failed(entry.schedule, now, seconds)

    def forget(self) -> None:
        """Discard all facts, including those of this poll: their source cannot be trusted."""
        self._received.clear()
        for entry in self._entries.values():
            entry.fact, entry.epoch = None, None
            entry.schedule = schedule.forgotten(entry.schedule)

    def end_poll(self, stale_after: float) -> None:
        """Mark the documents of an unchanged OSD map as fresh, then drop stale facts.

        stale_after: seconds, extended by its document's grace, after which a fact is not exported.
        """
        now = self._clock.monotonic()
        for entry in self._entries.values():
            if self.received(Status.document) and self._is_unchanged(entry):
                entry.received = now
                entry.row = entry.row._replace(
                    state=DocumentState.OK, kind=None, error="", last_success=self._clock.time()
                )
            if entry.fact is not None and now - entry.received > stale_after + entry.grace:
                entry.fact = None

    def available(self) -> dict[type[Fact], Fact]:
        """Return the facts to export.

        While no mgr is active, this excludes figures that the monitors merely repeat from the last
        active mgr.
        """
        facts = {type(entry.fact): entry.fact for entry in self._entries.values() if entry.fact}
        mgr = facts.get(MgrDump)
        if not isinstance(mgr, MgrDump) or mgr.active:
            return facts
        own = {type_: fact.without_mgr() for type_, fact in facts.items()}
        return {type_: fact for type_, fact in own.items() if fact is not None}

    def rows(self) -> tuple[DocumentRow, ...]:
        """Return the state of each document."""
        return tuple(entry.row for entry in self._entries.values())

    def _is_unchanged(self, entry: _Entry) -> bool:
        """Return whether the document belongs to the OSD map that the last status reported.

        Epochs only grow: if the newest status has the same epoch as the last status before the poll
        that requested the document, the document belongs to that epoch. A status received just
        before the document proves nothing, because the document may come from a monitor that lags
        behind.
        """
        of_map = entry.fact is not None and entry.fact.of_osd_map
        return of_map and entry.epoch is not None and entry.epoch == self._epoch
