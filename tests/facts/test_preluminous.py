"""`health` of 0.67 to 11.2."""

import json
from typing import Any

import pytest

from ceph_exporter import facts
from ceph_exporter.facts import Check, Health, MonitorReport
from ceph_exporter.facts.preluminous import UNMAPPED
from ceph_exporter.facts.slow_ops import SlowOps

OK = {"health": "HEALTH_OK"}
STAMP = "2014-10-02 21:40:11.500000"


def decode(*summary: str | tuple[str, str], detail: tuple[str, ...] = (), **fields: Any) -> Health:  # noqa: ANN401
    """Decode an answer with these lines; lines without a severity are warnings."""
    lines = [line if isinstance(line, tuple) else ("HEALTH_WARN", line) for line in summary]
    document = {
        "overall_status": "HEALTH_WARN",
        "summary": [{"severity": severity, "summary": text} for severity, text in lines],
        "detail": detail,
        **fields,
    }
    fact, *_ = facts.decode("health detail", json.dumps(document).encode())
    assert isinstance(fact, Health)
    return fact


def services(*mons: dict[str, Any]) -> dict[str, Any]:
    """Return the part of the answer with the monitors' own reports."""
    return {"health_services": [{"mons": mons}]}


def test_all_is_well() -> None:
    """An answer without lines has a status and no checks."""
    fact = decode(overall_status="HEALTH_OK", health={"health_services": []})
    assert fact.status == "HEALTH_OK"
    assert not fact.checks
    assert not fact.reports


def test_lines_of_one_code_are_one_check() -> None:
    """Lines with the same code become one check with the worst severity and all details."""
    fact = decode(
        ("HEALTH_WARN", "4 pgs down"),
        ("HEALTH_ERR", "4 pgs are stuck inactive for more than 300 seconds"),
        "4 pgs peering",
        detail=("pg 1.2 is down+peering, acting [3]", "1 scrub errors"),
    )
    text = "4 pgs down; 4 pgs are stuck inactive for more than 300 seconds; 4 pgs peering"
    line = "pg 1.2 is down+peering, acting [3]"
    assert fact.checks == {"PG_AVAILABILITY": Check("HEALTH_ERR", text, detail=(line,))}


def test_dumpling_recovery() -> None:
    """0.67 has degraded, unfound and the rate in one line, which becomes two checks."""
    fact = decode(
        "recovery 9/90 degraded (10.000%); 1/45 unfound (2.222%);  recovering 3 o/s, 9B/s"
    )
    assert sorted(fact.checks) == ["OBJECT_UNFOUND", "PG_DEGRADED"]


def test_text_without_code_is_kept() -> None:
    """A line that matches no pattern becomes a check with its text and details."""
    fact = decode("some monitors are running older code", detail=("mon.c is old",))
    text = "some monitors are running older code"
    assert fact.checks == {UNMAPPED: Check("HEALTH_WARN", text, detail=("mon.c is old",))}


def test_details_are_limited() -> None:
    """At most 50 detail lines per code are used, as in newer releases."""
    lines = tuple(f"pg 1.{n:x} is active+degraded, acting [0]" for n in range(3000))
    fact = decode("3000 pgs degraded", detail=(*lines, "1 scrub errors"))
    assert fact.checks["PG_DEGRADED"].detail == lines[:50]


def test_slow_requests() -> None:
    """Slow operations are the number of requests, not the number of OSDs with slow requests."""
    slow = decode("17 requests are blocked > 32 sec", "2 osds have slow requests").slow_ops
    assert (slow.number, slow.complete) == (17, False)
    assert decode("mds0: 12 slow requests are blocked > 30 sec").slow_ops == SlowOps()


@pytest.mark.parametrize("severity", ["HEALTH_WARN", "HEALTH_ERR"])
def test_monitor_out_of_quorum(severity: str) -> None:
    """A monitor that is out of quorum reports nothing: only the details name it."""
    fact = decode(
        (severity, "2 mons down, quorum 1 n2"),
        detail=(
            "mon.n1 (rank 0) addr 192.0.2.1:6789/0 is down (out of quorum)",
            "mon.n3 (rank 2) addr [2001:db8::3]:6789/0 is down (out of quorum)",
        ),
        health=services({"name": "n2", **OK}),
    )
    assert fact.monitor_health == {"n1": severity, "n2": "HEALTH_OK", "n3": severity}


