"""The document `osd pool stats`: each pool's client I/O, recovery and objects at risk.

Sources: OSDMonitor.cc of Ceph 0.67 to 11 and PGMap.cc of Ceph 12 and later
(dump_pool_stats_and_io_rate..., recovery_summary, recovery_rate_summary, client_io_rate_summary);
the dashboard's pool list (get_pool_list_with_stats in services/ceph_service.py).
"""

from collections.abc import Mapping

import msgspec

from ceph_exporter.facts import pg_states
from ceph_exporter.facts.decode import Decoder
from ceph_exporter.facts.fact import Fact, decodes
from ceph_exporter.facts.numbers import amount, amounts

# The limits of the time, in seconds, over which a rate is averaged. The dashboard samples `df` at
# every request, including those of its own pages, but Ceph updates `df` only every few seconds. A
# shorter time may contain no update; the average over a longer time is out of date.
_SHORTEST, _LONGEST = 10.0, 300.0


class PoolRates(msgspec.Struct, frozen=True):
    """The activity of one pool. A figure that is unknown is None.

    Rates are per second: bytes and operations of clients; objects, bytes and keys of recovery.
    num_*_recovered are totals over the few seconds for which Ceph calculates the rates. degraded
    and misplaced are numbers of object copies; unfound is a number of objects. Up to Ceph 12.2.2,
    Ceph reports instead how much degraded, misplaced and unfound changed in the last few seconds
    (see Version.sums_in_pool_stats).
    """

    read_bytes: float | None = None
    write_bytes: float | None = None
    read_ops: float | None = None
    write_ops: float | None = None
    ops: float | None = None
    recovering_objects: float | None = None
    recovering_bytes: float | None = None
    recovering_keys: float | None = None
    num_objects_recovered: float | None = None
    num_bytes_recovered: float | None = None
    degraded: float | None = None
    misplaced: float | None = None
    unfound: float | None = None


class PoolStats(Fact, frozen=True):
    """The activity of the pools, by pool id."""

    document = "osd pool stats"

    pools: Mapping[int, PoolRates]


class RawAtRisk(msgspec.Struct, frozen=True):
    """`recovery`. Ceph omits each field while it is 0."""

    degraded_objects: float | None = 0
    misplaced_objects: float | None = 0
    unfound_objects: float | None = 0


class RawRecovery(msgspec.Struct, frozen=True):
    """`recovery_rate`, an empty object while nothing is being recovered.

    Up to Ceph 9, there are no totals.
    """

    recovering_objects_per_sec: float | msgspec.UnsetType | None = msgspec.UNSET
    recovering_bytes_per_sec: float | None = 0
    recovering_keys_per_sec: float | None = 0
    num_objects_recovered: float | msgspec.UnsetType | None = msgspec.UNSET
    num_bytes_recovered: float | msgspec.UnsetType | None = msgspec.UNSET


class RawClient(msgspec.Struct, frozen=True):
    """`client_io_rate`. Ceph omits each field while it is 0.

    Up to Ceph 9, there is one sum of all operations. From Ceph 10 on, reads and writes are
    separate.
    """

    read_bytes_sec: float | None = 0
    write_bytes_sec: float | None = 0
    read_op_per_sec: float | None = 0
    write_op_per_sec: float | None = 0
    op_per_sec: float | msgspec.UnsetType | None = msgspec.UNSET


class RawPool(msgspec.Struct, frozen=True):
    """The statistics of one pool."""

    pool_id: int
    recovery: RawAtRisk = RawAtRisk()
    recovery_rate: RawRecovery = RawRecovery()
    client_io_rate: RawClient = RawClient()


class RawSeries(msgspec.Struct, frozen=True):
    """One of the dashboard's `stats`: pairs of unix time and rate since the previous pair.

    The field `latest` is not used: despite its name, it is the oldest of ten values.
    """

    rates: tuple[tuple[float, float], ...] = ()


