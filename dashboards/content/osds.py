"""The OSDs: state, usage and latency, including usage by host, rack and device class."""

from dashboards.content.hosts_and_osds import OSD_OF_SERIES, host_link, osd_link
from dashboards.content.osds_bluestore import PARTS
from dashboards.content.osds_disks import DISKS
from dashboards.content.osds_latency import LATENCIES
from dashboards.content.osds_releases import RELEASES
from dashboards.content.osds_use import GROUPS, IN, LATENCY, NAME, USE, USE_SECTION
from dashboards.content.phrases import (
    NO_OSD_CHANGED,
    NO_OSDS,
    NOT_REACHED,
    NOTHING_WRONG,
    cluster,
    daemons,
    located,
    or_none,
)
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
FLAGS = (
    "max by (cluster, flag) (ceph_osd_map_flag{*} == 1) or label_replace("
    'max by (cluster) (ceph_osd_map_flag{*}) == 0, "flag", "none", "", "")'
)


def _count(metric: str, value: int) -> str:
    return f"sum by (cluster) ({daemons(metric)} == bool {value})"


GLANCE = (
    Stat(
        "Down",
        "OSDs that are down. Good: 0. After ten minutes Ceph marks them out, unless noout is set, "
        "and recreates their data on other OSDs.",
        (Query(_count("ceph_osd_up", 0), "{{cluster}}"),),
        NO_OSDS,
        thresholds=warn_from(1),
        size=SMALL,
    ),
    Stat(
        "Out",
        "OSDs that an administrator or Ceph has marked out, so that they hold no data. Good: 0, "
        "except for OSDs that are about to be removed.",
        (Query(_count("ceph_osd_in", 0), "{{cluster}}"),),
        NO_OSDS,
        thresholds=warn_from(1),
        size=SMALL,
    ),
    Stat(
        "Fullest OSD",
        "Used share of the fullest OSD that is in. Good: under 75 %. The fullest OSD limits how "
        "much can be written: when it is full (95 %), its pools refuse writes.",
        (Query(cluster("ceph_osds_fullest_utilization_ratio"), "{{cluster}}"),),
        NO_OSDS,
        unit="percentunit",
        thresholds=rising(0.75, 0.85),
        size=SMALL,
    ),
    Stat(
        "Nearly full or worse",
        "OSDs that Ceph considers nearly full, backfillfull or full. Good: 0. Reweight the fullest "
        "OSDs or add OSDs before one is full.",
        (
            Query(
                "sum by (cluster) ("
                + " or ".join(
                    f"{daemons(f'ceph_osd_{level}')} == 1"
                    for level in ("nearfull", "backfillfull", "full")
                )
                + f" or 0 * {daemons('ceph_osd_nearfull')})",
                "{{cluster}}",
            ),
        ),
        "Unknown, or Ceph is older than 12",
        thresholds=bad_from(1),
        size=SMALL,
    ),
    Stat(
        "OSD map flags",
        "Flags that are set in the OSD map. Good: none. noout, norecover and similar flags are for "
        "maintenance and must be unset afterwards.",
        (Query(FLAGS, "{{flag}}"),),
        NOT_REACHED,
        thresholds=((None, "orange"),),
        label="flag",
        texts={"none": ("none", "green")},
        size=SMALL,
    ),
    Stat(
        "Usage imbalance",
        "Usage of the fullest OSD relative to the average. Good: under 1.2. If higher, enable the "
        "balancer.",
        (Query("max by (cluster) (ceph_osd_variance_ratio{*})", "{{cluster}}"),),
        NO_OSDS,
        thresholds=rising(1.2, 1.4),
        decimals=2,
        size=SMALL,
    ),
)

STATE = (
    Table(
        "OSDs that are down",
        "The location of each OSD that is down. If several are on one host, check the host; if "
        "they are in one rack, check its switch and its power.",
        (
            Query(
                located(f"({daemons('ceph_osd_up')} == 0)", "host, rack, device_class"),
                "state",
                empty_when=NOTHING_WRONG,
                mappings={0: ("down", "red")},
            ),
        ),
        "No OSD is down, the CRUSH tree is unknown, or the exporter cannot reach Ceph",
        labels=("ceph_daemon", "host", "rack", "device_class"),
        links=(osd_link(), host_link()),
    ),
    TimeSeries(
        "Up and in",
        "Good: all three are equal. Up falls first, in falls ten minutes later.",
        (
            Query(cluster("ceph_osds"), "all"),
            Query(cluster("ceph_osds_up"), "up"),
            Query(cluster("ceph_osds_in"), "in"),
        ),
        NOT_REACHED,
        unit="locale",
        decimals=0,
        minimum=0,
    ),
    TimeSeries(
        "OSDs that went up or down",
        "How often each OSD went up or down. Good: no data. If a single OSD changes repeatedly, "
        "check its disk and its network; if many change at once, check the network.",
        (
            Query(
                "max by (cluster, ceph_daemon) (changes(ceph_osd_up{*}[$__rate_interval])) > 0",
                NAME,
                empty_when=NO_OSD_CHANGED,
            ),
        ),
        "No OSD went up or down, or the exporter cannot reach Ceph",
        unit="locale",
        decimals=0,
        minimum=0,
        events=True,
        links=(OSD_OF_SERIES,),
    ),
)

ALL = (
    Table(
        "OSDs",
        "Every OSD: location, state, usage, PGs, weights and latency. Click an OSD or a host to "
        "open the page about it.",
        (
            Query(
                or_none(
                    "max by (cluster, ceph_daemon, host, rack, root, device_class)"
                    " (ceph_osd_location{*})",
                    "No OSDs, or their location is unknown",
                ),
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
            Query(LATENCY, "commit latency", unit="ms", thresholds=rising(50, 200)),
            Query(daemons("ceph_osd_apply_latency_ms"), "apply latency", unit="ms"),
        ),
        "Prometheus scrapes no exporter",
        size=(24, 12),
        labels=("ceph_daemon", "host", "rack", "root", "device_class", "note"),
        links=(osd_link(), host_link()),
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
        Section("Latency", LATENCIES),
        Section("Usage", USE_SECTION),
        Section("Data, omap and metadata", PARTS),
        Section("Flags, releases and stretch mode", RELEASES),
        Section("Disks", DISKS),
        Section("All OSDs", ALL),
        Section("Usage and latency by host, rack and device class", GROUPS, collapsed=True),
    ),
)
