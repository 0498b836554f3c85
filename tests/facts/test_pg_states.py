"""The document `pg states`, when it is redundant, and stuck PGs."""

import json

import pytest

from ceph_exporter import facts
from ceph_exporter.facts import Check, DecodeError, Facts, Health, Status
from ceph_exporter.facts.map_pools import Pool
from ceph_exporter.facts.osd_dump import OsdDump
from ceph_exporter.facts.pg_states import (
    PgStates,
    RawPoolStatus,
    Stuck,
    from_pool_status,
    if_uniform,
    single,
    stuck,
)

ROWS = [
    {"pgid": "1.0", "state": "active+clean", "up": [0, 1], "acting": [0, 1], "acting_primary": 0},
    {"pgid": "1.1f", "state": "active+clean"},
    {"pgid": "1.2", "state": "active+undersized+degraded"},
    {"pgid": "12.0", "state": "active+clean"},
]
STATES = PgStates(
    {1: {"active+clean": 2, "active+undersized+degraded": 1}, 12: {"active+clean": 1}}
)
OLD = "0.72 to 11"


def status(**states: int) -> Status:
    """Return a status with PGs in these states."""
    return Status(None, pg_states=states)


def osd_map(*pg_nums: int | None) -> OsdDump:
    """Return an OSD map with pools 1, 2, ... with these numbers of PGs."""
    pools = [Pool(at, f"p{at}", "replicated", pg_num=n) for at, n in enumerate(pg_nums, 1)]
    return OsdDump((), pools=tuple(pools))


@pytest.mark.parametrize(
    "answer",
    [
        ROWS,
        {"pg_stats": ROWS},
        {"pg_ready": True, "pg_stats": ROWS},
        {"pg_ready": True, "pg_map": {"pg_stats": ROWS, "pool_stats": []}},
    ],
    ids=["up to 13", "bare section", "from 14 on", "whole dump"],
)
def test_shapes(answer: object) -> None:
    """The answer of each release becomes the same counts."""
    assert facts.decode("pg states", json.dumps(answer).encode()) == (STATES,)


def test_no_pgs() -> None:
    """A cluster without pools has no PGs, which is not an error."""
    assert facts.decode("pg states", b"[]") == (PgStates({}),)


@pytest.mark.parametrize("pgid", ["", "x.0", f"{'9' * 5000}.0"])
def test_a_pg_of_no_pool_is_refused(pgid: str) -> None:
    """A PG without a pool is an error."""
    with pytest.raises(DecodeError, match="no pool"):
        facts.decode("pg states", json.dumps([{"pgid": pgid, "state": "down"}]).encode())


def test_another_answer_is_refused() -> None:
    """An answer without the section is an error, not a cluster without PGs."""
    with pytest.raises(DecodeError, match="no `pg_stats`"):
        facts.decode("pg states", b'{"pg_ready": true}')


def test_pool_list() -> None:
    """The dashboard's pool list contains the counts; a pool may have no PGs yet."""
    rows = [RawPoolStatus(1, {"active+clean": 8}), RawPoolStatus(2)]
    assert from_pool_status(rows) == PgStates({1: {"active+clean": 8}, 2: {}})


def test_uniform() -> None:
    """If all PGs are in one state, the OSD map has the number of PGs of each pool."""
    uniform = if_uniform(status(**{"active+clean": 40}), osd_map(8, 32))
    assert uniform == PgStates({1: {"active+clean": 8}, 2: {"active+clean": 32}})


def test_one_pool() -> None:
    """With a single pool, all PGs belong to it, whatever their states."""
    states = {"active+clean": 30, "down": 2}
    assert if_uniform(status(**states), osd_map(32)) == PgStates({1: states})


@pytest.mark.parametrize(
    ("states", "pg_nums"),
    [
        ({"active+clean": 39, "down": 1}, (8, 32)),
        ({"active+clean": 32}, (8, 32)),
        ({"active+clean": 32}, (64,)),
        ({"active+clean": 8}, (None,)),
        ({}, ()),
    ],
    ids=["two states", "PGs to come", "one pool's PGs to come", "unknown", "no PGs"],
)
def test_not_uniform(states: dict[str, int], pg_nums: tuple[int | None, ...]) -> None:
    """With several states, or if the numbers of PGs differ, there is no result."""
    assert if_uniform(status(**states), osd_map(*pg_nums)) is None


def test_uniform_needs_both() -> None:
    """Both answers are needed."""
    assert if_uniform(None, osd_map(8)) is None
    assert if_uniform(status(down=8), None) is None


def test_redundant() -> None:
    """PGs are not dumped if `status` and `osd dump` determine the counts."""
    assert PgStates.redundant(Facts.of(status(down=40), osd_map(8, 32)))
    assert not PgStates.redundant(Facts.of(status(down=1, clean=39), osd_map(8, 32)))
    assert PgStates.redundant(Facts.of(status(down=40)))
    assert PgStates.redundant(Facts())


