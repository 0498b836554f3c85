"""The OSDs: state, use, latency, and all of it by host, rack and device class."""

from dashboards.content.osds_use import IN, LATENCIES, LATENCY, NAME, USE, USE_SECTION
from dashboards.content.phrases import NOTHING_RAISED, cluster, daemons, located
from dashboards.engine.declare import (
    PLAIN,
    Dashboard,
    Query,
    Section,
    Stat,
    Table,
    TimeSeries,
    bad_from,
    rising,
    warn_from,
)

SMALL = (4, 4)


def _count(metric: str, value: int) -> str:
    return f"sum by (cluster) ({daemons(metric)} == bool {value})"


GLANCE = (
    Stat(
        "Down",
        "OSDs that are down. Good: 0. They go out after ten minutes, unless noout is set, and then "
        "their data is made anew elsewhere.",
        (Query(_count("ceph_osd_up", 0), "{{cluster}}"),),
        "unknown: Ceph is not reached, or no OSD",
        thresholds=warn_from(1),
        size=SMALL,
    ),
    Stat(
        "Out",
        "OSDs that hold no data by decision of a person or of Ceph. Good: 0, but for those that "
        "are to be taken away.",
        (Query(_count("ceph_osd_in", 0), "{{cluster}}"),),
        "unknown: Ceph is not reached, or no OSD",
        thresholds=warn_from(1),
        size=SMALL,
    ),
    Stat(
        "Fullest OSD",
        "Used part of the fullest OSD that is in. Good: under 75 %. It decides how much can be "
        "written: when one OSD is full (95 %) the cluster takes no writes.",
        (Query(cluster("ceph_osds_fullest_utilization_ratio"), "{{cluster}}"),),
        "unknown: Ceph is not reached, or no OSD",
        unit="percentunit",
        thresholds=rising(0.75, 0.85),
        size=SMALL,
    ),
    Stat(
        "Nearly full, backfillfull, full",
        "OSDs that Ceph counts as nearly full or worse. Good: 0. Reweight the fullest or add OSDs, "
        "before one is full.",
        (
            Query(_count("ceph_osd_nearfull", 1), "nearly full {{cluster}}"),
            Query(_count("ceph_osd_backfillfull", 1), "backfillfull {{cluster}}"),
            Query(_count("ceph_osd_full", 1), "full {{cluster}}"),
        ),
        "unknown, or Ceph is older than 12",
        thresholds=bad_from(1),
        size=SMALL,
    ),
    Stat(
        "Flags that are set",
        "Flags of the OSD map. Good: none. noout, norecover and the like are for maintenance, and "
        "somebody must take them back.",
        (
            Query(
                "max by (cluster, flag) (ceph_osd_map_flag{*}) == 1",
                "{{flag}} {{cluster}}",
                empty_when=NOTHING_RAISED,
            ),
        ),
        "no flag is set, or Ceph is not reached",
        thresholds=warn_from(1),
        text_mode="name",
        size=SMALL,
    ),
    Stat(
        "Spread of use",
        "How far the fullest OSD is above the average. Good: under 1.2 times. More: turn the "
        "balancer on.",
        (Query("max by (cluster) (ceph_osd_variance_ratio{*})", "{{cluster}}"),),
        "unknown: Ceph is not reached, or no OSD",
        thresholds=rising(1.2, 1.4),
        decimals=2,
        size=SMALL,
    ),
)

STATE = (
    TimeSeries(
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
    Table(
        "OSDs that are down",
        "Where the OSDs are that are down. Several on one host: the host; in one rack: its switch "
        "or its power.",
        (
            Query(
                located(f"({daemons('ceph_osd_up')} == 0)", "host, rack, device_class"),
                "up",
                empty_when=NOTHING_RAISED,
                mappings={0: ("down", "red")},
            ),
        ),
        "no OSD is down, or unknown: no CRUSH tree, or Ceph is not reached",
    ),
    TimeSeries(
        "OSDs that came or went",
        "How often each OSD changed between up and down. Good: nothing. One that does it again and "
        "again: its disk or its network; many at once: the network.",
        (
            Query(
                "max by (cluster, ceph_daemon) (changes(ceph_osd_up{*}[$__rate_interval])) > 0",
                NAME,
                empty_when="only after an OSD came or went",
            ),
        ),
        "no OSD came or went, or Ceph is not reached",
        minimum=0,
    ),
)

ALL = (
    Table(
        "OSDs",
        "Every OSD: where it is, what it is and how it fares.",
        (
            Query(
                "max by (cluster, ceph_daemon, host, rack, root, device_class)"
                " (ceph_osd_location{*})",
                "is there",
                hidden=True,
            ),
            Query(daemons("ceph_osd_up"), "up", mappings={0: ("down", "red"), 1: ("up", "green")}),
            Query(IN, "in", mappings={0: ("out", "orange"), 1: ("in", "green")}),
            Query(USE, "used", unit="percentunit", thresholds=rising(0.75, 0.85)),
            Query(daemons("ceph_osd_size_bytes"), "size", unit="bytes"),
            Query(daemons("ceph_osd_pgs"), "PGs"),
            Query(daemons("ceph_osd_crush_weight"), "CRUSH weight"),
            Query(daemons("ceph_osd_weight"), "reweight"),
            Query(
                LATENCY,
                "commit latency",
                unit="ms",
                thresholds=rising(50, 200),
                no_value="not told",
            ),
            Query(
                daemons("ceph_osd_apply_latency_ms"),
                "apply latency",
                unit="ms",
                no_value="not told",
            ),
        ),
        "unknown: Ceph is not reached, or no OSD",
        thresholds=PLAIN,
        size=(24, 12),
        sort_ascending="up",
        sort_descending="used",
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
