"""The OSDs: state, usage and latency, including usage by host, rack and device class."""

from dashboards.content.osds_use import IN, LATENCIES, LATENCY, NAME, USE, USE_SECTION
from dashboards.content.phrases import NOT_REACHED, NOTHING_WRONG, cluster, daemons, located
from dashboards.engine.declare import (
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
        "OSDs that are down. Good: 0. After ten minutes Ceph marks them out, unless noout is set, "
        "and recreates their data on other OSDs.",
        (Query(_count("ceph_osd_up", 0), "{{cluster}}"),),
        "Unknown: the exporter cannot reach Ceph, or there are no OSDs",
        thresholds=warn_from(1),
        size=SMALL,
    ),
    Stat(
        "Out",
        "OSDs that an administrator or Ceph has marked out, so that they hold no data. Good: 0, "
        "except for OSDs that are about to be removed.",
        (Query(_count("ceph_osd_in", 0), "{{cluster}}"),),
        "Unknown: the exporter cannot reach Ceph, or there are no OSDs",
        thresholds=warn_from(1),
        size=SMALL,
    ),
    Stat(
        "Fullest OSD",
        "Used share of the fullest OSD that is in. Good: under 75 %. The fullest OSD limits how "
        "much can be written: when it is full (95 %), its pools refuse writes.",
        (Query(cluster("ceph_osds_fullest_utilization_ratio"), "{{cluster}}"),),
        "Unknown: the exporter cannot reach Ceph, or there are no OSDs",
        unit="percentunit",
        thresholds=rising(0.75, 0.85),
        size=SMALL,
    ),
    Stat(
        "Nearly full, backfillfull, full",
        "OSDs that Ceph considers nearly full or worse. Good: 0. Reweight the fullest OSDs or add "
        "OSDs before one is full.",
        (
            Query(_count("ceph_osd_nearfull", 1), "nearly full {{cluster}}"),
            Query(_count("ceph_osd_backfillfull", 1), "backfillfull {{cluster}}"),
            Query(_count("ceph_osd_full", 1), "full {{cluster}}"),
        ),
        "Unknown, or Ceph is older than 12",
        thresholds=bad_from(1),
        size=SMALL,
    ),
    Stat(
        "OSD map flags",
        "Flags that are set in the OSD map. Good: none. noout, norecover and similar flags are for "
        "maintenance and must be unset afterwards.",
        (
            Query(
                "max by (cluster, flag) (ceph_osd_map_flag{*}) == 1",
                "{{flag}} {{cluster}}",
                empty_when=NOTHING_WRONG,
            ),
        ),
        "No flag is set, or the exporter cannot reach Ceph",
        thresholds=warn_from(1),
        text_mode="name",
        size=SMALL,
    ),
    Stat(
        "Usage imbalance",
        "Usage of the fullest OSD relative to the average. Good: under 1.2. If higher, enable the "
        "balancer.",
        (Query("max by (cluster) (ceph_osd_variance_ratio{*})", "{{cluster}}"),),
        "Unknown: the exporter cannot reach Ceph, or there are no OSDs",
        thresholds=rising(1.2, 1.4),
        decimals=2,
        size=SMALL,
    ),
)

STATE = (
    TimeSeries(
        "Up and in",
        "Good: all three are equal. Up falls first, in falls ten minutes later.",
        (
            Query(cluster("ceph_osds"), "all {{cluster}}"),
            Query(cluster("ceph_osds_up"), "up {{cluster}}"),
            Query(cluster("ceph_osds_in"), "in {{cluster}}"),
        ),
        NOT_REACHED,
        minimum=0,
    ),
    Table(
        "OSDs that are down",
        "The location of each OSD that is down. If several are on one host, check the host; if "
        "they are in one rack, check its switch and its power.",
        (
            Query(
                located(f"({daemons('ceph_osd_up')} == 0)", "host, rack, device_class"),
                "up",
                empty_when=NOTHING_WRONG,
                mappings={0: ("down", "red")},
            ),
        ),
        "No OSD is down, the CRUSH tree is unknown, or the exporter cannot reach Ceph",
    ),
    TimeSeries(
        "OSDs that went up or down",
        "How often each OSD went up or down. Good: no data. If a single OSD changes repeatedly, "
        "check its disk and its network; if many change at once, check the network.",
        (
            Query(
                "max by (cluster, ceph_daemon) (changes(ceph_osd_up{*}[$__rate_interval])) > 0",
                NAME,
                empty_when="no OSD went up or down",
            ),
        ),
        "No OSD went up or down, or the exporter cannot reach Ceph",
        minimum=0,
    ),
)

ALL = (
    Table(
        "OSDs",
        "Every OSD: location, state, usage, PGs, weights and latency.",
        (
            Query(
                "max by (cluster, ceph_daemon, host, rack, root, device_class)"
                " (ceph_osd_location{*})",
                "exists",
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
                no_value="not reported",
            ),
            Query(
                daemons("ceph_osd_apply_latency_ms"),
                "apply latency",
                unit="ms",
                no_value="not reported",
            ),
        ),
        "Unknown: the exporter cannot reach Ceph, or there are no OSDs",
        size=(24, 12),
        sort_ascending="up",
        sort_descending="used",
    ),
)

BOARD = Dashboard(
    "ceph-osds",
    "Ceph OSDs",
    "The OSDs of a Ceph cluster: state, usage and latency, by host, rack and device class.",
    (
        Section("At a glance", GLANCE),
        Section("Up, down, in and out", STATE),
        Section("Usage", USE_SECTION),
        Section("Latency and disks", LATENCIES),
        Section("All OSDs", ALL),
    ),
)
