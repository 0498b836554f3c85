"""All clusters at a glance, one row for each."""

from dashboards.content import alerts
from dashboards.content.checks import CLUSTER, EXPORTER, MONITORS, OSDS, PLACEMENT
from dashboards.content.fleet_over_time import HEALTH_OVER_TIME, OVER_TIME
from dashboards.content.phrases import (
    AGE,
    FULL_IN,
    FULL_SOON,
    HEALTH,
    NO_FORECAST,
    PGS_NOT_CLEAN,
    SCRAPED_FROM,
    STATUS,
    UP,
    cluster,
    own,
)
from dashboards.engine.declare import (
    YES_IS_GOOD,
    Dashboard,
    Link,
    Query,
    Section,
    Stat,
    Table,
    bad_from,
    rising,
    warn_from,
)

USED = cluster("ceph_cluster_total_used_raw_ratio")
MONITORS_OUT = "sum by (cluster) (1 - max by (cluster, ceph_daemon) (ceph_mon_quorum_status{*}))"
OSDS_DOWN = "max by (cluster) (ceph_osds{*}) - max by (cluster) (ceph_osds_up{*})"
CHECKS = "sum by (cluster) (max by (cluster, name) (ceph_health_detail{*}))"
SMALL = (3, 4)
THIS_CLUSTER = (("cluster", "cluster"),)

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
    alerts.stat(
        SMALL,
        Query(f"sum({alerts.COUNT})", "alerts", empty_when="Prometheus does not load the rules"),
        "Alerts of ceph.rules.yml that are firing for any cluster. Good: 0. The list is below.",
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
        "Raw space",
        "Raw space of all clusters together, including replicas.",
        (Query(f"sum({cluster('ceph_cluster_total_bytes')})", "bytes"),),
        "Unknown: no exporter can reach its cluster",
        unit="bytes",
        size=SMALL,
    ),
    Stat(
        "OSDs",
        "OSDs of all clusters together.",
        (Query(f"sum({cluster('ceph_osds')})", "OSDs"),),
        "Unknown: no exporter can reach its cluster",
        size=SMALL,
    ),
)

TABLE = Table(
    "Clusters",
    "One row for each cluster. Click a cluster to open its dashboard, or a number to open the "
    "dashboard that shows its cause. Good: reachable, HEALTH_OK, no alerts, no monitors out, no "
    "OSDs down, data younger than a minute.",
    (
        Query(UP, "reachable", mappings=YES_IS_GOOD),
        Query(STATUS, "health", mappings=HEALTH, width=130),
        Query(
            alerts.COUNT,
            "alerts",
            empty_when="Prometheus does not load the rules",
            thresholds=warn_from(1),
        ),
        Query(CHECKS, "checks", thresholds=warn_from(1)),
        Query(USED, "used", unit="percentunit", thresholds=rising(0.75, 0.85)),
        Query(cluster("ceph_cluster_total_bytes"), "capacity", unit="bytes"),
        Query(
            FULL_IN,
            "full in",
            empty_when=NO_FORECAST,
            unit="dtdurations",
            thresholds=FULL_SOON,
        ),
        Query(MONITORS_OUT, "monitors out", thresholds=warn_from(1)),
        Query(OSDS_DOWN, "OSDs down", thresholds=warn_from(1)),
        Query(PGS_NOT_CLEAN, "PGs not clean", thresholds=warn_from(1)),
        Query(AGE, "age of data", unit="s", thresholds=rising(60, 300)),
    ),
    "No clusters: Prometheus scrapes no exporter",
    size=(24, 8),
    labels=("cluster",),
    links=(
        Link(CLUSTER, "Open the cluster's dashboard", "cluster", THIS_CLUSTER),
        Link(CLUSTER, "Show the health checks", "health", THIS_CLUSTER),
        Link(CLUSTER, "Show the alerts", "alerts", THIS_CLUSTER),
        Link(OSDS, "Show the OSDs", "used", THIS_CLUSTER),
        Link(MONITORS, "Show the monitors", "monitors out", THIS_CLUSTER),
        Link(OSDS, "Show the OSDs", "OSDs down", THIS_CLUSTER),
        Link(PLACEMENT, "Show the PGs", "PGs not clean", THIS_CLUSTER),
        Link(EXPORTER, "Show the exporter", "age of data", THIS_CLUSTER),
    ),
    sort_ascending="reachable",
    sort_descending="health",
)

ALERTS = alerts.table(
    (24, 6),
    ("cluster",),
    (Link(CLUSTER, "Open the cluster's dashboard", "cluster", THIS_CLUSTER),),
)

BOARD = Dashboard(
    "ceph-fleet",
    "Ceph fleet",
    "All Ceph clusters at a glance; click a row to open the cluster's dashboard.",
    (
        Section("Clusters", (*COUNTS, TABLE, HEALTH_OVER_TIME, ALERTS)),
        Section("Over time", OVER_TIME),
    ),
    time_from="now-24h",
    overview=True,
)
