"""The example configurations: the programs accept them, routes lead where they say."""

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


def said(*command: str) -> str:
    """Give what a program that must succeed prints."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def inhibitions() -> list[dict[str, Any]]:
    """Give the rules of which alert silences which."""
    found: list[dict[str, Any]] = yaml.safe_load(ALERTMANAGER.read_text(encoding="utf-8"))[
        "inhibit_rules"
    ]
    return found


def matched(matchers: list[str]) -> set[str]:
    """Give the shipped alerts that a list of matchers holds for."""
    found = set(ALERTS)
    for matcher in matchers:
        parts = MATCHER.fullmatch(matcher)
        assert parts is not None, matcher
        label, operator, value = parts.groups()
        pattern = re.compile(re.escape(value) if operator == "=" else value)
        found = {
            alert
            for alert in found
            if bool(pattern.fullmatch(_label(alert, label))) == (operator != "!~")
        }
    return found


def _label(alert: str, name: str) -> str:
    return alert if name == "alertname" else str(ALERTS[alert]["labels"][name])


def silenced_by(alert: str) -> set[str]:
    """Give the alerts that an alert silences, as Alertmanager judges it."""
    silenced: set[str] = set()
    for rule in inhibitions():
        if alert in matched(rule["source_matchers"]):
            silenced |= matched(rule["target_matchers"]) - matched(rule["source_matchers"])
    return silenced


@needs_promtool
def test_promtool_accepts_the_example_and_its_rules() -> None:
    """`promtool check config` reads the example of Prometheus and the rules that it names."""
    checked = said(PROMTOOL, "check", "config", str(PROMETHEUS))
    assert re.search(rf"ceph.rules.yml\s+SUCCESS: {_number_of_rules()} rules", checked)


def _number_of_rules() -> int:
    rules = yaml.safe_load((PROMETHEUS.parent / "ceph.rules.yml").read_text(encoding="utf-8"))
    return sum(len(group["rules"]) for group in rules["groups"])


@needs_amtool
def test_amtool_accepts_the_example() -> None:
    """`amtool check-config` reads the example of Alertmanager."""
    assert "SUCCESS" in said(AMTOOL, "check-config", str(ALERTMANAGER))


@needs_amtool
@pytest.mark.parametrize(
    ("alert", "receiver"),
    [("CephUnreachable", "on-call"), ("CephOSDDown", "tickets"), ("NodeDown", "tickets")],
)
def test_who_is_told(alert: str, receiver: str) -> None:
    """A critical alert of Ceph goes to the person on call, all others become tickets."""
    severity = ALERTS[alert]["labels"]["severity"] if alert in ALERTS else "critical"
    labels = (f"alertname={alert}", f"severity={severity}", "cluster=one")
    route = said(AMTOOL, "config", "routes", "test", f"--config.file={ALERTMANAGER}", *labels)
    assert route.strip() == receiver


def test_the_inhibitions_name_alerts_that_exist() -> None:
    """Every alert that a rule names is shipped, and every rule is about some on both sides."""
    for rule in inhibitions():
        for side in ("source_matchers", "target_matchers"):
            assert matched(rule[side])
            named = {name for text in rule[side] for name in re.findall(r"Ceph(?:adm)?\w+", text)}
            assert {name for name in named if name != "CephExporter"} <= set(ALERTS)


def test_no_two_alerts_silence_each_other() -> None:
    """Of two alerts at most one silences the other, so that one of them is always heard."""
    silenced = {alert: silenced_by(alert) for alert in ALERTS}
    assert [(a, b) for a in ALERTS for b in silenced[a] if a in silenced[b]] == []


def test_an_unknown_cluster_is_one_alert() -> None:
    """With no data of a cluster nothing that was known before is told, and no more than one."""
    about_exporters = {alert for alert in ALERTS if alert.startswith("CephExporter")}
    apart = about_exporters | {"CephNeverSeen", "CephDataMissing"}
    assert silenced_by("CephDataMissing") >= set(ALERTS) - apart
    assert "CephExporterDown" in silenced_by("CephDataMissing")
    for alert in ("CephDataStale", "CephUnreachable"):
        known = set(ALERTS) - apart - {"CephDataStale", "CephUnreachable"}
        assert silenced_by(alert) >= known


def test_an_error_silences_the_warnings_of_its_cluster() -> None:
    """HEALTH_ERR leaves no warning but those about exporters, of that cluster only."""
    warnings = {alert for alert in ALERTS if ALERTS[alert]["labels"]["severity"] == "warning"}
    about_exporters = {alert for alert in warnings if alert.startswith("CephExporter")}
    assert silenced_by("CephHealthError") == warnings - about_exporters
    for rule in inhibitions():
        if "CephHealthError" in matched(rule["source_matchers"] + rule["target_matchers"]):
            assert "cluster" in rule["equal"]


def test_a_stopped_osd_is_one_alert() -> None:
    """Of what follows from an OSD that is down only data that is not available is told as well."""
    follows = {"CephOSDFlapping", "CephPGsUnclean", "CephPGImbalance", "CephSlowOps"}
    assert silenced_by("CephOSDDown") == follows
    assert silenced_by("CephOSDHostDown") == follows | {"CephOSDDown"}
