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
from ceph_exporter.facts.daemons import NOWHERE, Daemon, MonMetadata, places
from ceph_exporter.facts.monitor_reports import clocks, reports
from ceph_exporter.metric import Family, Labels, Metric, Samples, one

_MONITOR = Labels("monitor", "ceph_daemon")
_HEALTH, _QUORUM, _TIME = Health.document, Quorum.document, TimeSync.document
_UNTIL_11 = {"until": "11", "later": "with --cluster.mon-data"}
_FROM_FOLDER = (
    "If --cluster.mon-data is set, an exporter on the monitor's host reads the value from the "
    "monitor's data folder, whatever the release."
)
_FROM_COUNTER = "after Ceph 20.2.4, among the performance counters."
_LATER_ONLY_COUNTER = (
    "Otherwise, the value is absent with Ceph 12 to 20.2.4, and later releases report it only "
    "among the performance counters."
)


def _disk(name: str, help_: str, detail: str = _FROM_FOLDER, **releases: str) -> Metric:
    """Return a metric of a monitor's disk or store."""
    name = f"ceph_monitor_{name}"
    return Metric(name, "gauge", help_, _HEALTH, _MONITOR, detail=detail, **releases)


QUORUM_STATUS = Metric(
    "ceph_mon_quorum_status",
    "gauge",
    "Whether the monitor is in quorum (1) or not (0)",
    _QUORUM,
    Labels("ceph_daemon"),
)
RANK = Metric("ceph_monitor_rank", "gauge", "Rank of the monitor in the monmap", _QUORUM, _MONITOR)
METADATA = Metric(
    "ceph_mon_metadata",
    "untyped",
    "Host, address and version of the monitor; always 1",
    _QUORUM,
    Labels("ceph_daemon", "hostname", "public_addr", "rank", "ceph_version"),
)
LEADER = Metric(
    "ceph_monitor_leader",
    "gauge",
    "Whether the monitor leads the quorum (1) or not (0)",
    _QUORUM,
    _MONITOR,
    detail="Absent if the leader is unknown, which can happen with the dashboard API if the "
    "cluster uses the election strategy connectivity.",
)
ELECTION_EPOCH = Metric(
    "ceph_monitor_election_epoch",
    "gauge",
    "Election epoch, which increases with each election",
    _QUORUM,
)
MONMAP_EPOCH = Metric("ceph_monitor_monmap_epoch", "gauge", "Epoch of the monmap", _QUORUM)
QUORUM_AGE = Metric(
    "ceph_monitor_quorum_age_seconds", "gauge", "Age of the quorum", _QUORUM, since="14"
)
SKEW = Metric(
    "ceph_monitor_clock_skew_seconds",
    "gauge",
    "Clock skew of the monitor relative to the leader",
    _TIME,
    _MONITOR,
    detail="If Ceph reports the skew only in the health check MON_CLOCK_SKEW, the value has no "
    "sign, and monitors that the check does not name are absent.",
)
LATENCY = Metric(
    "ceph_monitor_latency_seconds",
    "gauge",
    "Latency between the leader and the monitor, from the time checks",
    _TIME,
    _MONITOR,
)
TIMECHECK_ROUND = Metric(
    "ceph_monitor_timecheck_round",
    "gauge",
    "Sequence number of the current round of time checks, counted from the last election",
    _TIME,
)
TIMECHECK_EPOCH = Metric(
    "ceph_monitor_timecheck_epoch", "gauge", "Election epoch in which the time checks run", _TIME
)
TIMECHECK_ONGOING = Metric(
    "ceph_monitor_timecheck_ongoing",
    "gauge",
    "Whether a round of time checks is in progress (1) or not (0)",
    _TIME,
)
MONITOR_HEALTH = Metric(
    "ceph_monitor_health_status",
    "gauge",
    "Health of the monitor: HEALTH_OK (0), HEALTH_WARN (1) or HEALTH_ERR (2)",
    _HEALTH,
    _MONITOR,
    detail="The value is the worst status that Ceph reports about the monitor's disk, store, clock "
    "and membership in the quorum.",
)
CAPACITY = _disk(
    "capacity_bytes",
    "Size of the file system with the monitor's data",
    f"{_FROM_FOLDER} {_LATER_ONLY_COUNTER}",
    **_UNTIL_11,
)
USED = _disk("used_bytes", "Used space of the file system with the monitor's data", **_UNTIL_11)
AVAIL = _disk(
    "avail_bytes",
    "Available space of the file system with the monitor's data",
    f"{_FROM_FOLDER} {_LATER_ONLY_COUNTER}",
    **_UNTIL_11,
)
AVAIL_PERCENT = _disk(
    "avail_percent",
    "Available space of the file system with the monitor's data, 0 to 100",
    f"{_FROM_FOLDER} Without it, Ceph 12 and later report the value only while MON_DISK_LOW or "
    f"MON_DISK_CRIT is raised for the monitor, or {_FROM_COUNTER}",
)
STORE = _disk(
    "store_capacity_bytes",
    "Size of the monitor's store",
    f"{_FROM_FOLDER} Without it, Ceph 12 and later report the value only while MON_DISK_BIG is "
    f"raised for the monitor (rounded to three significant digits), or {_FROM_COUNTER}",
    since="0.72",
)
SST = _disk(
    "store_sst_bytes",
    "Size of the sorted tables (SST files) in the monitor's store",
    **_UNTIL_11,
)
LOG = _disk("store_log_bytes", "Size of the write-ahead logs in the monitor's store", **_UNTIL_11)
MISC = _disk("store_misc_bytes", "Size of the other files in the monitor's store", **_UNTIL_11)
REPORT_AGE = _disk(
    "report_age_seconds",
    "Age of the monitor's report about its disk, relative to the newest report of any monitor",
    "The absolute age is unknown, because Ceph reports the time without a time zone.",
    until="11",
)


