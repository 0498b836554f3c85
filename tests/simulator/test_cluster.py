"""The simulated cluster: its numbers agree with each other at any time, and it lives."""

import re
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceph_exporter.simulator.cluster import PERIOD, REPLICAS, Cluster, State, state
from ceph_exporter.simulator.documents import DOCUMENTS, SEVERITIES, worst

moments = st.floats(min_value=0, max_value=1e7)
phases = st.floats(min_value=0, max_value=PERIOD, exclude_max=True)
clusters = st.builds(
    Cluster,
    monitors=st.sampled_from([("a",), ("a", "b", "c"), ("a", "b", "c", "d", "e")]),
    osds=st.integers(REPLICAS, 100),
    hosts=st.integers(1, 10),
    pools=st.sampled_from([("rbd",), ("rbd", "cephfs_data", "cephfs_metadata"), tuple("abcdefgh")]),
)
states = st.builds(state, clusters, moments)


def document(command: str, at: State | float) -> Any:  # noqa: ANN401
    """Return what a cluster answers to a command, by default at some second of its life."""
    return DOCUMENTS[command](at if isinstance(at, State) else state(Cluster(), at))


def summaries(health: Any) -> list[str]:  # noqa: ANN401
    """Return the texts of a health answer."""
    return [item["summary"] for item in health["summary"]]


def pgs(at: float) -> dict[str, int]:
    """Return the PGs by state, scrubbing ones with the clean ones."""
    counts = dict(state(Cluster(), at).pgs_by_state)
    scrubbing = counts.pop("active+clean+scrubbing", 0)
    return {**counts, "active+clean": counts["active+clean"] + scrubbing}


@given(states)
def test_pg_counts_sum_up(now: State) -> None:
    """The PGs of all states are the PGs of all pools, at any time and in any cluster."""
    pgmap = document("status", now)["pgmap"]
    counts = [item["count"] for item in pgmap["pgs_by_state"]]
    assert sum(counts) == pgmap["num_pgs"] == sum(pool.pg_num for pool in now.pools)
    assert counts == sorted(counts, reverse=True)
    assert 0 not in counts


@given(states)
def test_capacity_sums_up(now: State) -> None:
    """Used and available bytes are the total, and there is room for all replicas."""
    pgmap = document("status", now)["pgmap"]
    assert pgmap["bytes_used"] + pgmap["bytes_avail"] == pgmap["bytes_total"]
    assert pgmap["data_bytes"] * REPLICAS <= pgmap["bytes_used"] + len(now.osds)
    assert pgmap["bytes_avail"] > 0
    assert all(0 <= osd.bytes_used < osd.bytes_total for osd in now.osds)


@given(states)
def test_monitor_disks_sum_up(now: State) -> None:
    """A monitor's disk and store are the sums of their parts, and the store is on the disk."""
    for mon in document("health", now)["health"]["health_services"][0]["mons"]:
        store = mon["store_stats"]
        assert mon["kb_used"] + mon["kb_avail"] == mon["kb_total"]
        assert mon["avail_percent"] == int(mon["kb_avail"] / mon["kb_total"] * 100)
        parts = store["bytes_sst"] + store["bytes_log"] + store["bytes_misc"]
        assert store["bytes_total"] == parts < mon["kb_used"] * 1024


@given(states)
def test_osds_down_match_the_health_text(now: State) -> None:
    """The number of OSDs that are up is that of the health text, and 0 down says nothing."""
    osdmap = document("status", now)["osdmap"]["osdmap"]
    down = osdmap["num_osds"] - osdmap["num_up_osds"]
    texts = [text for text in summaries(document("health", now)) if "osds are down" in text]
    assert texts == [f"{down}/{osdmap['num_in_osds']} in osds are down"] * bool(down)
    assert osdmap["num_up_osds"] == sum(osd.up for osd in now.osds)


@given(states)
def test_overall_status_is_the_worst_severity(now: State) -> None:
    """The overall status is the worst severity of the summary, in ``status`` as in ``health``."""
    health = document("health", now)
    found = {item["severity"] for item in health["summary"]} or {"HEALTH_OK"}
    assert health["overall_status"] == max(found, key=SEVERITIES.index)
    assert document("status", now)["health"] == health


