"""The document `pg dump pools`: sums over each pool's PGs."""

import json

import pytest

from ceph_exporter import facts
from ceph_exporter.facts import DecodeError
from ceph_exporter.facts.pool_sums import PoolSum, PoolSums

ROWS = [
    {"poolid": 3, "num_pg": 8, "stat_sum": {"num_objects_repaired": 1, "num_objects_unfound": 2}},
    {"poolid": 1, "stat_sum": {"num_objects_degraded": 4, "num_objects_misplaced": 5}},
]
SUMS = PoolSums({3: PoolSum(repaired=1, unfound=2), 1: PoolSum(degraded=4, misplaced=5)})


@pytest.mark.parametrize(
    "answer",
    [
        ROWS,
        {"pool_stats": ROWS},
        {"pg_ready": True, "pool_stats": ROWS},
        {"pg_ready": True, "pg_map": {"pool_stats": ROWS, "pg_stats": []}},
    ],
    ids=["up to 13", "bare section", "from 14 on", "whole dump"],
)
def test_shapes(answer: object) -> None:
    """The answer of each release becomes the same sums; a missing sum is None."""
    assert facts.decode("pg dump pools", json.dumps(answer).encode()) == (SUMS,)


def test_no_pools() -> None:
    """A cluster without pools has no sums, which is not an error."""
    assert facts.decode("pg dump pools", b'{"pool_stats": []}') == (PoolSums({}),)


def test_a_young_mgr_is_refused() -> None:
    """The sums of a mgr that does not know all PGs yet are too small and would reset counters."""
    answer = {"pg_ready": False, "pool_stats": ROWS}
    with pytest.raises(DecodeError, match="just started"):
        facts.decode("pg dump pools", json.dumps(answer).encode())


def test_another_answer_is_refused() -> None:
    """An answer without the section is an error, not a cluster without pools."""
    with pytest.raises(DecodeError, match="no `pool_stats`"):
        facts.decode("pg dump pools", b'{"pg_ready": true}')
