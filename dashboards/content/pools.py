"""The pools: use, quota, growth, IO and the PG autoscaler."""

from dashboards.content.phrases import NO_GROWTH, NOTHING_RAISED, named, pools
from dashboards.content.pools_use import GROWTH, IO, NAME, QUOTA, USE
from dashboards.engine.declare import (
    Dashboard,
    Query,
    Section,
    Stat,
    Table,
    TimeSeries,
    falling,
    rising,
    warn_from,
)

SMALL = (6, 4)
FULL_IN = f"{pools('ceph_pool_max_avail')} / ({GROWTH} > 0)"

GLANCE = (
    Stat(
        "Pools",
        "Number of pools.",
        (Query("count by (cluster) (" + pools("ceph_pool_metadata") + ")", "{{cluster}}"),),
        "no pool, or Ceph is not reached",
        size=SMALL,
    ),
    Stat(
        "Fullest pool",
        "Used part of what the fullest pool can hold. Good: under 75 %.",
        (Query("max by (cluster) (ceph_pool_percent_used{*})", "{{cluster}}"),),
        "unknown: Ceph is not reached, or no pool",
        unit="percentunit",
        thresholds=rising(0.75, 0.85),
        size=SMALL,
    ),
    Stat(
        "Fullest quota",
        "The most used quota in bytes or objects. Good: under 80 %. At 100 % the pool takes no "
        "writes.",
        (
            Query(
                "max by (cluster) (ceph_pool_quota_bytes_used_ratio{*})",
                "bytes {{cluster}}",
                empty_when=QUOTA,
            ),
            Query(
                "max by (cluster) (ceph_pool_quota_objects_used_ratio{*})",
                "objects {{cluster}}",
                empty_when=QUOTA,
            ),
        ),
        "no pool has a quota, or Ceph is not reached",
        unit="percentunit",
        thresholds=rising(0.8, 0.95),
        size=SMALL,
    ),
    Stat(
        "First pool is full in",
        "When the first pool is full if it goes on growing as in the past day. Good: more than a "
        "month. Meaningless until a day of data is there.",
        (Query(f"min by (cluster) ({FULL_IN})", "{{cluster}}", empty_when=NO_GROWTH),),
        "no pool grows, or Ceph is not reached",
        unit="dtdurations",
        thresholds=falling(7 * 86400, 30 * 86400),
        size=SMALL,
    ),
)

TABLE = Table(
    "Pools",
    "Every pool. Copies is the replicas, or the chunks of an erasure code; IO stops under the "
    "least copies. Least copies of 1: a disk that fails during a repair takes data with it.",
    (
        Query(
            "max by (cluster, pool_id, name, description, application) (ceph_pool_metadata{*})",
            "is there",
            hidden=True,
        ),
        Query(
            pools("ceph_pool_percent_used"),
            "used",
            unit="percentunit",
            thresholds=rising(0.75, 0.85),
        ),
        Query(pools("ceph_pool_stored"), "stored", unit="bytes"),
        Query(pools("ceph_pool_bytes_used"), "with replicas", unit="bytes", no_value="not told"),
        Query(pools("ceph_pool_max_avail"), "still fits", unit="bytes"),
        Query(
            FULL_IN,
            "full in",
            empty_when=NO_GROWTH,
            unit="dtdurations",
            no_value="no growth, or unknown",
        ),
        Query(pools("ceph_pool_objects"), "objects"),
        Query(
            pools("ceph_pool_quota_bytes_used_ratio"),
            "of quota",
            empty_when=QUOTA,
            unit="percentunit",
            thresholds=rising(0.8, 0.95),
            no_value="no quota",
        ),
        Query(pools("ceph_pool_size"), "copies"),
        Query(pools("ceph_pool_min_size"), "least copies", thresholds=falling(1, 2)),
        Query(pools("ceph_pool_pg_num"), "PGs"),
    ),
    "no pool, or Ceph is not reached",
    size=(24, 10),
    sort_descending="used",
)

SCALER = (
    Table(
        "PG autoscaler",
        "Mode of the autoscaler, and PGs that are, and are to be. Good: the same, and on. While "
        "they differ PGs are split or merged and data moves. mode warn: a person must act.",
        (
            Query(
                "max by (cluster, pool_id, name) (ceph_pool_metadata{*})", "is there", hidden=True
            ),
            Query(
                "max by (cluster, pool_id, mode) (ceph_pool_pg_autoscale_mode{*})",
                "has a mode",
                empty_when="from Ceph 14 on",
                hidden=True,
            ),
            Query(pools("ceph_pool_pg_num"), "PGs"),
            Query(
                pools("ceph_pool_pg_num_target"),
                "PGs to be",
                empty_when="from Ceph 14 on",
                no_value="not told",
            ),
            Query(pools("ceph_pool_pgp_num"), "PGs for placement"),
        ),
        "no pool, or Ceph is not reached",
        size=(12, 8),
    ),
    TimeSeries(
        "PGs still to be split or merged",
        "Good: 0. It falls while the autoscaler works, and stands still while the cluster is busy "
        "with recovery.",
        (
            Query(
                named(
                    f"(abs({pools('ceph_pool_pg_num')} - {pools('ceph_pool_pg_num_target')}) > 0)"
                ),
                NAME,
                empty_when=NOTHING_RAISED,
            ),
        ),
        "all pools have the PGs that they are to have, or Ceph is not reached",
        thresholds=warn_from(1),
        minimum=0,
        size=(12, 8),
    ),
)

BOARD = Dashboard(
    "ceph-pools",
    "Ceph pools",
    "The pools of a Ceph cluster: use, quota, growth, IO, autoscaler.",
    (
        Section("At a glance", (*GLANCE, TABLE)),
        Section("Use and growth", USE),
        Section("Client and recovery IO", IO),
        Section("PG autoscaler", SCALER),
    ),
)
