"""Pairs, many clusters and remote write as in docs/fleets.md, on real Prometheus servers."""

from __future__ import annotations

import json
import shutil
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import yaml

from ceph_exporter.simulator import rest_api
from testbed import prometheus
from testbed.exporter import Exporter
from testbed.process import Daemon, free_port
from testbed.prometheus import DEBIANS_OWN, PROMETHEUS_3, Prometheus
from testbed.waiting import wait_until
from tests.documents import ROOT, block
from tests.real.requirements import require

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

pytestmark = pytest.mark.real

FLEETS = ROOT / "docs" / "fleets.md"
RULES = ROOT / "deploy" / "prometheus" / "ceph.rules.yml"
ALERTMANAGER = "prometheus-alertmanager"
LIMITS = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
# This alert always fires; none of the shipped rules does.
STANDING = {
    "alert": "Standing",
    "expr": "max without (instance, job, pod) (ceph_up) == 1",
    "labels": {"severity": "warning"},
}


def documented(heading: str, names: Mapping[str, str]) -> dict[str, Any]:
    """Return the configuration below a heading, with addresses instead of its names."""
    text = block(FLEETS, heading)
    for name, address in names.items():
        text = text.replace(name, address)
    configuration: dict[str, Any] = yaml.safe_load(text)
    return configuration


def shortened(folder: Path) -> Path:
    """Write the shipped rules, each firing after a second, and one that always fires."""
    groups = yaml.safe_load(RULES.read_text())["groups"] if RULES.exists() else []
    for group in groups:
        for rule in group["rules"]:
            if "alert" in rule:
                rule["for"] = "1s"
    file = folder / "rules.yml"
    file.write_text(json.dumps({"groups": [*groups, {"name": "test", "rules": [STANDING]}]}))
    return file


@pytest.fixture(autouse=True)
def programs() -> None:
    """Require all programs of these tests."""
    missing = prometheus.available() or prometheus.available(PROMETHEUS_3)
    require(missing, "testbed/install")


@contextmanager
def serving(folder: Path, configuration: dict[str, Any], *flags: str) -> Iterator[Prometheus]:
    """Run a Prometheus that scrapes and evaluates each second."""
    limits = {**configuration.pop("global", {}), **LIMITS}
    text = json.dumps({"global": limits, **configuration})
    program = PROMETHEUS_3 if flags else DEBIANS_OWN
    with Prometheus(
        folder, port=free_port(), configuration=text, program=program, flags=flags
    ) as server:
        yield server


@contextmanager
def alertmanager(folder: Path) -> Iterator[str]:
    """Run an Alertmanager that notifies nobody; return its address."""
    address = f"127.0.0.1:{free_port()}"
    (folder / "alertmanager.yml").write_text("{route: {receiver: none}, receivers: [{name: none}]}")
    log = folder / "alertmanager.log"
    daemon = Daemon(
        ALERTMANAGER,
        f"--config.file={folder / 'alertmanager.yml'}",
        f"--storage.path={folder / 'alertmanager'}",
        f"--web.listen-address={address}",
        "--cluster.listen-address=",
        log=log,
    )
    try:
        ready = f"http://{address}/-/ready"
        wait_until(lambda: httpx.get(ready, trust_env=False).is_success, "Alertmanager", 30, [log])
        yield address
    finally:
        daemon.stop()


def alerts(address: str) -> list[dict[str, str]]:
    """Return the labels of the alerts in an Alertmanager."""
    answer = httpx.get(f"http://{address}/api/v2/alerts", trust_env=False).raise_for_status()
    return [alert["labels"] for alert in answer.json()]


def exporter_of(folder: Path, clusters: Mapping[str, str]) -> Exporter:
    """Return an exporter of clusters, whose URLs are given by name."""
    folder.mkdir()
    file = folder / "ceph_exporter.yml"
    sections = {name: {"urls": [url], "api": "rest-api"} for name, url in clusters.items()}
    file.write_text(json.dumps({"clusters": sections}))
    return Exporter(folder, f"--config.file={file}")


