"""The document `health detail`: status, checks, mutes, and the disk and store of each monitor.

Sources: Monitor::get_health of Ceph 0.67 to 11.2 (health_services, timechecks, summary);
Monitor::get_health_status of Ceph 12 and 13; HealthMonitor.cc of Ceph 14 and later.
"""

import re
from collections.abc import Mapping
from typing import Annotated, TypeAlias

import msgspec

from ceph_exporter.facts import monitor_details, preluminous, slow_ops, time_sync
from ceph_exporter.facts.dates import unix_time
from ceph_exporter.facts.decode import DecodeError, Decoder
from ceph_exporter.facts.fact import Fact, decodes
from ceph_exporter.facts.numbers import amount
from ceph_exporter.facts.odd_fields import WHOLE
from ceph_exporter.facts.slow_ops import SlowOps

# If PGMap.cc of Ceph 14 and later omits lines, it adds one with their number: "39 more pgs... ".
_MORE = re.compile(r"(?:\.\.\. ?)?(?:and )?\d+ more\b")

STATUSES = {"HEALTH_OK": 0, "HEALTH_WARN": 1, "HEALTH_ERR": 2}


class Check(msgspec.Struct, frozen=True):
    """A health check that is raised.

    severity: HEALTH_WARN or HEALTH_ERR. count: the number of affected items, as Ceph counts them;
    None before Ceph 15. detail: the lines that Ceph prints, at most 50 by default; a line that is
    not a string is replaced by an empty one. muted: None if unknown. complete: False if the answer
    has lines, but they are unreadable.
    """

    severity: str
    message: str
    count: float | None = None
    detail: tuple[str, ...] = ()
    muted: bool | None = False
    complete: bool = True


class Mute(msgspec.Struct, frozen=True):
    """A muted check (Ceph 15 and later).

    sticky: whether the mute remains after the check clears, None if unknown. expires: unix time,
    None if the mute does not expire or its time is unreadable.
    """

    code: str
    sticky: bool | None = False
    expires: float | None = None


class Health(Fact, frozen=True):
    """The cluster's health.

    status: HEALTH_OK, HEALTH_WARN or HEALTH_ERR.
    mutes: None if they are unreadable.
    monitor_health: by monitor, the worst severity that the answer reports. In Ceph 12 and later,
    only monitors with a problem are listed.
    reports: by monitor, the disk and store, where the release reports them.
    clocks: skew and latency from the detail lines of MON_CLOCK_SKEW. These lines name only monitors
    whose skew exceeds the limit, and print the skew without its sign.
    era: the releases that an answer of this form can come from, such as "0.72 to 11"; an empty
    string for Ceph 12 and later. It is useful because releases before Ceph 0.94 do not report their
    version.
    detailed: False if the API omits the detail lines of the checks, so that anything that only
    these lines report is unknown.
    listed: whether `checks` is complete. If it is not, Ceph may have raised other checks, too.
    """

    document = "health detail"

    status: str
    checks: Mapping[str, Check] = {}
    mutes: tuple[Mute, ...] | None = ()
    monitor_health: Mapping[str, str] = {}
    reports: Mapping[str, monitor_details.MonitorReport] = {}
    clocks: Mapping[str, time_sync.Clock] = {}
    slow_ops: SlowOps = slow_ops.NONE
    era: str = ""
    detailed: bool = True
    listed: bool = True


class RawText(msgspec.Struct, frozen=True):
    """`{"message": ..., "count": ...}`. `count` exists in Ceph 15 and later."""

    message: str = ""
    count: float | None = None


class RawCheck(msgspec.Struct, frozen=True):
    """One check of Ceph 12 and later. In the dashboard's list, `type` is the code of the check."""

    severity: str = ""
    summary: RawText = RawText()
    detail: tuple[RawText | None, ...] | msgspec.UnsetType | None = msgspec.UNSET
    muted: bool | None = False
    type: str = ""


class RawMute(msgspec.Struct, frozen=True):
    """One mute. `ttl` is the date, with a time zone, at which the mute expires, if it does."""

    code: str
    sticky: bool | None = False
    ttl: str | None = None


RawChecks: TypeAlias = dict[str, RawCheck | None] | tuple[RawCheck | None, ...] | None


