"""Dates in Ceph's answers as unix times."""

from datetime import datetime


def unix_time(date: str | None) -> float | None:
    """Return the unix time; None if the date is empty, invalid or has no time zone, as in Ceph 14.

    Both `2026-01-01T00:00:00.000000Z` and `2026-01-01T00:00:00.000000+0000` are dates of Ceph.
    """
    if not date:
        return None
    try:
        when = datetime.fromisoformat(date)
    except ValueError:
        return None
    return when.timestamp() if when.tzinfo is not None else None
