"""Run promtool on the shipped rules, and return the alerts that fire."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
import yaml

from tests.deploy.rules import RULES, groups

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

PROMTOOL = shutil.which("promtool") or ""
needs_promtool = pytest.mark.skipif(not PROMTOOL, reason="promtool is not installed")

Result = TypeVar("Result")

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


def cluster(name: str, text: str, *, instance: str = "a:9128", job: str = "ceph") -> dict[str, str]:
    """Return the series of a cluster, which is up and healthy, and lines of series and values.

    A value alone is constant. Labels that a line has itself stay as they are.
    """
    series: dict[str, str] = {}
    labels = {"cluster": name, "job": job, "instance": instance}
    for line in filter(None, (line.strip() for line in [*HEALTHY, *text.splitlines()])):
        metric, values = re.fullmatch(r"(\w+(?:\{.*\})?) (.+)", line).groups()  # type: ignore[union-attr]
        base, _, own = metric.rstrip("}").partition("{")
        added = [f'{key}="{value}"' for key, value in labels.items() if f'{key}="' not in own]
        written = values if re.search(r"[x_ ]", values) else f"{values}x{LONG}"
        series[f"{base}{{{','.join(filter(None, [own, *added]))}}}"] = written
    return series


HEALTHY = ("ceph_up 1", 'ceph_health_detail{name="SLOW_OPS",severity="HEALTH_WARN"} 0')
LONG = 2000
"""Samples of a constant series: more than any test looks at."""


def once(factory: pytest.TempPathFactory, name: str, compute: Callable[[Path], Result]) -> Result:
    """Return a result that only one of several workers of pytest-xdist computes.

    compute: returns what JSON can hold, and may use the folder that it receives.
    """
    folder = factory.mktemp(name)
    shared = factory.getbasetemp()
    shared = shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared
    file = shared / f"{name}.json"
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            file.write_text(json.dumps(compute(folder)))
    result: Result = json.loads(file.read_text())
    return result