@given(states)
def test_degraded_pgs_and_objects_come_and_go_together(now: State) -> None:
    """Degraded PGs, degraded objects and both health texts agree."""
    pgmap = document("status", now)["pgmap"]
    texts = summaries(document("health", now))
    degraded = sum(n for name, n in now.pgs_by_state.items() if "degraded" in name)
    assert [t for t in texts if t.endswith("pgs degraded")] == [f"{degraded} pgs degraded"] * bool(
        degraded
    )
    assert ("degraded_objects" in pgmap) == bool(degraded)
    if degraded:
        objects, copies = pgmap["degraded_objects"], pgmap["degraded_total"]
        assert 0 < objects <= copies == REPLICAS * sum(pool.objects for pool in now.pools)
        assert pgmap["degraded_ratio"] == pytest.approx(objects / copies, abs=1e-6)
        percent = f"{objects / copies:.3%}"
        assert f"recovery {objects}/{copies} objects degraded ({percent})" in texts


@given(states)
def test_clock_skew_matches_the_health_text(now: State) -> None:
    """A skew beyond 0.05 s warns in the entry, the summary and the detail; the leader has none."""
    health = document("health", now)
    skewed = [mon for mon in health["timechecks"].get("mons", []) if abs(mon["skew"]) > 0.05]
    assert ("Monitor clock skew detected " in summaries(health)) == bool(skewed)
    assert len(health["detail"]) == len(skewed)
    for mon in health["timechecks"].get("mons", []):
        assert (mon["health"] == "HEALTH_WARN") == (mon in skewed) == ("details" in mon)
        assert 0 <= mon["latency"] < 0.01
    assert now.monitors[0].skew == now.monitors[0].latency == 0


@given(states)
def test_detail_has_a_line_for_each_pg_in_trouble(now: State) -> None:
    """Health detail names each degraded PG once, with an acting set that fits its state."""
    lines = document("health detail", now)["detail"]
    found = [m for line in lines if (m := re.match(r"pg (\S+) is (\S+), acting \[(.*)\]$", line))]
    degraded = {name: n for name, n in now.pgs_by_state.items() if "degraded" in name}
    assert len({match[1] for match in found}) == len(found) == sum(degraded.values())
    for _, name, osds in (match.groups() for match in found):
        acting = {int(osd) for osd in osds.split(",")}
        assert name in degraded
        assert len(acting) == REPLICAS - ("undersized" in name)
        assert (now.failed_osd in acting) == ("undersized" not in name)


@given(states)
def test_keys_of_rates_at_zero_are_absent(now: State) -> None:
    """No bytes rate is ever printed as 0, and bytes and operations of reads go together."""
    pgmap = document("status", now)["pgmap"]
    assert pgmap.get("read_bytes_sec", 1) > 0
    assert pgmap["write_bytes_sec"] > 0
    assert ("read_bytes_sec" in pgmap) == (pgmap["read_op_per_sec"] > 0)
    assert pgmap.get("recovering_objects_per_sec", 1) > 0
    assert pgmap.get("recovering_bytes_per_sec", 1) > 0


@given(moments)
def test_state_is_a_function_of_time(seconds: float) -> None:
    """Two observers of one moment see the same cluster."""
    assert state(Cluster(), seconds) == state(Cluster(), seconds)


@given(phases, st.integers(1, 1000))
def test_the_same_events_come_in_each_period(phase: float, period: int) -> None:
    """A later period has the down OSD, the recovery and the drift at the same seconds."""
    # A whole number of seconds keeps both sums exact.
    first = state(Cluster(), int(phase))
    later = state(Cluster(), int(phase) + period * PERIOD)
    assert later.num_up_osds == first.num_up_osds
    assert later.degraded_objects == first.degraded_objects
    assert later.monitors[2].skew == pytest.approx(first.monitors[2].skew, abs=0.002)
    assert later.osdmap_epoch == first.osdmap_epoch + 2 * period


@given(moments, moments)
def test_epochs_and_rounds_never_go_back(one: float, other: float) -> None:
    """Map versions and the time-check round only ever rise."""
    early, late = sorted((one, other))
    before, after = document("status", early), document("status", late)
    for path in (("pgmap", "version"), ("health", "timechecks", "round")):
        old, new = before, after
        for key in path:
            old, new = old[key], new[key]
        assert old <= new
    assert before["osdmap"]["osdmap"]["epoch"] <= after["osdmap"]["osdmap"]["epoch"]


