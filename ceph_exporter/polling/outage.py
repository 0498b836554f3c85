"""Polls that fail: longer pauses, and a log that reports each change once."""

import random
from collections.abc import Collection, Mapping

from ceph_exporter.config import Poll
from ceph_exporter.log import fields, log
from ceph_exporter.polling.clock import SYSTEM, Clock
from ceph_exporter.polling.report import DocumentRow, DocumentState
from ceph_exporter.sources import ErrorKind, SourceError

PATIENCE = 2
"""Consecutive polls that may fail before the pauses grow: a new active mgr appears within two."""
LONGEST = 60.0
"""Longest pause in seconds, unless the interval is longer; a recovery is noticed soon."""
SUMMARY_INTERVAL = 3600.0
"""Seconds between two log lines about a problem that persists."""


def pause(poll: Poll, failures: int) -> float:
    """Return the seconds from the start of a poll to the start of the next.

    failures: consecutive polls that failed. After `PATIENCE` failures the pause doubles each time,
    up to `LONGEST` and at most half of `stale_after`, so that no snapshot goes stale between two
    polls; it is never shorter than the interval. Jitter keeps many exporters from polling in step.
    """
    longest = max(poll.interval, min(poll.stale_after / 2, LONGEST))
    doublings = min(max(0, failures - PATIENCE), 16)
    jitter = random.uniform(0.8, 1.0) if doublings else random.uniform(0.98, 1.02)  # noqa: S311
    return min(longest, poll.interval * 2.0**doublings) * jitter


class Outage:
    """Logs when a cluster or some of its documents become unavailable and available again.

    An outage is logged in one line when it starts, one for each further kind of error (such as a
    service that is back but refuses the password), one an hour while it lasts, and one when it
    ends. Documents that fail although the cluster is reachable are logged in the same way, but
    without a line for each further kind of error; those that fail or recover together share a line.
    Documents that the API does not know, and fields of an unexpected type, are logged once. tags:
    key=value pairs for the log lines.
    """

    def __init__(self, tags: Mapping[str, str], clock: Clock = SYSTEM) -> None:
        self.failures = 0
        """Consecutive polls that failed."""
        self._tags = dict(tags)
        self._clock = clock
        self._kinds: set[ErrorKind] = set()
        self._missing: set[str] = set()
        self._unsupported: set[str] = set()
        self._odd: set[tuple[str, str]] = set()  # document and path of a field
        self._since = self._summary = clock.monotonic()

    def note(self, failure: SourceError | None, documents: Collection[DocumentRow]) -> None:
        """Log what changed since the last poll.

        failure: why the cluster is unreachable, None if it is not; documents: their state.
        """
        now = self._clock.monotonic()
        self._note_unsupported(documents)
        self._note_odd_fields(documents)
        # A row without a duration failed with the whole cluster; that is logged once.
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
        """Log documents that the API refused as unknown; those that no release has over it not."""
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
            self._log("warning", "fields of an unexpected type dropped", fields=names)

    def _duration(self, now: float) -> dict[str, object]:
        return {"seconds": round(now - self._since), "polls": self.failures}

    def _log(self, level: str, text: str, **about: object) -> None:
        getattr(log, level)(text, extra=fields(**self._tags, **about))
