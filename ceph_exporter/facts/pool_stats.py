"""The document `osd pool stats`: each pool's client IO, recovery and objects in trouble.

Sources: OSDMonitor.cc of 0.67 to 11 and PGMap.cc of 12 and later (dump_pool_stats_and_io_rate...,
recovery_summary, recovery_rate_summary, client_io_rate_summary); the dashboard's pool list
(get_pool_list_with_stats in services/ceph_service.py).
"""

from collections.abc import Mapping

import msgspec

from ceph_exporter.facts import pg_states
from ceph_exporter.facts.decode import Decoder
from ceph_exporter.facts.fact import Fact, decodes

# The dashboard takes a sample of `df` for every request, its own pages' too, and Ceph renews `df`
# every few seconds: a shorter span says nothing, and a longer one nothing of now. In seconds.
_SHORTEST, _LONGEST = 10.0, 300.0


class PoolRates(msgspec.Struct, frozen=True):
    """What goes on in one pool; what the API does not give is None.

    Rates per second: bytes and operations of clients, objects, bytes and keys of recovery.
    num_*_recovered: within the few seconds that the rates are taken over. Degraded and misplaced
    are copies of objects, unfound are objects.
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
    """The rates by the pool's id."""

    document = "osd pool stats"

    pools: Mapping[int, PoolRates]


class RawTrouble(msgspec.Struct, frozen=True):
    """`recovery`; each is left out while it is 0."""

    degraded_objects: float = 0
    misplaced_objects: float = 0
    unfound_objects: float = 0


class RawRecovery(msgspec.Struct, frozen=True):
    """`recovery_rate`; empty while nothing is recovered, without totals up to 9."""

    recovering_objects_per_sec: float | None = None
    recovering_bytes_per_sec: float = 0
    recovering_keys_per_sec: float = 0
    num_objects_recovered: float | None = None
    num_bytes_recovered: float | None = None


class RawClient(msgspec.Struct, frozen=True):
    """`client_io_rate`; each is left out while it is 0, reads and writes apart from 10 on."""

    read_bytes_sec: float = 0
    write_bytes_sec: float = 0
    read_op_per_sec: float = 0
    write_op_per_sec: float = 0
    op_per_sec: float | None = None


class RawPool(msgspec.Struct, frozen=True):
    """One pool."""

    pool_id: int
    recovery: RawTrouble = RawTrouble()
    recovery_rate: RawRecovery = RawRecovery()
    client_io_rate: RawClient = RawClient()


class RawSeries(msgspec.Struct, frozen=True):
    """One of the dashboard's `stats`: pairs of unix time and rate since the pair before.

    `latest` beside it is the oldest value of ten, not the latest, and is not read.
    """

    rates: tuple[tuple[float, float], ...] = ()


class RawSerieses(msgspec.Struct, frozen=True):
    """The dashboard's `stats` that grow with client IO."""

    rd: RawSeries = RawSeries()
    wr: RawSeries = RawSeries()
    rd_bytes: RawSeries = RawSeries()
    wr_bytes: RawSeries = RawSeries()


class RawDashboardPool(pg_states.RawPoolStatus, frozen=True):
    """One row of the dashboard's pool list."""

    stats: RawSerieses = RawSerieses()


_decode = Decoder(tuple[RawPool, ...])
_decode_dashboard = Decoder(tuple[RawDashboardPool, ...])


@decodes("osd pool stats")
def decode_pool_stats(body: bytes) -> tuple[Fact, ...]:
    """Decode the command's answer."""
    return (PoolStats({pool.pool_id: _rates(pool) for pool in _decode(body)}),)


@decodes("dashboard/pool?stats=true")
def decode_dashboard_pools(body: bytes) -> tuple[Fact, ...]:
    """Decode the dashboard's `/api/pool?stats=true`: `pg states` too, and of rates the clients'."""
    pools = _decode_dashboard(body)
    rates = {pool.pool: _client_rates(pool.stats) for pool in pools}
    return (pg_states.from_pool_status(pools), PoolStats(rates))


def _rates(pool: RawPool) -> PoolRates:
    client, recovery, trouble = pool.client_io_rate, pool.recovery_rate, pool.recovery
    # Up to 9 there is one sum of operations. An idle pool has neither, and all are 0.
    apart = client.op_per_sec is None
    nothing = 0 if recovery.recovering_objects_per_sec is None else None
    return PoolRates(
        read_bytes=client.read_bytes_sec,
        write_bytes=client.write_bytes_sec,
        read_ops=client.read_op_per_sec if apart else None,
        write_ops=client.write_op_per_sec if apart else None,
        ops=client.read_op_per_sec + client.write_op_per_sec if apart else client.op_per_sec,
        recovering_objects=recovery.recovering_objects_per_sec or 0,
        recovering_bytes=recovery.recovering_bytes_per_sec,
        recovering_keys=recovery.recovering_keys_per_sec,
        num_objects_recovered=_known(recovery.num_objects_recovered, nothing),
        num_bytes_recovered=_known(recovery.num_bytes_recovered, nothing),
        degraded=trouble.degraded_objects,
        misplaced=trouble.misplaced_objects,
        unfound=trouble.unfound_objects,
    )


def _known(value: float | None, otherwise: float | None) -> float | None:
    return otherwise if value is None else value


def _client_rates(stats: RawSerieses) -> PoolRates:
    reads, writes = _mean(stats.rd.rates), _mean(stats.wr.rates)
    return PoolRates(
        read_bytes=_mean(stats.rd_bytes.rates),
        write_bytes=_mean(stats.wr_bytes.rates),
        read_ops=reads,
        write_ops=writes,
        ops=None if reads is None or writes is None else reads + writes,
    )


def _mean(rates: tuple[tuple[float, float], ...]) -> float | None:
    """Average the last rates over the shortest span that says something; None without one."""
    growth = 0.0
    for at in range(len(rates) - 1, 0, -1):
        (time, rate), start = rates[at], rates[at - 1][0]
        growth += rate * (time - start)
        span = rates[-1][0] - start
        if span >= _SHORTEST:
            return growth / span if span <= _LONGEST and growth >= 0 else None
    return None
