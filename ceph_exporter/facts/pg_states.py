"""The document `pg states`: the PGs of each pool by state, and stuck PGs.

Sources: `pg dump` with `dumpcontents` `pgs_brief` (PGMap::dump_pg_stats of Ceph 0.67 to 20); the
dashboard's pool list (`pg_summary` of the mgr); `status` together with `osd dump`, while all PGs
are in the same state or belong to the same pool. The numbers of stuck PGs come from the texts of
`health detail` (PGMonitor.cc of Ceph 0.67 to 11, PGMap.cc of Ceph 12 and later).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from math import inf
from typing import Annotated

import msgspec

from ceph_exporter.facts.decode import DecodeError, Decoder
from ceph_exporter.facts.fact import Fact, Facts, decodes
from ceph_exporter.facts.health import Health
from ceph_exporter.facts.numbers import amount, counts
from ceph_exporter.facts.odd_fields import WHOLE
from ceph_exporter.facts.osd_dump import OsdDump
from ceph_exporter.facts.status import Status

# Names of states up to Ceph 12.0 (PG_STATE_* in osd_types.cc), and their current names.
_RENAMED = {"backfill": "backfilling", "wait_backfill": "backfill_wait", "inactive": "unknown"}

_POOL_ID = re.compile(r"\d{1,19}")
# Ceph 11 and earlier: "5 pgs stuck unclean", "3 pgs are stuck inactive for more than 300 seconds".
# With (?<!\d), a match starts only at the first digit of a number. Otherwise, a long row of digits
# would take minutes.
_OLD_COUNT = re.compile(r"(?<!\d)(\d+) pgs (?:are )?stuck (\w+)")
_OLD_STATES = ("inactive", "unclean", "stale")
# Ceph 12 and later: "Reduced data availability: 3 pgs inactive, 1 pg peering". Ceph reports PGs in
# these states only once they are stuck. It reports "degraded", "down" and "incomplete" PGs
# immediately, so those numbers are not used.
_COUNT = re.compile(r"(?<!\d)(\d+) pgs? (inactive|peering|stale|unclean|undersized)\b")
_STATES = ("inactive", "peering", "stale", "undersized")
# Ceph 14 and earlier: "pg 1.0 is stuck unclean for 123.456, current state ...". Ceph 15 and later:
# "for 21m", "for 3h". If the PG was never clean: "is stuck unclean since forever".
_SINCE = re.compile(r"pg \S+ is stuck (\w+) (?:for (\d+(?:\.\d+)?)([smhdwMy]?)\b|since forever)")
_SEARCHED = 10_000  # characters of a message, which is long in Ceph 11 and earlier
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_UNITS = {"": 1, "s": 1, "m": _MINUTE, "h": _HOUR, "d": _DAY}
_UNITS |= {"w": 7 * _DAY, "M": 30 * _DAY, "y": 365 * _DAY}  # see timespan_str of ceph_time.cc

States = Mapping[str, int]


class PgStates(Fact, frozen=True):
    """The number of PGs by pool id and by combined state ("active+clean")."""

    document = "pg states"

    pools: Mapping[int, States]

    @classmethod
    def redundant(cls, available: Facts) -> bool:
        """Return whether `status` and `osd dump` determine these counts, or either is unavailable.

        Both are much cheaper for Ceph than `pg dump`, which is therefore requested after them.
        """
        status, osd_dump = available.get(Status), available.get(OsdDump)
        return not status or not osd_dump or if_uniform(status, osd_dump) is not None


class Stuck(msgspec.Struct, frozen=True):
    """PGs that are stuck in one state.

    oldest: the longest time for which one of the PGs has been stuck, in seconds; 0 if there are
    none. None if no detail line has a time, or if a line contains "since forever".
    """

    pgs: float
    oldest: float | None


class RawPg(msgspec.Struct, frozen=True, gc=False):
    """One row of `pg_stats`; `pgid` is "POOL.HEX"."""

    pgid: str
    state: str


class RawDump(msgspec.Struct, frozen=True):
    """The answer of Ceph 14 and later. In a complete `pg dump`, `pg_stats` is inside `pg_map`."""

    pg_stats: Annotated[list[RawPg] | None, WHOLE] = None
    pg_map: "RawDump | None" = None


class RawPoolStatus(msgspec.Struct, frozen=True):
    """One row of the dashboard's pool list: a pool and its PGs."""

    pool: int
    pg_status: Annotated[dict[str, int] | None, WHOLE] = msgspec.field(default_factory=dict)


