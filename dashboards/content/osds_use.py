"""The OSDs: usage and latency by host, rack and device class, and their disks."""

from dashboards.content.phrases import NOTHING_WRONG, cluster, daemons, located
from dashboards.engine.declare import BarGauge, Panel, Query, Table, TimeSeries, falling, rising

NAME = "{{ceph_daemon}} {{cluster}}"
USE = daemons("ceph_osd_utilization_ratio")
LATENCY = daemons("ceph_osd_commit_latency_ms")
IN = daemons("ceph_osd_in")
NO_CRUSH_TREE = "Unknown: Ceph before 12 or this API does not report the CRUSH tree"


def _by(label: str, title: str, description: str) -> Panel:
    """Return a panel with the highest and the average usage of the OSDs that share a location."""
    used = f"{USE} and {IN} == 1"
    return TimeSeries(
        title,
        description,
        (
            Query(
                f"max by (cluster, {label}) ({located(f'({used})', label)})",
                f"fullest {{{{{label}}}}} {{{{cluster}}}}",
            ),
            Query(
                f"avg by (cluster, {label}) ({located(f'({used})', label)})",
                f"average {{{{{label}}}}} {{{{cluster}}}}",
            ),
        ),
        NO_CRUSH_TREE,
        unit="percentunit",
        minimum=0,
    )


USE_SECTION = (
    TimeSeries(
        "Distribution of usage",
        "Usage of the emptiest, the median and the fullest OSD that is in, compared with the "
        "nearfull ratio. Good: close together and far below the nearfull ratio.",
        (
            Query(f"max by (cluster) ({USE} and {IN} == 1)", "fullest {{cluster}}"),
            Query(f"quantile by (cluster) (0.5, {USE} and {IN} == 1)", "median {{cluster}}"),
            Query(f"min by (cluster) ({USE} and {IN} == 1)", "emptiest {{cluster}}"),
            Query(
                cluster("ceph_osd_nearfull_ratio"),
                "nearfull ratio {{cluster}}",
                empty_when="Ceph is older than 12",
            ),
        ),
        "Unknown: the exporter cannot reach Ceph, or there are no OSDs",
        unit="percentunit",
        minimum=0,
        maximum=1,
    ),
    BarGauge(
        "Fullest OSDs",
        "The ten fullest OSDs. Good: under 75 %. From 85 % on, an OSD is nearly full.",
        (Query(f"sort_desc(topk(10, {USE}))", NAME),),
        "Unknown: the exporter cannot reach Ceph, or there are no OSDs",
        unit="percentunit",
        thresholds=rising(0.75, 0.85),
        minimum=0,
        maximum=1,
    ),
    TimeSeries(
        "PGs per OSD",
        "Most, average and fewest PGs per OSD that is in. Good: about 100, and close together.",
        (
            Query(
                f"max by (cluster) ({daemons('ceph_osd_pgs')} and {IN} == 1)", "most {{cluster}}"
            ),
            Query(
                f"avg by (cluster) ({daemons('ceph_osd_pgs')} and {IN} == 1)", "average {{cluster}}"
            ),
            Query(
                f"min by (cluster) ({daemons('ceph_osd_pgs')} and {IN} == 1)", "fewest {{cluster}}"
            ),
        ),
        "Unknown: the exporter cannot reach Ceph, or there are no OSDs",
        minimum=0,
    ),
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
)

LATENCIES = (
    TimeSeries(
        "Slowest OSDs",
        "The ten OSDs with the highest commit latency. Good: a few ms for flash, under 50 ms for "
        "hard disks. If one line is far above the others, that disk is probably failing.",
        (Query(f"topk(10, {LATENCY})", NAME),),
        "Unknown: the exporter cannot reach Ceph, or there are no OSDs",
        unit="ms",
        thresholds=rising(50, 200),
        threshold_lines=True,
        minimum=0,
    ),
    Table(
        "Latency outliers",
        "OSDs whose latency is above 20 ms and above three times the median of their cluster, with "
        "their location. Good: none.",
        (
            Query(
                located(
                    f"(({LATENCY} > 20) and on (cluster, ceph_daemon) ({LATENCY} > on (cluster)"
                    f" group_left () (3 * quantile by (cluster) (0.5, {LATENCY}))))",
                    "host, rack, device_class",
                ),
                "latency",
                empty_when=NOTHING_WRONG,
                unit="ms",
                thresholds=rising(50, 200),
            ),
        ),
        "No outliers, or the exporter cannot reach Ceph",
        sort_descending="latency",
    ),
    TimeSeries(
        "Average latency by host",
        "Average commit latency of each host's OSDs. If one host is above the others, check its "
        "disk controller, memory and network.",
        (
            Query(
                f"avg by (cluster, host) ({located(LATENCY, 'host')})",
                "{{host}} {{cluster}}",
            ),
        ),
        NO_CRUSH_TREE,
        unit="ms",
        minimum=0,
    ),
    Table(
        "Daemons with slow requests",
        "Daemons that Ceph lists in SLOW_OPS. Good: none.",
        (
            Query(
                daemons("ceph_daemon_slow_ops") + " == 1",
                "slow",
                empty_when=NOTHING_WRONG,
                mappings={1: ("yes", "orange")},
            ),
        ),
        "No daemon has slow requests, or the exporter cannot reach Ceph",
    ),
    Table(
        "Worn disks",
        "Used share of each disk's life span, as the mgr module devicehealth reports it. Good: "
        "under 80 %.",
        (
            Query(
                "max by (cluster, ceph_daemon, hostname, device, device_id)"
                " (ceph_device_wear_ratio{*}) > 0.5",
                "wear",
                empty_when="no flash disk is worn, or Ceph is older than 17",
                unit="percentunit",
                thresholds=rising(0.8, 0.95),
            ),
        ),
        "No disk is known to be worn by more than half, or the exporter cannot reach Ceph",
        sort_descending="wear",
    ),
    Table(
        "Disks that are expected to fail",
        "Time until the earliest date at which the mgr expects the disk to fail. Good: none.",
        (
            Query(
                "min by (cluster, ceph_daemon, hostname, device, device_id)"
                " (ceph_device_life_expectancy_min_timestamp_seconds{*}) - time()",
                "time left",
                empty_when="Ceph predicts no failures",
                unit="dtdurations",
                thresholds=falling(6 * 7 * 86400, 12 * 7 * 86400),
            ),
        ),
        "No disk is expected to fail, Ceph does not predict failures, or the exporter cannot reach "
        "Ceph",
    ),
)
