"""The buckets of the RADOS Gateways and the requests to them, the largest buckets first."""

import re
from collections.abc import Iterator
from fnmatch import translate
from functools import lru_cache
from typing import Annotated, TypeAlias

import msgspec

from ceph_exporter.facts import Facts
from ceph_exporter.facts.rgw_buckets import Bucket, Quota, RgwBuckets
from ceph_exporter.facts.rgw_usage import RgwUsage, Traffic
from ceph_exporter.metric import Family, Labels, Metric, Value, one

DEFAULT = False  # up to ten series for each bucket, of which a cluster may have 100,000

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
    "Whether the own quota of the bucket is enabled (1) or not (0)",
    RgwBuckets.document,
    _BUCKET,
)
QUOTA_BYTES = Metric(
    "radosgw_usage_bucket_quota_size_bytes",
    "gauge",
    "Maximum size of the objects in the bucket",
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
    "Number of requests by bucket, user and category",
    RgwUsage.document,
    _CATEGORY,
)
SUCCESSFUL_OPS = Metric(
    "radosgw_usage_successful_ops_total",
    "counter",
    "Number of successful requests by bucket, user and category",
    RgwUsage.document,
    _CATEGORY,
)
SENT = Metric(
    "radosgw_usage_sent_bytes_total",
    "counter",
    "Bytes that RGW sent in reply to requests by bucket, user and category",
    RgwUsage.document,
    _CATEGORY,
)
RECEIVED = Metric(
    "radosgw_usage_received_bytes_total",
    "counter",
    "Bytes that RGW received in requests by bucket, user and category",
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
            description="Maximum number of bucket series to export, those of the largest buckets",
            ge=0,
            le=10**12,
        ),
    ] = 20_000


class _Names:
    """Decides which buckets are exported. A pattern with a slash is for TENANT/BUCKET."""

    def __init__(self, options: Options) -> None:
        self._include = _patterns(options.include)
        self._exclude = _patterns(options.exclude)

    def shows(self, name: str, tenant: str | None) -> bool:
        """Return whether the bucket is exported; without its tenant it could be another one."""
        if tenant is None:
            return False
        full = f"{tenant}/{name}" if tenant else name
        return _any(self._include, name, full) and not _any(self._exclude, name, full)


@lru_cache(maxsize=100)
def _patterns(text: str) -> tuple[re.Pattern[str], ...]:
    # What `translate` returns takes linear time, as it never goes back to an earlier wildcard.
    return tuple(re.compile(translate(part.strip())) for part in text.split(",") if part.strip())


def _any(patterns: tuple[re.Pattern[str], ...], *names: str) -> bool:
    return any(pattern.match(name) for pattern in patterns for name in names)


def collect(facts: Facts, options: Options = Options()) -> Iterator[Family]:  # noqa: B008 - frozen
    """Yield the families of buckets, then of the requests to them, up to the limit."""
    names, left, cut = _Names(options), options.limit, 0
    if answer := facts.get(RgwBuckets):
        buckets = [row for row in answer.buckets if names.shows(row.name, row.tenant)]
        buckets.sort(key=lambda row: (-(row.size or 0), row.tenant or "", row.name))
        rows, left, cut = _limited([_bucket(row) for row in buckets], left)
        for index, metric in enumerate(_OF_BUCKET):
            yield metric, [(block, values[index]) for block, values in rows]
    if usage := facts.get(RgwUsage):
        traffic = [row for row in usage.traffic if names.shows(row.bucket, row.tenant)]
        traffic.sort(key=lambda row: -(row.bytes_sent or 0) - (row.bytes_received or 0))
        rows, left, more = _limited(_traffic(traffic), left)
        cut += more
        for index, metric in enumerate(_OF_TRAFFIC):
            yield metric, [(block, values[index]) for block, values in rows]
    if answer:
        yield CUT, one(cut)


def _limited(rows: list[Row], left: int) -> tuple[list[Row], int, int]:
    """Return the rows within the limit, what is left of it, and how many series are left out."""
    sizes = [sum(value is not None for value in values) for _, values in rows]
    shown = 0
    while shown < len(rows) and sizes[shown] <= left:
        left -= sizes[shown]
        shown += 1
    return rows[:shown], left if shown == len(rows) else 0, sum(sizes[shown:])


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
        _share(row, quota),
    )


def _share(row: Bucket, quota: Quota) -> float | None:
    pairs = ((row.size, quota.max_bytes), (row.objects, quota.max_objects))
    shares = [used / most for used, most in pairs if used is not None and most]
    return max(shares, default=None) if quota.enabled else None


def _traffic(rows: list[Traffic]) -> list[Row]:
    by_labels: dict[str, tuple[Value, ...]] = {}
    for row in rows:
        block = _CATEGORY(row.bucket or _NO_BUCKET, row.user, row.category)
        values = row.ops, row.successful_ops, row.bytes_sent, row.bytes_received
        by_labels.setdefault(block, values)
    return list(by_labels.items())
