"""The OSDs: state, use, latency, and all of it by host, rack and device class."""

from dashboards.declare import (
    PLAIN,
    Dashboard,
    Panel,
    Query,
    Section,
    bad_from,
    falling,
    rising,
    warn_from,
)
from dashboards.phrases import RAISED, cluster, osds, placed

SMALL = (4, 4)
NAME = "{{ceph_daemon}} {{cluster}}"
USE = osds("ceph_osd_utilization_ratio")
LATENCY = osds("ceph_osd_commit_latency_ms")
IN = osds("ceph_osd_in")
HAS_PLACES = "the API or a release before 12 tells no CRUSH tree"


def _count(metric: str, value: int) -> str:
    return f"sum by (cluster) ({osds(metric)} == bool {value})"


def _by(label: str, title: str, description: str) -> Panel:
    """Give the fullest and the average use of the OSDs that share a place."""
    used = f"{USE} and {IN} == 1"
    return Panel(
        "timeseries",
        title,
        description,
        (
            Query(
                f"max by (cluster, {label}) ({placed(f'({used})', label)})",
                f"fullest {{{{{label}}}}} {{{{cluster}}}}",
            ),
            Query(
                f"avg by (cluster, {label}) ({placed(f'({used})', label)})",
                f"average {{{{{label}}}}} {{{{cluster}}}}",
            ),
        ),
        HAS_PLACES,
        unit="percentunit",
        minimum=0,
    )


GLANCE = (
    Panel(
        "stat",
        "Down",
        "OSDs that are down. Good: 0. They go out after ten minutes, unless noout is set, and then "
        "their data is made anew elsewhere.",
        (Query(_count("ceph_osd_up", 0), "{{cluster}}"),),
        "unknown: Ceph is not reached, or no OSD",
        steps=warn_from(1),
        size=SMALL,
    ),
    Panel(
        "stat",
        "Out",
        "OSDs that hold no data by decision of a person or of Ceph. Good: 0, but for those that "
        "are to be taken away.",
        (Query(_count("ceph_osd_in", 0), "{{cluster}}"),),
        "unknown: Ceph is not reached, or no OSD",
        steps=warn_from(1),
        size=SMALL,
    ),
    Panel(
        "stat",
        "Fullest OSD",
        "Used part of the fullest OSD that is in. Good: under 75 %. It decides how much can be "
        "written: when one OSD is full (95 %) the cluster takes no writes.",
        (Query(cluster("ceph_osds_fullest_utilization_ratio"), "{{cluster}}"),),
        "unknown: Ceph is not reached, or no OSD",
        unit="percentunit",
        steps=rising(0.75, 0.85),
        size=SMALL,
    ),
    Panel(
        "stat",
        "Nearly full, backfillfull, full",
        "OSDs that Ceph counts as nearly full or worse. Good: 0. Reweight the fullest or add OSDs, "
        "before one is full.",
        (
            Query(_count("ceph_osd_nearfull", 1), "nearly full {{cluster}}"),
            Query(_count("ceph_osd_backfillfull", 1), "backfillfull {{cluster}}"),
            Query(_count("ceph_osd_full", 1), "full {{cluster}}"),
        ),
        "unknown, or Ceph is older than 12",
        steps=bad_from(1),
        size=SMALL,
    ),
    Panel(
        "stat",
        "Flags that are set",
        "Flags of the OSD map. Good: none. noout, norecover and the like are for maintenance, and "
        "somebody must take them back.",
        (
            Query(
                "max by (cluster, flag) (ceph_osd_map_flag{*}) == 1",
                "{{flag}} {{cluster}}",
                quiet=RAISED,
            ),
        ),
        "no flag is set",
        steps=warn_from(1),
        text="name",
        size=SMALL,
    ),
    Panel(
        "stat",
        "Spread of use",
        "How far the fullest OSD is above the average. Good: under 1.2 times. More: turn the "
        "balancer on.",
        (Query("max by (cluster) (ceph_osd_variance_ratio{*})", "{{cluster}}"),),
        "unknown: Ceph is not reached, or no OSD",
        steps=rising(1.2, 1.4),
        decimals=2,
        size=SMALL,
    ),
)

STATE = (
    Panel(
        "timeseries",
        "Up and in",
        "Good: all three are the same. Up falls first, in ten minutes later.",
        (
            Query(cluster("ceph_osds"), "all {{cluster}}"),
            Query(cluster("ceph_osds_up"), "up {{cluster}}"),
            Query(cluster("ceph_osds_in"), "in {{cluster}}"),
        ),
        "unknown: Ceph is not reached",
        minimum=0,
    ),
    Panel(
        "table",
        "OSDs that are down",
        "Where the OSDs are that are down. Several on one host: the host; in one rack: its switch "
        "or its power.",
        (
            Query(
                placed(f"({osds('ceph_osd_up')} == 0)", "host, rack, device_class"),
                "up",
                quiet=RAISED,
                states={0: ("down", "red")},
            ),
        ),
        "no OSD is down, or the API tells no CRUSH tree",
    ),
    Panel(
        "timeseries",
        "OSDs that came or went",
        "How often each OSD changed between up and down. Good: nothing. One that does it again and "
        "again: its disk or its network; many at once: the network.",
        (
            Query(
                "max by (cluster, ceph_daemon) (changes(ceph_osd_up{*}[$__rate_interval])) > 0",
                NAME,
                quiet="only after an OSD came or went",
            ),
        ),
        "no OSD came or went",
        minimum=0,
    ),
)

