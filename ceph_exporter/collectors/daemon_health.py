"""Health of single daemons, from the health checks: slow operations."""

from collections.abc import Iterator

from ceph_exporter.facts import Facts, Health, OsdDump, Quorum
from ceph_exporter.facts.osd_dump import Osd
from ceph_exporter.metric import Columns, Family, Labels, Metric, Value

METRICS = Metric(
    "ceph_daemon_health_metrics",
    "gauge",
    "Health metrics for Ceph daemons",
    Health.document,
    Labels("type", "ceph_daemon"),
    detail="Ceph's APIs report the total number of slow operations and the names of the daemons "
    "that have some. If one daemon is named, its value is that total; if several are, their "
    "values are unknown and absent.",
)
SLOW = Metric(
    "ceph_daemon_slow_ops",
    "gauge",
    "Whether Ceph reports slow operations of the daemon (1) or not (0)",
    Health.document,
    Labels("ceph_daemon"),
)


def collect(facts: Facts) -> Iterator[Family]:
    """Yield a sample for each monitor in quorum and each OSD of the map, slow or not."""
    health, dump, quorum = facts.get(Health), facts.get(OsdDump), facts.get(Quorum)
    if health is None or not health.listed:
        return
    osds = facts.once(_names, dump.osds) if dump else ()
    monitors = [f"mon.{mon.name}" for mon in quorum.monitors if mon.in_quorum] if quorum else []
    daemons = [*monitors, *osds]
    creating = None if "PENDING_CREATING_PGS" in health.checks else 0
    blocks = facts.once(_blocks, tuple(daemons), osds)
    yield METRICS, Columns(blocks, [*_slow(health, daemons), *[creating] * len(osds)])
    named = set(health.slow_daemons)
    yield (
        SLOW,
        Columns(facts.once(_of_daemons, tuple(daemons)), [daemon in named for daemon in daemons]),
    )


def _names(osds: tuple[Osd, ...]) -> tuple[str, ...]:
    return tuple([f"osd.{osd.id}" for osd in osds])


def _blocks(slow: tuple[str, ...], creating: tuple[str, ...]) -> tuple[str, ...]:
    types = (("SLOW_OPS", slow), ("PENDING_CREATING_PGS", creating))
    return tuple([METRICS.labels(type_, daemon) for type_, daemons in types for daemon in daemons])


def _of_daemons(daemons: tuple[str, ...]) -> tuple[str, ...]:
    return tuple([SLOW.labels(daemon) for daemon in daemons])


def _slow(health: Health, daemons: list[str]) -> list[Value]:
    named = health.slow_daemons
    if not named:
        # Up to 13 Ceph does not name the daemons with slow operations.
        return [None if health.slow_ops else 0] * len(daemons)
    number = health.slow_ops if len(named) == 1 else None
    return [number if daemon in named else 0 for daemon in daemons]