class RawHealth(msgspec.Struct, frozen=True):
    """The answer to `health` of every release. In the dashboard's answer, `checks` is a list.

    Ceph 11 and earlier have only `overall_status`. Later releases have `status`; an unreadable
    `status` is not replaced by `overall_status`, which is wrong in Ceph 12 and 13.
    """

    status: str | msgspec.UnsetType | None = msgspec.UNSET
    checks: RawChecks = ()
    mutes: Annotated[tuple[RawMute, ...] | None, WHOLE] = ()
    overall_status: str | None = None
    summary: tuple[preluminous.RawSummary | None, ...] | None = ()
    detail: tuple[str, ...] | None = ()
    health: preluminous.RawServices | None = None
    timechecks: time_sync.RawTimechecks | None = None


_decode = Decoder(RawHealth)


@decodes("health detail")
def decode_health(body: bytes) -> tuple[Fact, ...]:
    """Decode the answer to `health`; before Ceph 12, it also contains `time-sync-status`."""
    answer = _decode(body)
    health = from_raw(answer)
    if answer.timechecks is None:
        return (health,)
    return (health, time_sync.from_health(answer.timechecks))


def from_raw(answer: RawHealth) -> Health:
    """Return the fact for an answer of any release; raise DecodeError if it has no status."""
    status = status_of(answer)
    if status is None:
        raise DecodeError("the answer has neither `status` nor `overall_status`")
    make = _preluminous if answer.status is msgspec.UNSET else _modern
    return make(answer, status)


def status_of(answer: RawHealth) -> str | None:
    """Return the status, None if the answer has none."""
    # In Ceph 12 and 13, `overall_status` is never HEALTH_OK, to warn old clients.
    return answer.overall_status if answer.status is msgspec.UNSET else answer.status


def worst(*severities: str) -> str:
    """Return the worst severity; HEALTH_OK if there is none. Unknown severities are ignored."""
    return max(("HEALTH_OK", *severities), key=lambda severity: STATUSES.get(severity, 0))


def _modern(answer: RawHealth, status: str) -> Health:
    checks = {
        code: Check(
            severity=check.severity,
            message=check.summary.message,
            count=amount(check.summary.count),
            detail=_items(check.detail or ()),
            muted=check.muted,
            complete=check.detail is not None,
        )
        for code, check in _by_code(answer.checks)
    }
    lines = {code: check.detail for code, check in checks.items()}
    monitors: dict[str, str] = {}
    for name, code in monitor_details.named(lines):
        monitors[name] = worst(monitors.get(name, ""), checks[code].severity)
    return Health(
        status=status,
        checks=checks,
        listed=answer.checks is not None and len(checks) == len(answer.checks),
        mutes=(
            None
            if answer.mutes is None
            else tuple(Mute(mute.code, mute.sticky, unix_time(mute.ttl)) for mute in answer.mutes)
        ),
        monitor_health=monitors,
        reports=monitor_details.reports(lines),
        clocks=monitor_details.clocks(lines),
        slow_ops=slow_ops.from_checks(
            (checks[code].message, checks[code].detail) for code in slow_ops.CODES if code in checks
        ),
    )


def _items(detail: tuple[RawText | None, ...]) -> tuple[str, ...]:
    lines = tuple([line.message if line else "" for line in detail])
    return lines[:-1] if lines and _MORE.match(lines[-1]) else lines


def _by_code(checks: RawChecks) -> list[tuple[str, RawCheck]]:
    if isinstance(checks, dict):
        return [(code, check) for code, check in checks.items() if check]
    return [(check.type, check) for check in checks or () if check and check.type]


def _preluminous(answer: RawHealth, status: str) -> Health:
    reported = answer.health.monitors if answer.health else ()
    clocks = time_sync.from_health(answer.timechecks) if answer.timechecks else None
    detail = preluminous.details(answer.detail or ())
    summary = [line for line in answer.summary or () if line]
    problems = preluminous.problems(summary, reported, clocks)
    checks = {
        code: Check(severity, text, detail=detail.get(code, ()), complete=answer.detail is not None)
        for code, (severity, text) in problems.items()
    }
    monitors = {mon.name: mon.health for mon in reported}
    # A monitor that is out of quorum reports nothing, so only the detail lines name it.
    for name, code in monitor_details.named({"MON_DOWN": detail.get("MON_DOWN", ())}):
        severity = checks[code].severity if code in checks else "HEALTH_WARN"
        monitors[name] = worst(monitors.get(name, ""), severity)
    return Health(
        status=status,
        checks=checks,
        monitor_health=monitors,
        reports={mon.name: preluminous.report(mon) for mon in reported},
        slow_ops=slow_ops.from_lines(
            checks["SLOW_OPS"].message if "SLOW_OPS" in checks else "", answer.detail or ()
        ),
        era=preluminous.era(reported),
        listed=answer.summary is not None and len(summary) == len(answer.summary),
    )