@pytest.mark.parametrize(
    ("second", "osds_up", "troubles"),
    [
        (119, 12, {}),
        (120, 11, {"active+undersized+degraded": 96}),
        (239, 11, {"active+undersized+degraded": 96}),
        (240, 12, {"active+recovery_wait+degraded": 93, "active+recovering+degraded": 3}),
        (270, 12, {"active+recovery_wait+degraded": 45, "active+recovering+degraded": 3}),
        (299, 12, {"active+recovering+degraded": 2}),
        (300, 12, {}),
    ],
)
def test_an_osd_fails_and_comes_back(second: int, osds_up: int, troubles: dict[str, int]) -> None:
    """An OSD is down from second 120 to 240, its PGs are recovered until 300."""
    assert state(Cluster(), second).num_up_osds == osds_up
    assert pgs(second) == {"active+clean": 384 - sum(troubles.values()), **troubles}


def test_another_osd_fails_in_the_next_period() -> None:
    """Failures go round all OSDs, one for each period."""
    failed = [state(Cluster(), 130 + n * PERIOD) for n in range(12)]
    down = [[osd.id for osd in now.osds if not osd.up] for now in failed]
    assert sorted(down) == [[osd] for osd in range(12)]


def test_the_failure_reads_as_ceph_words_it() -> None:
    """The summary and the detail of a failure are in Jewel's words and order."""
    health = document("health detail", 130)
    assert summaries(health)[:2] == ["96 pgs degraded", "96 pgs undersized"]
    assert re.fullmatch(r"recovery \d+/\d+ objects degraded \(8\.333%\)", summaries(health)[2])
    assert summaries(health)[3:] == ["1/12 in osds are down"]
    assert health["detail"][-2] == summaries(health)[2]
    assert health["detail"][-1] == "osd.6 is down since epoch 101, last address 10.0.1.3:6806/2006"
    assert document("health", 130)["detail"] == []


