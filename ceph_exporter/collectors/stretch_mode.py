"""Stretch mode: whether the sites are complete, and which monitor is the tiebreaker."""

from collections.abc import Iterator

from ceph_exporter.facts import Facts
from ceph_exporter.facts.osd_dump import OsdDump
from ceph_exporter.facts.quorum import Quorum
from ceph_exporter.metric import Family, Labels, Metric, one

_MAP, _QUORUM = OsdDump.document, Quorum.document
_ONLY_ENABLED = "Absent if stretch mode is off."

ENABLED = Metric(
    "ceph_stretch_mode_enabled",
    "gauge",
    "Whether stretch mode is on (1) or off (0)",
    _MAP,
    since="16",
)
SITES = Metric(
    "ceph_stretch_mode_sites",
    "gauge",
    "Number of sites of the stretched cluster, without the tiebreaker's",
    _MAP,
    since="16",
    detail=_ONLY_ENABLED,
)
DEGRADED = Metric(
    "ceph_stretch_mode_degraded",
    "gauge",
    "Whether a site is down and the cluster runs without it (1) or not (0)",
    _MAP,
    since="16",
    detail=_ONLY_ENABLED,
)
RECOVERING = Metric(
    "ceph_stretch_mode_recovering",
    "gauge",
    "Whether the data of a site that was down is being recovered (1) or not (0)",
    _MAP,
    since="16",
    detail=_ONLY_ENABLED,
)
TIEBREAKER = Metric(
    "ceph_monitor_tiebreaker",
    "gauge",
    "Whether the monitor is the tiebreaker of stretch mode (1) or not (0)",
    _QUORUM,
    Labels("monitor", "ceph_daemon"),
    since="16",
    detail="Absent if no monitor is the tiebreaker.",
)


def collect(facts: Facts) -> Iterator[Family]:
    """Yield the families of stretch mode; before Ceph 16, there are none."""
    dump, quorum = facts.get(OsdDump), facts.get(Quorum)
    if dump and (stretch := dump.stretch):
        yield ENABLED, one(stretch.enabled)
        if stretch.enabled:
            yield SITES, one(stretch.sites)
            yield DEGRADED, one(stretch.degraded)
            yield RECOVERING, one(stretch.recovering)
    if quorum and quorum.tiebreaker:
        yield (
            TIEBREAKER,
            [
                (TIEBREAKER.labels(mon.name, f"mon.{mon.name}"), mon.name == quorum.tiebreaker)
                for mon in quorum.monitors
            ],
        )
