"""Extracts from the facts what the report says about the cluster."""

from ceph_exporter.facts import (
    Clock,
    Df,
    Facts,
    Health,
    MonitorReport,
    MonStore,
    PerfCounters,
    Quorum,
    Status,
    TimeSync,
    Version,
)
from ceph_exporter.facts.monitor_reports import clocks, reports
from ceph_exporter.polling.report import CheckRow, MonitorRow, Overview, Report

_MAX_DETAIL = 3
"""The number of detail lines of a check that the report has."""


def release(available: Facts) -> str:
    """Return the release of Ceph; empty if unknown.

    If Ceph does not report it, the form of the health shows a range of releases.
    """
    version, health_ = available.get(Version), available.get(Health)
    if version is not None:
        return version.release
    return health_.era if health_ is not None else ""


def health(available: Facts) -> str | None:
    """Return the health, such as HEALTH_OK, or None if it is unknown."""
    detail, status = available.get(Health), available.get(Status)
    if detail is not None:
        return detail.status
    return status.health if status is not None else None


def checks(available: Facts) -> tuple[CheckRow, ...]:
    """Return the checks that are raised and not muted."""
    detail = available.get(Health)
    return tuple(
        CheckRow(
            code,
            check.severity,
            check.message,
            check.detail[:_MAX_DETAIL],
            max(0, len(check.detail) - _MAX_DETAIL),
        )
        for code, check in (detail.checks if detail else {}).items()
        if not check.muted
    )


def with_overview(report: Report, available: Facts) -> Report:
    """Return the report with the overview.

    Facts outlive a failed poll for a while. The overview has only what this poll received: without
    Ceph, what this host knows about its monitors.
    """
    if not report.up:
        return report._replace(overview=Overview(monitors=_monitors(available, up=False)))
    df, status = available.get(Df), available.get(Status)
    states = status.pg_states if status and status.pg_states_complete else {}
    overview = Overview(
        total=df.space.total if df else None,
        used=df.space.used_raw if df else None,
        osds=status.osds if status else None,
        osds_up=status.osds_up if status else None,
        osds_in=status.osds_in if status else None,
        pgs=sum(states.values()) if states else None,
        pgs_clean=sum(states[name] for name in states if _is_clean(name)) if states else None,
        monitors=_monitors(available, up=True),
    )
    return report._replace(overview=overview)


def _is_clean(state: str) -> bool:
    return {"active", "clean"} <= set(state.split("+"))


def _monitors(available: Facts, *, up: bool) -> tuple[MonitorRow, ...]:
    """Return the monitors of the quorum's map, then others that are named elsewhere."""
    quorum, status = available.get(Quorum), available.get(Status)
    health = available.get(Health) if up else None
    fsid = quorum.fsid if quorum else status.fsid if status else None
    counters = available.get(PerfCounters) if up else None
    disks = reports(fsid, available.get(MonStore), counters, health)
    checked = clocks(available.get(TimeSync) if up else None, health)
    members = {mon.name: mon.in_quorum for mon in quorum.monitors} if quorum and up else {}
    leader = quorum.leader if quorum and up else None
    rows = []
    for name in dict.fromkeys((*members, *checked, *disks)):
        clock, disk = checked.get(name, Clock()), disks.get(name, MonitorReport(name))
        times = clock.skew, clock.latency, clock.health
        sizes = disk.capacity, disk.avail, disk.avail_percent, disk.store
        rows.append(MonitorRow(name, members.get(name), leader == name, *times, *sizes))
    return tuple(rows)
