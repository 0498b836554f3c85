"""Each monitor: quorum, clock skew, latency, disk and store."""

from collections.abc import Iterator, Mapping

from ceph_exporter.facts import (
    STATUSES,
    Facts,
    Health,
    MonitorReport,
    MonStore,
    PerfCounters,
    Quorum,
    Status,
    TimeSync,
    worst,
)
from ceph_exporter.facts.daemons import NOWHERE, MonMetadata
from ceph_exporter.facts.monitor_details import merge
from ceph_exporter.metric import Family, Labels, Metric, Samples, one

_MONITOR = Labels("monitor", "ceph_daemon")
_HEALTH, _QUORUM, _TIME = Health.document, Quorum.document, TimeSync.document
_UP_TO_11 = "(from Ceph itself up to 11; from 12 on with --cluster.mon-data on the monitor's host)"

QUORUM_STATUS = Metric(
    "ceph_mon_quorum_status", "gauge", "Monitor is in quorum", _QUORUM, Labels("ceph_daemon")
)
RANK = Metric("ceph_monitor_rank", "gauge", "Rank of the monitor in the monmap", _QUORUM, _MONITOR)
METADATA = Metric(
    "ceph_mon_metadata",
    "untyped",
    "Host, address and version of the monitor; always 1",
    _QUORUM,
    Labels("ceph_daemon", "hostname", "public_addr", "rank", "ceph_version"),
)
LEADER = Metric("ceph_monitor_leader", "gauge", "Monitor leads the quorum", _QUORUM, _MONITOR)
ELECTION_EPOCH = Metric(
    "ceph_monitor_election_epoch", "gauge", "Epoch of elections; it grows with each", _QUORUM
)
MONMAP_EPOCH = Metric("ceph_monitor_monmap_epoch", "gauge", "Epoch of the monmap", _QUORUM)
QUORUM_AGE = Metric(
    "ceph_monitor_quorum_age_seconds", "gauge", "Age of the quorum (Ceph 14 and later)", _QUORUM
)
SKEW = Metric(
    "ceph_monitor_clock_skew_seconds",
    "gauge",
    "Clock skew of the monitor against the leader; where only the health check MON_CLOCK_SKEW "
    "tells it, its absolute value and for offenders only",
    _TIME,
    _MONITOR,
)
LATENCY = Metric(
    "ceph_monitor_latency_seconds",
    "gauge",
    "Latency between the leader and the monitor, from the time checks",
    _TIME,
    _MONITOR,
)
TIMECHECK_ROUND = Metric(
    "ceph_monitor_timecheck_round", "gauge", "Round of time checks since the election", _TIME
)
TIMECHECK_EPOCH = Metric(
    "ceph_monitor_timecheck_epoch", "gauge", "Election epoch that the time checks belong to", _TIME
)
TIMECHECK_ONGOING = Metric(
    "ceph_monitor_timecheck_ongoing", "gauge", "A round of time checks is under way", _TIME
)
MONITOR_HEALTH = Metric(
    "ceph_monitor_health_status",
    "gauge",
    "The worst that Ceph says of the single monitor (disk, store, clock, quorum): "
    "0 HEALTH_OK, 1 HEALTH_WARN, 2 HEALTH_ERR",
    _HEALTH,
    _MONITOR,
)
CAPACITY = Metric(
    "ceph_monitor_capacity_bytes",
    "gauge",
    f"Size of the file system that holds the monitor's data {_UP_TO_11}",
    _HEALTH,
    _MONITOR,
)
USED = Metric(
    "ceph_monitor_used_bytes",
    "gauge",
    f"Used space of the file system that holds the monitor's data {_UP_TO_11}",
    _HEALTH,
    _MONITOR,
)
AVAIL = Metric(
    "ceph_monitor_avail_bytes",
    "gauge",
    f"Available space of the file system that holds the monitor's data {_UP_TO_11}",
    _HEALTH,
    _MONITOR,
)
AVAIL_PERCENT = Metric(
    "ceph_monitor_avail_percent",
    "gauge",
    "Available space of the monitor's file system in percent, 0 to 100; from 12 on only while "
    "MON_DISK_LOW or MON_DISK_CRIT is raised for it",
    _HEALTH,
    _MONITOR,
)
STORE = Metric(
    "ceph_monitor_store_capacity_bytes",
    "gauge",
    "Size of the monitor's store (0.72 to 11); from 12 on only while MON_DISK_BIG is raised for "
    "it, to three digits",
    _HEALTH,
    _MONITOR,
)
SST = Metric(
    "ceph_monitor_store_sst_bytes",
    "gauge",
    f"Size of the store's sorted tables {_UP_TO_11}",
    _HEALTH,
    _MONITOR,
)
LOG = Metric(
    "ceph_monitor_store_log_bytes",
    "gauge",
    f"Size of the store's write-ahead logs {_UP_TO_11}",
    _HEALTH,
    _MONITOR,
)
MISC = Metric(
    "ceph_monitor_store_misc_bytes",
    "gauge",
    f"Size of the store's other files {_UP_TO_11}",
    _HEALTH,
    _MONITOR,
)
REPORT_AGE = Metric(
    "ceph_monitor_report_age_seconds",
    "gauge",
    "Age of the monitor's own report of its disk against the newest report of all monitors; Ceph "
    "gives no time zone, so no absolute age can be had (from Ceph itself up to 11)",
    _HEALTH,
    _MONITOR,
)


