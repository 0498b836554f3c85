"""One cluster: health, capacity, IO, PGs, OSDs, monitors and recent changes."""

from dashboards.content.checks import EXPORTER, MONITORS, OSDS
from dashboards.content.cluster_health import CHANGED, HEALTH_SECTION
from dashboards.content.cluster_use import CAPACITY, DAEMONS, IO
from dashboards.content.phrases import (
    AGE,
    HEALTH,
    NEARFULL_IN,
    NO_GROWTH,
    NOT_REACHED,
    STATUS,
    cluster,
)
from dashboards.engine.declare import Dashboard, Query, Section, Stat, falling, rising

SMALL = (4, 4)

GLANCE = (
    Stat(
        "Health",
        "The health that Ceph reports. Good: HEALTH_OK. HEALTH_WARN: someone should look; the "
        "checks below say at what. HEALTH_ERR: data is at risk or unavailable.",
        (Query(STATUS, "{{cluster}}"),),
        NOT_REACHED,
        mappings=HEALTH,
        size=SMALL,
    ),
    Stat(
        "Age of data",
        "Time since the exporter last received the health from Ceph. Good: under a minute. If "
        "higher, the exporter cannot reach Ceph and these dashboards show old data.",
        (Query(AGE, "{{cluster}}"),),
        "never received",
        unit="s",
        thresholds=rising(60, 300),
        decimals=0,
        size=SMALL,
        details=EXPORTER,
    ),
    Stat(
        "Used space",
        "Used share of the raw space. Good: under 75 %, so that the remaining hosts can hold the "
        "data of a failed one. From 85 % on, OSDs are nearly full.",
        (Query(cluster("ceph_cluster_total_used_raw_ratio"), "{{cluster}}"),),
        NOT_REACHED,
        unit="percentunit",
        thresholds=rising(0.75, 0.85),
        size=SMALL,
        details=OSDS,
    ),
    Stat(
        "Nearly full in",
        "Time until the first OSD is nearly full if the used space keeps growing as in the past "
        "day and all new data goes to the fullest OSDs. Good: more than a month. Needs a day of "
        "data. Before Ceph 12: time until no space is left.",
        (Query(NEARFULL_IN, "{{cluster}}", empty_when=NO_GROWTH),),
        "No growth, or the exporter cannot reach Ceph",
        unit="dtdurations",
        thresholds=falling(7 * 86400, 30 * 86400),
        size=SMALL,
        details=OSDS,
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
)

BOARD = Dashboard(
    "ceph-cluster",
    "Ceph cluster",
    "One Ceph cluster: what is wrong, how full it is, how busy it is and what changed.",
    (
        Section("At a glance", GLANCE),
        Section("Health", HEALTH_SECTION),
        Section("What changed", CHANGED),
        Section("Capacity", CAPACITY),
        Section("Client and recovery IO", IO),
        Section("Placement groups, OSDs and versions", DAEMONS),
    ),
)
