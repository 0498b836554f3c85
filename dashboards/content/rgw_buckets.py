"""The buckets, which only the collector rgw_buckets exports."""

from dashboards.content.phrases import or_none
from dashboards.engine.declare import Query, Table, TimeSeries, limits, rising

IS_OFF = "the collector rgw_buckets is off"
NO_BUCKETS = (
    "The collector rgw_buckets is off (--collector.rgw_buckets), there are no buckets, RGW does "
    "not answer, or the exporter cannot reach Ceph"
)
_LABELS = "cluster, bucket, tenant, owner"
_NAME = "{{tenant}} {{bucket}}"


def _each(metric: str) -> str:
    return f"max by ({_LABELS}) ({metric}{{*}})"


def _of(metric: str, rows: str) -> str:
    return f"{_each(metric)} and on ({_LABELS}) {rows}"


_LARGEST = f"topk(50, {_each('ceph_rgw_bucket_size')})"
_SHARD = "ceph_rgw_bucket_objects_per_shard"
_BY_BUCKET = "max by (cluster, bucket, owner, category) (rate(radosgw_usage_ops_total{*}"

BUCKETS = (
    Table(
        "Largest buckets",
        "The 50 buckets with the most data. Objects per shard of the index: good under 100,000, "
        "which Ceph recommends at most. Of quota: good under 90 %; at 100 % RGW refuses uploads.",
        (
            Query(
                or_none(_LARGEST, "No buckets, or the collector rgw_buckets is off"),
                "size",
                unit="bytes",
            ),
            Query(_of("radosgw_usage_bucket_objects", _LARGEST), "objects", empty_when=IS_OFF),
            Query(_of("radosgw_usage_bucket_shards", _LARGEST), "shards", empty_when=IS_OFF),
            Query(
                _of(_SHARD, _LARGEST),
                "per shard",
                empty_when=IS_OFF,
                thresholds=rising(80_000, 100_000),
            ),
            Query(
                _of("ceph_rgw_bucket_quota_used_ratio", _LARGEST),
                "of quota",
                empty_when="no bucket has a quota of its own",
                unit="percentunit",
                thresholds=rising(0.9, 1),
            ),
        ),
        "Prometheus scrapes no exporter",
        size=(24, 10),
        labels=("bucket", "tenant", "owner", "note"),
        sort_descending="size",
    ),
    Table(
        "Quotas of buckets",
        "The 50 buckets that have used most of their own quota, for size or objects, whichever is "
        "larger. Good: under 90 %.",
        (
            Query(
                f"topk(50, {_each('ceph_rgw_bucket_quota_used_ratio')})",
                "of quota",
                empty_when="no bucket has a quota of its own",
                unit="percentunit",
                thresholds=rising(0.9, 1),
            ),
        ),
        f"No bucket has a quota of its own. {NO_BUCKETS}",
        size=(12, 9),
        labels=("bucket", "tenant", "owner"),
        sort_descending="of quota",
    ),
    TimeSeries(
        "Objects per shard",
        "Objects in each shard of the index, of the ten buckets with the most. Good: under "
        "100,000. RGW reshards by itself, unless that is off or the zone is part of an older "
        "multisite.",
        (
            Query(
                f"{_each(_SHARD)} and on ({_LABELS})"
                f" topk(10, max by ({_LABELS}) (max_over_time({_SHARD}{{*}}[$__range] @ end())))",
                _NAME,
                empty_when=IS_OFF,
            ),
        ),
        NO_BUCKETS,
        thresholds=limits((100_000, "orange")),
        threshold_lines=True,
        size=(12, 9),
        minimum=0,
    ),
    TimeSeries(
        "Data by bucket",
        "Size of the objects in the ten buckets with the most data.",
        (
            Query(
                f"{_each('ceph_rgw_bucket_size')} and on ({_LABELS}) topk(10, max by ({_LABELS})"
                " (max_over_time(ceph_rgw_bucket_size{*}[$__range] @ end())))",
                _NAME,
                empty_when=IS_OFF,
            ),
        ),
        NO_BUCKETS,
        unit="bytes",
        size=(12, 9),
        minimum=0,
    ),
    TimeSeries(
        "Operations by bucket",
        "Requests per second to the ten buckets with the most requests. Needs RGW's own API and "
        "its usage log.",
        (
            Query(
                f"sum by (cluster, bucket) ({_BY_BUCKET}[$__rate_interval])))"
                " and on (cluster, bucket) topk(10, sum by (cluster, bucket)"
                f" ({_BY_BUCKET}[$__range] @ end()))))",
                "{{bucket}}",
                empty_when=f"{IS_OFF}, or RGW's own API is not configured",
            ),
        ),
        f"RGW's own API is not configured, or its usage log is off. {NO_BUCKETS}",
        unit="ops",
        size=(12, 9),
        minimum=0,
    ),
)
