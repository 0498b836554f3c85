"""What is kept of one document between polls, and the state after a failure."""

import msgspec

from ceph_exporter.facts import Decoded, Fact, Health, Quorum, Status
from ceph_exporter.polling.report import DocumentRow, DocumentState
from ceph_exporter.polling.schedule import Schedule, hurried
from ceph_exporter.sources import Answer, ErrorKind

VITAL = frozenset(fact.document for fact in (Health, Status, Quorum))
"""The documents that show whether the cluster is healthy. Every API offers them, so they are soon
requested again even if the last answer was that they are unsupported or denied."""
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

    def hurry(self) -> None:
        """Make the document due, because it has probably changed since it was received."""
        if self.row.state is DocumentState.OK:
            self.schedule = hurried(self.schedule)


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


def row_after(answer: Answer, name: str, decoded: Decoded, now: float) -> DocumentRow:
    """Return the state of a document that was received. now: unix time."""
    return DocumentRow(
        name,
        DocumentState.OK,
        seconds=answer.seconds,
        size=len(answer.body),
        last_success=now,
        dropped=decoded.dropped,
    )
