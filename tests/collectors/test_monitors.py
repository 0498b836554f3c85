"""The collector of the monitors."""

import pytest

from ceph_exporter.collectors import monitors
from ceph_exporter.facts import (
    Clock,
    Fact,
    Facts,
    Health,
    Monitor,
    MonitorReport,
    MonStore,
    PerfCounters,
    Quorum,
    Status,
    Store,
    TimeSync,
)
from ceph_exporter.facts.daemons import Daemon, MonMetadata
from ceph_exporter.facts.perf_counters import Counter
from tests.collectors.pages import by_series

QUORUM = Quorum(
    "fsid",
    (
        Monitor("a", 0, in_quorum=True),
        Monitor("b", 1, in_quorum=True),
        Monitor("c", 2, in_quorum=False),
    ),
    monmap_epoch=3,
    election_epoch=14,
    leader="b",
    age=96.5,
)


def shown(*facts: Fact) -> dict[str, str]:
    """Return the values by series."""
    return by_series(monitors.collect(Facts.of(*facts)))


def of(name: str, *facts: Fact) -> dict[str, str]:
    """Return the samples of one metric by monitor ("" for a metric without labels)."""
    series = {key: value for key, value in shown(*facts).items() if key.partition("{")[0] == name}
    for mon in "abc":
        block = f'{{monitor="{mon}",ceph_daemon="mon.{mon}"}}'
        series = {mon if key == name + block else key: value for key, value in series.items()}
    return {"" if key == name else key: value for key, value in series.items()}


def test_quorum() -> None:
    """Each monitor of the map has its place, whether it is in quorum, and whether it leads."""
    assert {key: value for key, value in shown(QUORUM).items() if "quorum_status" in key} == {
        'ceph_mon_quorum_status{ceph_daemon="mon.a"}': "1",
        'ceph_mon_quorum_status{ceph_daemon="mon.b"}': "1",
        'ceph_mon_quorum_status{ceph_daemon="mon.c"}': "0",
    }
    assert of("ceph_monitor_rank", QUORUM) == {"a": "0", "b": "1", "c": "2"}
    assert of("ceph_monitor_leader", QUORUM) == {"a": "0", "b": "1", "c": "0"}
    assert of("ceph_monitor_election_epoch", QUORUM) == {"": "14"}
    assert of("ceph_monitor_monmap_epoch", QUORUM) == {"": "3"}
    assert of("ceph_monitor_quorum_age_seconds", QUORUM) == {"": "96.5"}


def test_unknown_of_the_quorum() -> None:
    """What `mon dump` and old releases do not report is absent, never 0."""
    bare = Quorum("fsid", (Monitor("a", 0, in_quorum=False),))
    names = {key.partition("{")[0] for key in shown(bare)}
    assert not names & {
        "ceph_monitor_election_epoch",
        "ceph_monitor_monmap_epoch",
        "ceph_monitor_quorum_age_seconds",
    }
    assert not of("ceph_monitor_leader", bare)


def test_leader() -> None:
    """One monitor leads, the others do not."""
    monitors = (Monitor("a", 0, in_quorum=True), Monitor("b", 1, in_quorum=True))
    quorum = Quorum("fsid", monitors, leader="b")
    assert of("ceph_monitor_leader", quorum) == {"a": "0", "b": "1"}


def test_health_out_of_quorum() -> None:
    """A monitor out of quorum is not healthy, also where health does not name it."""
    monitors = (Monitor("a", 0, in_quorum=True), Monitor("b", 1, in_quorum=False))
    name = "ceph_monitor_health_status"
    assert of(name, Quorum("fsid", monitors), Health("HEALTH_OK")) == {"a": "0", "b": "1"}


def test_clocks() -> None:
    """Skew keeps its sign, the leader's zeros are 0, and unknown values are absent."""
    clocks = {"a": Clock(0, 0, "HEALTH_OK"), "b": Clock(-0.0715, 0.002), "c": Clock()}
    fact = TimeSync(clocks, epoch=8, round=3419, ongoing=True)
    assert of("ceph_monitor_clock_skew_seconds", fact) == {"a": "0", "b": "-0.0715"}
    assert of("ceph_monitor_latency_seconds", fact) == {"a": "0", "b": "0.002"}
    assert of("ceph_monitor_timecheck_round", fact) == {"": "3419"}
    assert of("ceph_monitor_timecheck_epoch", fact) == {"": "8"}
    assert of("ceph_monitor_timecheck_ongoing", fact) == {"": "1"}


