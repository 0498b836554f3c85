"""The collector of the cluster's health."""

import pytest

from ceph_exporter.collectors import health
from ceph_exporter.collectors.health import WATCHED
from ceph_exporter.facts import Check, Facts, Health, Mute, Quorum, Status
from ceph_exporter.facts.slow_ops import SlowOps
from tests.collectors.pages import by_series

FAMILIES = (
    "ceph_health_status",
    "ceph_health_detail",
    "ceph_health_check_items",
    "ceph_health_check_details",
    "ceph_health_check_muted",
    "ceph_health_mutes",
    "ceph_health_mute_sticky",
    "ceph_health_mute_expiry_timestamp_seconds",
    "ceph_healthcheck_slow_ops",
)


def shown(*facts: Health | Status | Quorum) -> dict[str, str]:
    """Return the values by series."""
    return by_series(health.collect(Facts.of(*facts)), FAMILIES)


def detail(code: str, severity: str) -> str:
    """Return the series of a check."""
    return f'ceph_health_detail{{name="{code}",severity="{severity}"}}'


@pytest.mark.parametrize(
    ("status", "value"), [("HEALTH_OK", "0"), ("HEALTH_WARN", "1"), ("HEALTH_ERR", "2")]
)
def test_status(status: str, value: str) -> None:
    """The status is a number, from `health detail` and, where that is missing, from `status`."""
    assert shown(Health(status))["ceph_health_status"] == value
    assert shown(Status(status)) == {"ceph_health_status": value}
    assert shown(Health(status), Status("HEALTH_GREAT"))["ceph_health_status"] == value


def test_unknown_status() -> None:
    """A status that is none of the three is not shown, and never as 0."""
    assert "ceph_health_status" not in shown(Health("HEALTH_GREAT"))
    assert shown(Status("HEALTH_GREAT")) == {}
    assert shown(Status(None)) == {}


def test_nothing_known() -> None:
    """Without both documents there is nothing, not even the checks that are watched."""
    assert list(health.collect(Facts())) == []


def test_all_is_well() -> None:
    """While all is well each check that rules watch is 0, as are mutes and slow operations."""
    expected = {detail(code, severity): "0" for code, severity in WATCHED.items()}
    expected |= {"ceph_health_status": "0", "ceph_health_mutes": "0"}
    assert shown(Health("HEALTH_OK")) == {**expected, "ceph_healthcheck_slow_ops": "0"}


@pytest.mark.parametrize("severity", ["HEALTH_WARN", "HEALTH_ERR"])
@pytest.mark.parametrize("code", ["OSD_DOWN", "OSD_FULL", "MY_OWN_CHECK"])
def test_raised_check_is_there_once(code: str, severity: str) -> None:
    """A raised check is 1 with the severity that it has, and not 0 with the usual one beside."""
    samples = shown(Health(severity, {code: Check(severity, "text")}))
    assert {key: value for key, value in samples.items() if f'"{code}"' in key} == {
        detail(code, severity): "1",
        f'ceph_health_check_details{{name="{code}"}}': "0",
        f'ceph_health_check_muted{{name="{code}"}}': "0",
    }
    quiet = {key for key, value in samples.items() if "_detail{" in key and value == "0"}
    assert quiet == {detail(*row) for row in WATCHED.items() if row[0] != code}


def test_size_of_a_check() -> None:
    """A check has its count, also 0, where Ceph counts, and the number of its lines."""
    checks = {
        "A": Check("HEALTH_WARN", "text", count=12, detail=("x", "y")),
        "B": Check("HEALTH_WARN", "text", count=0),
        "C": Check("HEALTH_WARN", "text"),
    }
    samples = shown(Health("HEALTH_WARN", checks))
    assert samples['ceph_health_check_items{name="A"}'] == "12"
    assert samples['ceph_health_check_items{name="B"}'] == "0"
    assert 'ceph_health_check_items{name="C"}' not in samples
    assert [samples[f'ceph_health_check_details{{name="{code}"}}'] for code in "ABC"] == [
        "2",
        "0",
        "0",
    ]


def test_muted_check_is_raised() -> None:
    """A muted check is still raised, and marked."""
    checks = {"OSD_DOWN": Check("HEALTH_WARN", "text", muted=True)}
    samples = shown(Health("HEALTH_OK", checks))
    assert samples["ceph_health_status"] == "0"
    assert samples[detail("OSD_DOWN", "HEALTH_WARN")] == "1"
    assert samples['ceph_health_check_muted{name="OSD_DOWN"}'] == "1"


def test_mutes() -> None:
    """A mute has its stickiness and its expiry, also for a check that is not raised."""
    mutes = (Mute("OSD_DOWN", sticky=True), Mute("PG_DEGRADED", expires=1714979289.5))
    samples = shown(Health("HEALTH_OK", mutes=mutes))
    assert {key: value for key, value in samples.items() if "_mute" in key} == {
        "ceph_health_mutes": "2",
        'ceph_health_mute_sticky{name="OSD_DOWN"}': "1",
        'ceph_health_mute_sticky{name="PG_DEGRADED"}': "0",
        'ceph_health_mute_expiry_timestamp_seconds{name="PG_DEGRADED"}': "1714979289.5",
    }


@pytest.mark.parametrize(("number", "value"), [(0, "0"), (31, "31"), (None, None)])
def test_slow_operations(number: float | None, value: str | None) -> None:
    """Slow operations are counted, and absent where Ceph's text has no number."""
    health = Health("HEALTH_WARN", slow_ops=SlowOps(number))
    assert shown(health).get("ceph_healthcheck_slow_ops") == value


def test_watched_checks() -> None:
    """The checks that are watched are those of the official rules, each with one severity."""
    assert set(WATCHED.values()) == {"HEALTH_WARN", "HEALTH_ERR"}
    assert WATCHED["OSD_DOWN"] == "HEALTH_WARN"
    assert WATCHED["OSD_FULL"] == "HEALTH_ERR"
    assert len(health._WARNINGS.split()) + len(health._ERRORS.split()) == len(WATCHED)
