"""The disk, the store and the clock of each monitor, from whichever documents report them."""

from collections.abc import Mapping

from ceph_exporter.facts.health import Health
from ceph_exporter.facts.mon_store import MonStore
from ceph_exporter.facts.monitor_details import MonitorReport, merge
from ceph_exporter.facts.perf_counters import PerfCounters
from ceph_exporter.facts.time_sync import Clock, TimeSync


def reports(
    fsid: str | None, store: MonStore | None, counters: PerfCounters | None, health: Health | None
) -> dict[str, MonitorReport]:
    """Return the report on the disk and the store of each monitor.

    Data folders on this host take precedence over performance counters, and performance counters
    take precedence over `health`. fsid: that of the cluster, None if unknown.
    """
    return merge(
        *(store.of(fsid) if store else ()),
        *(counters.monitors() if counters else ()),
        *(health.reports.values() if health else ()),
    )


def clocks(time_sync: TimeSync | None, health: Health | None) -> Mapping[str, Clock]:
    """Return the clock of each monitor; from `health`, only those that a check names."""
    return time_sync.clocks if time_sync else health.clocks if health else {}