def test_recovery_has_rates_and_an_end() -> None:
    """While PGs are recovered, there are rates, and degraded objects become fewer and none."""
    counts = [state(Cluster(), second).degraded_objects for second in range(240, 301)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[30] > counts[-1] == 0
    pgmap = document("status", 270)["pgmap"]
    assert pgmap["recovering_objects_per_sec"] == pytest.approx(counts[0] / 60, rel=0.1)
    assert pgmap["num_objects_recovered"] == 5 * pgmap["recovering_objects_per_sec"]
    assert pgmap["num_bytes_recovered"] == 5 * pgmap["recovering_bytes_per_sec"]
    assert "recovering_objects_per_sec" not in document("status", 300)["pgmap"]


@pytest.mark.parametrize(
    ("second", "low", "high"),
    [
        (300, 0, 0.001),
        (410, 0.035, 0.05),
        (440, 0.051, 0.065),
        (479, 0.078, 0.082),
        (520, 0, 0.001),
    ],
)
def test_the_last_clock_drifts_until_ntp_corrects_it(second: int, low: float, high: float) -> None:
    """Monitor c's clock passes the limit about second 424 and is right again at 520."""
    a, b, c = state(Cluster(), second).monitors
    assert low <= abs(c.skew) <= high
    assert abs(b.skew) <= 0.001
    assert a.skew == 0


def test_a_skewed_clock_reads_as_ceph_words_it() -> None:
    """The text of a skew has its absolute value, the limit, the address and the latency."""
    health = document("health", 470)
    mon = health["timechecks"]["mons"][2]
    assert mon["details"] == f"clock skew {mon['skew']:g}s > max 0.05s"
    line = f"mon.c addr 10.0.0.3:6789/0 {mon['details']} (latency {mon['latency']:g}s)"
    assert health["detail"] == [line]


def test_a_monitor_alone_has_no_time_checks() -> None:
    """With one monitor there is no list of clocks, as in Ceph."""
    alone = document("health", state(Cluster(monitors=("a",)), 470))
    assert alone["timechecks"].keys() == {"epoch", "round", "round_status"}
    assert alone["overall_status"] == "HEALTH_OK"


def test_round_status_follows_the_round() -> None:
    """A round is on-going while its number is odd, and there is one every 30 seconds."""
    checks = [document("health", second)["timechecks"] for second in (0, 1, 29, 30, 31)]
    assert [check["round"] for check in checks] == [1, 2, 2, 3, 4]
    expected = ["on-going", "finished", "finished", "on-going", "finished"]
    assert [check["round_status"] for check in checks] == expected


def test_data_grows_and_is_deleted() -> None:
    """Used bytes and objects grow for nine minutes by a quarter, and shrink in the tenth."""
    seen = [state(Cluster(), second) for second in range(0, 601, 30)]
    used, objects = [now.bytes_used for now in seen], [now.objects for now in seen]
    for series in (used, objects):
        assert series[:19] == sorted(set(series[:19]))
        assert series[18] == pytest.approx(1.25 * series[0], rel=0.001)
        assert series[18] > series[19] > series[20] == series[0]


def test_client_io_comes_in_waves_with_pauses() -> None:
    """Reads rest for a while in each wave, writes never do, and both rise and fall."""
    maps = [document("status", second)["pgmap"] for second in range(0, 600, 5)]
    reads = [pgmap.get("read_bytes_sec") for pgmap in maps]
    writes = [pgmap["write_bytes_sec"] for pgmap in maps]
    assert 20 < reads.count(None) < 60
    assert max(writes) > 2 * min(writes)


def test_latency_jitters() -> None:
    """The latency of a monitor is another one each second."""
    assert len({state(Cluster(), second).monitors[1].latency for second in range(60)}) > 50


def test_stores_grow_and_are_compacted() -> None:
    """The tables of each monitor's store grow, and shrink only now and then, by compaction."""
    for rank in range(3):
        sizes = [state(Cluster(), second).monitors[rank].bytes_sst for second in range(600)]
        shrunk = [new < old for old, new in pairwise(sizes)]
        assert 2 <= shrunk.count(True) <= 3
        assert max(sizes) > 4 * min(sizes)


def test_disks_of_monitors_fill_and_are_freed() -> None:
    """Each monitor's used disk space rises by more than its store and falls again."""
    for rank in range(3):
        used = [state(Cluster(), second).monitors[rank].kb_used for second in range(600)]
        assert max(used) - min(used) > 400 * 1024


def test_osds_are_spread_over_all_hosts() -> None:
    """Each host carries the same number of OSDs, each with an address of its own."""
    osds = state(Cluster(), 0).osds
    hosts = [osd.host for osd in osds]
    assert {host: hosts.count(host) for host in hosts} == {f"host{n}": 3 for n in range(1, 5)}
    assert len({osd.addr for osd in osds}) == 12


@pytest.mark.parametrize(
    "lacking", [{"monitors": ()}, {"pools": ()}, {"hosts": 0}, {"osds": REPLICAS - 1}]
)
def test_a_cluster_that_cannot_hold_data_is_refused(lacking: dict[str, Any]) -> None:
    """A cluster without monitors, pools, hosts or enough OSDs is no cluster."""
    with pytest.raises(ValueError, match="3 OSDs are needed"):
        Cluster(**lacking)


def test_a_tiny_cluster_has_a_pg_for_each_pool() -> None:
    """More pools than PGs are advised for still get a PG each."""
    assert Cluster(osds=3, pools=tuple(f"pool{n}" for n in range(500))).pg_num == 1


def test_the_worst_severity() -> None:
    """An error is worse than a warning, a warning worse than nothing."""
    assert worst(["HEALTH_WARN", "HEALTH_ERR", "HEALTH_OK"]) == "HEALTH_ERR"
    assert worst(["HEALTH_OK", "HEALTH_WARN"]) == "HEALTH_WARN"
    assert worst([]) == "HEALTH_OK"


def test_the_monmap_is_the_same_everywhere() -> None:
    """Status, quorum status and mon dump show one map and one quorum."""
    status, quorum = document("status", 5), document("quorum_status", 5)
    dump = document("mon dump", 5)
    assert dump.pop("quorum") == quorum["quorum"] == status["quorum"] == [0, 1, 2]
    assert dump == quorum["monmap"] == status["monmap"]
    assert [mon["name"] for mon in dump["mons"]] == quorum["quorum_names"] == ["a", "b", "c"]
    assert quorum["quorum_leader_name"] == "a"
    assert dump["fsid"] == status["fsid"] == document("fsid", 5)["fsid"] == Cluster().fsid


def test_times_are_without_zone() -> None:
    """A time is printed as Ceph before 15 does: with a blank, microseconds and no zone."""
    mon = document("health", 61.5)["health"]["health_services"][0]["mons"][0]
    assert mon["last_updated"] == "2018-07-11 00:01:01.500000"


def test_the_version_is_jewel() -> None:
    """The simulated release is the last one of Jewel."""
    assert document("version", 0)["version"].startswith("ceph version 10.2.11 (")
