"""One cluster: its health in words, capacity, IO, PGs, OSDs, monitors and what changed."""

from dashboards.content.checks import EXPORTER, MONITORS, OSDS
from dashboards.content.cluster_health import CHANGED, HEALTH_SECTION
from dashboards.content.cluster_use import CAPACITY, DAEMONS, IO
from dashboards.content.phrases import AGE, HEALTH, NEARFULL_IN, NO_GROWTH, STATUS, cluster
from dashboards.engine.declare import Dashboard, Query, Section, Stat, falling, rising

SMALL = (4, 4)

GLANCE = (
    Stat(
        "Health",
        "What Ceph says of itself. Good: HEALTH_OK. HEALTH_WARN: something needs a person, the "
        "checks below say what. HEALTH_ERR: data is at risk or out of reach.",
        (Query(STATUS, "{{cluster}}"),),
        "unknown: Ceph is not reached",
        mappings=HEALTH,
        size=SMALL,
    ),
    Stat(
        "Age of data",
        "How long ago Ceph last told its health. Good: under a minute. Older: the exporter does "
        "not get through to Ceph, and what is shown is old.",
        (Query(AGE, "{{cluster}}"),),
        "never had",
        unit="s",
        thresholds=rising(60, 300),
        decimals=0,
        size=SMALL,
        details=EXPORTER,
    ),
    Stat(
        "Used space",
        "Used part of the raw space. Good: under 75 %, so that a host can fail and its data still "
        "fits. From 85 % on OSDs are nearly full.",
        (Query(cluster("ceph_cluster_total_used_raw_ratio"), "{{cluster}}"),),
        "unknown: Ceph is not reached",
        unit="percentunit",
        thresholds=rising(0.75, 0.85),
        size=SMALL,
        details=OSDS,
    ),
    Stat(
        "Nearly full in",
        "When the first OSD is nearly full if the used space goes on growing as in the past day, "
        "and all growth goes where least room is. Good: more than a month. Meaningless until a day "
        "of data is there. Before Ceph 12: when no space is left.",
        (Query(NEARFULL_IN, "{{cluster}}", empty_when=NO_GROWTH),),
        "does not grow, or Ceph is not reached",
        unit="dtdurations",
        thresholds=falling(7 * 86400, 30 * 86400),
        size=SMALL,
        details=OSDS,
    ),
    Stat(
        "OSDs up",
        "Part of the OSDs that are up. Good: 100 %. Data on OSDs that are down has fewer copies.",
        (Query(f"{cluster('ceph_osds_up')} / {cluster('ceph_osds')}", "{{cluster}}"),),
        "unknown, or no OSD",
        unit="percentunit",
        thresholds=falling(0.9, 1),
        size=SMALL,
        details=OSDS,
    ),
    Stat(
        "Monitors in quorum",
        "Part of the monitors that are in the quorum. Good: 100 %. At half of them Ceph stops.",
        (
            Query(
                "avg by (cluster) (max by (cluster, ceph_daemon) (ceph_mon_quorum_status{*}))",
                "{{cluster}}",
            ),
        ),
        "unknown: Ceph is not reached",
        unit="percentunit",
        thresholds=falling(0.6, 1),
        size=SMALL,
        details=MONITORS,
    ),
)

BOARD = Dashboard(
    "ceph-cluster",
    "Ceph cluster",
    "One Ceph cluster: what is wrong, how full it is, what it does and what changed.",
    (
        Section("At a glance", GLANCE),
        Section("Health", HEALTH_SECTION),
        Section("What changed", CHANGED),
        Section("Capacity", CAPACITY),
        Section("Client and recovery IO", IO),
        Section("Placement groups, OSDs, versions", DAEMONS),
    ),
)