USE_SECTION = (
    Panel(
        "timeseries",
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
                quiet="from Ceph 12 on",
            ),
        ),
        "unknown: Ceph is not reached, or no OSD",
        unit="percentunit",
        minimum=0,
        maximum=1,
    ),
    Panel(
        "bargauge",
        "Fullest OSDs",
        "The ten fullest. Good: under 75 %; from 85 % on nearly full.",
        (Query(f"sort_desc(topk(10, {USE}))", NAME),),
        "unknown: Ceph is not reached, or no OSD",
        unit="percentunit",
        steps=rising(0.75, 0.85),
        minimum=0,
        maximum=1,
    ),
    Panel(
        "timeseries",
        "PGs of an OSD",
        "Most, average and fewest PGs of an OSD that is in. Good: about 100, and close together.",
        (
            Query(f"max by (cluster) ({osds('ceph_osd_pgs')} and {IN} == 1)", "most {{cluster}}"),
            Query(
                f"avg by (cluster) ({osds('ceph_osd_pgs')} and {IN} == 1)", "average {{cluster}}"
            ),
            Query(f"min by (cluster) ({osds('ceph_osd_pgs')} and {IN} == 1)", "fewest {{cluster}}"),
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
    Panel(
        "timeseries",
        "Slowest OSDs",
        "The ten OSDs with the highest commit latency. Good: single digits for flash, under 50 ms "
        "for disks. One line far above the others: that disk is going.",
        (Query(f"topk(10, {LATENCY})", NAME),),
        "unknown: Ceph is not reached, or no OSD",
        unit="ms",
        steps=rising(50, 200),
        limits=True,
        minimum=0,
    ),
    Panel(
        "table",
        "Latency outliers",
        "OSDs that are slower than three times the median of their cluster and than 20 ms, with "
        "their place. Good: none.",
        (
            Query(
                placed(
                    f"(({LATENCY} > 20) and on (cluster, ceph_daemon) ({LATENCY} > on (cluster)"
                    f" group_left () (3 * quantile by (cluster) (0.5, {LATENCY}))))",
                    "host, rack, device_class",
                ),
                "latency",
                quiet=RAISED,
                unit="ms",
                steps=rising(50, 200),
            ),
        ),
        "no OSD stands out",
        sort="latency",
    ),
    Panel(
        "timeseries",
        "Average latency by host",
        "Average commit latency of each host's OSDs. One host above the others: its controller, "
        "its memory or its network.",
        (
            Query(
                f"avg by (cluster, host) ({placed(LATENCY, 'host')})",
                "{{host}} {{cluster}}",
            ),
        ),
        HAS_PLACES,
        unit="ms",
        minimum=0,
    ),
    Panel(
        "table",
        "Daemons with slow requests",
        "Daemons that Ceph names in SLOW_OPS. Good: none.",
        (
            Query(
                osds("ceph_daemon_slow_ops") + " == 1",
                "slow",
                quiet=RAISED,
                states={1: ("yes", "orange")},
            ),
        ),
        "no daemon has slow requests",
    ),
    Panel(
        "table",
        "Disks that wear out",
        "Part of each disk's life that is used up, as the mgr's devicehealth knows it. Good: under "
        "80 %.",
        (
            Query(
                "max by (cluster, ceph_daemon, hostname, device, device_id)"
                " (ceph_device_wear_ratio{*}) > 0.5",
                "wear",
                quiet="only of worn flash disks that Ceph 17 or later watches",
                unit="percentunit",
                steps=rising(0.8, 0.95),
            ),
        ),
        "no disk is known to be worn by half",
        sort="wear",
    ),
    Panel(
        "table",
        "Disks that are expected to fail",
        "The earliest time at which the mgr expects the disk to fail. Good: none.",
        (
            Query(
                "min by (cluster, ceph_daemon, hostname, device, device_id)"
                " (ceph_device_life_expectancy_min_timestamp_seconds{*}) - time()",
                "in",
                quiet="only where Ceph predicts failures",
                unit="dtdurations",
                steps=falling(6 * 7 * 86400, 12 * 7 * 86400),
            ),
        ),
        "no disk is expected to fail, or Ceph does not predict it",
    ),
)

ALL = (
    Panel(
        "table",
        "OSDs",
        "Every OSD: where it is, what it is and how it fares.",
        (
            Query(
                "max by (cluster, ceph_daemon, host, rack, root, device_class)"
                " (ceph_osd_location{*})",
                "is there",
                hidden=True,
            ),
            Query(osds("ceph_osd_up"), "up", states={0: ("down", "red"), 1: ("up", "green")}),
            Query(IN, "in", states={0: ("out", "orange"), 1: ("in", "green")}),
            Query(USE, "used", unit="percentunit", steps=rising(0.75, 0.85)),
            Query(osds("ceph_osd_size_bytes"), "size", unit="bytes"),
            Query(osds("ceph_osd_pgs"), "PGs"),
            Query(osds("ceph_osd_crush_weight"), "CRUSH weight"),
            Query(osds("ceph_osd_weight"), "reweight"),
            Query(LATENCY, "commit latency", unit="ms", steps=rising(50, 200), none="not told"),
            Query(osds("ceph_osd_apply_latency_ms"), "apply latency", unit="ms", none="not told"),
        ),
        "unknown: Ceph is not reached, or no OSD",
        steps=PLAIN,
        size=(24, 12),
        sort="used",
    ),
)

BOARD = Dashboard(
    "ceph-osds",
    "Ceph OSDs",
    "The OSDs of a Ceph cluster: state, use, latency, by host, rack and device class.",
    (
        Section("At a glance", GLANCE),
        Section("Up, down, in, out", STATE),
        Section("Use", USE_SECTION),
        Section("Latency and disks", LATENCIES),
        Section("All OSDs", ALL),
    ),
)