class RawPoolSeries(msgspec.Struct, frozen=True):
    """The series in the dashboard's `stats` that count client I/O."""

    rd: RawSeries = RawSeries()
    wr: RawSeries = RawSeries()
    rd_bytes: RawSeries = RawSeries()
    wr_bytes: RawSeries = RawSeries()


class RawDashboardPool(pg_states.RawPoolStatus, frozen=True):
    """One row of the dashboard's pool list."""

    stats: RawPoolSeries = RawPoolSeries()


_decode = Decoder(tuple[RawPool, ...])
_decode_dashboard = Decoder(tuple[RawDashboardPool, ...])


@decodes("osd pool stats")
def decode_pool_stats(body: bytes) -> tuple[Fact, ...]:
    """Decode the answer to `osd pool stats`."""
    return (PoolStats({pool.pool_id: _rates(pool) for pool in _decode(body)}),)


@decodes("dashboard/pool?stats=true")
def decode_dashboard_pools(body: bytes) -> tuple[Fact, ...]:
    """Decode the dashboard's `/api/pool?stats=true` into `pg states` and the rates of clients."""
    pools = _decode_dashboard(body)
    rates = {pool.pool: _client_rates(pool.stats) for pool in pools}
    return (pg_states.from_pool_status(pools), PoolStats(rates))


def _rates(pool: RawPool) -> PoolRates:
    # Up to Ceph 9, there is one sum of all operations. An idle pool has no rates, which means 0.
    client, recovery = amounts(pool.client_io_rate), amounts(pool.recovery_rate)
    joint, recovering = client.op_per_sec, recovery.recovering_objects_per_sec
    separate, idle = joint is msgspec.UNSET, recovering is msgspec.UNSET
    at_risk = amounts(pool.recovery)
    return PoolRates(
        read_bytes=client.read_bytes_sec,
        write_bytes=client.write_bytes_sec,
        read_ops=client.read_op_per_sec if separate else None,
        write_ops=client.write_op_per_sec if separate else None,
        ops=(
            _both(client.read_op_per_sec, client.write_op_per_sec)
            if joint is msgspec.UNSET
            else joint
        ),
        recovering_objects=0 if recovering is msgspec.UNSET else recovering,
        recovering_bytes=recovery.recovering_bytes_per_sec,
        recovering_keys=recovery.recovering_keys_per_sec,
        num_objects_recovered=_total(recovery.num_objects_recovered, idle=idle),
        num_bytes_recovered=_total(recovery.num_bytes_recovered, idle=idle),
        degraded=at_risk.degraded_objects,
        misplaced=at_risk.misplaced_objects,
        unfound=at_risk.unfound_objects,
    )


def _both(reads: float | None, writes: float | None) -> float | None:
    return None if reads is None or writes is None else reads + writes


def _total(recovered: float | msgspec.UnsetType | None, *, idle: bool) -> float | None:
    """Return the total. If Ceph omits it, return 0 for an idle pool and None for any other."""
    if recovered is msgspec.UNSET:
        return 0 if idle else None
    return recovered


def _client_rates(stats: RawPoolSeries) -> PoolRates:
    reads, writes = _mean(stats.rd.rates), _mean(stats.wr.rates)
    return PoolRates(
        read_bytes=_mean(stats.rd_bytes.rates),
        write_bytes=_mean(stats.wr_bytes.rates),
        read_ops=reads,
        write_ops=writes,
        ops=_both(reads, writes),
    )


def _mean(rates: tuple[tuple[float, float], ...]) -> float | None:
    """Return the average over the latest samples that span at least `_SHORTEST` seconds.

    Return None if there are too few samples, if they span more than `_LONGEST` seconds, or if the
    average is negative.
    """
    growth = 0.0
    for index in range(len(rates) - 1, 0, -1):
        (time, rate), start = rates[index], rates[index - 1][0]
        growth += rate * (time - start)
        span = rates[-1][0] - start
        if span >= _SHORTEST:
            return amount(growth / span) if span <= _LONGEST else None
    return None
