"""The buckets of the RADOS Gateways, and the requests to these buckets, up to a limit."""

from collections.abc import Iterable, Iterator
from typing import Annotated, NamedTuple, TypeAlias

import msgspec

from ceph_exporter.collectors._limited import limited
from ceph_exporter.collectors._wildcards import Names
from ceph_exporter.facts import Facts
from ceph_exporter.facts.rgw_buckets import Bucket, Quota, RgwBuckets
from ceph_exporter.facts.rgw_usage import RgwUsage, Traffic
from ceph_exporter.facts.service_dump import ServiceDump
from ceph_exporter.metric import Columns, Family, Labels, Metric, Value, one

DEFAULT = False  # up to ten series for each bucket, of which a cluster may have 100,000
_REQUESTED_TOO = (ServiceDump,)
"""The poller asks the dashboard about buckets only if this lists a gateway."""

_BUCKET = Labels("bucket", "tenant", "owner")
_CATEGORY = Labels("bucket", "owner", "category")
_NO_BUCKET = "bucket_root"
_UNLIMITED = "Absent if it is not limited."

SIZE = Metric(
    "ceph_rgw_bucket_size",
    "gauge",
    "Size of the objects in the bucket as its clients see it",
    RgwBuckets.document,
    _BUCKET,
    unit="bytes",
)
ACTUAL = Metric(
    "radosgw_usage_bucket_bytes",
    "gauge",
    "Size of the objects in the bucket, each rounded up to 4 KiB",
    RgwBuckets.document,
    _BUCKET,
)
STORED = Metric(
    "radosgw_usage_bucket_utilized_bytes",
    "gauge",
    "Size of the objects in the bucket after compression, before replication",
    RgwBuckets.document,
    _BUCKET,
)
OBJECTS = Metric(
    "radosgw_usage_bucket_objects",
    "gauge",
    "Number of objects in the bucket",
    RgwBuckets.document,
    _BUCKET,
)
SHARDS = Metric(
    "radosgw_usage_bucket_shards",
    "gauge",
    "Number of shards of the index of the bucket",
    RgwBuckets.document,
    _BUCKET,
)
OBJECTS_PER_SHARD = Metric(
    "ceph_rgw_bucket_objects_per_shard",
    "gauge",
    "Number of objects in the bucket divided by the number of shards of its index",
    RgwBuckets.document,
    _BUCKET,
    detail="Ceph recommends at most 100,000 (`rgw_max_objs_per_shard`).",
)
QUOTA_ENABLED = Metric(
    "radosgw_usage_bucket_quota_enabled",
    "gauge",
    "Whether the bucket's own quota is enabled (1) or not (0)",
    RgwBuckets.document,
    _BUCKET,
)
QUOTA_BYTES = Metric(
    "radosgw_usage_bucket_quota_size_bytes",
    "gauge",
    "Maximum total size of the objects in the bucket",
    RgwBuckets.document,
    _BUCKET,
    detail=_UNLIMITED,
)
QUOTA_OBJECTS = Metric(
    "radosgw_usage_bucket_quota_size_objects",
    "gauge",
    "Maximum number of objects in the bucket",
    RgwBuckets.document,
    _BUCKET,
    detail=_UNLIMITED,
)
QUOTA_RATIO = Metric(
    "ceph_rgw_bucket_quota_used_ratio",
    "gauge",
    "Used share of the enabled quota of the bucket, for size or objects, whichever is larger",
    RgwBuckets.document,
    _BUCKET,
    detail="Absent if the bucket has no quota of its own.",
)
OPS = Metric(
    "radosgw_usage_ops_total",
    "counter",
    "Number of requests by bucket, bucket owner and category",
    RgwUsage.document,
    _CATEGORY,
)
SUCCESSFUL_OPS = Metric(
    "radosgw_usage_successful_ops_total",
    "counter",
    "Number of successful requests by bucket, bucket owner and category",
    RgwUsage.document,
    _CATEGORY,
)
SENT = Metric(
    "radosgw_usage_sent_bytes_total",
    "counter",
    "Bytes that RGW sent in reply to requests, by bucket, bucket owner and category",
    RgwUsage.document,
    _CATEGORY,
)
RECEIVED = Metric(
    "radosgw_usage_received_bytes_total",
    "counter",
    "Bytes that RGW received in requests, by bucket, bucket owner and category",
    RgwUsage.document,
    _CATEGORY,
)
CUT = Metric(
    "ceph_exporter_rgw_buckets_cut",
    "gauge",
    "Number of bucket series left out because of --collector.rgw_buckets.limit",
    RgwBuckets.document,
)

