"""The OSDs: usage, and averages by host, rack and device class."""

from dashboards.content.hosts_and_osds import HOST_OF_SERIES, OSD_OF_SERIES
from dashboards.content.phrases import NO_OSDS, cluster, daemons, located, unknown
from dashboards.engine.declare import BarGauge, Panel, Query, TimeSeries, rising

NAME = "{{ceph_daemon}}"
USE = daemons("ceph_osd_utilization_ratio")
LATENCY = daemons("ceph_osd_commit_latency_ms")
IN = daemons("ceph_osd_in")
NO_CRUSH_TREE = unknown("Ceph before 12 or this API does not report the CRUSH tree")


def _by(label: str, title: str, description: str) -> Panel:
    """Return a panel with the highest and the average usage of the OSDs that share a location."""
    used = f"{USE} and {IN} == 1"
    return TimeSeries(
        title,
        description,
        (
            Query(
                f"max by (cluster, {label}) ({located(f'({used})', label)})",
                f"fullest {{{{{label}}}}}",
            ),
            Query(
                f"avg by (cluster, {label}) ({located(f'({used})', label)})",
                f"average {{{{{label}}}}}",
            ),
        ),
        NO_CRUSH_TREE,
        unit="percentunit",
        size=(12, 9),
        minimum=0,
        links=(HOST_OF_SERIES,) if label == "host" else (),
    )


USE_SECTION = (
    TimeSeries(
        "Distribution of usage",
        "Usage of the emptiest, the median and the fullest OSD that is in, compared with the "
        "nearfull ratio. Good: close together and far below the nearfull ratio.",
        (
            Query(f"max by (cluster) ({USE} and {IN} == 1)", "fullest"),
            Query(f"quantile by (cluster) (0.5, {USE} and {IN} == 1)", "median"),
            Query(f"min by (cluster) ({USE} and {IN} == 1)", "emptiest"),
            Query(
                cluster("ceph_osd_nearfull_ratio"),
                "nearfull ratio",
                empty_when="Ceph is older than 12",
            ),
        ),
        NO_OSDS,
        unit="percentunit",
        size=(8, 10),
        minimum=0,
        maximum=1,
    ),
    BarGauge(
        "Fullest OSDs",
        "The ten fullest OSDs. Good: under 75 %. From 85 % on, an OSD is nearly full.",
        (Query(f"sort_desc(topk(10, {USE}))", NAME),),
        NO_OSDS,
        unit="percentunit",
        thresholds=rising(0.75, 0.85),
        size=(8, 10),
        minimum=0,
        maximum=1,
        links=(OSD_OF_SERIES,),
    ),
    TimeSeries(
        "PGs per OSD",
        "Most, average and fewest PGs per OSD that is in. Good: about 100, and close together.",
        (
            Query(f"max by (cluster) ({daemons('ceph_osd_pgs')} and {IN} == 1)", "most"),
            Query(f"avg by (cluster) ({daemons('ceph_osd_pgs')} and {IN} == 1)", "average"),
            Query(f"min by (cluster) ({daemons('ceph_osd_pgs')} and {IN} == 1)", "fewest"),
        ),
        NO_OSDS,
        size=(8, 10),
        minimum=0,
    ),
)

GROUPS = (
    _by(
        "host",
        "Usage by host",
        "Usage of the fullest OSD and average usage of each host. Good: similar. A host that "
        "differs has too high a weight or too few OSDs.",
    ),
    _by(
        "rack",
        "Usage by rack",
        "Usage of the fullest OSD and average usage of each rack. Good: similar. Without racks in "
        "the CRUSH map there is only one rack, without a name.",
    ),
    _by(
        "device_class",
        "Usage by device class",
        "Usage of the fullest OSD and average usage of each device class. Each class can fill up "
        "separately.",
    ),
    TimeSeries(
        "Average latency by host",
        "Average commit latency of each host's OSDs. If one host is above the others, check its "
        "disk controller, memory and network.",
        (Query(f"avg by (cluster, host) ({located(LATENCY, 'host')})", "{{host}}"),),
        NO_CRUSH_TREE,
        unit="ms",
        size=(12, 9),
        minimum=0,
        links=(HOST_OF_SERIES,),
    ),
)
