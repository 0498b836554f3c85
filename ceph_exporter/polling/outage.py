"""Handles failed polls: longer pauses between polls, and one log line for each change."""

import random
from collections.abc import Collection, Mapping

from ceph_exporter.config import Poll
from ceph_exporter.log import fields, log
from ceph_exporter.polling.clock import SYSTEM, Clock
from ceph_exporter.polling.report import DocumentRow, DocumentState
from ceph_exporter.sources import ErrorKind, SourceError

PATIENCE = 2
"""Number of failed polls in a row before the pauses grow. A failover of
the mgr causes no more than these."""
LONGEST = 60.0
"""Longest pause in seconds, unless the interval is longer. It limits the delay until a recovery is
noticed."""
SUMMARY_INTERVAL = 3600.0
"""Seconds between two log lines about the same problem while it persists."""


def pause(poll: Poll, failures: int) -> float:
    """Return the seconds from the start of a poll to the start of the next.

    failures: the number of failed polls in a row. After `PATIENCE` failures, the pause doubles with
    each failure, up to the shorter of `LONGEST` and half of `stale_after`, so that no snapshot goes
    stale between two polls. It is not shortened below the interval, except by random jitter, which
    keeps exporters from polling simultaneously.
    """
    longest = max(poll.interval, min(poll.stale_after / 2, LONGEST))
    doublings = min(max(0, failures - PATIENCE), 16)
    jitter = random.uniform(0.8, 1.0) if doublings else random.uniform(0.98, 1.02)  # noqa: S311
    return min(longest, poll.interval * 2.0**doublings) * jitter


class Outage:
    """Logs when a cluster or some of its documents become unavailable, and when they recover.

    An outage of the cluster is logged when it starts, every hour while it lasts, and when it ends.
    It is also logged when a poll fails for a new kind of reason: for example, the service is
    running again but refuses the password.

    If documents fail although the cluster is reachable, this is logged when it starts, every hour
    while it lasts, and when it ends. Documents that fail or recover in the same poll share a line.

    A document that the API does not know is logged once, and so is a field of an unexpected type.
    tags: key=value pairs for the log lines.
    """

    def __init__(self, tags: Mapping[str, str], clock: Clock = SYSTEM) -> None:
        self.failures = 0
        """The number of failed polls in a row."""
        self._tags = dict(tags)
        self._clock = clock
        self._kinds: set[ErrorKind] = set()
        self._missing: set[str] = set()
        self._unsupported: set[str] = set()
        self._odd: set[tuple[str, str]] = set()  # document, and path of the field
        self._since = self._summary = clock.monotonic()

    def note(self, failure: SourceError | None, documents: Collection[DocumentRow]) -> None:
        """Log what changed since the last poll.

        failure: why the cluster is unreachable, None if it is reachable; documents: the state of
        every document.
        """
        now = self._clock.monotonic()
        self._note_unsupported(documents)
        self._note_odd_fields(documents)
        # A row without a duration failed because the cluster is unreachable, which is logged below.
        missing = {
            row.name: row.error
            for row in documents
            if row.state is DocumentState.FAILED and row.seconds is not None
        }
        if failure is None:
            self._reachable(now, missing)
        else:
            self._unreachable(now, failure)
        if not self.failures and not missing:
            self._summary = now
        elif now - self._summary >= SUMMARY_INTERVAL:
            self._summary = now
            if failure is not None:
                duration = self._duration(now)
                self._log("error", "cluster still unreachable", **duration, error=failure)
            else:
                self._log("warning", "documents still unavailable", documents=",".join(missing))

    def _reachable(self, now: float, missing: Mapping[str, str]) -> None:
        if self.failures:
            self._log("info", "cluster reachable again", **self._duration(now))
        self.failures = 0
        self._kinds.clear()
        if lost := [name for name in missing if name not in self._missing]:
            about = {"documents": ",".join(lost), "error": missing[lost[0]]}
            self._log("warning", "documents unavailable", **about)
        if recovered := sorted(self._missing.difference(missing)):
            self._log("info", "documents available again", documents=",".join(recovered))
        self._missing = set(missing)

    def _note_unsupported(self, documents: Collection[DocumentRow]) -> None:
        """Log documents that Ceph rejected as unsupported.

        Those that the API never offers are not requested, so they are not logged.
        """
        for row in documents:
            if row.state is DocumentState.OK:
                self._unsupported.discard(row.name)
        new = {
            row.name: row.error
            for row in documents
            if row.state is DocumentState.UNSUPPORTED
            and row.seconds is not None
            and row.name not in self._unsupported
        }
        if new:
            self._unsupported.update(new)
            reason = next(iter(new.values()))
            self._log("info", "documents unsupported", documents=",".join(new), error=reason)

    def _unreachable(self, now: float, failure: SourceError) -> None:
        if not self.failures:
            self._since = self._summary = now
        self.failures += 1
        if failure.kind not in self._kinds:
            self._kinds.add(failure.kind)
            self._log("error", "cluster unreachable", error=failure)

    def _note_odd_fields(self, documents: Collection[DocumentRow]) -> None:
        odd = [(row.name, path) for row in documents for path in row.dropped]
        if fresh := [field for field in odd if field not in self._odd]:
            self._odd.update(fresh)
            names = ",".join(f"{document}: {path}" for document, path in fresh)
            self._log("warning", "dropped fields of an unexpected type", fields=names)

    def _duration(self, now: float) -> dict[str, object]:
        return {"seconds": round(now - self._since), "polls": self.failures}

    def _log(self, level: str, text: str, **about: object) -> None:
        getattr(log, level)(text, extra=fields(**self._tags, **about))
