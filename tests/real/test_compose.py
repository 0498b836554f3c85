"""The parts of the composition work together, with exactly the files that it mounts."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from testbed import composition
from tests.real.requirements import require

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real

# The first scrape and the first evaluation of the rules are at most 15 s after the start. The
# simulated clusters raise no alert as soon as that, so the script sends one.
LOOK = """\
api=http://prometheus:9090/api/v1
until curl --silent --fail "$api/query?query=ceph_up" | grep --silent '"reef"'; do sleep 0.5; done
until curl --silent "$api/rules?type=record" | grep --silent '"lastEvaluation":"2'; do
    sleep 0.5
done
until curl --silent "$api/alertmanagers" | grep --silent 'api/v2'; do sleep 0.5; done
for page in query?query=ceph_up targets rules alertmanagers; do
    curl --silent --fail "$api/$page"
    echo
done
curl --silent --fail --header 'Content-Type: application/json' --data \
    '[{"labels": {"alertname": "CephTest", "severity": "critical"}}]' \
    http://alertmanager:9093/api/v2/alerts
curl --silent --fail http://alertmanager:9093/api/v2/alerts
"""


def test_prometheus_scrapes_the_demo_and_knows_the_rules(tmp_path: Path) -> None:
    """Both clusters are up, each rule is loaded without an error, and Alertmanager has routes."""
    require(None if os.geteuid() == 0 else "root is needed", "testbed/install")
    require(composition.missing(), "testbed/install")
    output = composition.run(tmp_path, LOOK)
    up, targets, rules, alertmanagers, alerts = map(json.loads, output.splitlines())
    values = {row["metric"]["cluster"]: row["value"][1] for row in up["data"]["result"]}
    assert values == {"jewel": "1", "reef": "1"}
    (target,) = targets["data"]["activeTargets"]
    assert (target["health"], target["labels"]["job"]) == ("up", "ceph")
    loaded = [rule for group in rules["data"]["groups"] for rule in group["rules"]]
    assert {"CephUnreachable", "CephHealthError"} <= {rule["name"] for rule in loaded}
    assert [rule["name"] for rule in loaded if rule.get("lastError")] == []
    (active,) = alertmanagers["data"]["activeAlertmanagers"]
    assert active["url"] == "http://alertmanager:9093/api/v2/alerts"
    (alert,) = alerts
    assert [receiver["name"] for receiver in alert["receivers"]] == ["on-call"]
