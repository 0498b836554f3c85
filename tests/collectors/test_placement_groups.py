"""The collector of placement groups."""

from ceph_exporter.collectors import placement_groups
from ceph_exporter.facts import Check, Fact, Facts, Health, Status
from ceph_exporter.facts.map_pools import Pool
from ceph_exporter.facts.osd_dump import OsdDump
from ceph_exporter.facts.pg_states import PgStates
from tests.collectors.pages import by_series

# PG_STATES of the mgr's mgr_module.py, 16 to 20, in its order.
_STATES = """
    active clean down recovery_unfound backfill_unfound scrubbing degraded inconsistent peering
    repair recovering forced_recovery backfill_wait incomplete stale remapped deep backfilling
    forced_backfill backfill_toofull recovery_wait recovery_toofull undersized activating peered
    snaptrim snaptrim_wait snaptrim_error creating unknown premerge failed_repair laggy wait
"""
STATES = _STATES.split()

MAP = OsdDump((), pools=tuple(Pool(at, "p", "replicated", pg_num=8) for at in (1, 2)))
FAMILIES = (
    *(f"ceph_pg_{state}" for state in STATES),
    "ceph_pg_total",
    "ceph_pgs_stuck",
    "ceph_pgs_stuck_oldest_seconds",
)


def shown(*facts: Fact) -> dict[str, str]:
    """Return the values by series."""
    return by_series(placement_groups.collect(Facts.of(*facts)), FAMILIES)


def test_states() -> None:
    """Each of the module's 34 states is there for each pool, also with 0 PGs."""
    page = shown(PgStates({1: {"active+clean": 5, "active+undersized+degraded": 3}, 2: {}}))
    names = [f'ceph_pg_{state}{{pool_id="{pool}"}}' for state in STATES for pool in (1, 2)]
    assert list(page) == ['ceph_pg_total{pool_id="1"}', 'ceph_pg_total{pool_id="2"}', *names]
    assert {name: value for name, value in page.items() if value != "0"} == {
        'ceph_pg_total{pool_id="1"}': "8",
        'ceph_pg_active{pool_id="1"}': "8",
        'ceph_pg_clean{pool_id="1"}': "5",
        'ceph_pg_degraded{pool_id="1"}': "3",
        'ceph_pg_undersized{pool_id="1"}': "3",
    }


def test_without_a_dump() -> None:
    """While all PGs are alike, `status` and the OSD map do, and they win over an older dump."""
    uniform = [Status(None, pg_states={"active+clean": 16}), MAP]
    page = shown(*uniform)
    assert page['ceph_pg_clean{pool_id="1"}'] == page['ceph_pg_total{pool_id="2"}'] == "8"
    assert shown(*uniform, PgStates({1: {"down": 8}, 2: {"down": 8}})) == page


def test_unlike_pgs() -> None:
    """When the PGs differ, only a dump has their states; without one, there are none."""
    mixed = [Status(None, pg_states={"active+clean": 15, "down": 1}), MAP]
    assert shown(*mixed) == {}
    assert shown(*mixed, PgStates({2: {"down": 1}}))['ceph_pg_down{pool_id="2"}'] == "1"


def test_unknown_state() -> None:
    """A state that the module does not know makes no metric, but its PGs count."""
    page = shown(PgStates({1: {"active+dancing": 2}}))
    assert page['ceph_pg_total{pool_id="1"}'] == page['ceph_pg_active{pool_id="1"}'] == "2"
    assert not any("dancing" in name for name in page)


def test_stuck() -> None:
    """Stuck PGs are counted by kind, with 0; an age that Ceph does not report is left out."""
    line = "pg 1.0 is stuck inactive for 2m, current state peering, last acting [0]"
    text = "Reduced data availability: 2 pgs inactive, 1 pg peering"
    health = Health("HEALTH_WARN", {"PG_AVAILABILITY": Check("HEALTH_WARN", text, detail=(line,))})
    assert shown(health) == {
        'ceph_pgs_stuck{kind="inactive"}': "2",
        'ceph_pgs_stuck{kind="peering"}': "1",
        'ceph_pgs_stuck{kind="stale"}': "0",
        'ceph_pgs_stuck{kind="undersized"}': "0",
        'ceph_pgs_stuck_oldest_seconds{kind="inactive"}': "120",
        'ceph_pgs_stuck_oldest_seconds{kind="stale"}': "0",
        'ceph_pgs_stuck_oldest_seconds{kind="undersized"}': "0",
    }


def test_late_scrubs() -> None:
    """PGs that were not scrubbed in time are counted by kind, and 0 if there are none."""
    names = "ceph_pgs_not_scrubbed", "ceph_pgs_oldest_scrub_timestamp_seconds"
    line = "pg 1.2 not scrubbed since 2026-11-01T10:00:00.500000+0000"
    late = Check("HEALTH_WARN", "7 pgs not scrubbed in time", 7, (line,))
    health = Health("HEALTH_WARN", {"PG_NOT_SCRUBBED": late})
    assert by_series(placement_groups.collect(Facts.of(health)), names) == {
        'ceph_pgs_not_scrubbed{kind="scrub"}': "7",
        'ceph_pgs_not_scrubbed{kind="deep_scrub"}': "0",
        'ceph_pgs_oldest_scrub_timestamp_seconds{kind="scrub"}': "1793527200.5",
    }
    unknown = Health("HEALTH_WARN", listed=False)
    assert by_series(placement_groups.collect(Facts.of(unknown)), names) == {}
