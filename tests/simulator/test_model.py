"""The simulated cluster: its numbers agree with each other at any time, and the page shows them."""

from collections.abc import Collection
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceph_exporter.facts import Df, OsdDf, OsdDump, PgStates, PoolStats, PoolSums, Status
from ceph_exporter.simulator import Simulated
from ceph_exporter.simulator.cluster import state
from ceph_exporter.simulator.layout import LEAST_OSDS, layout
from ceph_exporter.simulator.model import State
from ceph_exporter.simulator.timeline import CYCLE, INCIDENTS, moment
from tests.simulator.pages import APIS, every, fact, of, simulated, values

incidents = st.none() | st.sets(st.sampled_from(sorted(INCIDENTS)))
sizes = st.sampled_from([12, 13, 50, 100, 405])
states = st.builds(
    lambda osds, seed, seconds, held: state(layout(osds, seed), seconds, held),
    sizes,
    st.integers(0, 3),
    st.floats(0, 1e7),
    incidents,
)


@given(states)
def test_totals_are_sums(now: State) -> None:
    """PGs, space, copies and degraded objects add up, in whatever goes on."""
    plans = now.moment.layout.pools
    assert sum(now.pg_states.values()) == sum(plan.pg_num for plan in plans)
    assert sum(osd.place.pgs for osd in now.osds) == sum(plan.pg_num * plan.size for plan in plans)
    for pool in now.pools:
        assert sum(pool.pg_states.values()) == pool.plan.pg_num
        assert 0 not in pool.pg_states.values()
        assert 0 <= pool.degraded < pool.copies
        assert bool(pool.degraded) == any("degraded" in name for name in pool.pg_states)
        assert pool.stored < pool.plan.quota_bytes or not pool.plan.has_quota
    assert all(0 < osd.kb_used < osd.kb for osd in now.osds)
    assert sum(pool.bytes_used for pool in now.pools) <= 1024 * now.kb_used


@given(states)
def test_the_oldest_promises_of_ceph_hold(now: State) -> None:
    """A quorum is a majority, the leader's clock is its own, and a disk holds its store."""
    assert len(now.quorum) > len(now.monitors) / 2
    assert now.monitors[0].skew == now.monitors[0].latency == 0
    for mon in now.monitors:
        assert mon.kb_used + mon.kb_avail == mon.kb_total
        assert mon.bytes_total < mon.kb_used * 1024
        assert mon.bytes_total == mon.bytes_sst + mon.bytes_log + mon.bytes_misc


