"""The document `pg dump pools`: sums over the PGs of each pool.

Source: PGMap::dump_pool_stats of Ceph 0.67 to 20. The command is
`pg dump` with `dumpcontents` `pools`.
"""

from collections.abc import Mapping

import msgspec

from ceph_exporter.facts.decode import DecodeError, Decoder
from ceph_exporter.facts.fact import Fact, decodes
from ceph_exporter.facts.numbers import amounts


class PoolSum(msgspec.Struct, frozen=True):
    """Sums over the PGs of one pool.

    repaired: the number of objects repaired since the pool was created, None before Ceph 14.
    unfound: a number of objects. degraded and misplaced: numbers of object copies; misplaced is
    None before Ceph 0.94.
    """

    repaired: float | None = None
    unfound: float | None = None
    degraded: float | None = None
    misplaced: float | None = None


class PoolSums(Fact, frozen=True):
    """The sums by pool id."""

    document = "pg dump pools"

    pools: Mapping[int, PoolSum]


class RawSum(msgspec.Struct, frozen=True):
    """`stat_sum`."""

    num_objects_repaired: float | None = None
    num_objects_unfound: float | None = None
    num_objects_degraded: float | None = None
    num_objects_misplaced: float | None = None


class RawPool(msgspec.Struct, frozen=True):
    """One row of `pool_stats`."""

    poolid: int
    stat_sum: RawSum


class RawDump(msgspec.Struct, frozen=True):
    """The answer of Ceph 14 and later. In a complete `pg dump`, `pool_stats` is inside `pg_map`."""

    pg_ready: bool = True
    pool_stats: tuple[RawPool, ...] | None = None
    pg_map: "RawDump | None" = None


_decode: Decoder[RawDump | tuple[RawPool, ...]]
# mypy does not accept a union as `type[T]`.
_decode = Decoder(RawDump | tuple[RawPool, ...])  # type: ignore[arg-type]


@decodes("pg dump pools")
def decode_pool_sums(body: bytes) -> tuple[Fact, ...]:
    """Decode the answer: a list up to Ceph 13, an object with that list from Ceph 14 on.

    While a mgr that has just become active does not know all PGs, its sums are too small, and
    Prometheus would take the smaller value of a counter for a reset. Raise DecodeError for such an
    answer.
    """
    answer = _decode(body)
    if isinstance(answer, RawDump) and not answer.pg_ready:
        raise DecodeError("the mgr has just started and does not know all PGs yet")
    rows = (answer.pg_map or answer).pool_stats if isinstance(answer, RawDump) else answer
    if rows is None:
        raise DecodeError("the answer has no `pool_stats`")
    return (PoolSums({row.poolid: _sum(row.stat_sum) for row in rows}),)


def _sum(row: RawSum) -> PoolSum:
    return amounts(
        PoolSum(
            repaired=row.num_objects_repaired,
            unfound=row.num_objects_unfound,
            degraded=row.num_objects_degraded,
            misplaced=row.num_objects_misplaced,
        )
    )
