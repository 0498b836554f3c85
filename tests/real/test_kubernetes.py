"""The manifests for Kubernetes, rendered and validated against the schemas of their kinds.

Not tried here: a cluster of Kubernetes itself, the Prometheus operator, and Rook.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import trustme
import yaml

from ceph_exporter.collectors import COLLECTORS
from ceph_exporter.config import Poll, load
from testbed.running import running
from testbed.waiting import until
from tests.documents import block
from tests.real.requirements import require

# Debian has no kubectl that is new enough, so these tests skip without one.
KUBECTL = shutil.which("kubectl")
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not KUBECTL, reason="no kubectl with kustomize 5, see kubernetes.io"),
]

ROOT = Path(__file__).parents[2]
MANIFESTS = ROOT / "deploy" / "kubernetes"
TOOLS = Path("/opt/ceph-exporter-tests/kubernetes/bin")
OPERATOR = "monitoring.coreos.com"
KINDS = {
    "base": {"ConfigMap", "Deployment", "Service"},
    "operator": {"ConfigMap", "Deployment", "Service", "ServiceMonitor", "PrometheusRule"},
    "clusters": {"ConfigMap", "Deployment", "Service", "ScrapeConfig", "PrometheusRule"},
    "rook": {"ConfigMap", "Deployment", "Service", "ServiceMonitor", "PrometheusRule"},
}
# `kubectl apply` stores the whole object in one of its annotations.
LARGEST = 256 * 1024


def output_of(*command: str, stdin: str = "") -> str:
    """Return the output of a program. Raises AssertionError with its errors if it fails."""
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(params=list(KINDS))
def name(request: pytest.FixtureRequest) -> str:
    """Return the name of a folder of manifests."""
    missing = None if (TOOLS.parent / "installed").exists() else f"not installed: {TOOLS}"
    require(missing, "testbed/install-kubernetes")
    return str(request.param)


@pytest.fixture
def rendered(name: str) -> str:
    """Return the YAML that is applied."""
    return output_of("kubectl", "kustomize", str(MANIFESTS / name))


@pytest.fixture
def objects(rendered: str) -> list[dict[str, Any]]:
    """Return the objects that are applied."""
    return list(yaml.safe_load_all(rendered))


def one(objects: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    """Return the only object of a kind that is not a dashboard."""
    (match,) = (
        thing
        for thing in objects
        if thing["kind"] == kind and not thing["metadata"]["name"].startswith("dashboard-")
    )
    return match


def test_every_object_has_its_kinds_form(
    name: str, objects: list[dict[str, Any]], tmp_path: Path
) -> None:
    """Every field of every object is in Kubernetes' schemas or the operator's definitions."""
    assert {thing["kind"] for thing in objects} == KINDS[name]
    own = [thing for thing in objects if thing["apiVersion"].startswith(OPERATOR)]
    file = tmp_path / "objects.yaml"
    file.write_text(yaml.safe_dump_all([thing for thing in objects if thing not in own]))
    output_of(str(TOOLS / "kubernetes-validate"), "--strict", str(file))
    script = Path(__file__).with_name("operator_schema.py")
    checked = output_of(str(TOOLS / "python"), str(script), stdin=yaml.safe_dump_all(own))
    assert sorted(checked.split()) == sorted(thing["kind"] for thing in own)
    assert max(len(json.dumps(thing)) for thing in objects) < LARGEST


def test_the_container_has_what_its_configuration_names(
    objects: list[dict[str, Any]], tmp_path: Path
) -> None:
    """The configuration is valid, and each file in it comes from the mounted secret."""
    pod = one(objects, "Deployment")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    (file,) = (argument.partition("=")[2] for argument in container["args"])
    places = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
    assert places[str(Path(file).parent)] == "configuration"
    (text,) = one(objects, "ConfigMap")["data"].values()
    (secrets,) = (place for place, volume in places.items() if volume == "secrets")
    trustme.CA().cert_pem.write_to_path(tmp_path / "dashboard.crt")
    configuration = tmp_path / "ceph_exporter.yml"
    configuration.write_text(text.replace(secrets, str(tmp_path)))
    for cluster in load(str(configuration), COLLECTORS, {}, Poll()).clusters.values():
        named = [cluster.password_file, cluster.tls.ca_file]
        assert all(Path(one).parent == tmp_path for one in named if one)


def test_the_service_leads_to_the_container(objects: list[dict[str, Any]]) -> None:
    """The Service selects the Deployment's pods, and its port is theirs."""
    template = one(objects, "Deployment")["spec"]["template"]
    service = one(objects, "Service")["spec"]
    assert service["selector"].items() <= template["metadata"]["labels"].items()
    (port,) = template["spec"]["containers"][0]["ports"]
    assert service["ports"][0]["targetPort"] == port["name"]
    assert port["containerPort"] == 9128


def test_the_probes_are_answered(objects: list[dict[str, Any]], tmp_path: Path) -> None:
    """A running exporter answers the paths of both probes with 200."""
    (container,) = one(objects, "Deployment")["spec"]["template"]["spec"]["containers"]
    paths = [container[kind]["httpGet"]["path"] for kind in ("livenessProbe", "readinessProbe")]
    with running(tmp_path, "--demo") as exporter:

        def answered() -> bool:
            return {exporter.ask(path).status for path in paths} == {200}

        until(answered, f"200 from {paths}")


def test_rules_and_dashboards_are_the_shipped_ones(
    name: str, objects: list[dict[str, Any]]
) -> None:
    """PrometheusRule and ConfigMaps, in every folder except base, have the shipped content."""
    rules = yaml.safe_load((ROOT / "deploy" / "prometheus" / "ceph.rules.yml").read_text())
    carried = [thing["spec"] for thing in objects if thing["kind"] == "PrometheusRule"]
    assert carried == ([] if name == "base" else [rules])
    files = [] if name == "base" else ROOT.glob("dashboards/grafana/*.json")
    shipped = {file.name: file.read_text() for file in files}
    content: dict[str, str] = {}
    for thing in objects:
        if thing["metadata"].get("labels", {}).get("grafana_dashboard") == "1":
            content |= thing["data"]
    assert content == shipped


def test_the_documented_kustomization_is_rendered(tmp_path: Path) -> None:
    """The README's kustomization sets image, namespace and clusters."""
    text = block(MANIFESTS / "README.md", "## A cluster outside", 2)
    # kubectl accepts relative paths only; the clone is beside it under the README's name.
    (tmp_path / "ceph_exporter").symlink_to(ROOT)
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "kustomization.yaml").write_text(text)
    (folder / "ceph_exporter.yml").write_text("clusters: {mine: {urls: [http://mon1:5000]}}")
    objects = list(yaml.safe_load_all(output_of("kubectl", "kustomize", str(folder))))
    assert {thing["metadata"]["namespace"] for thing in objects} == {"monitoring"}
    (container,) = one(objects, "Deployment")["spec"]["template"]["spec"]["containers"]
    assert container["image"] == "registry.example/ceph_exporter:1"
    assert "mon1" in one(objects, "ConfigMap")["data"]["ceph_exporter.yml"]
