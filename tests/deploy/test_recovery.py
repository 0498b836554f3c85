"""The recorded estimate of the time until recovery is complete."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.deploy.rules import needed, recorded

if TYPE_CHECKING:
    from pathlib import Path

ESTIMATE = "cluster:ceph_time_to_recover_seconds:estimate"
PROMTOOL = shutil.which("promtool") or ""
pytestmark = pytest.mark.skipif(not PROMTOOL, reason="promtool is not installed")

DEGRADED, MISPLACED = "ceph_num_objects_degraded", "ceph_num_objects_misplaced"


@pytest.mark.parametrize(
    ("series", "seconds"),
    [
        pytest.param({DEGRADED: "9000-60x60"}, 120 * 60, id="a copy a second, 7200 left"),
        pytest.param(
            {DEGRADED: "3000-60x60", MISPLACED: "6000"}, 120 * 60, id="degraded and misplaced"
        ),
        pytest.param({MISPLACED: "9000-120x60"}, 45 * 60, id="only misplaced ones are reported"),
        pytest.param({DEGRADED: "9000"}, None, id="no progress"),
        pytest.param({DEGRADED: "100+60x60"}, None, id="more and more"),
        pytest.param({DEGRADED: "0", MISPLACED: "0"}, None, id="nothing recovers"),
        pytest.param({DEGRADED: "600-60x10 0x60"}, None, id="recovery is over"),
        pytest.param({}, None, id="unknown"),
    ],
)
def test_estimate(series: dict[str, str], seconds: float | None, tmp_path: Path) -> None:
    """The estimate is what remains, divided by how fast it became less; else it is absent."""
    (rule,) = [one for one in recorded() if one["record"] == ESTIMATE]
    rules = {"groups": [{"name": "all", "rules": needed(rule | {"expr": ESTIMATE})}]}
    (tmp_path / "rules.yml").write_text(yaml.safe_dump(rules))
    labels = '{cluster="c",instance="a:9128",job="ceph"}'
    rows = {"ceph_up": "1x60", **{name: _constant(text) for name, text in series.items()}}
    samples = [{"labels": f'{ESTIMATE}{{cluster="c"}}', "value": seconds}]
    test: dict[str, Any] = {
        "interval": "1m",
        "input_series": [
            {"series": f"{name}{labels}", "values": text} for name, text in rows.items()
        ],
        "promql_expr_test": [
            {"expr": ESTIMATE, "eval_time": "30m", "exp_samples": samples if seconds else []}
        ],
    }
    document = {"rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": [test]}
    (tmp_path / "test.yml").write_text(yaml.safe_dump(document))
    command = [PROMTOOL, "test", "rules", str(tmp_path / "test.yml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _constant(text: str) -> str:
    return text if "x" in text else f"{text}x60"
