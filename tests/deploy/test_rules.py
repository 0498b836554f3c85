"""The shipped alerts: each fires only when it should, and links to its runbook."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
import yaml

from ceph_exporter import own_metrics
from ceph_exporter.collectors import COLLECTORS
from ceph_exporter.polling import snapshot
from tests.deploy import cases, cases_of_checks, cases_of_exporter, cases_of_rbd, cases_of_rgw
from tests.deploy.rules import (
    ROOT,
    RULES,
    alerts,
    case_of_check,
    document,
    groups,
    needed,
    recorded,
)

if TYPE_CHECKING:
    from pathlib import Path

ALERTS = alerts()
CASES = (
    cases.CASES
    | cases_of_checks.CASES
    | cases_of_exporter.CASES
    | cases_of_rbd.CASES
    | cases_of_rgw.CASES
)
RUNBOOK = "https://ceph-exporter.example/docs/runbook.md#"
PROMTOOL = shutil.which("promtool") or ""
needs_promtool = pytest.mark.skipif(not PROMTOOL, reason="promtool is not installed")

# Not declared: metrics of Prometheus itself.
OTHERS = {"up"}
# Recorded from declared metrics in the same file.
RECORDED = {rule["record"] for rule in recorded()}


def errors_of(folder: Path, alert: str, promtool: str) -> str:
    """Return the errors that promtool reports when it runs an alert's tests."""
    rule = ALERTS[alert]
    case = CASES.get(alert) or case_of_check(rule)
    assert case is not None, "an alert needs a case in tests/deploy/cases.py"
    one = {"groups": [{"name": "all", "rules": [*needed(rule), rule]}]}
    (folder / "rules.yml").write_text(yaml.safe_dump(one))
    (folder / "test.yml").write_text(yaml.safe_dump(document(rule, case, "rules.yml")))
    command = [promtool, "test", "rules", str(folder / "test.yml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


@needs_promtool
@pytest.mark.parametrize("alert", ALERTS)
def test_an_alert_fires_when_it_should(alert: str, tmp_path: Path) -> None:
    """It fires with its text and only with a cause, also with two clusters or exporters."""
    assert errors_of(tmp_path, alert, PROMTOOL) == ""


@needs_promtool
def test_promtool_accepts_the_rules() -> None:
    """`promtool check rules` reports nothing, including its lint for duplicates."""
    command = [PROMTOOL, "check", "rules", "--lint-fatal", str(RULES)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_case_is_of_an_alert() -> None:
    """Every case belongs to an existing alert."""
    assert set(CASES) <= set(ALERTS)


@pytest.mark.parametrize("alert", ALERTS)
def test_an_alert_says_what_to_do(alert: str) -> None:
    """It has a severity, a summary, a description, and a heading in the runbook."""
    rule = ALERTS[alert]
    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert set(rule["annotations"]) == {"summary", "description", "runbook_url"}
    assert rule["annotations"]["runbook_url"] == RUNBOOK + alert.lower()
    runbook = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    section = runbook.partition(f"\n### {alert}\n")[2].partition("\n##")[0]
    assert section.strip().lower().startswith(f"**{rule['labels']['severity']}.**")


def test_the_runbook_has_no_dead_links() -> None:
    """The headings are exactly the alerts, and every link within the runbook names one."""
    runbook = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^### (\w+)$", runbook, re.MULTILINE)) == set(ALERTS)
    assert set(re.findall(r"\]\(#(\w+)\)", runbook)) <= {alert.lower() for alert in ALERTS}


def sections() -> dict[str, str]:
    """Return the text of the runbook about each alert."""
    runbook = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    parts = re.split(r"(?m)^###? (.+)\n", runbook)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize("alert", ALERTS)
def test_the_runbook_names_services_and_paths_for_every_installation(alert: str) -> None:
    """Where it names a unit, a log or a folder of Ceph, it has packages, cephadm and Rook."""
    text = sections()[alert]
    if re.search(r"(systemctl|journalctl).* ceph-(mon|osd|mgr|mds)|/var/lib/ceph", text):
        assert "packages" in text
        assert re.search(r"ceph-FSID@|cephadm", text)
        assert "Rook" in text
    if re.search(r"(systemctl|journalctl).* ceph_exporter", text):
        assert "kubectl" in text


def test_the_runbook_warns_before_it_destroys() -> None:
    """It never says to repair a PG or to stop an OSD without what to check before."""
    for alert, text in sections().items():
        if "pg repair" in text:
            assert "prefers the data of the primary" in text.replace("\n", " "), alert
        if "stop that OSD" in text:
            assert "ok-to-stop" in text, alert


def test_the_metrics_of_the_rules_exist() -> None:
    """Every metric in an expression or a text is declared, or recorded in the file."""
    declared = {metric.name for collector in COLLECTORS.values() for metric in collector.metrics}
    declared |= {metric.name for metric in (*snapshot.METRICS, *own_metrics.METRICS)}
    rules = [rule for group in groups() for rule in group["rules"]]
    texts = [rule["expr"] for rule in rules]
    texts += [rule["annotations"]["description"] for rule in rules if "alert" in rule]
    existing = declared | RECORDED | OTHERS
    named = {
        name for text in texts for name in re.findall(r"(?<![\w:])(?:\w+:)?ceph_[\w:]*\w", text)
    }
    assert named - {"ceph_daemon", "ceph_exporter", "ceph_version"} <= existing


@pytest.mark.parametrize("alert", ["CephHealthError", "CephHealthWarning"])
def test_a_check_with_an_alert_of_its_own_raises_no_general_one(alert: str) -> None:
    """The general alerts exclude every check that another rule uses."""
    excluded = re.compile("|".join(re.findall(r'name!~"([^"]+)"', ALERTS[alert]["expr"])))
    own = re.findall(r'unmuted\{name=~?"([^"]+)"', "".join(r["expr"] for r in ALERTS.values()))
    checks = {check.replace("[A-Z]+", "HOST") for group in own for check in group.split("|")}
    assert {"OSD_DOWN", "OSD_HOST_DOWN", "PG_DAMAGED"} <= checks
    # CephMixedVersions and CephUpgradeStuck only give way to these.
    rest = {"DAEMON_OLD_VERSION", "UPGRADE_.+"}
    assert {check for check in checks if not excluded.fullmatch(check)} == rest


def test_the_rules_for_snmp_differ_by_a_label() -> None:
    """The generated second file has the same rules, and Ceph's own OIDs as the label `oid`."""
    file = RULES.with_name("ceph.rules.snmp.yml")
    others = yaml.safe_load(file.read_text(encoding="utf-8"))["groups"]
    labelled = {
        rule["alert"]: rule["labels"].pop("oid")
        for group in others
        for rule in group["rules"]
        if "oid" in rule.get("labels", {})
    }
    assert others == groups()
    assert labelled["CephOSDDown"] == "1.3.6.1.4.1.50495.1.2.1.4.2"
    assert len(labelled) == 30
    assert len(set(labelled.values())) == 30
