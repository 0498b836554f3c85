"""One cluster: health, capacity, IO, PGs, OSDs, monitors and recent changes."""

from dashboards.content import alerts
from dashboards.content.checks import EXPORTER, MONITORS, OSDS, PLACEMENT, POOLS, SERVICES
from dashboards.content.cluster_health import CHANGED, CHECKS
from dashboards.content.cluster_use import CAPACITY, DAEMONS, IO
from dashboards.content.phrases import (
    AGE,
    FULL_IN,
    FULL_SOON,
    HEALTH,
    NO_FORECAST,
    NO_FORECAST_REASON,
    NOT_REACHED,
    PGS_NOT_CLEAN,
    STATUS,
    cluster,
)
from dashboards.content.progress import IN_PROGRESS
from dashboards.engine.declare import (
    YES_IS_GOOD,
    Dashboard,
    Gauge,
    Query,
    Section,
    Stat,
    falling,
    rising,
    warn_from,
)

SMALL = (4, 4)

GLANCE = (
    Gauge(
        "Used space",
        "Used share of the raw space. Good: under 75 %, so that the remaining hosts can hold the "
        "data of a failed one. From 85 % on, OSDs are nearly full.",
        (Query(cluster("ceph_cluster_total_used_raw_ratio"), "{{cluster}}"),),
        NOT_REACHED,
        unit="percentunit",
        thresholds=rising(0.75, 0.85),
        size=(4, 8),
        decimals=1,
        minimum=0,
        maximum=1,
        details=POOLS,
    ),
    Stat(
        "Health",
        "The health that Ceph reports. Good: HEALTH_OK. HEALTH_WARN: someone should look; the "
        "checks below say at what. HEALTH_ERR: data is at risk or unavailable.",
        (Query(STATUS, "{{cluster}}"),),
        NOT_REACHED,
        mappings=HEALTH,
        size=SMALL,
    ),
    alerts.stat(
        SMALL,
        Query(alerts.COUNT, "{{cluster}}", empty_when="Prometheus does not load the rules"),
        "Alerts of ceph.rules.yml that are firing for this cluster. Good: 0. The list is below.",
    ),
    Stat(
        "OSDs up",
        "Share of the OSDs that are up. Good: 100 %. Data on OSDs that are down has fewer copies.",
        (Query(f"{cluster('ceph_osds_up')} / {cluster('ceph_osds')}", "{{cluster}}"),),
        "Unknown, or the cluster has no OSDs",
        unit="percentunit",
        thresholds=falling(0.9, 1),
        size=SMALL,
        details=OSDS,
    ),
    Stat(
        "Monitors in quorum",
        "Share of the monitors that are in the quorum. Good: 100 %. At 50 % or less, Ceph stops.",
        (
            Query(
                "avg by (cluster) (max by (cluster, ceph_daemon) (ceph_mon_quorum_status{*}))",
                "{{cluster}}",
            ),
        ),
        NOT_REACHED,
        unit="percentunit",
        thresholds=falling(0.6, 1),
        size=SMALL,
        details=MONITORS,
    ),
    Stat(
        "PGs not clean",
        "PGs that do not have all their copies in place. Good: 0. During recovery the number falls "
        "steadily.",
        (Query(PGS_NOT_CLEAN, "{{cluster}}"),),
        NOT_REACHED,
        thresholds=warn_from(1),
        size=SMALL,
        details=PLACEMENT,
    ),
    Stat(
        "Full in",
        "Time until an OSD of the first device class is full, if the class keeps growing as "
        "steadily as in the past day or two. Good: more than a month. The alert "
        "CephClusterFillingUp fires below 5 days.",
        (Query(FULL_IN, "{{cluster}}", empty_when=NO_FORECAST),),
        NO_FORECAST_REASON,
        brief="no forecast",
        unit="dtdurations",
        thresholds=FULL_SOON,
        size=SMALL,
        details=OSDS,
    ),
    Stat(
        "Slow requests",
        "Requests that OSDs and monitors have not finished after 30 s. Good: 0. If higher, clients "
        "wait; look for OSDs with a high latency.",
        (Query(cluster("ceph_healthcheck_slow_ops"), "{{cluster}}"),),
        NOT_REACHED,
        thresholds=warn_from(1),
        size=SMALL,
        details=OSDS,
    ),
    Stat(
        "Mgr available",
        "Whether a mgr is active and has finished starting. Without an active mgr the balancer "
        "stops, and usage and PG statistics are no longer updated.",
        (Query(cluster("ceph_mgr_available"), "{{cluster}}"),),
        "Unknown, or before Ceph 12",
        mappings=YES_IS_GOOD,
        size=SMALL,
        details=SERVICES,
    ),
    Stat(
        "Muted checks",
        "Health checks that someone has muted. A forgotten mute hides problems.",
        (Query(cluster("ceph_health_mutes"), "{{cluster}}"),),
        NOT_REACHED,
        thresholds=((None, "green"), (1, "blue")),
        size=SMALL,
    ),
    Stat(
        "Age of data",
        "Time since the exporter last received the health from Ceph. Good: under a minute. If "
        "higher, the exporter cannot reach Ceph and these dashboards show old data.",
        (Query(AGE, "{{cluster}}"),),
        "Never received",
        unit="s",
        thresholds=rising(60, 300),
        decimals=0,
        size=SMALL,
        details=EXPORTER,
    ),
)

BOARD = Dashboard(
    "ceph-cluster",
    "Ceph cluster",
    "One Ceph cluster: what is wrong, how full it is, how busy it is and what changed.",
    (
        Section("At a glance", GLANCE),
        Section("Health", (CHECKS, alerts.table((24, 6), ()))),
        Section("What changed", (*CHANGED, IN_PROGRESS)),
        Section("Capacity", CAPACITY),
        Section("Client and recovery IO", IO),
        Section("Placement groups, OSDs and versions", DAEMONS),
    ),
)
