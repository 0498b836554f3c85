"""The document `health detail` from 12 on; older releases are in test_preluminous.py."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from ceph_exporter import facts
from ceph_exporter.facts import Check, Clock, DecodeError, Health, MonitorReport, Mute, worst

COMPAT = "'ceph health' JSON format has changed in luminous. If you see this your monitoring ..."


def decode(document: object) -> Health:
    """Decode the mon command's answer."""
    (fact,) = facts.decode("health detail", json.dumps(document).encode())
    assert isinstance(fact, Health)
    return fact


def minimal(checks: object, **fields: object) -> Health:
    """Decode the dashboard's minimal answer with these checks."""
    document = {"health": {"status": "HEALTH_WARN", "checks": checks, **fields}}
    fact, _ = facts.decode("dashboard/health/minimal", json.dumps(document).encode())
    assert isinstance(fact, Health)
    return fact


def check(message: str, *lines: str, severity: str = "HEALTH_WARN", **summary: Any) -> Any:  # noqa: ANN401
    """Return a check as Ceph prints it, without the fields of 15 and later."""
    return {
        "severity": severity,
        "summary": {"message": message, **summary},
        "detail": [{"message": line} for line in lines],
    }


@pytest.mark.parametrize("checks", [{"checks": {}}, {"checks": []}, {}])
def test_all_is_well(checks: dict[str, object]) -> None:
    """No check is raised, whether checks are an empty object, an empty list, or missing."""
    assert decode({"status": "HEALTH_OK", **checks}) == Health("HEALTH_OK")


@pytest.mark.parametrize("checks", [None, 7, {"OSD_DOWN": []}, ["OSD_DOWN"]])
def test_checks_of_another_type_are_unknown(checks: object) -> None:
    """Where checks are not readable, those that are not listed may be raised."""
    fact = decode({"status": "HEALTH_WARN", "checks": checks})
    assert fact == Health("HEALTH_WARN", listed=False)


def test_a_status_of_another_type_is_not_replaced_by_the_one_for_old_clients() -> None:
    """12 and 13 always report HEALTH_WARN as `overall_status`."""
    with pytest.raises(DecodeError):
        decode({"status": 1, "overall_status": "HEALTH_WARN", "checks": {}})


def test_luminous_and_mimic() -> None:
    """12 and 13 have `overall_status` and `summary` for old clients: both are ignored."""
    fact = decode(
        {
            "checks": {"OSD_DOWN": check("1 osds down", "osd.1 (root=default) is down")},
            "status": "HEALTH_WARN",
            "summary": [{"severity": "HEALTH_WARN", "summary": COMPAT}],
            "overall_status": "HEALTH_ERR",
            "detail": [COMPAT],
        }
    )
    raised = Check("HEALTH_WARN", "1 osds down", None, ("osd.1 (root=default) is down",))
    assert fact == Health("HEALTH_WARN", {"OSD_DOWN": raised})


def test_nautilus() -> None:
    """14 has no counts and no mutes; without `detail` a check has no lines."""
    raised = {"severity": "HEALTH_ERR", "summary": {"message": "full"}}
    fact = decode({"checks": {"OSD_FULL": raised}, "status": "HEALTH_ERR"})
    assert fact == Health("HEALTH_ERR", {"OSD_FULL": Check("HEALTH_ERR", "full")})


def test_octopus_and_later() -> None:
    """From 15 on a check has a count, which may be 0, and it may be muted."""
    fact = decode(
        {
            "status": "HEALTH_OK",
            "checks": {
                "POOL_NO_REDUNDANCY": {**check("1 pool(s)", count=1), "muted": True},
                "TELEMETRY_CHANGED": {**check("changed", count=0), "muted": False},
            },
            "mutes": [],
        }
    )
    assert fact.checks == {
        "POOL_NO_REDUNDANCY": Check("HEALTH_WARN", "1 pool(s)", 1, (), muted=True),
        "TELEMETRY_CHANGED": Check("HEALTH_WARN", "changed", 0, (), muted=False),
    }