def test_a_pair_of_exporters_and_servers_raises_each_alert_once(tmp_path: Path) -> None:
    """Two exporters, two servers: one alert, and it stays when one of the exporters dies."""
    require(None if shutil.which(ALERTMANAGER) else f"no {ALERTMANAGER}", "testbed/install")
    with ExitStack() as stack:
        url = stack.enter_context(rest_api.demo()).url
        flags = (f"--cluster.url={url}", "--cluster.api=rest-api")
        pair = [stack.enter_context(Exporter(tmp_path, *flags)) for _ in "ab"]
        manager = stack.enter_context(alertmanager(tmp_path))
        names = {"exporter1:9128": pair[0].target, "exporter2:9128": pair[1].target}
        names["alertmanager:9093"] = manager
        rules = {"rule_files": [str(shortened(tmp_path))]}
        servers = []
        for replica in "ab":
            scrapes = documented("## Two exporters for a cluster", names)
            sends = documented("## Two Prometheus servers", names)
            sends["global"]["external_labels"]["replica"] = replica
            folder = tmp_path / f"prometheus-{replica}"
            servers.append(stack.enter_context(serving(folder, scrapes | sends | rules)))
        for server in servers:
            server.wait_for("ceph_up == 1", lambda rows: len(rows) == 2)
            server.wait_for('ALERTS{alertname="Standing", alertstate="firing"}')
            server.wait_for(
                "max without (instance, job, pod) (ceph_mon_quorum_status) == 1",
                lambda rows: len(rows) == 3,
            )

        def standing() -> list[dict[str, str]]:
            return [labels for labels in alerts(manager) if labels["alertname"] == "Standing"]

        wait_until(lambda: bool(standing()), "alert at the Alertmanager", 30)
        pair[0].stop()
        for server in servers:
            server.wait_for("up == 0", lambda rows: len(rows) == 1)
            server.wait_for("count(ceph_up)", lambda rows: [value for _, value in rows] == [1.0])
            # Other shipped alerts may fire, but no two of them differ only by exporter.
            raised = server.query('ALERTS{alertname!~"CephExporter.+"}')
            assert not [labels for labels, _ in raised if "instance" in labels]
            # On a busy machine a scrape of the remaining one may fail, and the alert fires again.
            server.wait_for('ALERTS{alertname="Standing"}', lambda rows: len(rows) == 1)
        expected = [{"alertname": "Standing", "severity": "warning"}]
        wait_until(lambda: standing() == expected, "one alert still", 30)
        assert not [labels for labels in alerts(manager) if "replica" in labels]


def test_clusters_are_shared_by_exporters_and_servers(tmp_path: Path) -> None:
    """Each cluster is scraped by one of two servers, which scrapes both of its exporters."""
    clusters = [f"cluster{number}" for number in range(8)]
    with ExitStack() as stack:
        url = stack.enter_context(rest_api.demo()).url
        # The first two are in both files.
        shares = (clusters[:5], clusters[:2] + clusters[5:])
        exporters = [
            stack.enter_context(exporter_of(tmp_path / f"{number}", dict.fromkeys(share, url)))
            for number, share in enumerate(shares)
        ]
        expected = sorted(
            (name, exporter.target)
            for share, exporter in zip(shares, exporters, strict=True)
            for name in share
        )
        names = {f"exporter{n}:9128": one.target for n, one in enumerate(exporters, 1)}
        servers = []
        for shard in range(2):
            configuration = documented("## Many clusters", names)
            rules = yaml.safe_load(block(FLEETS, "### Shards"))
            rules[1]["regex"] = shard
            configuration["scrape_configs"][0]["relabel_configs"] += rules
            servers.append(stack.enter_context(serving(tmp_path / f"shard{shard}", configuration)))

        def scraped(server: Prometheus) -> set[tuple[str, str]]:
            rows = server.query("ceph_up == 1")
            return {(labels["cluster"], labels["instance"]) for labels, _ in rows}

        def complete() -> bool:
            return sorted(pair for server in servers for pair in scraped(server)) == expected

        wait_until(complete, "each cluster at one of the servers", 60)
        shared = [{name for name, _ in scraped(server)} for server in servers]
        assert all(shared)
        assert not set.intersection(*shared)


def test_remote_write_hands_on_what_is_scraped(tmp_path: Path) -> None:
    """The receiver has the cluster's series with the writer's labels and no others."""
    with ExitStack() as stack:
        url = stack.enter_context(rest_api.demo()).url
        exporter = stack.enter_context(
            Exporter(tmp_path, f"--cluster.url={url}", "--cluster.api=rest-api")
        )
        receives = "--web.enable-remote-write-receiver"
        receiver = stack.enter_context(serving(tmp_path / "receiver", {}, receives))
        names = {"exporter1:9128": exporter.target, '"exporter2:9128"': ""}
        scrapes = documented("## Two exporters for a cluster", names)
        names = {"http://mimir:8080/api/v1/push": f"{receiver.url}/api/v1/write"}
        writes = documented("## Remote write", names)
        stack.enter_context(serving(tmp_path / "writer", scrapes | writes))
        (sample,) = receiver.wait_for("ceph_up == 1", timeout=60)
        assert sample[0]["prometheus"] == "ceph"
        assert sample[0]["replica"] == "a"
        assert receiver.query("process_cpu_seconds_total") == []
