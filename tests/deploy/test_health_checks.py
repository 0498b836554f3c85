"""Every health check of Ceph is heard, once, and a muted one is not."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.deploy.health_checks import CHECKS, ERRORS, severity
from tests.deploy.run import firing, needs_promtool, once

pytestmark = needs_promtool

# The longest `for` of an alert about a health check is six hours.
AFTER, INTERVAL, STEPS = "8h", "20m", 30


def raised(check: str, cluster: str, *, muted: bool = False) -> dict[str, str]:
    """Return the series of a cluster in which one health check is raised and nothing else."""
    level = "HEALTH_ERR" if check in ERRORS else "HEALTH_WARN"
    status = 0 if muted else {"HEALTH_WARN": 1, "HEALTH_ERR": 2}[level]
    where = f'cluster="{cluster}",job="ceph",instance="a:9128"'
    series = {
        f"ceph_up{{{where}}}": 1,
        f"ceph_health_status{{{where}}}": status,
        f'ceph_health_detail{{name="{check}",severity="{level}",{where}}}': 1,
        f'ceph_health_check_muted{{name="{check}",{where}}}': int(muted),
    }
    return {name: f"{value}x{STEPS}" for name, value in series.items()}


@pytest.fixture(scope="module")
def alerts(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    """Return the alerts of clusters with a check raised each, and of those with it muted."""
    series: dict[str, str] = {}
    for check in CHECKS:
        series |= raised(check, check) | raised(check, f"{check} muted", muted=True)
    found: list[dict[str, str]] = once(
        tmp_path_factory, "checks", lambda folder: firing(folder, series, [AFTER], INTERVAL)[AFTER]
    )
    return found


def test_each_check_raised_alone_fires_one_alert(alerts: list[dict[str, str]]) -> None:
    """Each health check fires exactly one alert, with the severity that it deserves."""
    heard = Counter((alert["cluster"], alert["severity"]) for alert in alerts)
    loud = {key: number for key, number in heard.items() if not key[0].endswith(" muted")}
    assert loud == {(check, severity(check)): 1 for check in CHECKS}


def test_a_muted_check_fires_none(alerts: list[dict[str, str]]) -> None:
    """A health check that is muted in Ceph fires no alert at all."""
    assert [alert for alert in alerts if alert["cluster"].endswith(" muted")] == []
