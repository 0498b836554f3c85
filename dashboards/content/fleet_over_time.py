"""All clusters over time."""

from dashboards.content.checks import CLUSTER
from dashboards.content.phrases import HEALTH_OR_UNREACHABLE, PGS_NOT_CLEAN, cluster
from dashboards.content.phrases import HEALTH_OVER_TIME as STATES
from dashboards.engine.declare import Link, Query, StateTimeline, TimeSeries, limits

OPEN = (Link(CLUSTER, "Open the cluster's dashboard", "", (("cluster", "cluster"),)),)
NAME = "cluster {{cluster}}"

HEALTH_OVER_TIME = StateTimeline(
    "Health",
    "Health of each cluster over time. While a cluster is unreachable, its health is unknown.",
    (Query(HEALTH_OR_UNREACHABLE, NAME),),
    "Prometheus scrapes no exporter",
    mappings=STATES,
    size=(24, 7),
    links=OPEN,
)

OVER_TIME = (
    TimeSeries(
        "Used space",
        "Used share of each cluster's raw space. Good: under 75 %, so that the remaining hosts can "
        "hold the data of a failed one. From 85 % on, OSDs are nearly full.",
        (Query(cluster("ceph_cluster_total_used_raw_ratio"), NAME),),
        "Unknown: no exporter can reach its cluster",
        unit="percentunit",
        thresholds=limits((0.75, "orange"), (0.85, "red")),
        threshold_lines=True,
        size=(12, 9),
        minimum=0,
        maximum=1,
        links=OPEN,
    ),
    TimeSeries(
        "Client throughput",
        "Bytes per second that clients read and write, as Ceph reports them. If it suddenly drops "
        "to 0 while clients are active, IO is blocked.",
        (
            Query(
                f"{cluster('ceph_client_io_read_bytes')} + {cluster('ceph_client_io_write_bytes')}",
                NAME,
            ),
        ),
        "Unknown: Ceph reports no client IO",
        unit="Bps",
        size=(12, 9),
        minimum=0,
        links=OPEN,
    ),
    TimeSeries(
        "Health checks",
        "Number of raised health checks, including muted ones. Good: 0.",
        (Query("sum by (cluster) (max by (cluster, name) (ceph_health_detail{*}))", NAME),),
        "Unknown: no exporter can reach its cluster",
        unit="locale",
        size=(12, 9),
        decimals=0,
        minimum=0,
        links=OPEN,
    ),
    TimeSeries(
        "PGs not clean",
        "PGs that do not have all their copies in place. Good: 0, or falling.",
        (
            Query(
                PGS_NOT_CLEAN,
                NAME,
            ),
        ),
        "Unknown: no exporter can reach its cluster",
        unit="locale",
        size=(12, 9),
        decimals=0,
        minimum=0,
        links=OPEN,
    ),
)
