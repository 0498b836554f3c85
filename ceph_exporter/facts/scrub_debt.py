"""The PGs that Ceph has not scrubbed in time, from the health checks.

Sources: PGMap.cc of Ceph 12 to 20. The summary has the number of PGs ("89 pgs not scrubbed in
time"). The detail lines have the time of each PG's last scrub ("pg 1.2 not scrubbed since
2026-11-01T10:00:00.000000+0000"), of at most 50 PGs by default and in no particular order. Up to
Ceph 14, the time has no time zone.
"""

import re
from collections.abc import Mapping

import msgspec

from ceph_exporter.facts.dates import unix_time
from ceph_exporter.facts.health import Check, Health
from ceph_exporter.facts.numbers import amount

KINDS = {"scrub": "PG_NOT_SCRUBBED", "deep_scrub": "PG_NOT_DEEP_SCRUBBED"}
"""The health checks, by kind of scrub."""

_SINCE = re.compile(r"pg \S+ not (?:deep-)?scrubbed since (\S{1,40})$")
_NUMBER = re.compile(r"(\d{1,15}) pgs? not ")


class Debt(msgspec.Struct, frozen=True):
    """PGs that were not scrubbed in time.

    pgs: their number, None if unknown. oldest: the earliest of the times at which the PGs that Ceph
    lists were scrubbed last, as a unix time; None if there are none or if a time is unreadable.
    """

    pgs: float | None = 0
    oldest: float | None = None


def debts(health: Health) -> Mapping[str, Debt]:
    """Return the debt by kind of scrub; nothing for Ceph 11 and earlier, whose checks differ."""
    if health.era:
        return {}
    none = Debt() if health.listed else Debt(None)
    checks = {kind: health.checks.get(code) for kind, code in KINDS.items()}
    return {kind: _debt(check) if check else none for kind, check in checks.items()}


def _debt(check: Check) -> Debt:
    number = check.count
    if number is None and (match := _NUMBER.match(check.message)):
        number = amount(float(match[1]))
    times = [_unix(line) for line in check.detail]
    readable = [time for time in times if time is not None]
    oldest = min(readable) if readable and len(readable) == len(times) else None
    return Debt(number, oldest)


def _unix(line: str) -> float | None:
    match = _SINCE.match(line)
    return amount(unix_time(match[1])) if match else None
