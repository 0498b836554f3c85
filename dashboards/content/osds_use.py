"""The OSDs: use and latency, by host, rack and device class, and their disks."""

from dashboards.content.phrases import NOTHING_RAISED, cluster, daemons, located
from dashboards.engine.declare import BarGauge, Panel, Query, Table, TimeSeries, falling, rising

NAME = "{{ceph_daemon}} {{cluster}}"
USE = daemons("ceph_osd_utilization_ratio")
LATENCY = daemons("ceph_osd_commit_latency_ms")
IN = daemons("ceph_osd_in")
HAS_PLACES = "the API or a release before 12 tells no CRUSH tree"


def _by(label: str, title: str, description: str) -> Panel:
    """Give the fullest and the average use of the OSDs that share a place."""
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
        HAS_PLACES,
        unit="percentunit",
        minimum=0,
    )


USE_SECTION = (
    TimeSeries(
        "Utilization spread",
        "Least, middle and most used of the OSDs that are in, against nearly full. Good: close "
        "together, far under the limit.",
        (
            Query(f"max by (cluster) ({USE} and {IN} == 1)", "fullest {{cluster}}"),
            Query(f"quantile by (cluster) (0.5, {USE} and {IN} == 1)", "median {{cluster}}"),
            Query(f"min by (cluster) ({USE} and {IN} == 1)", "emptiest {{cluster}}"),
            Query(
                cluster("ceph_osd_nearfull_ratio"),
                "nearly full from {{cluster}}",
                empty_when="from Ceph 12 on",
            ),
        ),
        "unknown: Ceph is not reached, or no OSD",
        unit="percentunit",
        minimum=0,
        maximum=1,
    ),
    BarGauge(
        "Fullest OSDs",
        "The ten fullest. Good: under 75 %; from 85 % on nearly full.",
        (Query(f"sort_desc(topk(10, {USE}))", NAME),),
        "unknown: Ceph is not reached, or no OSD",
        unit="percentunit",
        thresholds=rising(0.75, 0.85),
        minimum=0,
        maximum=1,
    ),
    TimeSeries(
        "PGs of an OSD",
        "Most, average and fewest PGs of an OSD that is in. Good: about 100, and close together.",
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
        "unknown: Ceph is not reached, or no OSD",
        minimum=0,
    ),
    _by(
        "host",
        "Use by host",
        "Fullest and average OSD of each host. Good: alike. A host that stands out has too much "
        "weight or too few OSDs.",
    ),
    _by(
        "rack",
        "Use by rack",
        "Fullest and average OSD of each rack. Good: alike. Without racks in the CRUSH map it is "
        "one line.",
    ),
    _by(
        "device_class",
        "Use by device class",
        "Fullest and average OSD of each device class. A class fills up on its own.",
    ),
)

LATENCIES = (
    TimeSeries(
        "Slowest OSDs",
        "The ten OSDs with the highest commit latency. Good: single digits for flash, under 50 ms "
        "for disks. One line far above the others: that disk is going.",
        (Query(f"topk(10, {LATENCY})", NAME),),
        "unknown: Ceph is not reached, or no OSD",
        unit="ms",
        thresholds=rising(50, 200),
        threshold_lines=True,
        minimum=0,
    ),
    Table(
        "Latency outliers",
        "OSDs that are slower than three times the median of their cluster and than 20 ms, with "
        "their place. Good: none.",
        (
            Query(
                located(
                    f"(({LATENCY} > 20) and on (cluster, ceph_daemon) ({LATENCY} > on (cluster)"
                    f" group_left () (3 * quantile by (cluster) (0.5, {LATENCY}))))",
                    "host, rack, device_class",
                ),
                "latency",
                empty_when=NOTHING_RAISED,
                unit="ms",
                thresholds=rising(50, 200),
            ),
        ),
        "no OSD stands out, or Ceph is not reached",
        sort_descending="latency",
    ),
    TimeSeries(
        "Average latency by host",
        "Average commit latency of each host's OSDs. One host above the others: its controller, "
        "its memory or its network.",
        (
            Query(
                f"avg by (cluster, host) ({located(LATENCY, 'host')})",
                "{{host}} {{cluster}}",
            ),
        ),
        HAS_PLACES,
        unit="ms",
        minimum=0,
    ),
    Table(
        "Daemons with slow requests",
        "Daemons that Ceph names in SLOW_OPS. Good: none.",
        (
            Query(
                daemons("ceph_daemon_slow_ops") + " == 1",
                "slow",
                empty_when=NOTHING_RAISED,
                mappings={1: ("yes", "orange")},
            ),
        ),
        "no daemon has slow requests, or Ceph is not reached",
    ),
    Table(
        "Disks that wear out",
        "Part of each disk's life that is used up, as the mgr's devicehealth knows it. Good: under "
        "80 %.",
        (
            Query(
                "max by (cluster, ceph_daemon, hostname, device, device_id)"
                " (ceph_device_wear_ratio{*}) > 0.5",
                "wear",
                empty_when="only of worn flash disks that Ceph 17 or later watches",
                unit="percentunit",
                thresholds=rising(0.8, 0.95),
            ),
        ),
        "no disk is known to be worn by half, or Ceph is not reached",
        sort_descending="wear",
    ),
    Table(
        "Disks that are expected to fail",
        "The earliest time at which the mgr expects the disk to fail. Good: none.",
        (
            Query(
                "min by (cluster, ceph_daemon, hostname, device, device_id)"
                " (ceph_device_life_expectancy_min_timestamp_seconds{*}) - time()",
                "in",
                empty_when="only where Ceph predicts failures",
                unit="dtdurations",
                thresholds=falling(6 * 7 * 86400, 12 * 7 * 86400),
            ),
        ),
        "no disk is expected to fail, or Ceph does not predict it or is not reached",
    ),
)
