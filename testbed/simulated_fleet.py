"""Simulated clusters, an exporter of all of them, and a Prometheus with the shipped rules."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Self

import yaml

from ceph_exporter.simulator import Simulated, serve
from testbed.exporter import Exporter
from testbed.process import free_port
from testbed.prometheus import Prometheus

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

RULES = Path(__file__).parent.parent / "deploy" / "prometheus" / "ceph.rules.yml"
_CONFIGURATION = """\
global: {{scrape_interval: 5s, scrape_timeout: 5s, evaluation_interval: 5s}}
rule_files: [{rules}]
scrape_configs:
  - job_name: ceph
    static_configs:
      - {{targets: [{target}]}}
"""


class SimulatedFleet:
    """Clusters of Ceph 18.2 behind restful, each with its incidents half-way through.

    clusters: the incidents of each cluster by its name; None to follow the timeline. Everything is
    scraped and evaluated every five seconds, and alerts fire at once.
    """

    def __init__(self, folder: Path, clusters: Mapping[str, Collection[str] | None]) -> None:
        self.clusters = {name: Simulated(seed=seed) for seed, name in enumerate(clusters)}
        for name, incidents in clusters.items():
            self.clusters[name].incidents = incidents
        self._folder = folder
        self._stack = ExitStack()
        self._servers = {
            name: serve(simulated, "restful") for name, simulated in self.clusters.items()
        }
        self.prometheus: Prometheus

    def __enter__(self) -> Self:
        """Start everything and wait until Prometheus has the health of all clusters."""
        with ExitStack() as stack:
            for server in self._servers.values():
                stack.enter_context(server)
            exporter = stack.enter_context(
                Exporter(
                    self._folder,
                    f"--config.file={self._exporter_configuration()}",
                    "--poll.interval=2s",
                )
            )
            configuration = _CONFIGURATION.format(rules=self._rules(), target=exporter.target)
            self.prometheus = stack.enter_context(
                Prometheus(
                    self._folder / "prometheus", port=free_port(), configuration=configuration
                )
            )
            everything = f"count(ceph_health_status) == {len(self.clusters)}"
            self.prometheus.wait_for(everything, timeout=60)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop everything."""
        self._stack.close()

    def cut_off(self, name: str) -> None:
        """Make a cluster unreachable for good, and wait until Prometheus knows."""
        self._servers[name].close()
        self.prometheus.wait_for(f'ceph_up{{cluster="{name}"}} == 0', timeout=60)

    def _exporter_configuration(self) -> Path:
        password = self._folder / "password"
        password.write_text("unused")
        clusters = {
            name: {
                "api": "restful",
                "password_file": str(password),
                "urls": [server.url],
                "username": "admin",
            }
            for name, server in self._servers.items()
        }
        file = self._folder / "clusters.yml"
        file.write_text(json.dumps({"clusters": clusters}))
        return file

    def _rules(self) -> Path:
        groups = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
        hasty = [
            {
                "name": group["name"],
                "rules": [
                    {key: value for key, value in rule.items() if key != "for"}
                    for rule in group["rules"]
                ],
            }
            for group in groups
        ]
        file = self._folder / "ceph.rules.yml"
        file.write_text(json.dumps({"groups": hasty}))
        return file
