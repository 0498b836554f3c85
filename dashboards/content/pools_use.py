"""The pools: use, growth, quotas and IO."""

from dashboards.content.checks import PLACEMENT
from dashboards.content.phrases import NOT_OVER_DASHBOARD, NOTHING_RAISED, named, pools
from dashboards.engine.declare import Panel, Query, TimeSeries, rising

NAME = "{{name}} {{cluster}}"
GROWTH = "max by (cluster, pool_id) (deriv(ceph_pool_stored{*}[1d]))"
QUOTA = "only of pools with a quota"


def _io(title: str, description: str, counters: tuple[tuple[str, str], ...], unit: str) -> Panel:
    """Give the rates of counters; the rates that Ceph itself tells are not in every API."""
    return TimeSeries(
        title,
        description,
        tuple(
            Query(
                "topk(10, "
                + named(f"max by (cluster, pool_id) (rate({counter}{{*}}[$__rate_interval]))")
                + ")",
                f"{what} {NAME}",
            )
            for counter, what in counters
        ),
        "unknown: Ceph is not reached, or no pool",
        unit=unit,
        minimum=0,
        size=(12, 8),
    )


USE = (
    TimeSeries(
        "Used part",
        "Used part of what each pool can hold. Pools that share OSDs fill up together. Good: under "
        "75 %.",
        (Query(f"topk(10, {named(pools('ceph_pool_percent_used'))})", NAME),),
        "unknown: Ceph is not reached, or no pool",
        unit="percentunit",
        thresholds=rising(0.75, 0.85),
        threshold_lines=True,
        minimum=0,
        size=(12, 8),
    ),
    TimeSeries(
        "Growth",
        "Bytes a second by which each pool grew over the past day, as users see them. Below 0 it "
        "shrinks. A pool that runs away shows here first.",
        (Query(f"topk(10, {named(GROWTH)})", NAME),),
        "unknown: Ceph is not reached, or no pool",
        unit="Bps",
        size=(12, 8),
    ),
    TimeSeries(
        "Use of quotas",
        "Used part of the quotas in bytes and objects. At 100 % the pool takes no writes.",
        (
            Query(
                named(pools("ceph_pool_quota_bytes_used_ratio")), f"bytes {NAME}", empty_when=QUOTA
            ),
            Query(
                named(pools("ceph_pool_quota_objects_used_ratio")),
                f"objects {NAME}",
                empty_when=QUOTA,
            ),
        ),
        "no pool has a quota, or Ceph is not reached",
        unit="percentunit",
        thresholds=rising(0.8, 0.95),
        threshold_lines=True,
        minimum=0,
        size=(12, 8),
    ),
    TimeSeries(
        "Saved by compression",
        "Bytes that compression saves. 0: no compression, or data that does not compress.",
        (
            Query(
                named(
                    f"({pools('ceph_pool_compress_under_bytes')}"
                    f" - {pools('ceph_pool_compress_bytes_used')})"
                ),
                NAME,
                empty_when="from Ceph 14 on, and not over every API",
            ),
        ),
        "the release or the API does not tell it",
        unit="bytes",
        size=(12, 8),
    ),
)

IO = (
    _io(
        "Throughput",
        "Bytes that clients read and write, from Ceph's counters; the ten busiest pools.",
        (("ceph_pool_rd_bytes", "read"), ("ceph_pool_wr_bytes", "written")),
        "Bps",
    ),
    _io(
        "Operations",
        "Operations of clients, from Ceph's counters; the ten busiest pools.",
        (("ceph_pool_rd", "reads"), ("ceph_pool_wr", "writes")),
        "ops",
    ),
    TimeSeries(
        "Recovery",
        "Bytes that recovery moves, the ten busiest pools. Good: 0, or falling.",
        (
            Query(
                f"topk(10, {named(pools('ceph_pool_recovering_bytes_per_sec'))})",
                f"recovered {NAME}",
                empty_when=NOT_OVER_DASHBOARD,
            ),
        ),
        "the dashboard's API does not tell it by pool",
        unit="Bps",
        minimum=0,
        size=(12, 8),
    ),
    TimeSeries(
        "Missing copies",
        "Copies of objects that are missing, by pool. Good: nothing.",
        (
            Query(
                named(f"({pools('ceph_pool_num_objects_degraded')} > 0)"),
                NAME,
                empty_when=NOTHING_RAISED,
            ),
        ),
        "no copy is missing, or unknown: not over every API, or Ceph is not reached",
        minimum=0,
        size=(12, 8),
        details=PLACEMENT,
    ),
)
