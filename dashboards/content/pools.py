"""The pools: usage, quotas, growth, IO and the PG autoscaler."""

from dashboards.content.phrases import (
    FULL_SOON,
    NO_FORECAST,
    NO_FORECAST_REASON,
    NOTHING_WRONG,
    named,
    or_none,
    pools,
)
from dashboards.content.pools_use import IO, NAME, NO_QUOTA, USE
from dashboards.engine.declare import (
    Dashboard,
    Query,
    Section,
    Stat,
    Table,
    TimeSeries,
    falling,
    rising,
)

SMALL = (6, 4)
FULL_IN = "min by (cluster, pool_id) (pool:ceph_time_to_full_seconds:min{!})"

GLANCE = (
    Stat(
        "Pools",
        "Number of pools.",
        (Query("count by (cluster) (" + pools("ceph_pool_metadata") + ")", "{{cluster}}"),),
        "No pools, or the exporter cannot reach Ceph",
        size=SMALL,
    ),
    Stat(
        "Fullest pool",
        "Used share of the capacity of the fullest pool. Good: under 75 %.",
        (Query("max by (cluster) (ceph_pool_percent_used{*})", "{{cluster}}"),),
        "Unknown: the exporter cannot reach Ceph, or there are no pools",
        unit="percentunit",
        thresholds=rising(0.75, 0.85),
        size=SMALL,
    ),
    Stat(
        "Highest quota usage",
        "The highest usage of any pool's quota in bytes or objects. Good: under 80 %. At 100 % the "
        "pool refuses writes.",
        (
            Query(
                "max by (cluster) (ceph_pool_quota_bytes_used_ratio{*})",
                "bytes",
                empty_when=NO_QUOTA,
            ),
            Query(
                "max by (cluster) (ceph_pool_quota_objects_used_ratio{*})",
                "objects",
                empty_when=NO_QUOTA,
            ),
        ),
        "No pool has a quota, or the exporter cannot reach Ceph",
        unit="percentunit",
        thresholds=rising(0.8, 0.95),
        size=SMALL,
    ),
    Stat(
        "First pool full in",
        "Time until the first pool is full if the pools keep growing as steadily as in the past "
        "day or two. Good: more than a month. The alert CephPoolGrowthWarning fires below 5 days.",
        (Query(f"min by (cluster) ({FULL_IN})", "{{cluster}}", empty_when=NO_FORECAST),),
        NO_FORECAST_REASON,
        brief="no forecast",
        unit="dtdurations",
        thresholds=FULL_SOON,
        size=SMALL,
    ),
)

TABLE = Table(
    "Pools",
    "Every pool. Copies (size): the number of replicas, or of chunks of an erasure code. Minimum "
    "copies (min_size): IO stops if a PG has fewer. With a minimum of 1, a disk failure during "
    "recovery can lose data.",
    (
        Query(
            or_none(
                "max by (cluster, pool_id, name, description, application) (ceph_pool_metadata{*})",
                "No pools",
            ),
            "exists",
            hidden=True,
        ),
        Query(
            pools("ceph_pool_percent_used"),
            "used",
            unit="percentunit",
            thresholds=rising(0.75, 0.85),
        ),
        Query(pools("ceph_pool_stored"), "stored", unit="bytes"),
        Query(
            pools("ceph_pool_bytes_used"),
            "with replicas",
            unit="bytes",
        ),
        Query(pools("ceph_pool_max_avail"), "available", unit="bytes"),
        Query(
            FULL_IN,
            "full in",
            empty_when=NO_FORECAST,
            unit="dtdurations",
            thresholds=FULL_SOON,
        ),
        Query(pools("ceph_pool_objects"), "objects"),
        Query(
            pools("ceph_pool_quota_bytes_used_ratio"),
            "of quota",
            empty_when=NO_QUOTA,
            unit="percentunit",
            thresholds=rising(0.8, 0.95),
        ),
        Query(pools("ceph_pool_size"), "copies"),
        Query(pools("ceph_pool_min_size"), "min. copies", thresholds=falling(1, 2)),
        Query(pools("ceph_pool_pg_num"), "PGs"),
    ),
    "Prometheus scrapes no exporter",
    size=(24, 10),
    labels=("name", "description", "application", "note"),
    hidden=("pool_id",),
    sort_descending="used",
)

SCALER = (
    Table(
        "PG autoscaler",
        "The autoscaler's mode, the current number of PGs and the target. Good: mode on, and both "
        "numbers equal. While they differ, Ceph splits or merges PGs and moves data. In mode warn, "
        "someone must act.",
        (
            Query(
                or_none("max by (cluster, pool_id, name) (ceph_pool_metadata{*})", "No pools"),
                "exists",
                hidden=True,
            ),
            Query(
                "max by (cluster, pool_id, mode) (ceph_pool_pg_autoscale_mode{*})",
                "exists",
                empty_when="Ceph is older than 14",
                hidden=True,
            ),
            Query(pools("ceph_pool_pg_num"), "PGs"),
            Query(
                pools("ceph_pool_pg_num_target"),
                "target PGs",
                empty_when="Ceph is older than 14",
            ),
            Query(pools("ceph_pool_pgp_num"), "PGs for placement"),
        ),
        "Prometheus scrapes no exporter",
        size=(12, 9),
        labels=("name", "mode", "note"),
        hidden=("pool_id",),
    ),
    TimeSeries(
        "PGs left to split or merge",
        "Good: 0. It falls while PGs are split or merged, and stays constant while the cluster is "
        "busy with recovery.",
        (
            Query(
                named(
                    f"(abs({pools('ceph_pool_pg_num')} - {pools('ceph_pool_pg_num_target')}) > 0)"
                ),
                NAME,
                empty_when=NOTHING_WRONG,
            ),
        ),
        "All pools have their target number of PGs, or the exporter cannot reach Ceph",
        size=(12, 9),
        decimals=0,
        minimum=0,
    ),
)

BOARD = Dashboard(
    "ceph-pools",
    "Ceph pools",
    "The pools of a Ceph cluster: usage, quotas, growth, IO and autoscaler.",
    (
        Section("At a glance", (*GLANCE, TABLE)),
        Section("Usage and growth", USE),
        Section("Client and recovery IO", IO),
        Section("PG autoscaler", SCALER, collapsed=True),
    ),
)
