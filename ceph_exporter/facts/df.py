"""The document `df detail`: the cluster's space and its usage by pool.

Sources: PGMonitor::dump_fs_stats and dump_pool_stats of Ceph 0.67 to 11; PGMapDigest of Ceph 12
and later (dump_cluster_stats, dump_pool_stats_full, dump_object_stat_sum in PGMap.cc). In the
dashboard's `/api/health/full`, the field `df` has the same contents, without device classes.
"""

from collections.abc import Mapping

import msgspec

from ceph_exporter.facts.decode import Decoder
from ceph_exporter.facts.fact import Fact, decodes
from ceph_exporter.facts.numbers import amount, amounts

_KIB = 1024


class Space(msgspec.Struct, frozen=True):
    """Sizes in bytes, including replicas. A size that is unknown is None.

    used_raw: `used` plus the space that the OSDs reserve. Ceph 13 and earlier report only one of
    the two figures, which is then the value of both fields.
    """

    total: float | None = None
    avail: float | None = None
    used: float | None = None
    used_raw: float | None = None

    @property
    def used_raw_ratio(self) -> float | None:
        """The ratio of used_raw to total, 0 to 1; None if either is unknown or total is 0."""
        return self.used_raw / self.total if self.total and self.used_raw is not None else None


class PoolUsage(msgspec.Struct, frozen=True):
    """The usage of one pool. A figure that is unknown is None.

    stored and max_avail do not include replicas; stored_raw, bytes_used and avail_raw do.
    percent_used is a ratio from 0 to 1. rd and wr (operations), rd_bytes and wr_bytes are totals
    since the pool was created, but they can decrease when PGs merge. A quota of 0 means no quota.
    compress_bytes_used is the size of the compressed data; compress_under_bytes is the size of the
    same data before compression.
    """

    id: int
    name: str
    stored: float | None = None
    stored_raw: float | None = None
    bytes_used: float | None = None
    objects: float | None = None
    dirty: float | None = None
    max_avail: float | None = None
    avail_raw: float | None = None
    percent_used: float | None = None
    rd: float | None = None
    wr: float | None = None
    rd_bytes: float | None = None
    wr_bytes: float | None = None
    quota_bytes: float | None = None
    quota_objects: float | None = None
    compress_bytes_used: float | None = None
    compress_under_bytes: float | None = None


class Df(Fact, frozen=True):
    """The space of the cluster, in total and by device class (Ceph 14 and later), and all pools.

    total_objects: the number of objects in all pools, None if a row or a number is invalid.
    """

    document = "df detail"

    space: Space
    total_objects: float | None = None
    by_class: Mapping[str, Space] = {}
    pools: tuple[PoolUsage, ...] = ()

    def without_mgr(self) -> None:
        """Return None, because all figures come from the mgr."""


class RawSpace(msgspec.Struct, frozen=True):
    """`stats` of the whole cluster.

    In Ceph 0.83 and earlier, the sizes are in KiB: `total_space`, `total_avail` and `total_used`.
    In Ceph 14 and later, the raw usage is a separate field.
    """

    total_bytes: float | None = None
    total_avail_bytes: float | None = None
    total_used_bytes: float | None = None
    total_used_raw_bytes: float | msgspec.UnsetType | None = msgspec.UNSET
    total_space: float | None = None
    total_avail: float | None = None
    total_used: float | None = None


class RawUsage(msgspec.Struct, frozen=True):
    """`stats` of one pool.

    In Ceph 13 and earlier, there is no `stored`, and `bytes_used` is the size of the data without
    replicas. The unit of `percent_used` changed between Ceph 12 and 13, so the field is used only
    in Ceph 14 and later.
    """

    stored: float | msgspec.UnsetType | None = msgspec.UNSET
    stored_raw: float | None = None
    bytes_used: float | None = None
    raw_bytes_used: float | None = None
    percent_used: float | None = None
    max_avail: float | None = None
    avail_raw: float | None = None
    objects: float | msgspec.UnsetType | None = msgspec.UNSET
    dirty: float | None = None
    rd: float | None = None
    wr: float | None = None
    rd_bytes: float | None = None
    wr_bytes: float | None = None
    rd_kb: float | None = None
    wr_kb: float | None = None
    quota_bytes: float | None = None
    quota_objects: float | None = None
    compress_bytes_used: float | None = None
    compress_under_bytes: float | None = None


class RawPool(msgspec.Struct, frozen=True):
    """One row of `pools`."""

    id: int
    name: str = ""
    stats: RawUsage = RawUsage()


class RawDf(msgspec.Struct, frozen=True):
    """The answer to `df detail`."""

    stats: RawSpace
    pools: tuple[RawPool | None, ...] | None = ()
    stats_by_class: dict[str, RawSpace] = {}


_decode = Decoder(RawDf)


@decodes("df detail")
def decode_df(body: bytes) -> tuple[Fact, ...]:
    """Decode the answer to `df detail`."""
    return (from_raw(_decode(body)),)


def from_raw(answer: RawDf) -> Df:
    """Return the fact for an answer of any release."""
    pools = [pool for pool in answer.pools or () if pool is not None]
    objects = [pool.stats.objects for pool in pools if pool.stats.objects is not msgspec.UNSET]
    numbers = [number for number in map(amount, objects) if number is not None]
    is_complete = answer.pools is not None and len(pools) == len(answer.pools)
    is_complete = is_complete and len(numbers) == len(objects)
    return Df(
        space=_space(answer.stats),
        total_objects=sum(numbers) if is_complete else None,
        by_class={name: _space(stats) for name, stats in answer.stats_by_class.items()},
        pools=tuple([_pool(pool.id, pool.name, pool.stats) for pool in pools]),
    )


def _space(stats: RawSpace) -> Space:
    used = _either(stats.total_used_bytes, stats.total_used)
    return amounts(
        Space(
            total=_either(stats.total_bytes, stats.total_space),
            avail=_either(stats.total_avail_bytes, stats.total_avail),
            used=used,
            used_raw=(
                used if stats.total_used_raw_bytes is msgspec.UNSET else stats.total_used_raw_bytes
            ),
        )
    )


def _pool(pool: int, name: str, reported: RawUsage) -> PoolUsage:
    modern = reported.stored is not msgspec.UNSET
    stats = amounts(reported)
    stored = stats.bytes_used if stats.stored is msgspec.UNSET else stats.stored
    return PoolUsage(
        id=pool,
        name=name,
        stored=stored,
        stored_raw=stats.stored_raw,
        bytes_used=stats.bytes_used if modern else stats.raw_bytes_used,
        objects=None if stats.objects is msgspec.UNSET else stats.objects,
        dirty=stats.dirty,
        max_avail=stats.max_avail,
        avail_raw=stats.avail_raw,
        percent_used=stats.percent_used if modern else _part(stored, stats.max_avail),
        rd=stats.rd,
        wr=stats.wr,
        rd_bytes=amount(_either(stats.rd_bytes, stats.rd_kb)),
        wr_bytes=amount(_either(stats.wr_bytes, stats.wr_kb)),
        quota_bytes=stats.quota_bytes,
        quota_objects=stats.quota_objects,
        compress_bytes_used=stats.compress_bytes_used,
        compress_under_bytes=stats.compress_under_bytes,
    )


def _either(size: float | None, kib: float | None) -> float | None:
    return kib * _KIB if size is None and kib is not None else size


def _part(used: float | None, avail: float | None) -> float | None:
    """Return the used ratio as PGMap.cc does: 0 if both sizes are 0; None if either is unknown."""
    if used is None or avail is None:
        return None
    return used / (used + avail) if used + avail else 0.0