def test_round_that_is_not_told() -> None:
    """A round whose state is not reported is neither over nor in progress."""
    assert of("ceph_monitor_timecheck_ongoing", TimeSync()) == {}
    assert of("ceph_monitor_timecheck_ongoing", TimeSync(ongoing=False)) == {"": "0"}


def test_clocks_of_offenders() -> None:
    """Where only the health check reports clocks, only the offenders have a skew."""
    health = Health("HEALTH_WARN", clocks={"c": Clock(0.0715, 0.002, "HEALTH_WARN")})
    assert of("ceph_monitor_clock_skew_seconds", health) == {"c": "0.0715"}
    assert of("ceph_monitor_latency_seconds", health) == {"c": "0.002"}


def test_time_checks_win() -> None:
    """The time checks report all clocks, with sign: the health check adds nothing to them."""
    health = Health("HEALTH_WARN", clocks={"c": Clock(0.0715, 0.002, "HEALTH_WARN")})
    time_sync = TimeSync({"b": Clock(-0.5, 0.25)})
    assert of("ceph_monitor_clock_skew_seconds", health, time_sync) == {"b": "-0.5"}
    assert of("ceph_monitor_latency_seconds", health, TimeSync()) == {}


REPORT = MonitorReport("a", 10, 6, 4, 40, 7, 5, 1, 0.5)
SIZES = {
    "ceph_monitor_capacity_bytes": "10",
    "ceph_monitor_used_bytes": "6",
    "ceph_monitor_avail_bytes": "4",
    "ceph_monitor_avail_percent": "40",
    "ceph_monitor_store_capacity_bytes": "7",
    "ceph_monitor_store_sst_bytes": "5",
    "ceph_monitor_store_log_bytes": "1",
    "ceph_monitor_store_misc_bytes": "0.5",
}


@pytest.mark.parametrize(("name", "value"), SIZES.items())
def test_disk_and_store(name: str, value: str) -> None:
    """Each figure of a monitor's report has its name; a monitor without report has none."""
    reports = {"a": REPORT, "b": MonitorReport("b")}
    assert of(name, QUORUM, Health("HEALTH_OK", reports=reports)) == {"a": value}


@pytest.mark.parametrize(("name", "value"), SIZES.items())
def test_disk_and_store_of_this_host(name: str, value: str) -> None:
    """What is read on this host is shown with Ceph dead, and wins over what Ceph reported."""
    here = MonStore((Store("", REPORT),))
    assert of(name, here) == {"a": value}
    reports = {"a": MonitorReport("a", *[99] * 8), "b": MonitorReport("b", *[50] * 8)}
    health = Health("HEALTH_OK", reports=reports)
    assert of(name, health, here) == {"a": value, "b": "50"}


def test_folders_of_another_cluster_are_not_shown() -> None:
    """The quorum or the status identifies the cluster."""
    store = MonStore((Store("fsid", REPORT), Store("other", MonitorReport("b", 1))))
    name = "ceph_monitor_capacity_bytes"
    assert of(name, store, QUORUM) == {"a": "10"}
    assert of(name, store, Status("HEALTH_OK", fsid="other")) == {"b": "1"}
    assert of(name, store) == {}


def test_what_the_monitors_count_is_used_when_it_is_at_hand() -> None:
    """Newer monitors count their disk; it fills in what this host does not know."""
    counters = {
        "mon.data_disk_total_bytes": Counter(2, 100),
        "mon.data_disk_avail_bytes": Counter(2, 30),
        "mon.data_disk_avail_percent": Counter(2, 30),
        "mon.db_total_bytes": Counter(2, 8),
    }
    counted = PerfCounters({"mon.a": counters, "mon.b": counters, "osd.0": counters, "mon.c": {}})
    health = Health("HEALTH_WARN", reports={"b": MonitorReport("b", avail_percent=29)})
    here = MonStore((Store("", REPORT),))
    assert of("ceph_monitor_capacity_bytes", here, counted) == {"a": "10", "b": "100"}
    assert of("ceph_monitor_avail_bytes", counted) == {"a": "30", "b": "30"}
    assert of("ceph_monitor_avail_percent", counted, health) == {"a": "30", "b": "30"}
    assert of("ceph_monitor_store_capacity_bytes", counted) == {"a": "8", "b": "8"}
    assert of("ceph_monitor_used_bytes", counted) == {}