_decode: Decoder[RawDump | list[RawPg]]
# mypy does not accept a union as `type[T]`.
_decode = Decoder(Annotated[RawDump | list[RawPg], WHOLE])  # type: ignore[arg-type]


@decodes("pg states")
def decode_pg_dump(body: bytes) -> tuple[Fact, ...]:
    """Decode `pg dump`: a list up to Ceph 13, an object with that list from Ceph 14 on."""
    answer = _decode(body)
    rows = (answer.pg_map or answer).pg_stats if isinstance(answer, RawDump) else answer
    if rows is None:
        raise DecodeError("the answer has no `pg_stats`")
    counts = Counter((row.pgid.partition(".")[0], row.state) for row in rows)
    pools: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for (pool, state), number in counts.items():
        if not _POOL_ID.fullmatch(pool):
            raise DecodeError(f"no pool id in the PG id {pool[:20]!r}")
        pools[int(pool)][state] = number
    return (PgStates(pools),)


def from_pool_status(pools: Iterable[RawPoolStatus]) -> PgStates:
    """Return the fact for the dashboard's pools (`/api/pool?stats=true`, `/api/health/full`).

    A pool is missing if its states are unreadable or a number is impossible.
    """
    by_pool = {row.pool: row.pg_status for row in pools if row.pg_status is not None}
    return PgStates({pool: states for pool, states in by_pool.items() if counts(states) is states})


def if_uniform(status: Status | None, osd_dump: OsdDump | None) -> PgStates | None:
    """Return the states by pool if `status` determines them, None otherwise.

    `status` is sufficient if all PGs are in the same state or belong to the same pool. While the
    OSD map and `status` have different numbers of PGs, the result is None.
    """
    if status is None or osd_dump is None or not status.pg_states:
        return None
    pools = {pool.id: pool.pg_num or 0 for pool in osd_dump.pools}
    if sum(pools.values()) != sum(status.pg_states.values()):
        return None
    if len(pools) == 1:
        return PgStates(dict.fromkeys(pools, status.pg_states))
    if len(status.pg_states) == 1:
        (state,) = status.pg_states
        return PgStates({pool: {state: number} for pool, number in pools.items()})
    return None


def single(states: States) -> dict[str, int]:
    """Return the number of PGs by single state, under its current name.

    A PG in "active+clean" counts for both states.
    """
    counts: defaultdict[str, int] = defaultdict(int)
    for joined, number in states.items():
        for state in joined.split("+"):
            counts[_RENAMED.get(state, state)] += number
    return dict(counts)


def stuck(health: Health) -> dict[str, Stuck]:
    """Return the stuck PGs by the state in which they are stuck: inactive, stale, undersized etc.

    The states in `_STATES` (for Ceph 11 and earlier, `_OLD_STATES`) are always present, with 0 if
    no PG is stuck. Ceph prints at most 50 detail lines per check, and does not sort them by age. If
    more PGs are stuck, the oldest one may be missing.
    """
    pattern, states = (_OLD_COUNT, _OLD_STATES) if health.era else (_COUNT, _STATES)
    counts: dict[str, float] = dict.fromkeys(states, 0)
    oldest: dict[str, float] = {}
    for check in health.checks.values():
        for number, state in pattern.findall(check.message[:_SEARCHED]):
            counts[state] = max(counts.get(state, 0), float(number))
        for line in check.detail:
            if match := _SINCE.match(line):
                state, age, unit = match.groups()
                seconds = inf if age is None else float(age) * _UNITS[unit]
                oldest[state] = max(oldest.get(state, 0), seconds)
    return {
        state: Stuck(number, amount(oldest.get(state)) if number else 0)
        for state, number in counts.items()
    }
