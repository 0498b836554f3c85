"""The manifests for Kubernetes: rendered, and held against the schemas of what they are.

Not tried here: a cluster of Kubernetes itself, the Prometheus operator, and Rook.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from ceph_exporter.collectors import COLLECTORS
from ceph_exporter.config import Poll, load
from tests.real.conftest import demand
from tests.running import running
from tests.test_docs import block
from tests.web.serving import until

# Debian has no kubectl of this age, so that it cannot be demanded.
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
# `kubectl apply` keeps the whole of an object in an annotation of it.
LARGEST = 256 * 1024


def said(*command: str, given: str = "") -> str:
    """Give what a program that must succeed prints."""
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(params=list(KINDS))
def name(request: pytest.FixtureRequest) -> str:
    """Name a folder of manifests."""
    missing = None if (TOOLS.parent / "installed").exists() else f"not installed: {TOOLS}"
    demand(missing, "tests/real/install-kubernetes")
    return str(request.param)


@pytest.fixture
def rendered(name: str) -> str:
    """Give what is applied."""
    return said("kubectl", "kustomize", str(MANIFESTS / name))


@pytest.fixture
def objects(rendered: str) -> list[dict[str, Any]]:
    """Give the objects that are applied."""
    return list(yaml.safe_load_all(rendered))


def one(objects: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    """Give the only object of a kind that is no dashboard."""
    (found,) = (
        thing
        for thing in objects
        if thing["kind"] == kind and not thing["metadata"]["name"].startswith("dashboard-")
    )
    return found


def test_every_object_has_its_kinds_form(
    name: str, objects: list[dict[str, Any]], tmp_path: Path
) -> None:
    """Kubernetes' schemas and the operator's definitions know every field of every object."""
    assert {thing["kind"] for thing in objects} == KINDS[name]
    own = [thing for thing in objects if thing["apiVersion"].startswith(OPERATOR)]
    file = tmp_path / "objects.yaml"
    file.write_text(yaml.safe_dump_all([thing for thing in objects if thing not in own]))
    said(str(TOOLS / "kubernetes-validate"), "--strict", str(file))
    script = Path(__file__).with_name("operator_schema.py")
    checked = said(str(TOOLS / "python"), str(script), given=yaml.safe_dump_all(own))
    assert sorted(checked.split()) == sorted(thing["kind"] for thing in own)
    assert max(len(json.dumps(thing)) for thing in objects) < LARGEST


def test_the_container_has_what_its_configuration_names(
    objects: list[dict[str, Any]], tmp_path: Path
) -> None:
    """The configuration is accepted, and each file that it names lies in the mounted secret."""
    pod = one(objects, "Deployment")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    (file,) = (argument.partition("=")[2] for argument in container["args"])
    places = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
    assert places[str(Path(file).parent)] == "configuration"
    (text,) = one(objects, "ConfigMap")["data"].values()
    (secrets,) = (place for place, volume in places.items() if volume == "secrets")
    (tmp_path / "dashboard.crt").touch()
    configuration = tmp_path / "ceph_exporter.yml"
    configuration.write_text(text.replace(secrets, str(tmp_path)))
    for cluster in load(str(configuration), COLLECTORS, {}, Poll()).clusters.values():
        named = [cluster.password_file, cluster.tls.ca_file]
        assert all(Path(one).parent == tmp_path for one in named if one)


def test_the_service_leads_to_the_container(objects: list[dict[str, Any]]) -> None:
    """What the Service selects are the Deployment's pods, and its port is theirs."""
    template = one(objects, "Deployment")["spec"]["template"]
    service = one(objects, "Service")["spec"]
    assert service["selector"].items() <= template["metadata"]["labels"].items()
    (port,) = template["spec"]["containers"][0]["ports"]
    assert service["ports"][0]["targetPort"] == port["name"]
    assert port["containerPort"] == 9128


def test_the_probes_are_answered(objects: list[dict[str, Any]], tmp_path: Path) -> None:
    """Both probes ask for something that a running exporter answers with 200."""
    (container,) = one(objects, "Deployment")["spec"]["template"]["spec"]["containers"]
    paths = [container[kind]["httpGet"]["path"] for kind in ("livenessProbe", "readinessProbe")]
    with running(tmp_path, "--demo") as exporter:

        def answered() -> bool:
            return {exporter.ask(path).status for path in paths} == {200}

        until(answered, f"200 from {paths}")


def test_rules_and_dashboards_are_the_shipped_ones(
    name: str, objects: list[dict[str, Any]]
) -> None:
    """The PrometheusRule and the ConfigMaps, in all but the base, hold what is shipped."""
    rules = yaml.safe_load((ROOT / "deploy" / "prometheus" / "ceph.rules.yml").read_text())
    carried = [thing["spec"] for thing in objects if thing["kind"] == "PrometheusRule"]
    assert carried == ([] if name == "base" else [rules])
    files = [] if name == "base" else ROOT.glob("dashboards/grafana/*.json")
    shipped = {file.name: file.read_text() for file in files}
    found: dict[str, str] = {}
    for thing in objects:
        if thing["metadata"].get("labels", {}).get("grafana_dashboard") == "1":
            found |= thing["data"]
    assert found == shipped


def test_the_documented_kustomization_is_rendered(tmp_path: Path) -> None:
    """A kustomization of one's own, as the README has it, gives image, namespace and clusters."""
    text = block(MANIFESTS / "README.md", "## A cluster outside", 2)
    # kubectl takes relative paths only; the clone lies beside it under the README's name.
    (tmp_path / "ceph_exporter").symlink_to(ROOT)
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "kustomization.yaml").write_text(text)
    (folder / "ceph_exporter.yml").write_text("clusters: {mine: {urls: [http://mon1:5000]}}")
    objects = list(yaml.safe_load_all(said("kubectl", "kustomize", str(folder))))
    assert {thing["metadata"]["namespace"] for thing in objects} == {"monitoring"}
    (container,) = one(objects, "Deployment")["spec"]["template"]["spec"]["containers"]
    assert container["image"] == "registry.example/ceph_exporter:1"
    assert "mon1" in one(objects, "ConfigMap")["data"]["ceph_exporter.yml"]
