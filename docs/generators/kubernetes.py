"""The manifests that carry the alert rules and the dashboards into Kubernetes."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

_RULE = """\
# Made by docs/build.py from deploy/prometheus/ceph.rules.yml; do not edit.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: ceph-exporter
spec:
"""
# A ConfigMap for each: all in one would be larger than the annotation of `kubectl apply` may be.
_DASHBOARDS = """\
# Made by docs/build.py from the files beside it; do not edit.
# ConfigMaps with the labels that the sidecar of Grafana's Helm chart looks for.
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
generatorOptions:
  disableNameSuffixHash: true
  labels: {grafana_dashboard: "1"}
  annotations: {grafana_folder: Ceph}
configMapGenerator:
"""


def rule() -> str:
    """Write the rules as a PrometheusRule, which has their file's content as its spec."""
    rules = (ROOT / "deploy" / "prometheus" / "ceph.rules.yml").read_text(encoding="utf-8")
    lines = rules[rules.index("groups:") :].splitlines()
    return _RULE + "".join(f"  {line}\n" if line else "\n" for line in lines)


def dashboards() -> str:
    """Write the kustomization that makes a ConfigMap of each dashboard."""
    files = sorted(file.name for file in (ROOT / "dashboards" / "grafana").glob("*.json"))
    entries = [
        f"  - name: dashboard-{name.removesuffix('.json')}\n    files: [{name}]\n" for name in files
    ]
    return _DASHBOARDS + "".join(entries)