@pytest.mark.parametrize(
    ("ttl", "expires"),
    [
        (None, None),
        ("2024-05-06T07:08:09.500000+0000", datetime(2024, 5, 6, 7, 8, 9, 500_000, UTC)),
        ("2024-05-06T09:08:09.500000+0200", datetime(2024, 5, 6, 7, 8, 9, 500_000, UTC)),
        ("2024-05-06T07:08:09Z", datetime(2024, 5, 6, 7, 8, 9, 0, UTC)),
        ("2024-05-06 07:08:09.500000", None),
        ("0.000000", None),
        ("", None),
    ],
)
def test_mute_expires(ttl: str | None, expires: datetime | None) -> None:
    """A mute expires at its date; a date without a time zone is ignored."""
    mute = {"code": "OSD_DOWN", "sticky": True, "summary": "1 osds down", "count": 1}
    row = mute if ttl is None else {**mute, "ttl": ttl}
    fact = decode({"status": "HEALTH_OK", "checks": {}, "mutes": [row]})
    end = expires.timestamp() if expires else None
    assert fact.mutes == (Mute("OSD_DOWN", sticky=True, expires=end),)


def test_dashboard_checks_are_a_list() -> None:
    """The dashboard lists checks with their codes as types; a check without one is omitted."""
    raised = {**check("1 osds down", "osd.1 is down", count=1), "muted": True, "type": "OSD_DOWN"}
    fact = minimal([raised, check("nameless")], mutes=[{"code": "OSD_DOWN", "sticky": False}])
    expected = Check("HEALTH_WARN", "1 osds down", 1, ("osd.1 is down",), muted=True)
    assert fact.checks == {"OSD_DOWN": expected}
    assert fact.mutes == (Mute("OSD_DOWN"),)


def test_dashboard_checks_as_an_object() -> None:
    """Checks in the format of the mon command are also accepted from the dashboard."""
    assert minimal({"OSD_DOWN": check("1 osds down")}).checks["OSD_DOWN"].message == "1 osds down"


def test_single_monitors() -> None:
    """Disk, store and clock of monitors come from the detail lines of the checks about them."""
    fact = decode(
        {
            "status": "HEALTH_ERR",
            "checks": {
                "MON_DISK_LOW": check("low", "mon.a has 29% avail"),
                "MON_DISK_CRIT": check("crit", "mon.b has 4% avail", severity="HEALTH_ERR"),
                "MON_DISK_BIG": check("big", "mon.b is 16GiB >= mon_data_size_warn (15GiB)"),
                "MON_CLOCK_SKEW": check(
                    "skew",
                    "mon.c addr 192.0.2.3:6789/0 clock skew 0.08s > max 0.05s (latency 0.001s)",
                ),
                "MON_DOWN": check("1/4 mons down", "mon.d (rank 3) addr 192.0.2.4:6789/0 is down"),
            },
        }
    )
    assert fact.reports == {
        "a": MonitorReport("a", avail_percent=29),
        "b": MonitorReport("b", avail_percent=4, store=16 * 2**30),
    }
    assert fact.clocks == {"c": Clock(0.08, 0.001, "HEALTH_WARN")}
    warned = dict.fromkeys("acd", "HEALTH_WARN")
    assert fact.monitor_health == {**warned, "b": "HEALTH_ERR"}