# Used if another collector requests them. This collector does not, because fetching every daemon's
# counters just for the monitors' would be too expensive.
OPTIONAL = (PerfCounters,)


def collect(facts: Facts) -> Iterator[Family]:
    """Yield the monitors' metric families."""
    quorum, health, time_sync = facts.get(Quorum), facts.get(Health), facts.get(TimeSync)
    yield from _disks(_reports(facts))
    if quorum is not None:
        yield from _quorum(quorum)
        yield METADATA, _metadata(quorum, places(facts, MonMetadata))
    if time_sync is not None:
        yield TIMECHECK_ROUND, one(time_sync.round)
        yield TIMECHECK_EPOCH, one(time_sync.epoch)
        yield TIMECHECK_ONGOING, one(time_sync.ongoing)
    checked = clocks(time_sync, health)
    yield SKEW, [(_block(name), clock.skew) for name, clock in checked.items()]
    yield LATENCY, [(_block(name), clock.latency) for name, clock in checked.items()]
    if health is not None and health.detailed:
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
    leader = quorum.leader
    yield (
        LEADER,
        [(block, None if leader is None else mon.name == leader) for block, mon in monitors],
    )
    yield ELECTION_EPOCH, one(quorum.election_epoch)
    yield MONMAP_EPOCH, one(quorum.monmap_epoch)
    yield QUORUM_AGE, one(quorum.age)


def _metadata(quorum: Quorum, daemons: Mapping[str, Daemon] | None) -> Samples:
    # A monitor that never joined the quorum has no metadata, so its labels hostname and
    # ceph_version are empty.
    if daemons is None:
        return
    for mon in quorum.monitors:
        daemon = daemons.get(mon.name, NOWHERE)
        place = daemon.hostname, mon.address, str(mon.rank), daemon.version
        yield METADATA.labels(f"mon.{mon.name}", *place), 1


def _reports(facts: Facts) -> dict[str, MonitorReport]:
    """Return the report on the disk and the store of each monitor."""
    quorum, status = facts.get(Quorum), facts.get(Status)
    fsid = quorum.fsid if quorum else status.fsid if status else None
    return reports(fsid, facts.get(MonStore), facts.get(PerfCounters), facts.get(Health))


def _disks(by_name: Mapping[str, MonitorReport]) -> Iterator[Family]:
    rows = [(_block(name), report) for name, report in by_name.items()]
    newest = max((report.updated for _, report in rows if report.updated), default=0.0)
    yield CAPACITY, [(block, report.capacity) for block, report in rows]
    yield USED, [(block, report.used) for block, report in rows]
    yield AVAIL, [(block, report.avail) for block, report in rows]
    yield AVAIL_PERCENT, [(block, report.avail_percent) for block, report in rows]
    yield STORE, [(block, report.store) for block, report in rows]
    yield SST, [(block, report.sst) for block, report in rows]
    yield LOG, [(block, report.log) for block, report in rows]
    yield MISC, [(block, report.misc) for block, report in rows]
    yield (
        REPORT_AGE,
        [(block, round(newest - report.updated, 6)) for block, report in rows if report.updated],
    )


def _health(health: Health, quorum: Quorum | None, time_sync: TimeSync | None) -> Samples:
    checks = [check for code, check in health.checks.items() if code.startswith("MON_")]
    if not health.listed or not all(check.complete and all(check.detail) for check in checks):
        return  # monitors that Ceph does not name may have problems too
    checked = time_sync.clocks if time_sync else {}
    # Ceph raises MON_DOWN with a delay, and not at all during a grace period. The list of monitors
    # in quorum is always current.
    by_quorum = (
        {mon.name: "" if mon.in_quorum else "HEALTH_WARN" for mon in quorum.monitors}
        if quorum
        else {}
    )
    for name in [*dict.fromkeys((*by_quorum, *health.monitor_health, *checked))]:
        clock = checked.get(name)
        reported = health.monitor_health.get(name, ""), clock.health if clock else ""
        yield _block(name), STATUSES[worst(*reported, by_quorum.get(name, ""))]
