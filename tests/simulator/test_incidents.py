"""Each incident of the simulated cluster shows on the page as it does on a real cluster."""

import pytest

from ceph_exporter.facts import Health
from ceph_exporter.facts.pg_states import stuck
from ceph_exporter.simulator import Api
from ceph_exporter.simulator.timeline import INCIDENTS
from tests.simulator.pages import APIS, every, fact, of, simulated, values

# incident -> checks that it raises over restful, and those of them that Jewel has a text for
CHECKS: dict[str, tuple[set[str], set[str]]] = {
    "scrub": (set(), set()),
    "osd_down": ({"OSD_DOWN", "PG_DEGRADED"}, {"OSD_DOWN", "PG_DEGRADED"}),
    "recovery": ({"PG_DEGRADED"}, {"PG_DEGRADED"}),
    "clock_skew": ({"MON_CLOCK_SKEW"}, {"MON_CLOCK_SKEW"}),
    "mon_down": ({"MON_DOWN"}, {"MON_DOWN"}),
    "nearfull": ({"OSD_NEARFULL", "POOL_NEARFULL"}, {"OSD_NEARFULL"}),
    "noout": ({"OSDMAP_FLAGS", "OSD_FLAGS"}, {"OSDMAP_FLAGS"}),
    "crash": ({"RECENT_CRASH"}, set()),
    "mds_failover": ({"FS_DEGRADED", "MDS_INSUFFICIENT_STANDBY"}, {"FS_DEGRADED"}),
    "slow_ops": ({"SLOW_OPS"}, {"SLOW_OPS"}),
    "scrub_late": ({"PG_NOT_DEEP_SCRUBBED"}, set()),
}


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("incident", INCIDENTS)
def test_checks_of_an_incident(incident: str, api: Api) -> None:
    """Each incident raises its own checks and no others, each known by its code."""
    expected = CHECKS[incident][api == "rest-api"]
    health = fact(simulated(0.0, [incident]), api, Health)
    assert health.checks.keys() == expected
    assert health.status == ("HEALTH_WARN" if expected else "HEALTH_OK")


@pytest.mark.parametrize("api", APIS)
def test_the_timeline_has_them_too(api: Api) -> None:
    """What is held for a test comes by itself at its time."""
    for incident, (start, end) in INCIDENTS.items():
        health = fact(simulated((start + end) / 2), api, Health)
        assert health.checks.keys() == CHECKS[incident][api == "rest-api"]


@pytest.mark.parametrize("api", APIS)
def test_all_at_once(api: Api) -> None:
    """Incidents may be held together."""
    health = fact(simulated(0.0, INCIDENTS), api, Health)
    every_check = [CHECKS[incident][api == "rest-api"] for incident in INCIDENTS]
    # The monitor whose clock drifts is the one that is out of quorum: nobody measures it.
    assert health.checks.keys() == set().union(*every_check) - {"MON_CLOCK_SKEW"}


@pytest.mark.parametrize("api", APIS)
def test_an_osd_is_down(api: Api) -> None:
    """One OSD is not up but in, has no PGs and no latency, and its PGs are undersized."""
    cluster = simulated(0.0, ["osd_down"])
    found, (down,) = values(cluster, api), cluster.state.down
    daemon = f"osd.{down.place.id}"
    assert sum(every(found, "ceph_osd_up")) == 11
    assert of(found, "ceph_osd_up", ceph_daemon=daemon) == 0
    assert of(found, "ceph_osd_in", ceph_daemon=daemon) == 1
    assert of(found, "ceph_osd_pgs", ceph_daemon=daemon) == 0
    assert of(found, "ceph_osd_apply_latency_ms", ceph_daemon=daemon) == 0
    assert sum(every(found, "ceph_pg_undersized")) == down.place.pgs
    assert of(found, "ceph_num_objects_degraded") == cluster.state.degraded > 0
    assert of(found, "ceph_recovery_io_objects") == 0


def test_pgs_are_stuck_after_a_minute() -> None:
    """PGs that are undersized for longer than a minute are stuck, and Ceph says since when."""
    for seconds, number, oldest in ((170.0, 0, 0), (190.0, 132, 70), (290.0, 132, 180)):
        cluster = simulated(seconds)
        health = fact(cluster, "restful", Health)
        found = stuck(health)["undersized"]
        assert found.pgs == (number and cluster.state.down[0].place.pgs)
        assert found.oldest == oldest


@pytest.mark.parametrize("api", APIS)
def test_recovery_has_rates(api: Api) -> None:
    """While PGs are recovered there are rates, of the cluster and of the pools."""
    found = values(simulated(0.0, ["recovery"]), api)
    rate = of(found, "ceph_recovery_io_objects")
    assert rate == sum(every(found, "ceph_pool_recovering_objects_per_sec")) > 0
    assert of(found, "ceph_recovery_io_bytes") > rate
    assert sum(every(found, "ceph_pg_recovering")) == 3
    assert sum(every(found, "ceph_pg_recovery_wait")) > 0


