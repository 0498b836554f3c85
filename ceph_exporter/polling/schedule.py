"""When a document may be requested again: pure functions of time and results.

All times are readings of `time.monotonic()` in seconds. A document that took Ceph long, or failed
slowly, is in cooldown for a multiple of that time, over whatever URL it is requested.
"""

import msgspec

SLOW_INTERVAL = 300.0
"""Seconds between two requests for a slow document."""
UNSUPPORTED_INTERVAL = 300.0
"""Seconds until an unsupported document is requested again: an upgrade may bring it."""
DENIED_INTERVAL = 60.0
"""Seconds until a document is requested again that the user may not read; some releases log each
refusal."""
COOLDOWN_FACTOR = 10
"""The cooldown, as a multiple of the answer's time, of a document that failed or that says whether
the cluster is well."""
LONG_COOLDOWN_FACTOR = 20
"""The same for every other document: it deserves no more of Ceph's time. A dashboard with 10,000
OSDs takes a second for the use of all; requested every 15 s, that alone cost half of what the mgr's
own prometheus module costs."""
COOLDOWN_MAX = 60.0
"""Seconds of the longest cooldown after a failure: Ceph may recover sooner."""


class Schedule(msgspec.Struct, frozen=True):
    """The three times before which a document is not requested.

    next: it is slow and was received recently; cooldown_until: Ceph took long for it;
    unsupported_until: the API does not know it, or the user may not read it.
    """

    next: float = 0.0
    cooldown_until: float = 0.0
    unsupported_until: float = 0.0

    def due(self, now: float) -> bool:
        """Return whether the document may be requested."""
        return max(self.next, self.cooldown_until, self.unsupported_until) <= now


def cooldown(seconds: float, *, vital: bool) -> float:
    """Return the cooldown after an answer that took `seconds`.

    vital: the document says whether the cluster is well.
    """
    return seconds * (COOLDOWN_FACTOR if vital else LONG_COOLDOWN_FACTOR)


def grace(seconds: float, *, slow: bool, vital: bool) -> float:
    """Return by how many seconds a document may be older than others before it is stale."""
    return max(SLOW_INTERVAL if slow else 0.0, cooldown(seconds, vital=vital))


def received(
    schedule: Schedule, now: float, seconds: float, *, slow: bool, vital: bool
) -> Schedule:
    """Return the schedule after the document was received in `seconds`."""
    return msgspec.structs.replace(
        schedule,
        next=now + (SLOW_INTERVAL if slow else 0.0),
        cooldown_until=now + cooldown(seconds, vital=vital),
    )


def failed(schedule: Schedule, now: float, seconds: float) -> Schedule:
    """Return the schedule after a failure that took `seconds`."""
    wait = min(COOLDOWN_MAX, COOLDOWN_FACTOR * seconds)
    return msgspec.structs.replace(schedule, cooldown_until=now + wait)


def unsupported(schedule: Schedule, now: float) -> Schedule:
    """Return the schedule after the API said that it does not know the document."""
    return msgspec.structs.replace(schedule, unsupported_until=now + UNSUPPORTED_INTERVAL)


def denied(schedule: Schedule, now: float) -> Schedule:
    """Return the schedule after the API said that the user may not read the document."""
    return msgspec.structs.replace(schedule, unsupported_until=now + DENIED_INTERVAL)


def reconnected(schedule: Schedule) -> Schedule:
    """Return the schedule with a new source: only the cooldown remains."""
    return Schedule(cooldown_until=schedule.cooldown_until)


def forgotten(schedule: Schedule) -> Schedule:
    """Return the schedule after the document was discarded: it is needed again at once."""
    return msgspec.structs.replace(schedule, next=0.0)
