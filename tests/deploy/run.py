"""Run promtool on the shipped rules, and return the alerts that fire."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.deploy.rules import RULES, groups

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

PROMTOOL = shutil.which("promtool") or ""
needs_promtool = pytest.mark.skipif(not PROMTOOL, reason="promtool is not installed")

_FIRING = 'ALERTS{alertstate="firing"}'
_ALERT = re.compile(r'\{__name__="ALERTS", ([^}]*)\}')
_LABEL = re.compile(r'(\w+)="([^"]*)"')


def firing(
    folder: Path, series: Mapping[str, str], times: Iterable[str], interval: str = "1m"
) -> dict[str, list[dict[str, str]]]:
    """Return the labels of the alerts that fire at each time; promtool reports them as errors.

    series: values in promtool's notation, one every `interval`, by series.
    """
    asked = list(times)
    never = {"exp_samples": [{"labels": "never", "value": 0}], "expr": _FIRING}
    test: dict[str, Any] = {
        "interval": interval,
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [{**never, "eval_time": time} for time in asked],
    }
    document = {
        "rule_files": [str(RULES)],
        "evaluation_interval": interval,
        # Otherwise promtool may evaluate alerts before the series that they read.
        "group_eval_order": [group["name"] for group in groups()],
        "tests": [test],
    }
    (folder / "test.yml").write_text(yaml.safe_dump(document))
    command = [PROMTOOL, "test", "rules", str(folder / "test.yml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    parts = re.split(r"expr: ", done.stdout + done.stderr)[1:]
    assert len(parts) == len(asked), done.stdout + done.stderr
    found: dict[str, list[dict[str, str]]] = {}
    for time, part in zip(asked, parts, strict=True):
        got = part.partition("got:")[2]
        found[time] = [dict(_LABEL.findall(labels)) for labels in _ALERT.findall(got)]
    return found
