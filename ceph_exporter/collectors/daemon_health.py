"""Health of individual daemons: which ones have slow operations."""

from collections.abc import Iterator, Mapping

from ceph_exporter.facts import Facts, Health, OsdDump, Quorum
from ceph_exporter.facts.osd_dump import Osd
from ceph_exporter.facts.slow_ops import SlowOps
from ceph_exporter.metric import Columns, Family, Labels, Metric, Value

METRICS = Metric(
    "ceph_daemon_health_metrics",
    "gauge",
    "Number of slow operations (SLOW_OPS) or pending PG creations (PENDING_CREATING_PGS)",
    Health.document,
    Labels("type", "ceph_daemon"),
    detail="Ceph 11 and earlier report the number of slow operations of each OSD. Ceph 12 and "
    "later report only the total and the names of at most ten affected daemons: if exactly one "
    "daemon is affected, its value is the total; if several are, their values are unknown and "
    "therefore absent. If Ceph names only some of the affected daemons, the daemons that it does "
    "not name are absent. The number of pending PG creations is 0, or absent while "
    "PENDING_CREATING_PGS is raised.",
)
SLOW = Metric(
    "ceph_daemon_slow_ops",
    "gauge",
    "Whether Ceph reports slow operations of the daemon (1) or not (0)",
    Health.document,
    Labels("ceph_daemon"),
    detail="If Ceph names only some of the affected daemons, the daemons that it does not name are "
    "absent.",
)


def collect(facts: Facts) -> Iterator[Family]:
    """Yield a sample for each monitor in quorum, each OSD, and each other daemon that Ceph names.

    Yield nothing unless all raised checks are known.
    """
    health, dump, quorum = facts.get(Health), facts.get(OsdDump), facts.get(Quorum)
    if health is None or not health.listed:
        return
    osds = facts.once(_names, dump.osds) if dump else ()
    monitors = [f"mon.{mon.name}" for mon in quorum.monitors if mon.in_quorum] if quorum else []
    named = health.slow_ops.daemons
    # Ceph may also name monitors that have left the quorum, or OSDs that are not in `osds`, because
    # the OSD map is unavailable.
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
    """Return the value of each daemon.

    The value of a daemon that Ceph does not name is 0 if Ceph names all affected daemons, and None
    otherwise.
    """
    others = 0 if slow.complete else None
    return [named.get(daemon, others) for daemon in daemons]
