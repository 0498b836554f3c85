"""From a failure of a real Ceph to the message that the operator receives, and its resolution.

Ceph 16.2, two exporters, Prometheus with the shipped rules, Alertmanager with the shipped routes
and inhibitions, and a receiver. Only durations are shorter than the shipped ones: see `shortened`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import yaml

from testbed import alertmanager, prometheus
from testbed.alertmanager import Alertmanager, Message, Receiver
from testbed.exporter import Exporter, arguments
from testbed.process import free_port
from testbed.prometheus import DEBIANS_OWN, PROMETHEUS_3, Prometheus
from testbed.waiting import wait_until
from tests.deploy.rules import ROOT, RULES, minutes
from tests.real.requirements import require

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from testbed.ceph import CephCluster

pytestmark = pytest.mark.real

PROMETHEUS = ROOT / "deploy" / "prometheus" / "prometheus.yml"
ALERTMANAGER = ROOT / "deploy" / "alertmanager" / "alertmanager.yml"

# A minute becomes a second. A monitor takes as long as ever to restart, so no alert fires before
# PATIENCE seconds, or every restart would be an outage.
FACTOR = 60
PATIENCE = 30
DEADLINE = 90


def shortened(rules: str) -> str:
    """Return the rules with the shipped expressions and texts but shorter durations."""
    groups = yaml.safe_load(rules)
    for group in groups["groups"]:
        group.pop("interval", None)
    for rule in (rule for group in groups["groups"] for rule in group["rules"]):
        for name, least in (("for", PATIENCE), ("keep_firing_for", 0)):
            if name in rule:
                rule[name] = f"{least + round(60 * minutes(rule[name]) / FACTOR)}s"
    return yaml.safe_dump(groups)


def prometheus_configuration(targets: list[str], alerts_to: str) -> str:
    """Return the shipped example with other addresses and with intervals of a second."""
    configuration: dict[str, Any] = yaml.safe_load(PROMETHEUS.read_text(encoding="utf-8"))
    configuration["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    to = configuration["alerting"]["alertmanagers"][0]["static_configs"][0]
    to["targets"] = [alerts_to]
    configuration["scrape_configs"][0]["static_configs"][0]["targets"] = targets
    return yaml.safe_dump(configuration)


def alertmanager_configuration(receiver: str) -> str:
    """Return the shipped example with the receivers' address and with waits of a second."""
    text = ALERTMANAGER.read_text(encoding="utf-8")
    configuration: dict[str, Any] = yaml.safe_load(text.replace("http://localhost:9099", receiver))
    configuration["route"] |= {"group_wait": "1s", "group_interval": "1s"}
    return yaml.safe_dump(configuration)


class Watch(NamedTuple):
    """The programs between the exporters and the operator."""

    prometheus: Prometheus
    alertmanager: Alertmanager
    receiver: Receiver

    def message(self, status: str, alert: str) -> Message:
        """Wait for a message and return it; it must be the only one with its alert and status."""

        def matches() -> list[Message]:
            return [
                message
                for message in self.receiver.messages
                if (message.status, message.alert) == (status, alert)
            ]

        def heard() -> str:
            return ", ".join(f"{m.alert} {m.status}" for m in self.receiver.messages)

        wait_until(lambda: bool(matches()), f"{alert} {status} (heard: {heard()})", DEADLINE)
        (message,) = matches()
        return message


@pytest.fixture
def exporters(cluster: CephCluster, folder: Path) -> list[Exporter]:
    """Return two exporters of the cluster, one for each API, which are not running yet."""
    return [Exporter(folder, *arguments(cluster, api)) for api in ("dashboard", "restful")]


@pytest.fixture
def watch(exporters: list[Exporter], folder: Path) -> Iterator[Watch]:
    """Run Prometheus, Alertmanager and the receiver."""
    require(alertmanager.available(), "testbed/install")
    home = folder / "alerts"
    home.mkdir()
    (home / RULES.name).write_text(shortened(RULES.read_text(encoding="utf-8")))
    with (
        Receiver() as receiver,
        Alertmanager(
            home, port=free_port(), configuration=alertmanager_configuration(receiver.url)
        ) as manager,
    ):
        targets = [exporter.target for exporter in exporters]
        configuration = prometheus_configuration(targets, manager.target)
        with Prometheus(home, port=free_port(), configuration=configuration) as server:
            yield Watch(server, manager, receiver)


def test_each_failure_is_one_message_that_is_resolved_when_it_is_fixed(
    cluster: CephCluster, exporters: list[Exporter], watch: Watch
) -> None:
    """A stopped OSD, a wrong clock and stopped exporters cause one alert each and no others."""
    one, two = exporters
    with one, two:
        watch.prometheus.wait_for("ceph_health_status == 0", lambda rows: len(rows) == 2, 60)
        try:
            cluster.stop_mon("b")
            cluster.start_mon("b", faketime="+0.4s")
            cluster.stop_osd(1)
            osd = watch.message("firing", "CephOSDDown")
            clock = watch.message("firing", "CephMonClockSkew")
        finally:
            cluster.start_osd(1)
            cluster.stop_mon("b")
            cluster.start_mon("b")
        watch.message("resolved", "CephOSDDown")
        watch.message("resolved", "CephMonClockSkew")
        watch.prometheus.wait_for("ceph_health_status == 0", lambda rows: len(rows) == 2, 60)
    gone = watch.message("firing", "CephDataMissing")
    # Of exporters that are gone with all their data, it is the only alert.
    assert "CephExporterDown" not in watch.alertmanager.states()
    with one, two:
        watch.message("resolved", "CephDataMissing")
        heard = {(message.receiver, message.alert) for message in watch.receiver.messages}
    assert heard == {
        ("tickets", "CephOSDDown"),
        ("tickets", "CephMonClockSkew"),
        ("on-call", "CephDataMissing"),
    }
    assert osd.annotations["summary"] == "OSDs are down"
    assert osd.annotations["description"].startswith(
        "OSDs that are in are down. Number: 1. OSDs: osd.1."
    )
    assert clock.annotations["summary"] == "The clocks of the monitors differ"
    assert re.search(r"0.05 s by default \(mon.b: [\d.]+ms\)", clock.annotations["description"])
    assert gone.annotations["summary"] == "No exporter reports a Ceph cluster"
    assert all("runbook.md#" in m.annotations["runbook_url"] for m in watch.receiver.messages)


@pytest.mark.parametrize("program", [DEBIANS_OWN, PROMETHEUS_3], ids=["2.42", "3.5"])
def test_prometheus_evaluates_every_rule(program: str, tmp_path: Path) -> None:
    """Both Prometheus servers load the shipped example and evaluate every rule without an error."""
    require(prometheus.available(program), "testbed/install")
    (tmp_path / RULES.name).write_text(shortened(RULES.read_text(encoding="utf-8")))
    configuration = prometheus_configuration(["127.0.0.1:1"], "127.0.0.1:1")
    port = free_port()
    with Prometheus(tmp_path, port=port, configuration=configuration, program=program) as server:
        wait_until(
            lambda: {rule["health"] for rule in server.rules()} == {"ok"},
            "healthy rules",
            DEADLINE,
            [tmp_path / "prometheus.log"],
        )