def test_single() -> None:
    """A PG counts in each single state that it is in."""
    assert single({"active+clean": 5, "active+undersized": 2}) == {
        "active": 7,
        "clean": 5,
        "undersized": 2,
    }


def test_single_of_old_releases() -> None:
    """Renamed states have their new name."""
    states = {"active+remapped+wait_backfill": 1, "active+remapped+backfill": 2, "inactive": 3}
    assert single(states) == {
        "active": 3,
        "remapped": 3,
        "backfill_wait": 1,
        "backfilling": 2,
        "unknown": 3,
    }


def test_nothing_stuck() -> None:
    """The states that a release reports are 0 while nothing is stuck, and so is the age."""
    none = Stuck(0, 0)
    assert stuck(Health("HEALTH_OK")) == dict.fromkeys(
        ["inactive", "peering", "stale", "undersized"], none
    )
    assert stuck(Health("HEALTH_OK", era=OLD)) == dict.fromkeys(
        ["inactive", "unclean", "stale"], none
    )


def test_stuck() -> None:
    """From 12 on counts are in the summaries, which have no limit, and ages in the details."""
    checks = {
        "PG_AVAILABILITY": Check(
            "HEALTH_WARN",
            "Reduced data availability: 300 pgs inactive, 1 pg peering, 2 pgs down",
            detail=(
                "pg 1.0 is stuck inactive for 61.072914, current state unknown, last acting []",
                "pg 1.1 is stuck inactive for 3h, current state down, last acting [0]",
                "pg 1.2 is stuck peering since forever, current state peering, last acting [0]",
                "pg 1.3 is down, acting [0,2147483647]",
            ),
        ),
        "PG_DEGRADED": Check(
            "HEALTH_WARN",
            "Degraded data redundancy: 28/56 objects degraded (50.000%), 11 pgs degraded, "
            "24 pgs undersized",
            detail=("pg 3.7 is stuck undersized for 21m, current state active, last acting [0]",),
        ),
    }
    assert stuck(Health("HEALTH_WARN", checks)) == {
        "inactive": Stuck(300, 3 * 3600),
        "peering": Stuck(1, None),
        "stale": Stuck(0, 0),
        "undersized": Stuck(24, 21 * 60),
    }


def test_stuck_up_to_11() -> None:
    """Up to 11 the summary has separate counts of stuck PGs and of all PGs in a state."""
    checks = {
        "PG_AVAILABILITY": Check(
            "HEALTH_ERR",
            "3 pgs are stuck inactive for more than 300 seconds; 3 pgs stuck inactive; 4 pgs down",
            detail=("pg 0.1 is stuck inactive since forever, current state creating",),
        ),
        "PG_DEGRADED": Check(
            "HEALTH_WARN", "9 pgs undersized; 5 pgs stuck unclean; 2 pgs stuck degraded"
        ),
        # The state at the end of the line differs.
        "PG_DAMAGED": Check(
            "HEALTH_ERR",
            "1 pgs inconsistent",
            detail=("pg 2.5 is stuck unclean for 345.123456, current state active+inconsistent",),
        ),
    }
    assert stuck(Health("HEALTH_ERR", checks, era=OLD)) == {
        "inactive": Stuck(3, None),
        "unclean": Stuck(5, 345.123456),
        "stale": Stuck(0, 0),
        "degraded": Stuck(2, None),
    }


@pytest.mark.parametrize(
    ("age", "seconds"),
    [("0.5s", 0.5), ("90s", 90), ("2m", 120), ("2h", 7200), ("3d", 259200), ("2w", 1209600)],
)
def test_ages(age: str, seconds: float) -> None:
    """Ages are in seconds, whatever the unit that Ceph rounds them to."""
    line = f"pg 1.0 is stuck stale for {age}, current state stale, last acting [0]"
    check = Check("HEALTH_WARN", "Reduced data availability: 1 pg stale", detail=(line,))
    health = Health("HEALTH_WARN", {"PG_AVAILABILITY": check})
    assert stuck(health)["stale"] == Stuck(1, seconds)


def test_stuck_since_forever() -> None:
    """How long a PG has been stuck that was never in a better state is unknown."""
    detail = (
        "pg 2.1 is stuck inactive for 3h, current state peering, last acting [1]",
        "pg 2.2 is stuck inactive since forever, current state creating, last acting []",
        "pg 2.3 is stuck stale for 5m, current state stale, last acting [1]",
    )
    text = "Reduced data availability: 2 pgs inactive, 1 pg stale"
    health = Health("HEALTH_WARN", {"PG_AVAILABILITY": Check("HEALTH_WARN", text, detail=detail)})
    kinds = stuck(health)
    assert (kinds["inactive"].pgs, kinds["inactive"].oldest) == (2, None)
    assert (kinds["stale"].pgs, kinds["stale"].oldest) == (1, 300)
    old = Check("HEALTH_WARN", "2 pgs stuck inactive", detail=detail[:2])
    kinds = stuck(Health("HEALTH_WARN", {"PG_AVAILABILITY": old}, era="0.72 to 11"))
    assert (kinds["inactive"].pgs, kinds["inactive"].oldest) == (2, None)
