"""The documents of one cluster: their facts, freshness and state, kept between polls."""

from collections.abc import Collection, Iterable, Mapping

from ceph_exporter.config import Poll
from ceph_exporter.facts import (
    DOCUMENTS,
    Decoded,
    DecodeError,
    Decoding,
    Fact,
    Facts,
    Status,
)
from ceph_exporter.facts.decode import UnsupportedError
from ceph_exporter.facts.signs import Signs
from ceph_exporter.polling import schedule
from ceph_exporter.polling.budget import FREE, Budget
from ceph_exporter.polling.changes import changed
from ceph_exporter.polling.clock import SYSTEM, Clock
from ceph_exporter.polling.entry import Entry, state_after
from ceph_exporter.polling.report import DocumentRow, DocumentState
from ceph_exporter.polling.schedule import VITAL, Schedule
from ceph_exporter.polling.trust import current
from ceph_exporter.sources import Answer, ErrorKind, SourceError

_SCHEDULES = {ErrorKind.UNSUPPORTED: schedule.unsupported, ErrorKind.DENIED: schedule.denied}
_POLL = Poll()


class Documents:
    """The documents of one cluster. names: the documents to request; poll: how often, at most.

    A poll first calls `start_poll`. For each answer it calls `decode`, and then `keep` if that
    succeeded or `fail` if not. At the end it calls `end_poll`.
    """

    def __init__(
        self,
        names: Collection[str] = tuple(DOCUMENTS),
        clock: Clock = SYSTEM,
        poll: Poll = _POLL,
    ) -> None:
        self._clock = clock
        self._budget = Budget(poll.ceph_share, poll.interval)
        self._entries = {name: Entry(DocumentRow(name)) for name in DOCUMENTS if name in names}
        self._received: set[str] = set()  # in this poll
        self._failed: set[str] = set()  # in this poll
        self._epoch: int | None = None  # of the OSD map in the last status
        self._previous_epoch: int | None = None  # the value of _epoch when this poll started
        self._decode = Decoding()
        self._api = ""

    def aside(self) -> dict[str, Entry]:
        """Return what is known of the documents that take longer than a poll."""
        entries = self._entries.items()
        return {name: one for name, one in entries if DOCUMENTS[name].aside and one.fact}

    def take_over(self, entries: Mapping[str, Entry]) -> None:
        """Keep the facts that an earlier poller received until they are stale; they are due now."""
        for name in entries.keys() & self._entries.keys():
            self._entries[name].take_over(entries[name])

    def start_poll(self) -> None:
        """Start a poll, in which no document has been received or has failed yet."""
        signs = Signs.document
        self._budget.trust_signs(trusted=signs in self._entries and self.last_succeeded(signs))
        self._received.clear()
        self._failed.clear()
        self._previous_epoch = self._epoch

    def due(self, *, also_redundant: bool = False) -> list[str]:
        """Return the documents to request now, the most urgent first.

        A document that this poll received may make another one due or redundant. also_redundant:
        whether to return redundant documents as well.
        """
        now = self._clock.monotonic()
        facts = Facts(self._facts())
        return [
            name
            for name, entry in self._entries.items()
            if entry.row.offered
            and entry.schedule.due(now)
            and (name != Signs.document or self._budget.is_tight)
            and (also_redundant or not DOCUMENTS[name].redundant(facts))
            and not DOCUMENTS[name].nonexistent(facts)
            and (Status.document in self._failed or not self._is_unchanged(entry))
        ]

    def received(self, name: str) -> bool:
        """Return whether this poll received the document."""
        return name in self._received

    def last_succeeded(self, name: str) -> bool:
        """Return whether the last request for the document succeeded and its fact is not stale."""
        entry = self._entries[name]
        return entry.fact is not None and entry.row.state is DocumentState.OK

    def denial_of(self, name: str) -> str:
        """Return why the user may not read a document, or "" if its last request was not denied."""
        row = self._entries[name].row
        return row.error if row.kind is ErrorKind.DENIED else ""

    def error_of(self, names: Collection[str]) -> str:
        """Return the error of that one of these documents which is the first in request order."""
        return next(row.error for row in self.rows() if row.name in names and row.error)

    def connect(self, api: str, offered: frozenset[str]) -> None:
        """Switch to a source that offers these documents; cooldowns after slow answers continue."""
        self._budget.connect(is_same_api=api == self._api)
        self._api = api
        for entry in self._entries.values():
            name = entry.row.name
            entry.schedule = schedule.reconnected(entry.schedule)
            if name in VITAL and name in self._failed:
                entry.schedule = Schedule()  # it failed at another URL, so request it here at once
            entry.epoch = None
            entry.row = entry.row._replace(offered=name in offered)
            if not entry.row.offered:
                entry.mark_unsupported(f"not available from {api}")

    def decode(self, answer: Answer) -> Decoded:
        """Return the facts in an answer; raise SourceError if it is an error or not decodable."""
        if answer.error is not None:
            raise answer.error
        try:
            return self._decode(answer.wire_format, answer.body)
        except DecodeError as error:
            unsupported = isinstance(error, UnsupportedError)
            kind = ErrorKind.UNSUPPORTED if unsupported else ErrorKind.FAILED
            raise SourceError(kind, f"{answer.wire_format}: {error}") from None

    def keep(self, answer: Answer, decoded: Decoded) -> None:
        """Store the facts of a checked answer; the documents that it lacks have failed."""
        now = self._clock.monotonic()
        self._budget.answered(answer, decoded.facts, now)
        previous, contained = self._facts(), {fact.document for fact in decoded.facts}
        entries = self._entries.values()
        for fact in decoded.facts:
            if isinstance(fact, Status):
                self._epoch = fact.osd_epoch
            entry = self._entries.get(fact.document)
            if entry is None:
                continue  # the answer contains it, but nothing needs it
            name = entry.row.name
            if name in answer.documents or (not entry.request and name not in VITAL):
                entry.request = answer.wire_format
            elif all(e.row.name in contained for e in entries if e.request == entry.request):
                self._budget.spare(entry.request)
            entry.epoch = self._previous_epoch
            entry.receive(fact, answer, decoded, self._budget, self._clock)
            self._received.add(name)
        if self._budget.has_reserve:
            for name in changed(previous, decoded.facts) & self._entries.keys() - self._received:
                self._entries[name].hurry()
        for name in {*answer.documents} - contained:
            text = f"{answer.wire_format}: the answer does not contain {name}"
            error = answer.left_out.get(name, SourceError(ErrorKind.FAILED, text))
            self.fail([name], error, answer.seconds)

    def refused(self, answer: Answer, error: SourceError) -> None:
        """Record why an answer is unusable, and what it cost."""
        if not FREE.issuperset(answer.documents):
            self._budget.spend(answer.cost, self._clock.monotonic())
        self.fail(answer.documents, error, answer.seconds)

    def fail(
        self, names: Collection[str], error: SourceError, seconds: float | None = None
    ) -> None:
        """Record why documents are unavailable; those that this poll already received stay `ok`.

        seconds: how long Ceph took to fail; None if the cluster as a whole is unreachable.
        """
        now = self._clock.monotonic()
        for entry in (self._entries[name] for name in names if name in self._entries):
            name = entry.row.name
            if name not in VITAL and error.kind in _SCHEDULES:
                entry.schedule = _SCHEDULES[error.kind](entry.schedule, now)
            if name in self._received or not entry.row.offered:
                continue
            self._failed.add(name)
            entry.row = entry.row._replace(
                state=state_after(error.kind, name, self._api),
                kind=error.kind,
                error=str(error),
                seconds=seconds,
            )
            if seconds is not None:
                aside = DOCUMENTS[name].aside
                entry.schedule = schedule.failed(entry.schedule, now, seconds, aside=aside)

    def cool_down(self, names: Iterable[str], seconds: float) -> None:
        """Put documents, except those in `VITAL`, in cooldown after their request made a URL fail.

        seconds: how long the failed request took.
        """
        now = self._clock.monotonic()
        for name in {*names} & self._entries.keys() - VITAL:
            entry = self._entries[name]
            entry.schedule = schedule.failed(entry.schedule, now, seconds)

    def forget(self) -> None:
        """Discard all facts, including those of this poll, because their source is not trusted."""
        self._received.clear()
        for entry in self._entries.values():
            entry.fact, entry.epoch = None, None
            entry.schedule = schedule.forgotten(entry.schedule)

    def end_poll(self, stale_after: float) -> None:
        """Mark the documents of an unchanged OSD map as fresh, then drop stale facts.

        stale_after: the age in seconds at which a fact goes stale; the grace of its document is
        added to it.
        """
        now = self._clock.monotonic()
        status = self._entries.get(Status.document)
        for entry in self._entries.values():
            grace = entry.grace
            if status is not None and self._is_unchanged(entry):
                grace = max(grace, status.grace)  # it is kept until the next status can confirm it
                if self.received(Status.document):
                    entry.received = now
                    entry.row = entry.row._replace(
                        state=DocumentState.OK, kind=None, error="", last_success=self._clock.time()
                    )
            if entry.fact is not None and now - entry.received > stale_after + grace:
                entry.fact = None
        facts = Facts(self._facts())
        for name, entry in self._entries.items():
            if entry.row.offered and (reason := DOCUMENTS[name].nonexistent(facts)):
                entry.row, entry.fact = DocumentRow(name), None
                entry.mark_unsupported(reason)

    def available(self) -> dict[type[Fact], Fact]:
        """Return the facts to export."""
        return current(self._facts())

    def rows(self) -> tuple[DocumentRow, ...]:
        """Return the state of each document, without `log last` unless it is in use."""
        return tuple(
            entry.shown
            for name, entry in self._entries.items()
            if name != Signs.document or (self._budget.is_tight and entry.schedule.cooldown_until)
        )

    def _facts(self) -> dict[type[Fact], Fact]:
        return {type(e.fact): e.fact for e in self._entries.values() if e.fact}

    def _is_unchanged(self, entry: Entry) -> bool:
        """Return whether the document is still current because the OSD map has not changed.

        Epochs only grow, so it has not changed if the newest status has the epoch that was current
        before the document's poll began. A status from that poll itself would prove nothing,
        because the document may come from a monitor that lags behind.
        """
        of_map = entry.fact is not None and entry.fact.of_osd_map
        return of_map and entry.epoch is not None and entry.epoch == self._epoch