@settings(max_examples=20)
@given(sizes, st.integers(0, 3))
def test_copies_of_a_pg_are_on_different_hosts(osds: int, seed: int) -> None:
    """No OSD holds two copies of a PG, no host either, and `pgs_of` is the way back."""
    made = layout(osds, seed)
    held: dict[int, set[tuple[int, int]]] = {osd: set() for osd in range(osds)}
    for plan in made.pools:
        for pg in range(plan.pg_num):
            acting = made.acting(plan, pg)
            assert len({made.osds[osd].host for osd in acting}) == plan.size
            for osd in acting:
                held[osd].add((plan.id, pg))
    for osd in (0, osds // 2, osds - 1):
        assert {(plan.id, pg) for plan, pg in made.pgs_of(osd)} == held[osd]
        assert len(held[osd]) == made.osds[osd].pgs


@given(st.floats(0, 1e7), st.floats(0, 1e7))
def test_epochs_and_counters_never_go_back(one: float, other: float) -> None:
    """Epochs, rounds and the counters of pools only ever rise."""
    before, after = (state(layout(12, 0), seconds) for seconds in sorted((one, other)))
    assert before.osdmap_epoch <= after.osdmap_epoch
    assert before.election_epoch <= after.election_epoch
    assert before.timecheck_round <= after.timecheck_round
    for old, new in zip(before.pools, after.pools, strict=True):
        assert old.read_ops <= new.read_ops
        assert old.write_bytes <= new.write_bytes


def test_counters_rise_as_the_rates_say() -> None:
    """Over a minute of steady reading the counter grows by the sum of the rates."""
    pools = [state(layout(12, 0), float(second)).pools[1] for second in range(61)]
    grown = pools[-1].read_bytes - pools[0].read_bytes
    assert grown == pytest.approx(sum(pool.read_bytes_sec for pool in pools[:-1]), rel=0.1)


def test_it_is_a_function_of_size_seed_and_time() -> None:
    """Two observers see the same cluster; another seed is another one."""
    assert state(layout(12, 0), 777.0) == state(layout(12, 0), 777.0)
    assert state(layout(12, 0), 777.0).osds != state(layout(12, 1), 777.0).osds


def test_a_cluster_that_is_too_small_is_refused() -> None:
    """Fewer OSDs than the pools need are refused."""
    with pytest.raises(ValueError, match="at least 12 OSDs"):
        layout(LEAST_OSDS - 1, 0)


@pytest.mark.parametrize("osds", [100, 1000, 10_000])
def test_it_scales(osds: int) -> None:
    """Hosts have 20 OSDs, racks 20 hosts, OSDs about 100 PGs."""
    made = layout(osds, 0)
    assert len(made.osds) == osds
    assert {len(host.osds) for host in made.hosts} == {20}
    assert len({host.rack for host in made.hosts}) == -(-osds // 400)
    assert all(40 < place.pgs < 220 for place in made.osds)


def test_incidents_come_one_after_the_other_in_each_cycle() -> None:
    """Each incident has its time, again in each cycle, and none overlaps another."""
    for before, after in pairwise(INCIDENTS.values()):
        assert before[1] <= after[0]
    for name, (start, end) in INCIDENTS.items():
        for seconds in (start, end - 1, start + 7 * CYCLE):
            assert moment(layout(12, 0), seconds).progress.keys() == {name}
        assert not moment(layout(12, 0), end).is_on(name)


def test_another_osd_fails_in_another_cycle() -> None:
    """The OSD that goes down changes from cycle to cycle."""
    downs = [state(layout(12, 0), 200 + cycle * CYCLE).down[0].place.id for cycle in range(12)]
    assert len(set(downs)) > 4


def test_recovery_ends() -> None:
    """Degraded objects become fewer from second to second, and none at the end."""
    found = [state(layout(12, 0), second).degraded for second in range(300, 421, 10)]
    assert found == sorted(found, reverse=True)
    assert found[0] > found[-1] == 0


def test_data_grows_and_is_deleted() -> None:
    """Used space grows for most of the cycle by a quarter, and shrinks at its end."""
    used = [state(layout(12, 0), second, ()).kb_used for second in range(0, 1801, 60)]
    assert used[:30] == sorted(set(used[:30]))
    assert used[29] > used[30] == used[0]


def test_an_incident_that_there_is_not() -> None:
    """A name that is none is an error at once."""
    with pytest.raises(KeyError, match="nonsense"):
        _ = simulated(0, ["nonsense"]).state


def test_a_cluster_changes_with_its_tick() -> None:
    """Within a tick all answers are of one moment; a large cluster's tick is longer."""
    for osds, tick in ((12, 1.0), (10_000, 4.0)):
        cluster = simulated(10 * tick, osds=osds)
        first = cluster.state
        cluster.age = lambda: 10.9 * tick  # noqa: B023 - used at once
        assert cluster.state is first
        cluster.age = lambda: 11.1 * tick  # noqa: B023 - used at once
        assert cluster.state is not first


def test_a_cluster_lives_by_the_clock() -> None:
    """Without an age of its own a cluster begins when it is made."""
    assert 0 <= Simulated().state.moment.seconds < 600


@pytest.mark.parametrize("held", [(), ("osd_down",), ("recovery",), ("scrub",)])
def test_documents_of_a_moment_agree(held: Collection[str]) -> None:
    """What several documents say is the same in all, and what the model says."""
    cluster = simulated(500.0, held)
    now = cluster.state
    for api in APIS:
        status, df = fact(cluster, api, Status), fact(cluster, api, Df)
        dump, osd_df = fact(cluster, api, OsdDump), fact(cluster, api, OsdDf)
        pgs, rates = fact(cluster, api, PgStates), fact(cluster, api, PoolStats)
        sums = fact(cluster, api, PoolSums)
        assert status.osds_up == sum(osd.up for osd in dump.osds) == 12 - len(now.down)
        assert dict(status.pg_states) == dict(now.pg_states)
        for pool in dump.pools:
            assert sum(pgs.pools[pool.id].values()) == pool.pg_num
        assert df.space.total == sum(osd.size or 0 for osd in osd_df.osds.values())
        assert df.space.used_raw == sum(osd.used or 0 for osd in osd_df.osds.values())
        assert df.space.avail == sum(osd.avail or 0 for osd in osd_df.osds.values())
        degraded = [row.degraded or 0 for row in rates.pools.values()]
        assert degraded == [row.degraded or 0 for row in sums.pools.values()]
        assert status.objects_degraded == sum(degraded)
        assert status.read_bytes == sum(row.read_bytes or 0 for row in rates.pools.values())
        assert status.write_ops == sum(row.write_ops or 0 for row in rates.pools.values())
        recovering = [row.recovering_bytes or 0 for row in rates.pools.values()]
        assert status.recovery_bytes == sum(recovering)


def test_the_page_says_what_the_model_says() -> None:
    """Numbers go from the model to the page as they are, in base units."""
    cluster = simulated(500.0, ())
    now = cluster.state
    last = now.monitors[-1]
    for api in APIS:
        found = values(cluster, api)
        assert of(found, "ceph_health_status") == 0
        assert of(found, "ceph_osds_up") == len(every(found, "ceph_osd_up")) == 12
        assert of(found, "ceph_monitor_clock_skew_seconds", monitor=last.name) == last.skew
        assert of(found, "ceph_monitor_latency_seconds", monitor=last.name) == last.latency
        assert of(found, "ceph_cluster_total_bytes") == now.kb * 1024
        assert of(found, "ceph_cluster_total_used_raw_bytes") == now.kb_used * 1024
        for osd in now.osds:
            daemon = f"osd.{osd.place.id}"
            assert of(found, "ceph_osd_used_bytes", ceph_daemon=daemon) == osd.kb_used * 1024
            assert of(found, "ceph_osd_pgs", ceph_daemon=daemon) == osd.place.pgs
            utilization = of(found, "ceph_osd_utilization_ratio", ceph_daemon=daemon)
            assert utilization == pytest.approx(osd.utilization)
        for pool in now.pools:
            number = str(pool.plan.id)
            assert of(found, "ceph_pool_stored", pool_id=number) == pool.stored
            assert of(found, "ceph_pool_bytes_used", pool_id=number) == pool.bytes_used
            assert of(found, "ceph_pool_objects", pool_id=number) == pool.objects
            assert of(found, "ceph_pool_rd", pool_id=number) == pool.read_ops
            assert of(found, "ceph_pool_wr_bytes", pool_id=number) == pool.write_bytes
            assert of(found, "ceph_pool_quota_bytes", pool_id=number) == pool.plan.quota_bytes
            assert of(found, "ceph_pg_clean", pool_id=number) == pool.plan.pg_num


def test_the_page_of_jewel_has_the_monitors_disks() -> None:
    """Disk and store of each monitor are on the page of a cluster that reports them."""
    cluster = simulated(500.0, ())
    found = values(cluster, "rest-api")
    for mon in cluster.state.monitors:
        for name, expected in (
            ("capacity_bytes", mon.kb_total * 1024),
            ("used_bytes", mon.kb_used * 1024),
            ("avail_bytes", mon.kb_avail * 1024),
            ("avail_percent", mon.avail_percent),
            ("store_capacity_bytes", mon.bytes_total),
            ("store_sst_bytes", mon.bytes_sst),
        ):
            assert of(found, f"ceph_monitor_{name}", monitor=mon.name) == expected
