"""What the operator receives on real Ceph 16.2 and 20.2, while the mgr module is scraped as well.

A dead OSD until it is out and beyond, `ceph osd pause`, and a scrub error together with a stopped
monitor. Only durations are shorter than the shipped ones: see `shortened`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from testbed import alertmanager, contents, prometheus
from testbed.alertmanager import Alertmanager, Receiver
from testbed.ceph import CephCluster
from testbed.exporter import Exporter, arguments
from testbed.process import free_port
from testbed.prometheus import Prometheus
from testbed.releases import RELEASES, SYSTEM
from testbed.waiting import wait_until
from tests.deploy.rules import RULES
from tests.real.requirements import require
from tests.real.test_alerts import (
    PATIENCE,
    alertmanager_configuration,
    prometheus_configuration,
    shortened,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.real

# A minute of the rules is a second here, on top of PATIENCE.
DEADLINE = 180
OUT_AFTER = 45
POOL, OBJECT = contents.REPLICATED, "object-0"


@pytest.fixture(params=[SYSTEM, "20"])
def ceph(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CephCluster]:
    """Run a cluster whose data recovers when one of its four OSDs is out."""
    name: str = next(release for release in RELEASES if release.startswith(request.param))
    missing = RELEASES[name].available() or prometheus.available() or alertmanager.available()
    require(missing, "testbed/install-releases")
    with CephCluster(
        tmp_path / "ceph", release=name, osds=4, pools=True, prometheus=True
    ) as cluster:
        for pool in json.loads(cluster.ceph("osd", "pool", "ls", "-f", "json")):
            if pool != contents.CODED:
                cluster.ceph("osd", "pool", "set", pool, "size", "2")
        cluster.ceph("config", "set", "mon", "mon_osd_down_out_interval", str(OUT_AFTER))
        cluster.wait_until_idle()
        yield cluster


def patient(rules: str) -> str:
    """Return shortened rules in which alerts linger as they do in the shipped ones."""
    document = yaml.safe_load(shortened(rules))
    for group in document["groups"]:
        for rule in group["rules"]:
            if "keep_firing_for" in rule:
                rule["keep_firing_for"] = f"{PATIENCE + int(rule['keep_firing_for'][:-1])}s"
    return yaml.safe_dump(document)


def both(exporter: Exporter, ceph: CephCluster, alerts_to: str) -> str:
    """Return a configuration that scrapes the exporter and the mgr module."""
    document: dict[str, Any] = yaml.safe_load(
        prometheus_configuration([exporter.target], alerts_to)
    )
    module = ceph.module_url.removeprefix("http://").removesuffix("/metrics")
    document["scrape_configs"].append(
        {"job_name": "mgr", "static_configs": [{"targets": [module]}]}
    )
    return yaml.safe_dump(document)


class Ears:
    """What has been said to the operator, in order."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver

    def said(self) -> list[tuple[str, str, str]]:
        """Return the receiver, the alert and the status of each message."""
        return [(m.receiver, m.alert, m.status) for m in self._receiver.messages]

    def wait(self, *message: str) -> None:
        """Wait for a message."""
        wait_until(
            lambda: message in self.said(),
            f"{' '.join(message)} (said: {self.said()})",
            DEADLINE,
        )


def break_a_copy(ceph: CephCluster) -> str:
    """Truncate one copy of an object, wait until a scrub has found it, and return its PG."""
    where = json.loads(ceph.ceph("osd", "map", POOL, OBJECT, "-f", "json"))
    ceph.ceph("daemon", f"osd.{where['acting'][-1]}", "truncobj", POOL, OBJECT, "10")
    pg: str = where["pgid"]

    def found() -> bool:
        ceph.ceph("pg", "deep-scrub", pg)
        return "PG_DAMAGED" in ceph.ceph("health", "detail", "-f", "json")

    ceph.wait(found, "PG_DAMAGED", 90)
    return pg


def test_the_operator_hears_what_the_runbook_promises(ceph: CephCluster, tmp_path: Path) -> None:
    """Each fault is one message that is resolved when it is fixed, and nothing else is said."""
    exporter = Exporter(tmp_path, *arguments(ceph, "dashboard"))
    home = tmp_path / "alerts"
    home.mkdir()
    (home / RULES.name).write_text(patient(RULES.read_text(encoding="utf-8")))
    with exporter, Receiver() as receiver:
        ears = Ears(receiver)
        configuration = alertmanager_configuration(receiver.url)
        with (
            Alertmanager(home, port=free_port(), configuration=configuration) as manager,
            Prometheus(
                home, port=free_port(), configuration=both(exporter, ceph, manager.target)
            ) as server,
        ):
            server.wait_for('ceph_health_status{job="ceph"} == 0', lambda rows: len(rows) == 1, 90)
            server.wait_for('ceph_health_status{job="mgr"}', lambda rows: len(rows) == 1, 90)

            ceph.stop_osd(1)
            ears.wait("tickets", "CephOSDDown", "firing")
            ears.wait("tickets", "CephOSDDownAndOut", "firing")
            # A dead disk never reads as fixed.
            assert ("tickets", "CephOSDDown", "resolved") not in ears.said()
            ears.wait("tickets", "CephOSDDown", "resolved")
            ceph.start_osd(1)
            ceph.ceph("osd", "in", "1")
            ears.wait("tickets", "CephOSDDownAndOut", "resolved")

            ceph.ceph("osd", "pause")
            ears.wait("on-call", "CephClientIOPaused", "firing")
            ceph.ceph("osd", "unpause")
            ears.wait("on-call", "CephClientIOPaused", "resolved")

            pg = break_a_copy(ceph)
            ceph.stop_mon("c")
            ears.wait("on-call", "CephPGsDamaged", "firing")
            ears.wait("on-call", "CephMonDownQuorumAtRisk", "firing")
            ceph.start_mon("c")
            ceph.ceph("pg", "repair", pg)
            ears.wait("on-call", "CephMonDownQuorumAtRisk", "resolved")
            ears.wait("on-call", "CephPGsDamaged", "resolved")
        said = ears.said()
    assert sorted(said) == sorted(
        (receiver, alert, status)
        for receiver, alert in (
            ("tickets", "CephOSDDown"),
            ("tickets", "CephOSDDownAndOut"),
            ("on-call", "CephClientIOPaused"),
            ("on-call", "CephPGsDamaged"),
            ("on-call", "CephMonDownQuorumAtRisk"),
        )
        for status in ("firing", "resolved")
    )
