"""The documents of mgr modules: `crash ls`, `device ls`, `balancer status`."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from ceph_exporter import facts
from ceph_exporter.facts import DecodeError
from ceph_exporter.facts.mgr_modules import Balancer, Crash, CrashList, Device, DeviceList


def crashes(*rows: Mapping[str, object]) -> tuple[Crash, ...]:
    """Decode a list of crash reports."""
    (fact,) = facts.decode("crash ls", json.dumps(rows).encode())
    assert isinstance(fact, CrashList)
    return fact.crashes


def device(**fields: Any) -> Device:  # noqa: ANN401 - any JSON
    """Decode a list of one disk."""
    (fact,) = facts.decode("device ls", json.dumps([{"devid": "V_M_1", **fields}]).encode())
    assert isinstance(fact, DeviceList)
    return fact.devices[0]


def balancer(**answer: object) -> Balancer:
    """Decode the balancer's state."""
    (fact,) = facts.decode("balancer status", json.dumps(answer).encode())
    assert isinstance(fact, Balancer)
    return fact


def test_crashes() -> None:
    """A report has the daemon, its host, and a date if it is archived."""
    report = {
        "crash_id": "2026-01-02T03:04:05.000006Z_0a1b",
        "timestamp": "2026-01-02T03:04:05.000006Z",
        "entity_name": "osd.3",
        "utsname_hostname": "h1",
        "stack_sig": "5c0a",
        "backtrace": ["(abort()+0x1)"],
    }
    archived = "2026-01-03 00:00:00.000000"
    assert crashes(report, {**report, "archived": archived}) == (
        Crash("osd.3", "h1"),
        Crash("osd.3", "h1", archived),
    )


def test_crashes_of_nautilus() -> None:
    """Reports of 14 may have no host, and reports of other programs no daemon."""
    assert crashes(
        {"crash_id": "1", "timestamp": "2019-09-06 04:05:06.000000Z", "entity_name": "mgr.x"},
        {"crash_id": "2"},
    ) == (Crash("mgr.x", ""), Crash("", ""))


def test_no_crashes() -> None:
    """A cluster without crashes has an empty list."""
    assert crashes() == ()


def test_a_disk() -> None:
    """A disk has a location, daemons, the predicted time of its failure, and its wear."""
    assert device(
        location=[{"host": "h1", "dev": "sda", "path": "/dev/disk/by-path/1"}],
        daemons=["osd.0", "osd.1"],
        life_expectancy_min="2026-01-02T00:00:00.000000+0000",
        life_expectancy_max="2026-01-02T00:00:00.500000+0200",
        life_expectancy_stamp="2025-12-31T00:00:00.000000+0000",
        wear_level=0.25,
    ) == Device(
        devid="V_M_1",
        host="h1",
        dev="sda",
        daemons=("osd.0", "osd.1"),
        life_expectancy_min=1767312000,
        life_expectancy_max=1767304800.5,
        wear=0.25,
    )


def test_a_disk_that_nobody_predicts() -> None:
    """A disk may have no prediction, wear or location."""
    assert device() == Device("V_M_1", "", "", (), None, None, None)


@pytest.mark.parametrize(
    "date",
    [
        pytest.param("2019-09-06 00:00:00.000000", id="14: in the mgr's time, whatever that is"),
        pytest.param("0.000000", id="no date"),
        pytest.param("", id="nothing"),
        pytest.param(None, id="null"),
    ],
)
def test_a_date_without_a_zone(date: str | None) -> None:
    """A date without a time zone is ignored."""
    decoded = device(life_expectancy_min=date, life_expectancy_max=date)
    assert (decoded.life_expectancy_min, decoded.life_expectancy_max) == (None, None)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0:00:00.000526", 0.000526),
        ("1:02:03.5", 3723.5),
        ("0:00:00", 0),
        ("1 day, 0:00:01", None),
        ("", None),
    ],
)
def test_the_balancer(text: str, seconds: float | None) -> None:
    """The duration of a run is a string, empty before the first run."""
    decoded = balancer(active=True, mode="upmap", last_optimize_duration=text, plans=[])
    assert decoded == Balancer(active=True, mode="upmap", last_duration=seconds)


def test_the_balancer_of_an_old_release() -> None:
    """Old releases do not report the duration."""
    assert balancer(active=False, mode="none") == Balancer(
        active=False, mode="none", last_duration=None
    )


@pytest.mark.parametrize("document", ["crash ls", "device ls"])
def test_another_document(document: str) -> None:
    """An answer that is not a list is rejected."""
    with pytest.raises(DecodeError, match="Expected `array`"):
        facts.decode(document, b"{}")