def test_only_a_percentage() -> None:
    """From 12 on a disk in trouble has a percentage and nothing else."""
    health = Health("HEALTH_WARN", reports={"b": MonitorReport("b", avail_percent=0)})
    block = '{monitor="b",ceph_daemon="mon.b"}'
    assert shown(health) == {f"ceph_monitor_avail_percent{block}": "0"}


def test_age_of_a_report() -> None:
    """The age of a report is that against the newest one, 0 for the newest itself."""
    stamps = {"a": 1412286011.5, "b": 1412286041.734402, "c": None}
    reports = {name: MonitorReport(name, updated=stamp) for name, stamp in stamps.items()}
    health = Health("HEALTH_OK", reports=reports)
    assert of("ceph_monitor_report_age_seconds", health) == {"a": "30.234402", "b": "0"}


def test_health_of_a_monitor() -> None:
    """The worst of health, time checks and quorum counts, and a monitor without any is well."""
    health = Health("HEALTH_WARN", monitor_health={"a": "HEALTH_ERR", "d": ""})
    time_sync = TimeSync({"a": Clock(health="HEALTH_WARN"), "b": Clock(health="HEALTH_WARN")})
    name = "ceph_monitor_health_status"
    other = f'{name}{{monitor="d",ceph_daemon="mon.d"}}'
    expected = {"a": "2", "b": "1", "c": "1", other: "0"}  # c is out of quorum
    assert of(name, health, QUORUM, time_sync) == expected
    assert of(name, health) == {"a": "2", other: "0"}


def test_health_of_monitors_without_health() -> None:
    """Without the health document there is no health of single monitors."""
    time_sync = TimeSync({"b": Clock(health="HEALTH_WARN")})
    assert of("ceph_monitor_health_status", QUORUM, time_sync) == {}


def test_health_that_is_none() -> None:
    """A word that is no severity counts as none, and is no error."""
    health = Health("HEALTH_WARN", monitor_health={"a": "HEALTH_GREAT"})
    assert of("ceph_monitor_health_status", health) == {"a": "0"}


def test_name_of_a_monitor_is_escaped() -> None:
    """A monitor may have any name."""
    health = Health("HEALTH_OK", reports={'a"': MonitorReport('a"', used=1)})
    assert shown(health) == {r'ceph_monitor_used_bytes{monitor="a\"",ceph_daemon="mon.a\""}': "1"}


def metadata(*facts: Fact) -> list[str]:
    """Return the series of ceph_mon_metadata."""
    return [key for key in shown(*facts) if key.startswith("ceph_mon_metadata")]


def _series(name: str, rank: int, hostname: str = "", version: str = "") -> str:
    return (
        f'ceph_mon_metadata{{ceph_daemon="mon.{name}",hostname="{hostname}",public_addr="",'
        f'rank="{rank}",ceph_version="{version}"}}'
    )


def test_metadata() -> None:
    """A monitor that never joined the quorum has no metadata, so its labels are empty."""
    daemons = MonMetadata({"a": Daemon("h1", "v1"), "b": Daemon("h2", "v1")})
    expected = [_series("a", 0, "h1", "v1"), _series("b", 1, "h2", "v1"), _series("c", 2)]
    assert metadata(QUORUM, daemons) == expected


def test_metadata_that_is_unavailable() -> None:
    """Without the document no monitor is shown as one without host and version."""
    assert metadata(QUORUM) == metadata(QUORUM, Health("HEALTH_OK", {})) == []


def test_metadata_before_12() -> None:
    """Up to 11 there is no such document: address and rank are shown without it."""
    health = Health("HEALTH_OK", {}, era="0.94 to 11")
    assert metadata(QUORUM, health) == [_series("a", 0), _series("b", 1), _series("c", 2)]
