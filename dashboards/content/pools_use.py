"""The pools: usage, growth, quotas and IO."""

from dashboards.content.checks import PLACEMENT
from dashboards.content.phrases import (
    NOT_OVER_DASHBOARD,
    NOTHING_WRONG,
    named,
    pools,
    top_pools,
    unknown,
)
from dashboards.engine.declare import Panel, Query, TimeSeries, limits

NAME = "{{name}}"
GROWTH = "max by (cluster, pool_id) (deriv(ceph_pool_stored{*}[1h]))"
NO_QUOTA = "no pool has a quota"


def _io(title: str, description: str, counters: tuple[tuple[str, str], ...], unit: str) -> Panel:
    """Return a panel with the rates of counters, because not every API reports Ceph's own rates."""
    return TimeSeries(
        title,
        description,
        tuple(
            Query(
                top_pools(
                    f"max by (cluster, pool_id) (rate({counter}{{*}}[$__rate_interval]))",
                    f"rate({counter}{{*}}[$__range] @ end())",
                ),
                f"{what} {NAME}",
            )
            for counter, what in counters
        ),
        "Unknown: the exporter cannot reach Ceph, or there are no pools",
        unit=unit,
        size=(12, 9),
        minimum=0,
    )


USE = (
    TimeSeries(
        "Usage",
        "Used share of each pool's capacity. Pools that share OSDs fill up together. Good: under "
        "75 %.",
        (
            Query(
                top_pools(
                    pools("ceph_pool_percent_used"),
                    "max_over_time(ceph_pool_percent_used{*}[$__range] @ end())",
                ),
                NAME,
            ),
        ),
        "Unknown: the exporter cannot reach Ceph, or there are no pools",
        unit="percentunit",
        thresholds=limits((0.75, "orange"), (0.85, "red")),
        threshold_lines=True,
        size=(12, 9),
        decimals=1,
        minimum=0,
    ),
    TimeSeries(
        "Growth",
        "Bytes per second by which each pool grew over the past hour, without replicas, for the "
        "ten pools that grew most. Negative values: the pool shrinks. Shows first which pool "
        "grows too fast.",
        (
            Query(
                top_pools(GROWTH, "delta(ceph_pool_stored{*}[$__range] @ end())"),
                NAME,
            ),
        ),
        "Unknown: the exporter cannot reach Ceph, or there are no pools",
        unit="Bps",
        size=(12, 9),
    ),
    TimeSeries(
        "Quota usage",
        "Used share of the quotas in bytes and objects. At 100 % the pool refuses writes.",
        (
            Query(
                named(pools("ceph_pool_quota_bytes_used_ratio")),
                f"bytes {NAME}",
                empty_when=NO_QUOTA,
            ),
            Query(
                named(pools("ceph_pool_quota_objects_used_ratio")),
                f"objects {NAME}",
                empty_when=NO_QUOTA,
            ),
        ),
        "No pool has a quota, or the exporter cannot reach Ceph",
        unit="percentunit",
        thresholds=limits((0.8, "orange"), (0.95, "red")),
        threshold_lines=True,
        size=(12, 9),
        minimum=0,
    ),
    TimeSeries(
        "Saved by compression",
        "Bytes that compression saves. 0: compression is off, or the data is not compressible.",
        (
            Query(
                named(
                    f"({pools('ceph_pool_compress_under_bytes')}"
                    f" - {pools('ceph_pool_compress_bytes_used')})"
                ),
                NAME,
                empty_when="Ceph is older than 14, or the API does not report compression",
            ),
        ),
        unknown("this release or this API does not report it"),
        unit="bytes",
        size=(12, 9),
        minimum=0,
    ),
)

IO = (
    _io(
        "Throughput",
        "Bytes per second that clients read and write, from Ceph's counters, for the ten busiest "
        "pools.",
        (("ceph_pool_rd_bytes", "read"), ("ceph_pool_wr_bytes", "written")),
        "Bps",
    ),
    _io(
        "Operations",
        "Client operations per second, from Ceph's counters, for the ten busiest pools.",
        (("ceph_pool_rd", "reads"), ("ceph_pool_wr", "writes")),
        "ops",
    ),
    TimeSeries(
        "Recovery",
        "Bytes per second that recovery moves, for the ten busiest pools. Good: 0, or falling.",
        (
            Query(
                top_pools(
                    pools("ceph_pool_recovering_bytes_per_sec"),
                    "max_over_time(ceph_pool_recovering_bytes_per_sec{*}[$__range] @ end())",
                ),
                f"recovered {NAME}",
                empty_when=NOT_OVER_DASHBOARD,
            ),
        ),
        unknown("the dashboard API does not report it by pool"),
        unit="Bps",
        size=(12, 9),
        minimum=0,
    ),
    TimeSeries(
        "Missing copies",
        "Copies of objects that are missing, by pool. Good: no data.",
        (
            Query(
                named(f"({pools('ceph_pool_num_objects_degraded')} > 0)"),
                NAME,
                empty_when=NOTHING_WRONG,
            ),
        ),
        "No copy is missing, this API does not report it, or the exporter cannot reach Ceph",
        size=(12, 9),
        minimum=0,
        details=PLACEMENT,
    ),
)
