"""The programs accept the example configurations, and routes and inhibitions work."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from tests.deploy.rules import ROOT, alerts

ALERTS = alerts()
PROMETHEUS = ROOT / "deploy" / "prometheus" / "prometheus.yml"
ALERTMANAGER = ROOT / "deploy" / "alertmanager" / "alertmanager.yml"
MATCHER = re.compile(r'(\w+) (=~|!~|=) "([^"]*)"')

PROMTOOL, AMTOOL = shutil.which("promtool") or "", shutil.which("amtool") or ""
needs_promtool = pytest.mark.skipif(not PROMTOOL, reason="promtool is not installed")
needs_amtool = pytest.mark.skipif(not AMTOOL, reason="amtool is not installed")


def output(*command: str) -> str:
    """Return the output of a program that must succeed."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def inhibitions() -> list[dict[str, Any]]:
    """Return the inhibition rules."""
    rules: list[dict[str, Any]] = yaml.safe_load(ALERTMANAGER.read_text(encoding="utf-8"))[
        "inhibit_rules"
    ]
    return rules


def matched(matchers: list[str]) -> set[str]:
    """Return the shipped alerts that all matchers match."""
    matching = set(ALERTS)
    for matcher in matchers:
        parts = MATCHER.fullmatch(matcher)
        assert parts is not None, matcher
        label, operator, value = parts.groups()
        pattern = re.compile(re.escape(value) if operator == "=" else value)
        matching = {
            alert
            for alert in matching
            if any(map(pattern.fullmatch, _labels(alert, label))) == (operator != "!~")
        }
    return matching


# Values of labels that rules ask for and that come from the expressions: what an alert is about.
VALUES = {
    "document": ("health detail", "rbd images", "service status", "rgw buckets"),
    "service_type": ("rgw", "nfs"),
}


def _labels(alert: str, name: str) -> tuple[str, ...]:
    """Return the values that a label of an alert may have."""
    if name == "alertname":
        return (alert,)
    return VALUES.get(name) or (str(ALERTS[alert]["labels"][name]),)


def silenced_by(alert: str) -> set[str]:
    """Return the alerts that an alert silences, by Alertmanager's rules."""
    silenced: set[str] = set()
    for rule in inhibitions():
        if alert in matched(rule["source_matchers"]):
            silenced |= matched(rule["target_matchers"]) - matched(rule["source_matchers"])
    return silenced


@needs_promtool
def test_promtool_accepts_the_example_and_its_rules() -> None:
    """`promtool check config` accepts the example and the rules that it names."""
    checked = output(PROMTOOL, "check", "config", str(PROMETHEUS))
    assert re.search(rf"ceph.rules.yml\s+SUCCESS: {_number_of_rules()} rules", checked)


def _number_of_rules() -> int:
    rules = yaml.safe_load((PROMETHEUS.parent / "ceph.rules.yml").read_text(encoding="utf-8"))
    return sum(len(group["rules"]) for group in rules["groups"])


@needs_amtool
def test_amtool_accepts_the_example() -> None:
    """`amtool check-config` accepts the example."""
    assert "SUCCESS" in output(AMTOOL, "check-config", str(ALERTMANAGER))


@needs_amtool
@pytest.mark.parametrize(
    ("alert", "receiver"),
    [("CephUnreachable", "on-call"), ("CephOSDDown", "tickets"), ("NodeDown", "tickets")],
)
def test_the_receiver_of_an_alert(alert: str, receiver: str) -> None:
    """A critical Ceph alert goes to the person on call; all other alerts become tickets."""
    severity = ALERTS[alert]["labels"]["severity"] if alert in ALERTS else "critical"
    labels = (f"alertname={alert}", f"severity={severity}", "cluster=one")
    route = output(AMTOOL, "config", "routes", "test", f"--config.file={ALERTMANAGER}", *labels)
    assert route.strip() == receiver


def test_the_inhibitions_name_alerts_that_exist() -> None:
    """Every alert in a rule is shipped, and every matcher matches at least one alert."""
    for rule in inhibitions():
        for side in ("source_matchers", "target_matchers"):
            assert matched(rule[side])
            named = {name for text in rule[side] for name in re.findall(r"Ceph(?:adm)?\w+", text)}
            assert {name for name in named if name != "CephExporter"} <= set(ALERTS)


def test_no_two_alerts_silence_each_other() -> None:
    """At most one of two alerts silences the other, so that one of them always notifies."""
    silenced = {alert: silenced_by(alert) for alert in ALERTS}
    assert [(a, b) for a in ALERTS for b in silenced[a] if a in silenced[b]] == []


def test_an_unknown_cluster_is_one_alert() -> None:
    """Without data of a cluster only one alert notifies, and none that is based on old data."""
    about_exporters = {alert for alert in ALERTS if alert.startswith("CephExporter")}
    separate = about_exporters | {"CephNeverSeen", "CephDataMissing"}
    assert silenced_by("CephDataMissing") >= set(ALERTS) - separate
    for alert in ("CephDataStale", "CephUnreachable"):
        others = set(ALERTS) - separate - {"CephDataStale", "CephUnreachable"}
        assert silenced_by(alert) >= others


def test_an_error_silences_nothing() -> None:
    """HEALTH_ERR has everyday causes, so neither it nor a cause of it hides another fault."""
    for alert in ("CephHealthError", "CephPGsDamaged", "CephObjectMissing", "CephPoolFull"):
        assert silenced_by(alert) == set()


def test_every_inhibition_stays_within_a_cluster() -> None:
    """An alert silences alerts of its own cluster only."""
    assert [rule for rule in inhibitions() if "cluster" not in rule["equal"]] == []


def test_a_stopped_osd_is_one_alert() -> None:
    """CephOSDDown silences the alerts about what follows from it, except slow requests."""
    follows = {"CephPGsUnclean", "CephPGImbalance", "CephDataDegraded", "CephObjectsMisplaced"}
    assert silenced_by("CephOSDDown") == follows
    assert silenced_by("CephOSDHostDown") == follows
    assert silenced_by("CephOSDDownHigh") == follows | {"CephOSDDown", "CephOSDHostDown"}
