"""All clusters at a glance, one row each."""

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
        "Clusters of which the exporters tell. Fewer than you have: an exporter is missing in "
        "the scrape configuration, or clusters lack their own label `cluster`.",
        (Query(f"count({UP})", "clusters"),),
        "no cluster: no exporter is scraped",
        size=SMALL,
    ),
    Stat(
        "HEALTH_ERR",
        "Clusters in HEALTH_ERR. Good: 0. Anything else: data is at risk or out of reach; look at "
        "the row in the table.",
        (Query(f"sum({STATUS} == bool 2)", "clusters"),),
        "health of no cluster is known",
        thresholds=bad_from(1),
        size=SMALL,
    ),
    Stat(
        "HEALTH_WARN",
        "Clusters in HEALTH_WARN. Good: 0. A warning that stays hides the next one.",
        (Query(f"sum({STATUS} == bool 1)", "clusters"),),
        "health of no cluster is known",
        thresholds=warn_from(1),
        size=SMALL,
    ),
    Stat(
        "Not reached",
        "Clusters whose exporter runs but gets neither health nor status from Ceph. Good: 0. "
        "Nothing is known of their health.",
        (Query(f"sum({UP} == bool 0)", "clusters"),),
        "no exporter is scraped",
        thresholds=bad_from(1),
        size=SMALL,
        details=EXPORTER,
    ),
    Stat(
        "Exporters down",
        "Exporters that Prometheus cannot scrape, but could within the past day. Good: 0. A "
        "cluster with no other exporter is missing in the table.",
        (Query(f"sum(({own('up{+}', SCRAPED_FROM)}) == bool 0)", "exporters"),),
        "no exporter is scraped",
        thresholds=bad_from(1),
        size=SMALL,
        details=EXPORTER,
    ),
    Stat(
        "Space of all clusters",
        "Raw space of all clusters together, replicas included.",
        (Query("sum(max by (cluster) (ceph_cluster_total_bytes{*}))", "bytes"),),
        "space of no cluster is known",
        unit="bytes",
        size=SMALL,
    ),
)

TABLE = Table(
    "Clusters",
    "A row each; a click on the cluster leads to its dashboard. Good: reached, HEALTH_OK, no "
    "monitor out, no OSD down, data younger than a minute.",
    (
        Query(UP, "reached", mappings=YES_IS_GOOD),
        Query(STATUS, "health", mappings=HEALTH, no_value="unknown"),
        Query(CHECKS, "checks", thresholds=warn_from(1), no_value="unknown"),
        Query(USED, "used", unit="percentunit", thresholds=rising(0.75, 0.85), no_value="unknown"),
        Query(
            "max by (cluster) (ceph_cluster_total_bytes{*})",
            "space",
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
        Query(AGE, "age of data", unit="s", thresholds=rising(60, 300), no_value="never had"),
    ),
    "no cluster: no exporter is scraped",
    size=(24, 10),
    links=(Link("cluster", CLUSTER, "Show the cluster"),),
    sort_ascending="reached",
    sort_descending="health",
)

OVER_TIME = (
    StateTimeline(
        "Health",
        "Health of each cluster over time. A gap: nothing was known of it.",
        (Query(STATUS, "cluster {{cluster}}"),),
        "health of no cluster is known",
        mappings=HEALTH,
        size=(24, 7),
        details=CLUSTER,
    ),
    TimeSeries(
        "Used space",
        "Used part of each cluster's raw space. Good: under 75 %, so that a host can fail and its "
        "data still fits. From 85 % on OSDs are nearly full.",
        (Query(USED, "cluster {{cluster}}"),),
        "space of no cluster is known",
        unit="percentunit",
        thresholds=rising(0.75, 0.85),
        threshold_lines=True,
        minimum=0,
        maximum=1,
    ),
    TimeSeries(
        "Client throughput",
        "Bytes that clients read and write, as Ceph says. A sudden 0 while users work: IO is "
        "blocked.",
        (
            Query(
                "max by (cluster) (ceph_client_io_read_bytes{*}) "
                "+ max by (cluster) (ceph_client_io_write_bytes{*})",
                "cluster {{cluster}}",
            ),
        ),
        "Ceph tells no client IO",
        unit="Bps",
        minimum=0,
    ),
    TimeSeries(
        "Health checks",
        "Number of checks that are raised, muted ones included. Good: 0.",
        (Query(CHECKS, "cluster {{cluster}}"),),
        "health of no cluster is known",
        minimum=0,
    ),
)

BOARD = Dashboard(
    "ceph-fleet",
    "Ceph fleet",
    "All Ceph clusters at a glance; a click on a row leads to the cluster.",
    (
        Section("Clusters", (*COUNTS, TABLE)),
        Section("Over time", OVER_TIME),
    ),
    time_from="now-24h",
)