@pytest.mark.parametrize(
    ("checks", "number"),
    [
        ({}, 0),
        ({"SLOW_OPS": "31 slow ops, oldest one blocked for 62 sec, mon.a has slow ops"}, 31),
        ({"REQUEST_SLOW": "3 slow requests are blocked > 32 sec. Implicated osds 2"}, 3),
        ({"REQUEST_STUCK": "2 stuck requests are blocked > 4096 sec"}, 2),
        ({"REQUEST_SLOW": "3 slow requests are blocked", "REQUEST_STUCK": "2 stuck requests"}, 5),
        ({"SLOW_OPS": "some slow ops"}, None),
        ({"REQUEST_SLOW": "3 slow requests", "REQUEST_STUCK": "stuck requests"}, None),
        ({"SLOW_OPS": "9" * 5000 + " slow ops"}, None),
    ],
)
def test_slow_operations(checks: dict[str, str], number: float | None) -> None:
    """Slow operations come from the text of a check: 0 without a check, None without a number."""
    raised = {code: check(message) for code, message in checks.items()}
    assert decode({"status": "HEALTH_WARN", "checks": raised}).slow_ops.number == number


@pytest.mark.parametrize("more", ["39 more pgs... ", "1 more pgs... ", "... and 7 more"])
def test_more_items_than_are_listed(more: str) -> None:
    """The line that says how many items are left out is no item."""
    lines = [f"pg 1.{number:x} not scrubbed since 2026-11-01" for number in range(50)]
    text = "89 pgs not scrubbed in time"
    raised = {"PG_NOT_SCRUBBED": check(text, *lines, more)}
    fact = decode({"status": "HEALTH_WARN", "checks": raised})
    assert fact.checks["PG_NOT_SCRUBBED"].detail == tuple(lines)


@pytest.mark.parametrize("count", [-3, 2**64 - 3])
def test_impossible_count(count: int) -> None:
    """A count below zero is unknown."""
    raised = {"X": check("text", count=count)}
    assert decode({"status": "HEALTH_WARN", "checks": raised}).checks["X"].count is None


def test_bare_nan_in_a_count() -> None:
    """A count of nan becomes None and does not affect other fields."""
    body = b"""{"status": "HEALTH_WARN", "checks": {"X": {"severity": "HEALTH_WARN",
        "summary": {"message": "nan and inf", "count": nan}}}}"""
    (fact,) = facts.decode("health detail", body)
    assert fact == Health("HEALTH_WARN", {"X": Check("HEALTH_WARN", "nan and inf")})


def test_name_that_is_no_utf8() -> None:
    """A name in Latin-1 loses its special characters, but the document is decoded."""
    body = b'{"status": "HEALTH_OK", "checks": {"X": {"summary": {"message": "b\xe4r"}}}}'
    (fact,) = facts.decode("health detail", body)
    assert isinstance(fact, Health)
    assert fact.checks["X"].message == "b\ufffdr"


@pytest.mark.parametrize(
    "document",
    [{}, {"checks": {}}, {"status": None}, {"health": {}, "summary": [], "detail": []}],
)
def test_no_status(document: object) -> None:
    """An answer without a status is rejected."""
    with pytest.raises(DecodeError) as caught:
        decode(document)
    assert str(caught.value) == "the answer has neither `status` nor `overall_status`"


def test_a_detail_that_is_no_text() -> None:
    """It still counts as a line, but it may name a daemon; without any, their number is unknown."""
    slow = check("9 slow ops, oldest one blocked for 5 sec, osd.3 has slow ops", "x")
    slow["detail"].append(5)
    odd = decode({"status": "HEALTH_WARN", "checks": {"SLOW_OPS": slow, "X": {"detail": "x"}}})
    assert odd.checks["SLOW_OPS"].detail == ("x", "")
    assert not odd.slow_ops.complete
    assert [row.complete for row in odd.checks.values()] == [True, False]


@pytest.mark.parametrize(
    ("severities", "expected"),
    [
        ((), "HEALTH_OK"),
        (("HEALTH_WARN", "HEALTH_ERR", "HEALTH_OK"), "HEALTH_ERR"),
        (("HEALTH_WARN", ""), "HEALTH_WARN"),
        (("", "HEALTH_GREAT"), "HEALTH_OK"),
    ],
)
def test_worst(severities: tuple[str, ...], expected: str) -> None:
    """The worst severity wins in any order; unknown severities do not count."""
    assert worst(*severities) == expected
