"""Health of single daemons, as far as the health checks tell it: slow operations."""

from collections.abc import Iterator

from ceph_exporter.collectors.base import Family, Labels, Metric, Samples, Value
from ceph_exporter.facts import Facts, Health, OsdDump, Quorum

METRICS = Metric(
    "ceph_daemon_health_metrics",
    "gauge",
    "Health metrics for Ceph daemons. Of slow operations Ceph's APIs tell the sum and the daemons: "
    "a daemon that is named alone has the sum, one that is named among others is absent",
    Health.document,
    Labels("type", "ceph_daemon"),
)
SLOW = Metric(
    "ceph_daemon_slow_ops",
    "gauge",
    "Ceph names the daemon as one with slow operations (1) or not (0)",
    Health.document,
    Labels("ceph_daemon"),
)
DOCUMENTS = (OsdDump.document, Quorum.document)


def collect(facts: Facts) -> Iterator[Family]:
    """Give each monitor of the quorum and each OSD of the map, whether it is named or not."""
    health, dump, quorum = facts.get(Health), facts.get(OsdDump), facts.get(Quorum)
    if health is None:
        return
    osds = [f"osd.{osd.id}" for osd in dump.osds] if dump else []
    monitors = [f"mon.{mon.name}" for mon in quorum.monitors if mon.in_quorum] if quorum else []
    yield METRICS, [*_slow(health, monitors + osds), *_creating(health, osds)]
    named = set(health.slow_daemons)
    yield SLOW, [(SLOW.labels(daemon), daemon in named) for daemon in monitors + osds]


def _slow(health: Health, daemons: list[str]) -> Samples:
    named = health.slow_daemons
    if health.slow_ops and not named:
        return  # up to 13 Ceph does not say whose they are
    for daemon in daemons:
        value: Value = 0
        if daemon in named:
            value = health.slow_ops if len(named) == 1 else None
        yield METRICS.labels("SLOW_OPS", daemon), value


def _creating(health: Health, osds: list[str]) -> Samples:
    if "PENDING_CREATING_PGS" not in health.checks:
        yield from ((METRICS.labels("PENDING_CREATING_PGS", osd), 0) for osd in osds)
