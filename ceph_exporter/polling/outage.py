"""What follows from polls that fail: longer pauses, and a log that says a change once."""

import random
import time
from collections.abc import Mapping

from ceph_exporter.config import Poll
from ceph_exporter.log import fields, log
from ceph_exporter.sources import ErrorKind, SourceError

PATIENCE = 2
"""Polls in a row that may fail before the pauses grow: within two a new active mgr is found."""
LONGEST = 60.0
"""Seconds of the longest pause unless the interval is longer: a cluster that is back is seen."""
SUMMARY_INTERVAL = 3600.0
"""Seconds between two lines about what is still not well."""


def pause(poll: Poll, failures: int) -> float:
    """Give the seconds from the start of a poll to that of the next.

    failures: polls in a row that failed. From the third one on the pause doubles, up to half of
    `stale_after`, as a snapshot must not go stale between two polls. The jitter keeps many
    exporters from asking in step.
    """
    longest = max(poll.interval, min(poll.stale_after / 2, LONGEST))
    doublings = min(max(0, failures - PATIENCE), 16)
    jitter = random.uniform(0.8, 1.0) if doublings else random.uniform(0.98, 1.02)  # noqa: S311
    return min(longest, poll.interval * 2.0**doublings) * jitter


class Outage:
    """How long one cluster is not reached. tags: key=value pairs for the log lines.

    An outage is one line when it begins, one for each further kind of failure (the service is back
    but refuses the password), one an hour while it lasts, one when it ends. So it is with documents
    that a cluster does not give although it is reached, all that begin or end together in one line.
    """

    def __init__(self, tags: Mapping[str, str]) -> None:
        self.failures = 0
        self._tags = dict(tags)
        self._kinds: set[ErrorKind] = set()
        self._missing: set[str] = set()
        self._since = self._summary = time.monotonic()

    def note(self, failure: SourceError | None, missing: Mapping[str, str]) -> None:
        """Take the end of a poll; log what changed.

        failure: why the cluster was not reached; missing: documents Ceph did not give, and why.
        """
        now = time.monotonic()
        if failure is None:
            self._reached(now, missing)
        else:
            self._not_reached(now, failure)
        if not self.failures and not missing:
            self._summary = now
        elif now - self._summary >= SUMMARY_INTERVAL:
            self._summary = now
            if failure is not None:
                lasted = self._lasted(now)
                self._say("error", "cluster still not reached", **lasted, error=failure)
            else:
                self._say("warning", "documents still not had", documents=",".join(missing))

    def _reached(self, now: float, missing: Mapping[str, str]) -> None:
        if self.failures:
            self._say("info", "cluster reached again", **self._lasted(now))
        self.failures = 0
        self._kinds.clear()
        if begun := [name for name in missing if name not in self._missing]:
            about = {"documents": ",".join(begun), "error": missing[begun[0]]}
            self._say("warning", "documents not had", **about)
        if ended := sorted(self._missing.difference(missing)):
            self._say("info", "documents had again", documents=",".join(ended))
        self._missing = set(missing)

    def _not_reached(self, now: float, failure: SourceError) -> None:
        if not self.failures:
            self._since = self._summary = now
        self.failures += 1
        if failure.kind not in self._kinds:
            self._kinds.add(failure.kind)
            self._say("error", "cluster not reached", error=failure)

    def _lasted(self, now: float) -> dict[str, object]:
        return {"seconds": round(now - self._since), "polls": self.failures}

    def _say(self, level: str, text: str, **about: object) -> None:
        getattr(log, level)(text, extra=fields(**self._tags, **about))