def test_monitor_out_of_quorum_in_the_details_only() -> None:
    """0.72.2 prints the first line of the summary only."""
    line = "mon.n1 (rank 0) addr 192.0.2.1:6789/0 is down (out of quorum)"
    fact = decode("1/4 in osds are down", detail=("osd.1 is down since epoch 9", line))
    assert fact.monitor_health == {"n1": "HEALTH_WARN"}


def test_report() -> None:
    """A monitor's own report is in bytes and percent, with a time on its own clock."""
    store = {"bytes_total": 9, "bytes_sst": 5, "bytes_log": 3, "bytes_misc": "1"}
    row = {"name": "a", "kb_total": 100, "kb_used": 26, "kb_avail": 74, "avail_percent": 74}
    mon = {**row, "last_updated": STAMP, "store_stats": {**store, "last_updated": "0.000000"}, **OK}
    fact = decode(health=services(mon))
    expected = MonitorReport("a", 102400, 26624, 75776, 74, 9, 5, 3, 1, 1412286011.5)
    assert fact.reports == {"a": expected}
    assert fact.monitor_health == {"a": "HEALTH_OK"}
    assert not fact.checks


@pytest.mark.parametrize("stamp", ["0.000000", "", "2014-10-02T21:40:11+00:00"])
def test_report_without_time(stamp: str) -> None:
    """A time that Ceph never set, or in another format, becomes None."""
    fact = decode(health=services({"name": "a", "last_updated": stamp, **OK}))
    assert fact.reports == {"a": MonitorReport("a")}


def test_monitors_missing_after_an_election() -> None:
    """After an election, only monitors that have sent a report since then have one."""
    fact = decode(health=services({"name": "b", "kb_avail": 3, **OK}))
    assert list(fact.reports) == ["b"]
    assert not decode(health=services()).reports


def test_problems_that_the_summary_omits() -> None:
    """0.67 and 0.72 have disks and clocks only in the monitors' rows: these become checks too."""
    mons = (
        {"name": "a", **OK},
        {"name": "b", "health": "HEALTH_WARN", "health_detail": "low disk space!"},
        {"name": "c", "health": "HEALTH_ERR", "health_detail": "shutdown iminent!"},
        {"name": "d", "health": "HEALTH_WARN"},
    )
    skewed = {"name": "b", "skew": "0.072315", "health": "HEALTH_WARN"}
    fine = {"name": "a", "skew": "0.000000", "health": "HEALTH_OK"}
    fact = decode(health=services(*mons), timechecks={"mons": [fine, skewed]})
    assert fact.checks == {
        "MON_DISK_LOW": Check("HEALTH_WARN", "mon.b low disk space!; mon.d low disk space"),
        "MON_DISK_CRIT": Check("HEALTH_ERR", "mon.c shutdown iminent!"),
        "MON_CLOCK_SKEW": Check("HEALTH_WARN", "mon.b clock skew"),
    }


def test_problems_in_the_summary() -> None:
    """From 0.80 on the summary has disks and clocks: they are not reported twice."""
    problem = "low disk space, shutdown imminent; store is getting too big! 9 MB >= 8 MB"
    mon = {"name": "b", "health": "HEALTH_ERR", "health_detail": problem}
    skewed = {"name": "b", "skew": 0.072315, "health": "HEALTH_WARN"}
    fact = decode(
        ("HEALTH_ERR", f"mon.b {problem}"),
        "Monitor clock skew detected ",
        health=services(mon),
        timechecks={"mons": [skewed]},
    )
    big = "store is getting too big! 9 MB >= 8 MB"
    assert fact.checks == {
        "MON_DISK_CRIT": Check("HEALTH_ERR", "mon.b low disk space, shutdown imminent"),
        "MON_DISK_BIG": Check("HEALTH_WARN", big),
        "MON_CLOCK_SKEW": Check("HEALTH_WARN", "Monitor clock skew detected"),
    }


@pytest.mark.parametrize(
    ("mons", "era"),
    [
        ((), "0.67 to 11"),
        (({"name": "a"},), "0.67 to 0.71"),
        (({"name": "a"}, {"name": "b", "store_stats": {"bytes_total": 1}}), "0.72 to 11"),
    ],
)
def test_era(mons: tuple[dict[str, Any], ...], era: str) -> None:
    """The reports determine the era of releases that do not report their version."""
    assert decode(health=services(*mons)).era == era
