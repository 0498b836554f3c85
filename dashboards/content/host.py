"""One host: its OSDs, the other daemons on it, and its disks."""

from dashboards.content.host_disks import DISKS, ON
from dashboards.content.hosts_and_osds import HOST, OSD_OF_SERIES, osd_link
from dashboards.content.osds_use import IN, LATENCY, NAME, USE
from dashboards.content.phrases import (
    LOCATION,
    REACHABLE,
    REACHED,
    daemons,
    or_none,
    versioned,
)
from dashboards.engine.declare import (
    Dashboard,
    Query,
    Section,
    Stat,
    StateTimeline,
    Table,
    TimeSeries,
    Variable,
    bad_from,
    limits,
    rising,
    warn_from,
)

SMALL = (4, 4)
NO_OSDS = "Unknown: the exporter cannot reach Ceph, or the host has no OSDs"
HERE = f'({LOCATION.replace("ceph_osd_location{*}", """ceph_osd_location{*,host=~"$host"}""")})'


def here(expr: str) -> str:
    """Return an expression about OSDs for those of the host."""
    return f"({expr} and on (cluster, ceph_daemon) {HERE})"


GLANCE = (
    Stat(
        "OSDs",
        "OSDs of the host in the CRUSH tree.",
        (Query(f"count by (cluster) ({HERE})", "{{cluster}}"),),
        NO_OSDS,
        size=SMALL,
    ),
    Stat(
        "Down",
        "OSDs of the host that are down. Good: 0. If all of them are down, check the host and its "
        "network.",
        (Query(f"sum by (cluster) {here(daemons('ceph_osd_up') + ' == bool 0')}", "{{cluster}}"),),
        NO_OSDS,
        thresholds=bad_from(1),
        size=SMALL,
    ),
    Stat(
        "Out",
        "OSDs of the host that hold no data. Good: 0.",
        (Query(f"sum by (cluster) {here(IN + ' == bool 0')}", "{{cluster}}"),),
        NO_OSDS,
        thresholds=warn_from(1),
        size=SMALL,
    ),
    Stat(
        "Size",
        "Size of the host's OSDs.",
        (Query(f"sum by (cluster) {here(daemons('ceph_osd_size_bytes'))}", "{{cluster}}"),),
        NO_OSDS,
        unit="bytes",
        size=SMALL,
    ),
    Stat(
        "Fullest OSD",
        "Used share of the fullest OSD of the host. Good: under 75 %.",
        (Query(f"max by (cluster) {here(USE)}", "{{cluster}}"),),
        NO_OSDS,
        unit="percentunit",
        thresholds=rising(0.75, 0.85),
        size=SMALL,
    ),
    Stat(
        "Average latency",
        "Average commit latency of the host's OSDs. If it is high for all of them, check the disk "
        "controller, memory and network.",
        (Query(f"avg by (cluster) {here(LATENCY)}", "{{cluster}}"),),
        NO_OSDS,
        unit="ms",
        thresholds=rising(50, 200),
        decimals=1,
        size=SMALL,
    ),
)

DAEMONS = (
    Table(
        "OSDs of the host",
        "Click an OSD to open the page about it.",
        (
            Query(
                or_none(
                    "max by (cluster, ceph_daemon, rack, device_class)"
                    ' (ceph_osd_location{*,host=~"$host"})',
                    "No OSDs on this host",
                ),
                "exists",
                hidden=True,
            ),
            Query(
                here(daemons("ceph_osd_up")),
                "up",
                mappings={0: ("down", "red"), 1: ("up", "green")},
            ),
            Query(here(IN), "in", mappings={0: ("out", "orange"), 1: ("in", "green")}),
            Query(here(USE), "used", unit="percentunit", thresholds=rising(0.75, 0.85)),
            Query(here(daemons("ceph_osd_size_bytes")), "size", unit="bytes"),
            Query(here(daemons("ceph_osd_pgs")), "PGs"),
            Query(here(LATENCY), "latency", unit="ms", thresholds=rising(50, 200)),
        ),
        "Prometheus scrapes no exporter",
        size=(14, 10),
        labels=("ceph_daemon", "rack", "device_class", "note"),
        links=(osd_link(),),
        sort_ascending="up",
        sort_descending="latency",
    ),
    Table(
        "Other daemons on the host",
        "Monitors, mgrs, MDSs, gateways and mirrors that run on the host.",
        (
            Query(
                "max by (cluster, service_daemon, version) (label_replace("
                + versioned(
                    "("
                    + " or ".join(
                        f"ceph_{kind}_metadata{{*{ON}}}"
                        for kind in ("mon", "mgr", "mds", "rgw", "rbd_mirror")
                    )
                    + ")"
                )
                + ', "service_daemon", "$1", "ceph_daemon", "(.+)"))',
                "exists",
                empty_when="only OSDs run on the host",
                hidden=True,
            ),
        ),
        "No other daemon is known on this host, or the exporter cannot reach Ceph",
        size=(10, 10),
        labels=("service_daemon", "version"),
    ),
)

PAST = (
    StateTimeline(
        "OSDs over time",
        "Whether each OSD of the host was up. Good: always. If all went down at once, the host or "
        "its network failed.",
        (Query(here(daemons("ceph_osd_up")), NAME), REACHABLE),
        "Prometheus scrapes no exporter",
        mappings={0: ("down", "red"), 1: ("up", "green")} | REACHED,
        size=(24, 10),
        links=(OSD_OF_SERIES,),
    ),
    TimeSeries(
        "Commit latency",
        "Commit latency of each OSD of the host.",
        (Query(here(LATENCY), NAME),),
        NO_OSDS,
        unit="ms",
        thresholds=limits((50, "orange"), (200, "red")),
        threshold_lines=True,
        size=(12, 10),
        minimum=0,
        links=(OSD_OF_SERIES,),
    ),
    TimeSeries(
        "Usage",
        "Used share of each OSD of the host.",
        (Query(here(USE), NAME),),
        NO_OSDS,
        unit="percentunit",
        thresholds=limits((0.75, "orange"), (0.85, "red")),
        threshold_lines=True,
        size=(12, 10),
        minimum=0,
        maximum=1,
        links=(OSD_OF_SERIES,),
    ),
)

BOARD = Dashboard(
    HOST,
    "Ceph host",
    "One host of a Ceph cluster: its OSDs, the other daemons on it, and its disks.",
    (
        Section("At a glance", GLANCE),
        Section("Daemons", DAEMONS),
        Section("Over time", PAST),
        Section("Disks and crashes", DISKS),
    ),
    variables=(Variable("host", "Host", "label_values(ceph_osd_location{*}, host)"),),
)
