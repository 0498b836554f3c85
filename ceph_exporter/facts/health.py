"""The document `health detail`: status, checks, mutes, and each monitor's disk and store.

Sources: Monitor::get_health of 0.67 to 11.2 (health_services, timechecks, summary),
Monitor::get_health_status of 12 and 13, HealthMonitor.cc of 14 and later.
"""

import re
from collections.abc import Mapping
from datetime import datetime

import msgspec

from ceph_exporter.facts import monitor_details, preluminous, time_sync
from ceph_exporter.facts.decode import DecodeError, Decoder
from ceph_exporter.facts.fact import Fact, decodes

_SLOW = ("SLOW_OPS", "REQUEST_SLOW", "REQUEST_STUCK")

_SLOW_DAEMONS = re.compile(r", (?:daemons \[([^\]]+)\] have|(\S+) has) slow ops")

STATUSES = {"HEALTH_OK": 0, "HEALTH_WARN": 1, "HEALTH_ERR": 2}


class Check(msgspec.Struct, frozen=True):
    """One health check that is raised.

    severity: HEALTH_WARN or HEALTH_ERR. count: the number of affected things as Ceph counts them,
    None before 15 (which had no such field). detail: empty where the answer carries none.
    """

    severity: str
    message: str
    count: float | None = None
    detail: tuple[str, ...] = ()
    muted: bool = False


class Mute(msgspec.Struct, frozen=True):
    """A mute of a check (15 and later). expires: unix seconds, None for one without end."""

    code: str
    sticky: bool = False
    expires: float | None = None


class Health(Fact, frozen=True):
    """The cluster's health. status: HEALTH_OK, HEALTH_WARN or HEALTH_ERR.

    monitor_health: the worst that is said of single monitors. reports: disk and store by monitor,
    as far as the release tells. clocks: skew and latency from the details of MON_CLOCK_SKEW, for
    offenders only and without the sign. slow_ops: the number in the text of the check about slow
    operations, 0 without one, None where the text has no number; slow_daemons: the daemons that it
    names (14 and later). era: the releases that answer in
    this shape, where no release before 0.94 tells its version; empty from 12 on.
    """

    document = "health detail"

    status: str
    checks: Mapping[str, Check] = {}
    mutes: tuple[Mute, ...] = ()
    monitor_health: Mapping[str, str] = {}
    reports: Mapping[str, monitor_details.MonitorReport] = {}
    clocks: Mapping[str, time_sync.Clock] = {}
    slow_ops: float | None = 0
    slow_daemons: tuple[str, ...] = ()
    era: str = ""


class RawText(msgspec.Struct, frozen=True):
    """`{"message": ..., "count": ...}`; count from 15 on."""

    message: str = ""
    count: float | None = None


class RawCheck(msgspec.Struct, frozen=True):
    """One check of 12 and later; `type` holds its code in the dashboard's list."""

    severity: str = ""
    summary: RawText = RawText()
    detail: tuple[RawText, ...] | None = None
    muted: bool = False
    type: str = ""


class RawMute(msgspec.Struct, frozen=True):
    """One mute; `ttl` is its end as a date with a zone, absent for one without end."""

    code: str
    sticky: bool = False
    ttl: str | None = None


class RawHealth(msgspec.Struct, frozen=True):
    """The `health` answer of every release; the dashboard gives `checks` as a list."""

    status: str | None = None
    checks: dict[str, RawCheck] | tuple[RawCheck, ...] | None = None
    mutes: tuple[RawMute, ...] = ()
    overall_status: str | None = None
    summary: tuple[preluminous.RawSummary, ...] = ()
    detail: tuple[str, ...] = ()
    health: preluminous.RawServices | None = None
    timechecks: time_sync.RawTimechecks | None = None


_decode = Decoder(RawHealth)


@decodes("health detail")
def decode_health(body: bytes) -> tuple[Fact, ...]:
    """Decode the mon command's answer; before 12 it carries `time-sync-status` too."""
    answer = _decode(body)
    health = from_raw(answer)
    if answer.timechecks is None:
        return (health,)
    return (health, time_sync.from_health(answer.timechecks))


def from_raw(answer: RawHealth) -> Health:
    """Make the fact of an answer of any release; raises DecodeError when there is no status."""
    # 12 and 13 keep `overall_status` at HEALTH_WARN for old clients: `status` wins.
    if answer.status is not None:
        return _modern(answer, answer.status)
    if answer.overall_status is not None:
        return _preluminous(answer, answer.overall_status)
    raise DecodeError("the answer has neither `status` nor `overall_status`")


def worst(*severities: str) -> str:
    """Give the worst of HEALTH_OK, HEALTH_WARN and HEALTH_ERR; HEALTH_OK of none."""
    return max(("HEALTH_OK", *severities), key=lambda text: STATUSES.get(text, 0))


def _modern(answer: RawHealth, status: str) -> Health:
    checks = {
        code: Check(
            severity=check.severity,
            message=check.summary.message,
            count=check.summary.count,
            detail=tuple(line.message for line in check.detail or ()),
            muted=check.muted,
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
        mutes=tuple(Mute(mute.code, mute.sticky, _unix(mute.ttl)) for mute in answer.mutes),
        monitor_health=monitors,
        reports=monitor_details.reports(lines),
        clocks=monitor_details.clocks(lines),
        slow_ops=_slow_ops(checks),
        slow_daemons=_slow_daemons(checks),
    )


def _by_code(
    checks: dict[str, RawCheck] | tuple[RawCheck, ...] | None,
) -> list[tuple[str, RawCheck]]:
    if isinstance(checks, dict):
        return list(checks.items())
    return [(check.type, check) for check in checks or () if check.type]


def _preluminous(answer: RawHealth, status: str) -> Health:
    monitors = answer.health.monitors if answer.health else ()
    clocks = time_sync.from_health(answer.timechecks) if answer.timechecks else None
    detail = preluminous.details(answer.detail)
    troubles = preluminous.troubles(answer.summary, monitors, clocks)
    checks = {
        code: Check(severity, text, detail=detail.get(code, ()))
        for code, (severity, text) in troubles.items()
    }
    return Health(
        status=status,
        checks=checks,
        monitor_health={mon.name: mon.health for mon in monitors},
        reports={mon.name: preluminous.report(mon) for mon in monitors},
        slow_ops=_slow_ops(checks),
        era=preluminous.era(monitors),
    )


def _slow_ops(checks: Mapping[str, Check]) -> float | None:
    """Read "12 slow ops, oldest ..." (13 on), "3 slow requests are blocked" (12) and older."""
    texts = [checks[code].message for code in _SLOW if code in checks]
    numbers = [re.match(r"\d+", text) for text in texts]
    return None if None in numbers else sum(float(number[0]) for number in numbers if number)


def _unix(date: str | None) -> float | None:
    try:
        end = None if date is None else datetime.fromisoformat(date)
    except ValueError:
        return None
    return end.timestamp() if end is not None and end.tzinfo is not None else None


def _slow_daemons(checks: Mapping[str, Check]) -> tuple[str, ...]:
    """Read "..., daemons [osd.0,mon.a] have slow ops." and "..., osd.0 has slow ops" (14 on)."""
    check = checks.get("SLOW_OPS")
    match = _SLOW_DAEMONS.search(check.message) if check else None
    return tuple((match[1] or match[2]).split(",")) if match else ()
