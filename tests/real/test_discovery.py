"""A real Prometheus finds the clusters through `/sd` and scrapes each through `/probe`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from ceph_exporter.simulator import rest_api
from testbed import prometheus
from testbed.exporter import Exporter
from testbed.process import free_port
from testbed.prometheus import DEBIANS_OWN, PROMETHEUS_3, Prometheus
from tests.documents import ROOT, block

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.real

NAMES = ("prod", "backup & archive")


@pytest.fixture
def exporter(tmp_path: Path) -> Iterator[Exporter]:
    """Run an exporter of two simulated clusters and one whose URL does not answer."""
    with rest_api.demo() as server:
        clusters = {name: {"urls": [server.url], "api": "rest-api"} for name in NAMES}
        clusters["dead"] = {"urls": [f"http://127.0.0.1:{free_port()}"], "api": "rest-api"}
        file = tmp_path / "ceph_exporter.yml"
        file.write_text(json.dumps({"clusters": clusters}))
        with Exporter(tmp_path, f"--config.file={file}") as started:
            yield started


@pytest.mark.parametrize("program", [DEBIANS_OWN, PROMETHEUS_3], ids=["2.42", "3.5"])
def test_prometheus_finds_the_clusters_and_scrapes_each(
    exporter: Exporter, tmp_path: Path, program: str
) -> None:
    """The documented configuration makes a target of each cluster, with its name as a label."""
    if reason := prometheus.available(program):
        if os.environ.get("CEPH_EXPORTER_REQUIRE_REAL"):
            pytest.fail(f"CEPH_EXPORTER_REQUIRE_REAL is set, but {reason}")
        pytest.skip(f"{reason}; see testbed/install")
    jobs = block(ROOT / "docs" / "web.md", "## Discovery").replace(
        "exporter.example:9128", exporter.target
    )
    limits = "global: {scrape_interval: 1s, scrape_timeout: 1s}\n"
    folder = tmp_path / "prometheus"
    with Prometheus(
        folder, port=free_port(), configuration=limits + jobs, program=program
    ) as server:
        server.wait_for("up == 1", lambda rows: len(rows) == 3)
        rows = server.wait_for("ceph_up", lambda rows: len(rows) == 3)
        assert {labels["cluster"]: value for labels, value in rows} == {
            **dict.fromkeys(NAMES, 1),
            "dead": 0,
        }
        assert {labels["instance"] for labels, _ in rows} == {exporter.target}
        for name in NAMES:
            rows = server.query(f'ceph_mon_quorum_status{{cluster="{name}"}}')
            assert len(rows) == 3
        assert server.query("process_cpu_seconds_total") == []
        assert server.query("prometheus_sd_http_failures_total") == []
        url = f"{server.url}/api/v1/targets"
        targets: list[Any] = httpx.get(url, trust_env=False).json()["data"]["activeTargets"]
        assert {target["lastError"] for target in targets} == {""}


def test_shards_share_the_clusters(exporter: Exporter, tmp_path: Path) -> None:
    """With the documented rules for two servers each cluster is scraped by exactly one."""
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed; see testbed/install")
    rules = block(ROOT / "docs" / "web.md", "### Shards")
    clusters = []
    for shard in range(2):
        file = tmp_path / f"shard{shard}.yml"
        jobs = block(ROOT / "docs" / "web.md", "## Discovery").rstrip()
        text = f"{jobs}\n{rules.replace('regex: 0', f'regex: {shard}')}"
        file.write_text(text.replace("exporter.example:9128", exporter.target))
        done = subprocess.run(
            [promtool, "check", "service-discovery", "--timeout=3s", str(file), "ceph"],
            capture_output=True,
            text=True,
            check=False,
        )
        targets = json.loads(done.stdout)
        clusters += [row["labels"]["cluster"] for row in targets if row.get("labels")]
    assert sorted(clusters) == sorted([*NAMES, "dead"])
