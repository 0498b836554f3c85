"""The document `rgw buckets`: what each bucket of the RADOS Gateway holds, and its quota.

Sources: `stats=true` of RGW's admin API (rgw_bucket.cc of 14 to 20), which the dashboard passes on
(controllers/rgw.py). Both list all buckets in one answer.
"""

from collections.abc import Mapping

import msgspec

from ceph_exporter.facts.decode import Decoder
from ceph_exporter.facts.fact import Fact, decodes
from ceph_exporter.facts.numbers import amount

_MAIN = "rgw.main"
"""The category of finished objects; `rgw.multimeta` has the parts of unfinished uploads."""


class Quota(msgspec.Struct, frozen=True, gc=False):
    """A quota. max_bytes, max_objects: None if that is not limited."""

    enabled: bool | None = None
    max_bytes: int | None = None
    max_objects: int | None = None

    def used(self, size: int | None, objects: int | None) -> float | None:
        """Return the used share, the larger one of both limits; None if no quota is in force."""
        pairs = ((size, self.max_bytes), (objects, self.max_objects))
        shares = [used / most for used, most in pairs if used is not None and most]
        return max(shares, default=None) if self.enabled else None


class Bucket(msgspec.Struct, frozen=True, gc=False):
    """A bucket.

    placement: the name of its placement target; size: bytes as the clients wrote them; actual: the
    same with each object rounded up to 4 KiB; stored: bytes after compression. None is unknown.
    """

    name: str
    tenant: str | None
    owner: str | None
    placement: str | None
    size: int | None
    actual: int | None
    stored: int | None
    objects: int | None
    shards: int | None
    quota: Quota | None


class RgwBuckets(Fact, frozen=True):
    """The buckets of the zone. complete: whether all of them could be read."""

    document = "rgw buckets"
    slow = True
    aside = True

    buckets: tuple[Bucket, ...]
    complete: bool = True


class RawUsage(msgspec.Struct, frozen=True, gc=False):
    """What a bucket holds in one category."""

    size: int | None = None
    size_actual: int | None = None
    size_utilized: int | None = None
    num_objects: int | None = None


class RawQuota(msgspec.Struct, frozen=True, gc=False):
    """A quota of a bucket or a user; -1 is no limit."""

    enabled: bool | None = None
    max_size: int | None = None
    max_objects: int | None = None


class RawBucket(msgspec.Struct, frozen=True, gc=False):
    """One bucket; `usage` is empty if no object was ever written to it."""

    bucket: str
    tenant: str | None = ""
    owner: str | None = ""
    placement_rule: str | None = ""
    usage: dict[str, RawUsage | None] | None = None
    num_shards: int | None = None
    bucket_quota: RawQuota | None = None


_decode = Decoder(tuple[RawBucket | None, ...])
_NOTHING = RawUsage(0, 0, 0, 0)


@decodes("dashboard/rgw/bucket?stats=true", "rgw/bucket")
def decode_buckets(body: bytes) -> tuple[Fact, ...]:
    """Decode the list; a bucket that is listed twice counts once."""
    rows = _decode(body)
    buckets = {(row.tenant, row.bucket): row for row in rows if row}
    return (RgwBuckets(tuple(map(_bucket, buckets.values())), complete=all(rows)),)


def quota(row: RawQuota | None) -> Quota | None:
    """Return the quota of a bucket or a user; None if it was not reported."""
    if row is None:
        return None
    return Quota(row.enabled, amount(row.max_size), amount(row.max_objects))


def _bucket(row: RawBucket) -> Bucket:
    usage = (None if row.usage is None else row.usage.get(_MAIN, _NOTHING)) or RawUsage()
    return Bucket(
        name=row.bucket,
        tenant=row.tenant,
        owner=row.owner,
        placement=row.placement_rule,
        size=amount(usage.size),
        actual=amount(usage.size_actual),
        stored=amount(usage.size_utilized),
        objects=amount(usage.num_objects),
        shards=amount(row.num_shards),
        quota=quota(row.bucket_quota),
    )


class Held(msgspec.Struct, frozen=True):
    """What several buckets hold together. objects, size: None if one of them is unknown."""

    buckets: int = 0
    objects: int | None = 0
    size: int | None = 0

    def plus(self, bucket: Bucket) -> "Held":
        """Return the sums with one bucket more; a sum over an unknown number is unknown."""
        return Held(
            self.buckets + 1, _sum(self.objects, bucket.objects), _sum(self.size, bucket.size)
        )


def _sum(left: int | None, right: int | None) -> int | None:
    return None if left is None or right is None else left + right


def by_user(answer: RgwBuckets) -> Mapping[tuple[str, str], Held]:
    """Return what the buckets hold by owner and placement target.

    It is empty unless all buckets are known, with their owners: otherwise any sum may be wrong. It
    lacks an owner of whom the placement target of a bucket is unknown.
    """
    sums: dict[tuple[str, str], Held] = {}
    unknown = set()
    for bucket in answer.buckets:
        if bucket.owner is None:
            return {}
        if bucket.placement is None:
            unknown.add(bucket.owner)
            continue
        key = bucket.owner, bucket.placement
        sums[key] = sums.get(key, Held()).plus(bucket)
    if not answer.complete:
        return {}
    return {key: held for key, held in sums.items() if key[0] not in unknown}


def by_owner(answer: RgwBuckets) -> Mapping[str, Held]:
    """Return what the buckets hold by owner, empty unless all are known, with their owners."""
    sums: dict[str, Held] = {}
    for bucket in answer.buckets:
        if bucket.owner is None:
            return {}
        sums[bucket.owner] = sums.get(bucket.owner, Held()).plus(bucket)
    return sums if answer.complete else {}
