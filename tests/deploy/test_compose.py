"""compose.yaml is valid, mounts existing files, and its services address each other correctly.

tests/real/test_compose.py runs the services as processes. Their images are not tested, because they
come from a registry.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.rules import ROOT

COMPOSE = ROOT / "deploy" / "compose" / "compose.yaml"
PROMTOOL = shutil.which("promtool") or ""


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    """Return the services."""
    declared: dict[str, Any] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]
    return declared


def mounts(service: dict[str, Any]) -> dict[str, Path]:
    """Return the mounted files of this repository by their paths in the service."""
    pairs = [volume.split(":")[:2] for volume in service.get("volumes", ())]
    return {there: COMPOSE.parent / here for here, there in pairs if here.startswith(".")}


def test_it_has_the_form_of_the_compose_specification() -> None:
    """It matches the schema of the Compose specification."""
    tool = (sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec")
    done = subprocess.run([*tool, str(COMPOSE)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_mounted_files_exist(services: dict[str, Any]) -> None:
    """Every mounted file exists and is read-only."""
    for service in services.values():
        for file in mounts(service).values():
            assert file.exists(), file
        assert all(
            volume.endswith(":ro") for volume in service.get("volumes", ()) if volume[0] == "."
        )


def test_everything_listens_on_loopback_only(services: dict[str, Any]) -> None:
    """No port is open to other hosts, because the services require no password."""
    ports = [port for service in services.values() for port in service["ports"]]
    assert len(ports) == 4
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_its_parts_find_each_other(services: dict[str, Any]) -> None:
    """Each address in the configurations is a service with a port that it publishes."""
    published = {
        f"{name}:{service['ports'][0].split(':')[1]}" for name, service in services.items()
    }
    configuration = yaml.safe_load((COMPOSE.parent / "prometheus.yml").read_text(encoding="utf-8"))
    jobs = [*configuration["scrape_configs"], *configuration["alerting"]["alertmanagers"]]
    statics = [static for job in jobs for static in job["static_configs"]]
    targets = {target for static in statics for target in static["targets"]}
    assert targets == {"ceph_exporter:9128", "alertmanager:9093"} <= published
    (source,) = yaml.safe_load((COMPOSE.parent / "datasource.yml").read_text())["datasources"]
    assert source["url"].removeprefix("http://") in published
    grafana = mounts(services["grafana"])
    provisioned = grafana["/etc/grafana/provisioning/dashboards/ceph.yml"].read_text()
    (provider,) = yaml.safe_load(provisioned)["providers"]
    folder = provider["options"]["path"]
    assert list(grafana[folder].glob("*.json"))
    home = services["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert (grafana[folder] / Path(home).relative_to(folder)).is_file()


@pytest.mark.skipif(not PROMTOOL, reason="promtool is not installed")
def test_prometheus_accepts_its_configuration(services: dict[str, Any], tmp_path: Path) -> None:
    """`promtool check config` accepts the files as they are mounted."""
    for there, here in mounts(services["prometheus"]).items():
        shutil.copy(here, tmp_path / Path(there).name)
    check = [PROMTOOL, "check", "config", str(tmp_path / "prometheus.yml")]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
