"""The shipped rules on whole pages of every era, with the labels that the exporter exports."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.deploy.rules import RULES
from tests.golden.eras import ERAS, facts_of, page, samples

if TYPE_CHECKING:
    from pathlib import Path

PROMTOOL = shutil.which("promtool") or ""
pytestmark = pytest.mark.skipif(not PROMTOOL, reason="promtool is not installed")

# 0 if an alert fires and the health is not HEALTH_OK, or none fires and it is.
JUDGED = """
    (ceph_health_status > bool 0)
    - on () clamp_max(count(ALERTS{alertstate="firing"}) or vector(0), 1)
"""


@pytest.mark.parametrize("era", ERAS)
def test_an_alert_fires_unless_ceph_is_well(era: str, tmp_path: Path) -> None:
    """A page that does not change for two hours raises an alert, unless it has HEALTH_OK."""
    lines = [*samples(page(facts_of(era)).decode()), "ceph_up 1"]
    series = [line.rsplit(" ", 1) for line in lines]
    test = {
        "interval": "5m",
        "input_series": [{"series": name, "values": f"{value}+0x24"} for name, value in series],
        "promql_expr_test": [
            {"expr": JUDGED, "eval_time": "2h", "exp_samples": [{"labels": "{}", "value": 0}]}
        ],
    }
    file = tmp_path / "test.yml"
    rules = {"rule_files": [str(RULES)], "evaluation_interval": "5m", "tests": [test]}
    file.write_text(yaml.safe_dump(rules))
    command = [PROMTOOL, "test", "rules", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
