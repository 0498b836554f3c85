"""The number of sessions that each monitor has with clients and daemons."""

from collections.abc import Iterator

from ceph_exporter.facts import Facts, Quorum
from ceph_exporter.metric import Family, Labels, Metric

SESSIONS = Metric(
    "ceph_mon_num_sessions",
    "gauge",
    "Number of open sessions of the monitor",
    Quorum.document,
    Labels("ceph_daemon"),
    since="14",
    detail="Only the dashboard API reports it. With the restful API, the collector perf_counters "
    "exports it under the same name. A monitor out of quorum is absent, because the mgr only "
    "remembers its last report.",
)


def collect(facts: Facts) -> Iterator[Family]:
    """Yield the sessions of the monitors in quorum, and no family if the API reports none."""
    quorum = facts.get(Quorum)
    monitors = [mon for mon in quorum.monitors if mon.in_quorum] if quorum else []
    rows = [(SESSIONS.labels(f"mon.{mon.name}"), mon.sessions) for mon in monitors]
    if any(sessions is not None for _, sessions in rows):
        yield SESSIONS, rows
