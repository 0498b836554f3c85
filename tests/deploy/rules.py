"""The shipped rules as promtool tests: of each alert one that fires, some that do not, and more.

Of an alert's case four kinds of tests are made: it fires; it does not; of two clusters only the one
with the trouble raises it; and two exporters of the same cluster raise it once.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).parent.parent.parent
RULES = ROOT / "deploy" / "prometheus" / "ceph.rules.yml"

CHECK = re.compile(
    r"max without \((name, )?severity\) \(cluster:ceph_health_check:unmuted\{(.+)\}\) == 1"
)
"""A rule that is made of health checks alone."""

_IN_CLUSTER = "{{ with $labels.cluster }} (cluster {{ . }}){{ end }}"


class Case(NamedTuple):
    """How an alert is tried.

    fires, quiet: series, one a line, a value that stays or promtool's notation; `quiet` has several
    sets. labels: what the alert carries besides severity and cluster; description: as it is to
    read, where the rule's own has templates for more than labels. at: minutes until it is looked
    for, by default ten after `for`. once: two exporters raise one alert; several: there is one for
    the cluster in trouble when another is well.
    """

    fires: str
    quiet: tuple[str, ...]
    labels: dict[str, str] = {}  # noqa: RUF012 - never changed
    description: str = ""
    at: int = 0
    once: bool = True
    several: bool = True


def groups() -> list[dict[str, Any]]:
    """Give the groups of rules."""
    found: list[dict[str, Any]] = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    return found


def alerts() -> dict[str, dict[str, Any]]:
    """Give the alerting rules by name."""
    return {rule["alert"]: rule for group in groups() for rule in group["rules"] if "alert" in rule}


def recorded() -> list[dict[str, Any]]:
    """Give the recording rules."""
    return [rule for group in groups() for rule in group["rules"] if "record" in rule]


def minutes(duration: str) -> int:
    """Give the minutes of a duration such as 90s, 5m or 1h."""
    return int(duration[:-1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[duration[-1]] // 60


def case_of_check(rule: dict[str, Any]) -> Case | None:
    """Make the case of a rule that is made of health checks alone; None for any other."""
    found = CHECK.fullmatch(rule["expr"])
    if found is None:
        return None
    name = found[2].partition('"')[2].partition('"')[0].partition("|")[0]
    return case_of(name, {} if found[1] else {"name": name})


def case_of(check: str, labels: dict[str, str], also: str = "", description: str = "") -> Case:
    """Make the case of a rule that is made of a check. also: series that its text tells of."""
    raised = f'ceph_health_detail{{name="{check}",severity="HEALTH_WARN"}} '
    muted = f'{raised}1\nceph_health_check_muted{{name="{check}"}} 1'
    return Case(f"{raised}1\n{also}", (raised + "0", muted), labels, description)


def document(rule: dict[str, Any], case: Case, rules: str) -> dict[str, Any]:
    """Make promtool's test file of an alert. rules: name of the file with the rules."""
    at = case.at or minutes(rule["for"]) + 10
    firing = [_expected(rule, case)]
    tests = [_test("fires", case.fires, "", at, firing)]
    tests += [_test("does not fire", series, "", at, []) for series in case.quiet]
    one, two = _labelled(case.fires, 'cluster="one"'), _labelled(case.quiet[0], 'cluster="two"')
    expected = [_expected(rule, case, "one")] if case.several else []
    tests.append(_test("of two clusters one is in trouble", f"{one}\n{two}", "", at, expected))
    if case.once:
        tests.append(_test("two exporters", case.fires, "b:9128", at, firing))
    for test in tests:
        for alert in test["alert_rule_test"]:
            alert["alertname"] = rule["alert"]
    interval = "5m" if at > 60 else "1m"  # else promtool takes seconds for the forecasts
    return {"rule_files": [rules], "evaluation_interval": interval, "tests": tests}


def _test(name: str, series: str, second: str, at: int, expected: list[Any]) -> dict[str, Any]:
    lines = _labelled(series, 'instance="a:9128"').splitlines()
    if second:
        lines += _labelled(series, f'instance="{second}"').splitlines()
    return {
        "name": name,
        "interval": "1m",
        "input_series": [_series(line, at) for line in dict.fromkeys(lines)],
        "alert_rule_test": [{"eval_time": f"{at}m", "exp_alerts": expected}],
    }


def _labelled(series: str, label: str) -> str:
    """Give each series a label that it does not have."""
    name = label.partition("=")[0]
    lines = []
    for line in series.strip().splitlines():
        metric, _, values = line.strip().partition(" ") if "{" not in line else _split(line)
        labels = metric.partition("{")[2].rstrip("}")
        if not re.search(rf"\b{name}=", labels):
            metric = f"{metric.partition('{')[0]}{{{','.join(filter(None, [label, labels]))}}}"
        lines.append(f"{metric} {values}")
    return "\n".join(lines)


def _split(line: str) -> tuple[str, str, str]:
    head, _, values = line.strip().rpartition("} ")
    return f"{head}}}", "", values


def _series(line: str, at: int) -> dict[str, str]:
    metric, _, values = _split(line)
    return {"series": metric, "values": values if "x" in values else f"{values}+0x{at}"}


def _expected(rule: dict[str, Any], case: Case, cluster: str = "") -> dict[str, Any]:
    def text(template: str) -> str:
        said = template.replace(_IN_CLUSTER, f" (cluster {cluster})" if cluster else "")
        for name, value in case.labels.items():
            said = said.replace(f"{{{{ $labels.{name} }}}}", value)
        return said

    annotations = {key: text(value) for key, value in rule["annotations"].items()}
    if case.description:
        annotations["description"] = case.description
    labels = {**rule["labels"], **case.labels} | ({"cluster": cluster} if cluster else {})
    return {"exp_labels": labels, "exp_annotations": annotations}
