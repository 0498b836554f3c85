"""What is kept of one document between polls, and the state after a failure."""

import msgspec

from ceph_exporter.facts import Decoded, Fact
from ceph_exporter.polling import schedule
from ceph_exporter.polling.budget import Budget
from ceph_exporter.polling.clock import Clock
from ceph_exporter.polling.report import DocumentRow, DocumentState
from ceph_exporter.polling.schedule import VITAL, Schedule
from ceph_exporter.sources import Answer, ErrorKind

_OWN_KEY = frozenset({"restful"})
"""APIs that run commands with the mgr's own key. If that key may not read a document, granting the
user more rights does not help."""


class Entry(msgspec.Struct):
    """What is known about one document.

    fact: its content, None before it is received and after it goes stale; received: when it was
    received, by `clock.monotonic()`; grace: seconds that are added to `stale_after`, because the
    document is requested less often; epoch: the OSD map's epoch before the document was requested,
    from the last status of an earlier poll, None if unknown; request: the wire format whose cost
    determines how often it is requested; interval: as in `DocumentRow`.
    """

    row: DocumentRow
    schedule: Schedule = Schedule()
    fact: Fact | None = None
    received: float = 0.0
    grace: float = 0.0
    epoch: int | None = None
    request: str = ""
    interval: float | None = None

    def receive(
        self, fact: Fact, answer: Answer, decoded: Decoded, budget: Budget, clock: Clock
    ) -> None:
        """Store a fact of an answer, and plan the next request as the budget allows."""
        wait = schedule.ASIDE_FACTOR * answer.seconds if fact.aside else budget.wait(self.request)
        planned = budget.skipping(wait) if fact.aside else budget.planned(self.request)
        wait, planned = min(wait, fact.longest), min(planned, fact.longest)
        now = clock.monotonic()
        self.fact, self.received = fact, now
        self.schedule = schedule.received(self.schedule, now, wait, slow=fact.slow)
        self.grace = schedule.grace(wait, slow=fact.slow, aside=fact.aside)
        self.interval = max(planned, schedule.SLOW_INTERVAL if fact.slow else 0.0) or None
        self.row = DocumentRow(
            self.row.name,
            DocumentState.OK,
            seconds=answer.seconds,
            size=len(answer.body),
            last_success=clock.time(),
            dropped=decoded.dropped,
        )

    def take_over(self, other: "Entry") -> None:
        """Keep what an earlier poller received, until it is stale."""
        self.fact, self.received = other.fact, other.received
        self.grace, self.row = other.grace, other.row

    def mark_unsupported(self, error: str) -> None:
        """Note that the document is unavailable whatever the exporter does. error: why."""
        kind = ErrorKind.UNSUPPORTED
        self.row = self.row._replace(state=DocumentState.UNSUPPORTED, kind=kind, error=error)

    @property
    def shown(self) -> DocumentRow:
        """The row with the interval, if the document is requested at all."""
        is_ok = self.row.state is DocumentState.OK
        return self.row._replace(interval=self.interval if is_ok else None)

    def hurry(self) -> None:
        """Make the document due, because it has probably changed since it was received."""
        if self.row.state is DocumentState.OK:
            self.schedule = schedule.hurried(self.schedule)


def state_after(kind: ErrorKind, name: str, api: str) -> DocumentState:
    """Return the state after a failure of this kind.

    It is UNSUPPORTED if the API does not have the document or if granting the user more rights
    would not help, otherwise FAILED.
    """
    if kind is ErrorKind.DENIED and api in _OWN_KEY:
        return DocumentState.UNSUPPORTED
    # A recording may contain only a few documents.
    offered = name in VITAL and api != "recording"
    unsupported = kind is ErrorKind.UNSUPPORTED and not offered
    return DocumentState.UNSUPPORTED if unsupported else DocumentState.FAILED
