"""Health of single daemons, as far as the health checks tell it: slow operations."""

from collections.abc import Iterator

from ceph_exporter.facts import Facts, Health, OsdDump, Quorum
from ceph_exporter.facts.osd_dump import Osd
from ceph_exporter.metric import Columns, Family, Labels, Metric, Value

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


def collect(facts: Facts) -> Iterator[Family]:
    """Give each monitor of the quorum and each OSD of the map, whether it is named or not."""
    health, dump, quorum = facts.get(Health), facts.get(OsdDump), facts.get(Quorum)
    if health is None:
        return
    osds = facts.once(_names, dump.osds) if dump else ()
    monitors = [f"mon.{mon.name}" for mon in quorum.monitors if mon.in_quorum] if quorum else []
    daemons = [*monitors, *osds]
    creating = None if "PENDING_CREATING_PGS" in health.checks else 0
    blocks = facts.once(_blocks, tuple(daemons), osds)
    yield METRICS, Columns(blocks, [*_slow(health, daemons), *[creating] * len(osds)])
    named = set(health.slow_daemons)
    yield SLOW, Columns(facts.once(_of_daemons, tuple(daemons)), [it in named for it in daemons])


def _names(osds: tuple[Osd, ...]) -> tuple[str, ...]:
    return tuple([f"osd.{osd.id}" for osd in osds])


def _blocks(slow: tuple[str, ...], creating: tuple[str, ...]) -> tuple[str, ...]:
    kinds = (("SLOW_OPS", slow), ("PENDING_CREATING_PGS", creating))
    return tuple([METRICS.labels(kind, daemon) for kind, daemons in kinds for daemon in daemons])


def _of_daemons(daemons: tuple[str, ...]) -> tuple[str, ...]:
    return tuple([SLOW.labels(daemon) for daemon in daemons])


def _slow(health: Health, daemons: list[str]) -> list[Value]:
    named = health.slow_daemons
    if not named:
        # Up to 13 Ceph does not say whose slow operations are.
        return [None if health.slow_ops else 0] * len(daemons)
    of_named = health.slow_ops if len(named) == 1 else None
    return [of_named if daemon in named else 0 for daemon in daemons]
