"""The document `osd pool stats`, and its part in the dashboard's pool list."""

import json
from typing import Any

import pytest

from ceph_exporter import facts
from ceph_exporter.facts.pg_states import PgStates
from ceph_exporter.facts.pool_stats import PoolRates, PoolStats

Rates = list[list[float]]

NOTHING = PoolRates(**dict.fromkeys(PoolRates.__struct_fields__, 0.0))
NOW = 1_800_000_000.0


def decode(**sections: Any) -> PoolRates:  # noqa: ANN401 - any JSON
    """Decode the answer of the command with one pool that has these sections."""
    body = json.dumps([{"pool_name": "rbd", "pool_id": 7, **sections}]).encode()
    (fact,) = facts.decode("osd pool stats", body)
    assert isinstance(fact, PoolStats)
    return fact.pools[7]


def dashboard(**stats: Rates) -> PoolRates:
    """Decode the dashboard's list with one pool that has these rates."""
    series = {name: {"latest": 0, "rate": 0.0, "rates": rates} for name, rates in stats.items()}
    body = json.dumps([{"pool": 7, "pool_name": "rbd", "stats": series}]).encode()
    _, fact = facts.decode("dashboard/pool?stats=true", body)
    assert isinstance(fact, PoolStats)
    return fact.pools[7]


def test_idle() -> None:
    """Ceph omits rates that are 0: all rates of an idle pool are 0, none is None."""
    assert decode(recovery={}, recovery_rate={}, client_io_rate={}) == NOTHING
    assert decode() == NOTHING


def test_client_io() -> None:
    """From 10 on reads and writes are separate; their sum is calculated."""
    io = {"read_bytes_sec": 1, "write_bytes_sec": 2, "read_op_per_sec": 3, "write_op_per_sec": 4}
    rates = decode(client_io_rate=io)
    assert (rates.read_bytes, rates.write_bytes) == (1, 2)
    assert (rates.read_ops, rates.write_ops, rates.ops) == (3, 4, 7)


def test_client_io_up_to_9() -> None:
    """Up to 9 operations are one sum: reads and writes are None."""
    rates = decode(client_io_rate={"write_bytes_sec": 2982616, "op_per_sec": 5})
    assert (rates.read_bytes, rates.write_bytes) == (0, 2982616)
    assert (rates.read_ops, rates.write_ops, rates.ops) == (None, None, 5)


def test_a_rate_of_another_type_is_unknown() -> None:
    """Ceph omits what is 0, so a rate that cannot be read is not 0, nor is what depends on it."""
    io = decode(client_io_rate={"op_per_sec": "many", "read_bytes_sec": [1]})
    assert (io.ops, io.read_bytes, io.write_bytes) == (None, None, 0)
    recovery = decode(recovery_rate={"recovering_objects_per_sec": None})
    assert (recovery.recovering_objects, recovery.num_objects_recovered) == (None, None)


def test_recovery() -> None:
    """Recovery is reported per second, and from 10 on in objects and bytes too."""
    recovery = {
        "recovering_objects_per_sec": 16,
        "recovering_bytes_per_sec": 17,
        "recovering_keys_per_sec": 18,
        "num_objects_recovered": 200,
        "num_bytes_recovered": 0,
    }
    rates = decode(recovery_rate=recovery)
    assert (rates.recovering_objects, rates.recovering_bytes, rates.recovering_keys) == (16, 17, 18)
    assert (rates.num_objects_recovered, rates.num_bytes_recovered) == (200, 0)


def test_recovery_up_to_9() -> None:
    """Up to 9 recovered objects and bytes are not reported: they are None, not 0."""
    rates = decode(recovery_rate={"recovering_objects_per_sec": 16})
    assert (rates.recovering_objects, rates.recovering_bytes) == (16, 0)
    assert (rates.num_objects_recovered, rates.num_bytes_recovered) == (None, None)


def test_objects_at_risk() -> None:
    """Degraded, misplaced and unfound objects are counted by pool."""
    at_risk = {"degraded_objects": 6, "degraded_total": 12, "unfound_objects": 1}
    rates = decode(recovery=at_risk)
    assert (rates.degraded, rates.misplaced, rates.unfound) == (6, 0, 1)


def test_dashboard_carries_pg_states() -> None:
    """The dashboard's list also has the states of each pool's PGs."""
    body = b'[{"pool": 7, "pg_status": {"active+clean": 32}, "stats": {}}, {"pool": 8}]'
    states, rates = facts.decode("dashboard/pool?stats=true", body)
    assert states == PgStates({7: {"active+clean": 32}, 8: {}})
    assert rates == PoolStats({7: PoolRates(), 8: PoolRates()})


def test_dashboard_rates() -> None:
    """The dashboard reports rates of clients, but not of recovery."""
    rates = dashboard(
        rd=[[NOW - 15, 9.0], [NOW, 1.0]],
        wr=[[NOW - 15, 9.0], [NOW, 2.0]],
        rd_bytes=[[NOW - 15, 9.0], [NOW, 3.0]],
        wr_bytes=[[NOW - 15, 9.0], [NOW, 4.0]],
    )
    assert rates == PoolRates(read_ops=1, write_ops=2, ops=3, read_bytes=3, write_bytes=4)


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        # Two requests of one poll, 0.1 s apart: Ceph has not updated its figures in between.
        ([[NOW - 15, 9.0], [NOW - 0.1, 10.0], [NOW, 0.0]], 10.0 * 14.9 / 15),
        # Older samples than necessary are not used.
        ([[NOW - 60, 9.0], [NOW - 30, 1.0], [NOW - 12, 4.0], [NOW - 2, 6.0], [NOW, 1.0]], 62 / 12),
        ([[NOW - 3, 9.0], [NOW, 5.0]], None),
        ([[NOW - 4000, 0.0], [NOW, 5.0]], None),
        ([[NOW - 15, 0.0], [NOW, -5.0]], None),
        ([[NOW, 5.0]], None),
        ([], None),
    ],
    ids=["twice", "long enough", "too short", "too long", "reset", "one sample", "no sample"],
)
def test_dashboard_span(rates: Rates, expected: float | None) -> None:
    """A rate is the average over the last 10 seconds or a little more; otherwise None."""
    read = dashboard(rd=rates).read_ops
    assert read == (expected if expected is None else pytest.approx(expected))


def test_dashboard_latest_is_not_read() -> None:
    """The dashboard's `latest`, the oldest of its ten samples, is ignored."""
    body = b'[{"pool": 7, "stats": {"stored": {"latest": 5, "rates": []}}}]'
    assert [type(fact) for fact in facts.decode("dashboard/pool?stats=true", body)] == [
        PgStates,
        PoolStats,
    ]
