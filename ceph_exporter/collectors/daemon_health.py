"""Health of individual daemons: slow operations, as the health checks report them."""

from collections.abc import Iterator, Mapping

from ceph_exporter.facts import Facts, Health, OsdDump, Quorum
from ceph_exporter.facts.osd_dump import Osd
from ceph_exporter.facts.slow_ops import SlowOps
from ceph_exporter.metric import Columns, Family, Labels, Metric, Value

METRICS = Metric(
    "ceph_daemon_health_metrics",
    "gauge",
    "Health metrics for Ceph daemons",
    Health.document,
    Labels("type", "ceph_daemon"),
    detail="Ceph's APIs report the total number of slow operations and the names of at most ten "
    "daemons that have some. If one daemon is named, its value is that total; if several are, "
    "their values are unknown and absent, except up to Ceph 11, which reports them. If Ceph names "
    "some daemons only, the others are absent.",
)
SLOW = Metric(
    "ceph_daemon_slow_ops",
    "gauge",
    "Whether Ceph reports slow operations of the daemon (1) or not (0)",
    Health.document,
    Labels("ceph_daemon"),
    detail="If operations are slow and Ceph names some of the daemons only, the others are absent.",
)


def collect(facts: Facts) -> Iterator[Family]:
    """Yield a sample for each monitor in quorum and each OSD of the map, slow or not."""
    health, dump, quorum = facts.get(Health), facts.get(OsdDump), facts.get(Quorum)
    if health is None or not health.listed:
        return
    osds = facts.once(_names, dump.osds) if dump else ()
    monitors = [f"mon.{mon.name}" for mon in quorum.monitors if mon.in_quorum] if quorum else []
    named = health.slow_ops.daemons
    # A monitor that has left the quorum, or an OSD while the OSD map is unavailable.
    daemons = [*dict.fromkeys((*monitors, *osds, *named))] if named else [*monitors, *osds]
    creating = None if "PENDING_CREATING_PGS" in health.checks else 0
    blocks = facts.once(_blocks, tuple(daemons), osds)
    numbers = _by_daemon(daemons, named, health.slow_ops)
    yield METRICS, Columns(blocks, [*numbers, *[creating] * len(osds)])
    flags = _by_daemon(daemons, dict.fromkeys(named, 1), health.slow_ops)
    yield SLOW, Columns(facts.once(_of_daemons, tuple(daemons)), flags)


def _names(osds: tuple[Osd, ...]) -> tuple[str, ...]:
    return tuple([f"osd.{osd.id}" for osd in osds])


def _blocks(slow: tuple[str, ...], creating: tuple[str, ...]) -> tuple[str, ...]:
    types = (("SLOW_OPS", slow), ("PENDING_CREATING_PGS", creating))
    return tuple([METRICS.labels(type_, daemon) for type_, daemons in types for daemon in daemons])


def _of_daemons(daemons: tuple[str, ...]) -> tuple[str, ...]:
    return tuple([SLOW.labels(daemon) for daemon in daemons])


def _by_daemon(daemons: list[str], named: Mapping[str, float | None], slow: SlowOps) -> list[Value]:
    """Return the value of each daemon; of one that is not named, 0 if Ceph names all, else None."""
    others = 0 if slow.complete else None
    return [named.get(daemon, others) for daemon in daemons]
