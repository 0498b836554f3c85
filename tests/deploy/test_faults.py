"""Faults of every class fire the right alerts at the right time; what is no fault fires none."""

from __future__ import annotations

import pytest

from tests.deploy.faults import DAYS, HOURS, MINUTES, Fault
from tests.deploy.run import cluster, firing, needs_promtool, once

pytestmark = needs_promtool

Fired = dict[tuple[str, str], set[str]]


def fired(
    faults: dict[str, Fault], interval: str, name: str, factory: pytest.TempPathFactory
) -> Fired:
    """Return the names of the alerts that fire by cluster and time."""
    series: dict[str, str] = {}
    for cluster_name, fault in faults.items():
        series |= cluster(cluster_name, fault.series, job=fault.job)
    times = sorted({at for fault in faults.values() for at in fault.expected})
    alerts = once(factory, name, lambda folder: firing(folder, series, times, interval))
    return {
        (one, at): {alert["alertname"] for alert in alerts[at] if alert.get("cluster") == one}
        for one in faults
        for at in times
    }


@pytest.fixture(scope="module")
def minutes(tmp_path_factory: pytest.TempPathFactory) -> Fired:
    """Return what fires in the clusters with a sample a minute."""
    return fired(MINUTES, "1m", "minutes", tmp_path_factory)


@pytest.fixture(scope="module")
def hours(tmp_path_factory: pytest.TempPathFactory) -> Fired:
    """Return what fires in the clusters with a sample every five minutes."""
    return fired(HOURS, "5m", "hours", tmp_path_factory)


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Fired:
    """Return what fires in the clusters with a sample every ten minutes."""
    return fired(DAYS, "10m", "days", tmp_path_factory)


@pytest.mark.parametrize("name", MINUTES)
def test_a_fault_within_two_hours(name: str, minutes: Fired) -> None:
    """Exactly the alerts fire that the fault deserves."""
    expected = MINUTES[name].expected
    assert {at: minutes[name, at] for at in expected} == expected


@pytest.mark.parametrize("name", HOURS)
def test_a_fault_over_hours(name: str, hours: Fired) -> None:
    """Exactly the alerts fire that the fault deserves."""
    expected = HOURS[name].expected
    assert {at: hours[name, at] for at in expected} == expected


@pytest.mark.parametrize("name", DAYS)
def test_a_fault_over_days(name: str, days: Fired) -> None:
    """Exactly the alerts fire that the fault deserves."""
    expected = DAYS[name].expected
    assert {at: days[name, at] for at in expected} == expected