# Of all daemons, and so too much to ask for the monitors' sake.
OPTIONAL = (PerfCounters,)


def collect(facts: Facts) -> Iterator[Family]:
    """Give what is known of each monitor, from quorum, time checks and health."""
    quorum, health, time_sync = facts.get(Quorum), facts.get(Health), facts.get(TimeSync)
    yield from _disks(_reports(facts))
    if quorum is not None:
        yield from _quorum(quorum)
        yield METADATA, _metadata(quorum, facts.get(MonMetadata))
    if time_sync is not None:
        yield TIMECHECK_ROUND, one(time_sync.round)
        yield TIMECHECK_EPOCH, one(time_sync.epoch)
        yield TIMECHECK_ONGOING, one(time_sync.ongoing)
    clocks = time_sync.clocks if time_sync else health.clocks if health else {}
    yield SKEW, [(_block(name), clock.skew) for name, clock in clocks.items()]
    yield LATENCY, [(_block(name), clock.latency) for name, clock in clocks.items()]
    if health is not None:
        yield MONITOR_HEALTH, _health(health, quorum, time_sync)


def _block(name: str) -> str:
    return _MONITOR(name, f"mon.{name}")


def _quorum(quorum: Quorum) -> Iterator[Family]:
    monitors = [(_block(mon.name), mon) for mon in quorum.monitors]
    yield (
        QUORUM_STATUS,
        [(QUORUM_STATUS.labels(f"mon.{mon.name}"), mon.in_quorum) for mon in quorum.monitors],
    )
    yield RANK, [(block, mon.rank) for block, mon in monitors]
    yield LEADER, [(block, mon.name == quorum.leader) for block, mon in monitors]
    yield ELECTION_EPOCH, one(quorum.election_epoch)
    yield MONMAP_EPOCH, one(quorum.monmap_epoch)
    yield QUORUM_AGE, one(quorum.age)


def _metadata(quorum: Quorum, metadata: MonMetadata | None) -> Samples:
    # A monitor that the others never met has no metadata; it is not left out for that.
    known = metadata.daemons if metadata else {}
    for mon in quorum.monitors:
        daemon = known.get(mon.name, NOWHERE)
        place = daemon.hostname, mon.address, str(mon.rank), daemon.version
        yield METADATA.labels(f"mon.{mon.name}", *place), 1


def _reports(facts: Facts) -> dict[str, MonitorReport]:
    """Take the disks as they are now on this host, then as the monitors count and report them."""
    health, quorum, status = facts.get(Health), facts.get(Quorum), facts.get(Status)
    store, counters = facts.get(MonStore), facts.get(PerfCounters)
    fsid = quorum.fsid if quorum else status.fsid if status else None
    return merge(
        *(store.of(fsid) if store else ()),
        *(counters.monitors() if counters else ()),
        *(health.reports.values() if health else ()),
    )


def _disks(found: Mapping[str, MonitorReport]) -> Iterator[Family]:
    reports = [(_block(name), report) for name, report in found.items()]
    newest = max((report.updated for _, report in reports if report.updated), default=0.0)
    yield CAPACITY, [(block, report.capacity) for block, report in reports]
    yield USED, [(block, report.used) for block, report in reports]
    yield AVAIL, [(block, report.avail) for block, report in reports]
    yield AVAIL_PERCENT, [(block, report.avail_percent) for block, report in reports]
    yield STORE, [(block, report.store) for block, report in reports]
    yield SST, [(block, report.sst) for block, report in reports]
    yield LOG, [(block, report.log) for block, report in reports]
    yield MISC, [(block, report.misc) for block, report in reports]
    yield (
        REPORT_AGE,
        [(block, round(newest - report.updated, 6)) for block, report in reports if report.updated],
    )


def _health(health: Health, quorum: Quorum | None, time_sync: TimeSync | None) -> Samples:
    clocks = time_sync.clocks if time_sync else {}
    names = dict.fromkeys(mon.name for mon in quorum.monitors) if quorum else {}
    names |= dict.fromkeys(health.monitor_health) | dict.fromkeys(clocks)
    for name in names:
        clock = clocks.get(name)
        said = health.monitor_health.get(name, ""), clock.health if clock else ""
        yield _block(name), STATUSES[worst(*said)]
