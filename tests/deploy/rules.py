"""Build promtool tests for the shipped rules.

Each alert's case results in four kinds of tests: the alert fires; it does not fire; with two
clusters only the affected one raises it; and two exporters of the same cluster raise it once.
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
"""A rule that depends on health checks alone."""

_IN_CLUSTER = "{{ with $labels.cluster }} (cluster {{ . }}){{ end }}"


class Case(NamedTuple):
    """The input and the expected result of an alert's tests.

    fires, quiet: series, one per line, with a constant value or promtool's notation; `quiet` has
    several sets, none of which raises the alert. labels: the alert's labels besides severity and
    cluster. description, summary: the expected text, if the rule's has templates for more than
    labels. at: minutes after which the alert is expected, by default ten after `for`. once: two
    exporters raise one alert. several: an affected cluster raises it while another one is healthy.
    up: whether the cluster is up, where the series do not say it.
    """

    fires: str
    quiet: tuple[str, ...]
    labels: dict[str, str] = {}  # noqa: RUF012 - never changed
    description: str = ""
    summary: str = ""
    at: int = 0
    once: bool = True
    several: bool = True
    up: bool = True


def groups() -> list[dict[str, Any]]:
    """Return the groups of rules."""
    groups: list[dict[str, Any]] = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    return groups


def alerts() -> dict[str, dict[str, Any]]:
    """Return the alerting rules by name."""
    return {rule["alert"]: rule for group in groups() for rule in group["rules"] if "alert" in rule}


def recorded() -> list[dict[str, Any]]:
    """Return the recording rules."""
    return [rule for group in groups() for rule in group["rules"] if "record" in rule]


def needed(rule: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the recording rules that a rule reads, directly or through others, in their order."""
    rules = recorded()
    names = {one["record"] for one in rules}
    todo: list[dict[str, Any]] = [rule]
    found: set[str] = set()
    while todo:
        texts = [todo[-1]["expr"], *todo.pop().get("annotations", {}).values()]
        read = names & set(re.findall(r"[a-z_]+:\w+:\w+", " ".join(texts))) - found
        found |= read
        todo += [one for one in rules if one["record"] in read]
    return [one for one in rules if one["record"] in found]


def minutes(duration: str) -> int:
    """Return the minutes of a duration such as 90s, 5m or 1h."""
    return int(duration[:-1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[duration[-1]] // 60


def case_of_check(rule: dict[str, Any]) -> Case | None:
    """Return the case of a rule that depends on health checks alone; None for any other."""
    match = CHECK.fullmatch(rule["expr"])
    if match is None:
        return None
    name = match[2].partition('"')[2].partition('"')[0].partition("|")[0]
    return case_of(name, {} if match[1] else {"name": name})


def case_of(check: str, labels: dict[str, str], also: str = "", description: str = "") -> Case:
    """Return the case of a rule about a health check. also: series that its text queries.

    check: its name, and its severity if that is not HEALTH_WARN.
    """
    name, _, severity = check.partition(" ")
    raised = f'ceph_health_detail{{name="{name}",severity="{severity or "HEALTH_WARN"}"}} '
    muted = f'{raised}1\nceph_health_check_muted{{name="{name}"}} 1'
    return Case(f"{raised}1\n{also}", (raised + "0", muted), labels, description)


def document(rule: dict[str, Any], case: Case, rules: str) -> dict[str, Any]:
    """Return promtool's test file for an alert. rules: name of the file with the rules."""
    at = case.at or minutes(rule["for"]) + 10
    firing = [_expected(rule, case)]
    fires, *quiet = [
        f"{series}\nceph_up 1" if case.up and "ceph_up" not in series else series
        for series in (case.fires, *case.quiet)
    ]
    tests = [_test("fires", fires, "", at, firing)]
    tests += [_test("does not fire", series, "", at, []) for series in quiet]
    one, two = _labelled(fires, 'cluster="one"'), _labelled(quiet[0], 'cluster="two"')
    expected = [_expected(rule, case, "one")] if case.several else []
    tests.append(_test("one of two clusters is affected", f"{one}\n{two}", "", at, expected))
    if case.once:
        tests.append(_test("two exporters", fires, "b:9128", at, firing))
    for test in tests:
        for alert in test["alert_rule_test"]:
            alert["alertname"] = rule["alert"]
    interval = "5m" if at > 60 else "1m"  # otherwise promtool needs seconds for the forecasts
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
    """Return the series with a label added to each series that lacks it."""
    name = label.partition("=")[0]
    lines = []
    for line in filter(None, series.splitlines()):
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
    def rendered(template: str) -> str:
        text = template.replace(_IN_CLUSTER, f" (cluster {cluster})" if cluster else "")
        for name, value in case.labels.items():
            text = text.replace(f"{{{{ $labels.{name} }}}}", value)
        return text

    annotations = {key: rendered(value) for key, value in rule["annotations"].items()}
    if case.description:
        annotations["description"] = case.description
    if case.summary:
        annotations["summary"] = case.summary + (f" (cluster {cluster})" if cluster else "")
    labels = {**rule["labels"], **case.labels} | ({"cluster": cluster} if cluster else {})
    return {"exp_labels": labels, "exp_annotations": annotations}