_OF_BUCKET = (
    SIZE,
    ACTUAL,
    STORED,
    OBJECTS,
    SHARDS,
    OBJECTS_PER_SHARD,
    QUOTA_ENABLED,
    QUOTA_BYTES,
    QUOTA_OBJECTS,
    QUOTA_RATIO,
)
_OF_TRAFFIC = (OPS, SUCCESSFUL_OPS, SENT, RECEIVED)
Row: TypeAlias = tuple[str, tuple[Value, ...]]
"""The labels of a bucket, and a value for each of its metrics."""


class _Table(NamedTuple):
    """Rows within the limit. left: what remains of it; cut: how many series are left out."""

    blocks: tuple[str, ...]
    values: list[tuple[Value, ...]]
    left: int
    cut: int


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which buckets to export: patterns with wildcards for their names, and how many series."""

    include: Annotated[
        str, msgspec.Meta(description="Buckets to export: patterns with * and ?, between commas")
    ] = "*"
    exclude: Annotated[
        str, msgspec.Meta(description="Buckets not to export: patterns with * and ?")
    ] = ""
    limit: Annotated[
        int,
        msgspec.Meta(
            description="Maximum number of bucket series to export; the largest buckets come "
            "first, then those with the most traffic",
            ge=0,
            le=10**12,
        ),
    ] = 20_000


def collect(facts: Facts, options: Options = Options()) -> Iterator[Family]:  # noqa: B008 - frozen
    """Yield the families of buckets, then of the requests to them, up to the limit."""
    left, cut = options.limit, 0
    if answer := facts.get(RgwBuckets):
        table = facts.once(_buckets, answer, options)
        left, cut = table.left, table.cut
        yield from _families(_OF_BUCKET, table)
    if usage := facts.get(RgwUsage):
        table = facts.once(_requests, usage, options, left)
        cut += table.cut
        yield from _families(_OF_TRAFFIC, table)
    if answer:
        yield CUT, one(cut)


def _families(metrics: tuple[Metric, ...], table: _Table) -> Iterator[Family]:
    for index, metric in enumerate(metrics):
        yield metric, Columns(table.blocks, [values[index] for values in table.values])


def _buckets(answer: RgwBuckets, options: Options) -> _Table:
    names = Names(options.include, options.exclude)
    rows = [row for row in answer.buckets if names.shows(row.name, row.tenant)]
    rows.sort(key=lambda row: (-(row.size or 0), row.tenant or "", row.name))
    return _table(map(_bucket, rows), options.limit)


def _requests(usage: RgwUsage, options: Options, left: int) -> _Table:
    names = Names(options.include, options.exclude)
    rows = [row for row in usage.traffic if names.shows(row.bucket, row.tenant)]
    rows.sort(key=lambda row: -(row.bytes_sent or 0) - (row.bytes_received or 0))
    return _table(_traffic(rows), left)


def _table(rows: Iterable[Row], limit: int) -> _Table:
    shown, left, cut = limited(rows, lambda row: row[1], limit)
    blocks = tuple(block for block, _ in shown)
    return _Table(blocks, [values for _, values in shown], left, cut)


def _bucket(row: Bucket) -> Row:
    quota = row.quota or Quota()
    block = _BUCKET(row.name, row.tenant or "", row.owner or "")
    per_shard = row.objects / row.shards if row.objects is not None and row.shards else None
    return block, (
        row.size,
        row.actual,
        row.stored,
        row.objects,
        row.shards,
        per_shard,
        quota.enabled,
        quota.max_bytes,
        quota.max_objects,
        quota.used(row.size, row.objects),
    )


def _traffic(rows: list[Traffic]) -> list[Row]:
    by_labels: dict[str, tuple[Value, ...]] = {}
    for row in rows:
        block = _CATEGORY(row.bucket or _NO_BUCKET, row.user, row.category)
        values = row.ops, row.successful_ops, row.bytes_sent, row.bytes_received
        by_labels.setdefault(block, values)
    return list(by_labels.items())
