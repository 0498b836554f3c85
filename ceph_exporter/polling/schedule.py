"""When a document may be requested again, as pure functions of time and results.

All times are in seconds, by `time.monotonic()`. A document that took Ceph a long time, even if it
failed, is in cooldown for a multiple of that time, regardless of the URL.
"""

import msgspec

from ceph_exporter.sources.aside import LIMIT

SLOW_INTERVAL = 300.0
"""Seconds between two requests for a slow document."""
UNSUPPORTED_INTERVAL = 300.0
"""Seconds until an unsupported document is requested again, because an upgrade may add it."""
DENIED_INTERVAL = 60.0
"""Seconds until a document is requested again that the user may not read; some releases log each
refusal."""
COOLDOWN_FACTOR = 10
"""The cooldown as a multiple of the time that the answer took, for a document that failed or that
says whether the cluster is well."""
LONG_COOLDOWN_FACTOR = 20
"""The same for every other document, which matters less and so gets less of Ceph's time. With
10,000 OSDs the dashboard takes a second to report their usage; requested every 15 s, that alone
costs half as much as the mgr's own prometheus module."""
COOLDOWN_MAX = 60.0
"""Longest cooldown in seconds after a failure, because Ceph may recover soon."""

ASIDE_COOLDOWN_MAX = 1800.0
"""The same for a document that is requested beside the polls: what is behind it may hang for long,
and each request occupies a thread of the mgr or of RGW meanwhile."""


class Schedule(msgspec.Struct, frozen=True):
    """Three times; a document is not requested before the last of them.

    next: when a slow document is to be refreshed; cooldown_until: the end of the cooldown;
    unsupported_until: when to ask again whether the API supports
    the document and the user may read it.
    """

    next: float = 0.0
    cooldown_until: float = 0.0
    unsupported_until: float = 0.0

    def due(self, now: float) -> bool:
        """Return whether the document may be requested."""
        return max(self.next, self.cooldown_until, self.unsupported_until) <= now


def cooldown(seconds: float, *, vital: bool) -> float:
    """Return the cooldown, in seconds, after an answer that took `seconds`.

    vital: the document says whether the cluster is well.
    """
    return seconds * (COOLDOWN_FACTOR if vital else LONG_COOLDOWN_FACTOR)


def grace(seconds: float, *, slow: bool, vital: bool, aside: bool = False) -> float:
    """Return by how many seconds a document may be older than others before it is stale."""
    wait = max(SLOW_INTERVAL if slow else 0.0, cooldown(seconds, vital=vital))
    return wait + LIMIT if aside else wait


def received(
    schedule: Schedule, now: float, seconds: float, *, slow: bool, vital: bool
) -> Schedule:
    """Return the schedule after the document was received, which took `seconds`."""
    return msgspec.structs.replace(
        schedule,
        next=now + (SLOW_INTERVAL if slow else 0.0),
        cooldown_until=now + cooldown(seconds, vital=vital),
    )


def failed(schedule: Schedule, now: float, seconds: float, *, aside: bool = False) -> Schedule:
    """Return the schedule after a failure that took `seconds`."""
    wait = min(COOLDOWN_MAX, COOLDOWN_FACTOR * seconds)
    if aside:
        wait = min(ASIDE_COOLDOWN_MAX, max(COOLDOWN_MAX, COOLDOWN_FACTOR * seconds))
    return msgspec.structs.replace(schedule, cooldown_until=now + wait)


def unsupported(schedule: Schedule, now: float) -> Schedule:
    """Return the schedule after the API said that it does not know the document."""
    return msgspec.structs.replace(schedule, unsupported_until=now + UNSUPPORTED_INTERVAL)


def denied(schedule: Schedule, now: float) -> Schedule:
    """Return the schedule after the API said that the user may not read the document."""
    return msgspec.structs.replace(schedule, unsupported_until=now + DENIED_INTERVAL)


def reconnected(schedule: Schedule) -> Schedule:
    """Return the schedule for a new source; only the cooldown remains in effect."""
    return Schedule(cooldown_until=schedule.cooldown_until)


def forgotten(schedule: Schedule) -> Schedule:
    """Return the schedule after the document was discarded; its refresh interval is skipped."""
    return msgspec.structs.replace(schedule, next=0.0)
