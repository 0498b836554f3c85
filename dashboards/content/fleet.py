"""All clusters at a glance, one row for each."""

from dashboards.content.checks import CLUSTER, EXPORTER
from dashboards.content.phrases import (
    AGE,
    HEALTH,
    NEARFULL_IN,
    NO_GROWTH,
    PGS_NOT_CLEAN,
    SCRAPED_FROM,
    STATUS,
    own,
)
from dashboards.engine.declare import (
    YES_IS_GOOD,
    Dashboard,
    Link,
    Query,
    Section,
    Stat,
    StateTimeline,
    Table,
    TimeSeries,
    bad_from,
    falling,
    rising,
    warn_from,
)

UP = "max by (cluster) (ceph_up{*})"
USED = "max by (cluster) (ceph_cluster_total_used_raw_ratio{*})"
MONITORS_OUT = "sum by (cluster) (1 - max by (cluster, ceph_daemon) (ceph_mon_quorum_status{*}))"
OSDS_DOWN = "max by (cluster) (ceph_osds{*}) - max by (cluster) (ceph_osds_up{*})"
CHECKS = "sum by (cluster) (max by (cluster, name) (ceph_health_detail{*}))"
SMALL = (4, 4)


COUNTS = (
    Stat(
        "Clusters",
        "Clusters that the exporters watch. If there are fewer than you expect, an exporter is "
        "missing from the scrape configuration, or clusters share the same label `cluster`.",
        (Query(f"count({UP})", "clusters"),),
        "No clusters: Prometheus scrapes no exporter",
        size=SMALL,
    ),
    Stat(
        "HEALTH_ERR",
        "Clusters in HEALTH_ERR. Good: 0. Otherwise data is at risk or unavailable; see the rows "
        "of these clusters in the table.",
        (Query(f"sum({STATUS} == bool 2)", "clusters"),),
        "Unknown: no exporter can reach its cluster",
        thresholds=bad_from(1),
        size=SMALL,
    ),
    Stat(
        "HEALTH_WARN",
        "Clusters in HEALTH_WARN. Good: 0. A warning that nobody fixes hides the next one.",
        (Query(f"sum({STATUS} == bool 1)", "clusters"),),
        "Unknown: no exporter can reach its cluster",
        thresholds=warn_from(1),
        size=SMALL,
    ),
    Stat(
        "Unreachable",
        "Clusters whose exporter runs but receives neither health nor status from Ceph. Good: 0. "
        "Their health is unknown.",
        (Query(f"sum({UP} == bool 0)", "clusters"),),
        "Prometheus scrapes no exporter",
        thresholds=bad_from(1),
        size=SMALL,
        details=EXPORTER,
    ),
    Stat(
        "Exporters down",
        "Exporters that Prometheus cannot scrape now but could within the past day. Good: 0. A "
        "cluster without another exporter is missing from the table.",
        (Query(f"sum(({own('up{+}', SCRAPED_FROM)}) == bool 0)", "exporters"),),
        "Prometheus scrapes no exporter",
        thresholds=bad_from(1),
        size=SMALL,
        details=EXPORTER,
    ),
    Stat(
        "Space of all clusters",
        "Raw space of all clusters together, including replicas.",
        (Query("sum(max by (cluster) (ceph_cluster_total_bytes{*}))", "bytes"),),
        "Unknown: no exporter can reach its cluster",
        unit="bytes",
        size=SMALL,
    ),
)

TABLE = Table(
    "Clusters",
    "One row for each cluster; click a cluster to open its dashboard. Good: reachable, HEALTH_OK, "
    "no monitors out, no OSDs down, data younger than a minute.",
    (
        Query(UP, "reachable", mappings=YES_IS_GOOD),
        Query(STATUS, "health", mappings=HEALTH, no_value="unknown"),
        Query(CHECKS, "checks", thresholds=warn_from(1), no_value="unknown"),
        Query(USED, "used", unit="percentunit", thresholds=rising(0.75, 0.85), no_value="unknown"),
        Query(
            "max by (cluster) (ceph_cluster_total_bytes{*})",
            "capacity",
            unit="bytes",
            no_value="unknown",
        ),
        Query(
            NEARFULL_IN,
            "nearly full in",
            empty_when=NO_GROWTH,
            unit="dtdurations",
            thresholds=falling(7 * 86400, 30 * 86400),
            no_value="no growth, or unknown",
        ),
        Query(MONITORS_OUT, "monitors out", thresholds=warn_from(1), no_value="unknown"),
        Query(OSDS_DOWN, "OSDs down", thresholds=warn_from(1), no_value="unknown"),
        Query(PGS_NOT_CLEAN, "PGs not clean", thresholds=warn_from(1), no_value="unknown"),
        Query(AGE, "age of data", unit="s", thresholds=rising(60, 300), no_value="never received"),
    ),
    "No clusters: Prometheus scrapes no exporter",
    size=(24, 10),
    links=(Link("cluster", CLUSTER, "Open the cluster's dashboard"),),
    sort_ascending="reachable",
    sort_descending="health",
)

OVER_TIME = (
    StateTimeline(
        "Health",
        "Health of each cluster over time. During a gap the health was unknown.",
        (Query(STATUS, "cluster {{cluster}}"),),
        "Unknown: no exporter can reach its cluster",
        mappings=HEALTH,
        size=(24, 7),
        details=CLUSTER,
    ),
    TimeSeries(
        "Used space",
        "Used share of each cluster's raw space. Good: under 75 %, so that the remaining hosts can "
        "hold the data of a failed one. From 85 % on, OSDs are nearly full.",
        (Query(USED, "cluster {{cluster}}"),),
        "Unknown: no exporter can reach its cluster",
        unit="percentunit",
        thresholds=rising(0.75, 0.85),
        threshold_lines=True,
        minimum=0,
        maximum=1,
    ),
    TimeSeries(
        "Client throughput",
        "Bytes per second that clients read and write, as Ceph reports them. If it suddenly drops "
        "to 0 while clients are active, IO is blocked.",
        (
            Query(
                "max by (cluster) (ceph_client_io_read_bytes{*}) "
                "+ max by (cluster) (ceph_client_io_write_bytes{*})",
                "cluster {{cluster}}",
            ),
        ),
        "Unknown: Ceph reports no client IO",
        unit="Bps",
        minimum=0,
    ),
    TimeSeries(
        "Health checks",
        "Number of raised health checks, including muted ones. Good: 0.",
        (Query(CHECKS, "cluster {{cluster}}"),),
        "Unknown: no exporter can reach its cluster",
        minimum=0,
    ),
)

BOARD = Dashboard(
    "ceph-fleet",
    "Ceph fleet",
    "All Ceph clusters at a glance; click a row to open the cluster's dashboard.",
    (
        Section("Clusters", (*COUNTS, TABLE)),
        Section("Over time", OVER_TIME),
    ),
    time_from="now-24h",
)
