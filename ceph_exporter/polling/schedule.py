"""When a document may be requested again, as pure functions of time and results.

All times are in seconds, by `time.monotonic()`. After each request, the document is in cooldown:
after an answer for as long as budget.py says, after a failure for a multiple of the time that Ceph
took. The cooldown also holds at the next URL, except for a vital document that failed in this poll
or that must identify the cluster.

A *vital* document shows whether the cluster is healthy. A *slow* document rarely changes.
"""

import msgspec

from ceph_exporter.facts import Health, Quorum, Status
from ceph_exporter.sources.aside import LIMIT

VITAL = frozenset(fact.document for fact in (Health, Status, Quorum))
"""The documents that show whether the cluster is healthy. Every API offers them, so they are soon
requested again even if the last answer was that they are unsupported or denied."""
SLOW_INTERVAL = 300.0
"""Seconds between two requests for a slow document."""
UNSUPPORTED_INTERVAL = 300.0
"""Seconds until an unsupported document is requested again; an upgrade may have added it."""
DENIED_INTERVAL = 60.0
"""Seconds until a document that the user may not read is requested again. More frequent requests
would fill Ceph's log, because some releases log every refusal."""
COOLDOWN_FACTOR = 10
"""Cooldown after a failure, as a multiple of the time that Ceph took."""
ASIDE_FACTOR = 20
"""Cooldown after the answer for a document that is requested beside the polls, as a multiple of the
time that it took."""
COOLDOWN_MAX = 60.0
"""Longest cooldown in seconds after a failure, so that a recovery is noticed soon."""

ASIDE_COOLDOWN_MAX = 1800.0
"""The same for a document that is requested beside the polls: what is behind it may hang for long,
and each request occupies a thread of the mgr or of RGW meanwhile."""


class Schedule(msgspec.Struct, frozen=True):
    """The document is not requested before the latest of these times.

    next: when to refresh a slow document; cooldown_until: when the cooldown ends;
    unsupported_until: when to retry a document that was unsupported or denied.
    """

    next: float = 0.0
    cooldown_until: float = 0.0
    unsupported_until: float = 0.0

    def due(self, now: float) -> bool:
        """Return whether the document may be requested."""
        return max(self.next, self.cooldown_until, self.unsupported_until) <= now


def received(schedule: Schedule, now: float, wait: float, *, slow: bool) -> Schedule:
    """Return the schedule after a successful request. wait: the cooldown in seconds."""
    return msgspec.structs.replace(
        schedule, next=now + (SLOW_INTERVAL if slow else 0.0), cooldown_until=now + wait
    )


def grace(wait: float, *, slow: bool, aside: bool = False) -> float:
    """Return the seconds to add to `stale_after`, because not every poll requests the document."""
    longest = max(SLOW_INTERVAL if slow else 0.0, wait)
    return longest + LIMIT if aside else longest


def hurried(schedule: Schedule) -> Schedule:
    """Return the schedule after a sign that a received document has changed: it is due now."""
    return msgspec.structs.replace(schedule, cooldown_until=0.0)


def failed(schedule: Schedule, now: float, seconds: float, *, aside: bool = False) -> Schedule:
    """Return the schedule after a failed request that took `seconds`."""
    wait = min(COOLDOWN_MAX, COOLDOWN_FACTOR * seconds)
    if aside:
        wait = min(ASIDE_COOLDOWN_MAX, max(COOLDOWN_MAX, COOLDOWN_FACTOR * seconds))
    return msgspec.structs.replace(schedule, cooldown_until=now + wait)


def unsupported(schedule: Schedule, now: float) -> Schedule:
    """Return the schedule after the API reported that it does not know the document."""
    return msgspec.structs.replace(schedule, unsupported_until=now + UNSUPPORTED_INTERVAL)


def denied(schedule: Schedule, now: float) -> Schedule:
    """Return the schedule after the API reported that the user may not read the document."""
    return msgspec.structs.replace(schedule, unsupported_until=now + DENIED_INTERVAL)


def reconnected(schedule: Schedule) -> Schedule:
    """Return the schedule after a switch to a new source; only the cooldown remains in effect."""
    return Schedule(cooldown_until=schedule.cooldown_until)


def forgotten(schedule: Schedule) -> Schedule:
    """Return the schedule after the fact was discarded: it is due as soon as its cooldown ends."""
    return msgspec.structs.replace(schedule, next=0.0)