@pytest.mark.parametrize("api", APIS)
def test_a_clock_drifts_beyond_what_is_allowed(api: Api) -> None:
    """The last monitor's skew passes 0.05 s, and the monitor's own health says so."""
    found = values(simulated(0.0, ["clock_skew"]), api)
    assert of(found, "ceph_monitor_clock_skew_seconds", monitor="c") == pytest.approx(
        0.08, abs=0.01
    )
    assert abs(of(found, "ceph_monitor_clock_skew_seconds", monitor="b")) < 0.002
    assert of(found, "ceph_monitor_health_status", monitor="c") == 1


@pytest.mark.parametrize("api", APIS)
def test_a_monitor_is_out_of_quorum(api: Api) -> None:
    """It is in the monmap and not in the quorum, and nobody measures its clock."""
    found = values(simulated(0.0, ["mon_down"]), api)
    assert of(found, "ceph_mon_quorum_status", ceph_daemon="mon.c") == 0
    assert sum(every(found, "ceph_mon_quorum_status")) == 2
    assert len(every(found, "ceph_monitor_clock_skew_seconds")) == 2


def test_an_osd_is_nearly_full() -> None:
    """The OSD is fuller than the ratio, and its class has no headroom left."""
    cluster = simulated(0.0, ["nearfull"])
    (full,) = [osd for osd in cluster.state.osds if osd.nearfull]
    found = values(cluster, "restful")
    assert of(found, "ceph_osd_nearfull", ceph_daemon=f"osd.{full.place.id}") == 1
    assert of(found, "ceph_osds_fullest_utilization_ratio") == pytest.approx(0.87, abs=0.001)
    class_ = full.place.device_class
    assert of(found, "ceph_osds_nearfull_headroom_bytes", device_class=class_) == 0


@pytest.mark.parametrize("api", APIS)
def test_noout_is_set(api: Api) -> None:
    """The flag is on the page, and gone with the incident."""
    assert of(values(simulated(0.0, ["noout"]), api), "ceph_osd_flag_noout") == 1
    assert of(values(simulated(0.0, []), api), "ceph_osd_flag_noout") == 0


def test_noout_of_a_host() -> None:
    """With Ceph 18, the flag is also set for one host."""
    name, scope = "ceph_osd_individually_flagged", "crush_node"
    for held, hosts in ((["noout"], 1), ([], 0)):
        found = values(simulated(0.0, held), "restful")
        assert of(found, name, scope=scope, flag="noout") == hosts


def test_a_crash_is_reported_and_archived() -> None:
    """The report is new while the incident lasts and archived then; an old one is always there."""
    for seconds, new, archived in ((1200.0, 0, 1), (1300.0, 1, 1), (1500.0, 0, 2)):
        found = values(simulated(seconds), "restful")
        reports = {key[1]: value for key, value in found.items() if key[0] == "ceph_crash_reports"}
        assert sum(n for block, n in reports.items() if 'status="new"' in block) == new
        assert sum(n for block, n in reports.items() if 'status="archived"' in block) == archived


@pytest.mark.parametrize("api", APIS)
def test_an_mds_takes_over(api: Api) -> None:
    """The standby replays the journal, becomes active, and none stands by."""
    start, end = INCIDENTS["mds_failover"]
    for seconds, active, standbys in ((0, 2, 1), (start + 9, 1, 0), (end - 9, 2, 0)):
        found = values(simulated(seconds), api)
        assert of(found, "ceph_fs_mds_active") == active
        assert of(found, "ceph_mds_standbys") == standbys


@pytest.mark.parametrize("api", APIS)
def test_operations_are_slow(api: Api) -> None:
    """The sum of slow operations is on the page, and the OSD's latency is high."""
    cluster = simulated(0.0, ["slow_ops"])
    found = values(cluster, api)
    daemon = f"osd.{cluster.state.moment.victim('slow_ops')}"
    assert of(found, "ceph_healthcheck_slow_ops") == 12
    assert of(found, "ceph_osd_apply_latency_ms", ceph_daemon=daemon) == 900
    if api == "restful":
        assert of(found, "ceph_daemon_slow_ops", ceph_daemon=daemon) == 1


@pytest.mark.parametrize("api", APIS)
def test_scrubs_are_no_trouble(api: Api) -> None:
    """PGs that are scrubbed are clean."""
    found = values(simulated(0.0, ["scrub"]), api)
    assert sum(every(found, "ceph_pg_scrubbing")) > 0
    assert sum(every(found, "ceph_pg_clean")) == sum(every(found, "ceph_pg_total"))
