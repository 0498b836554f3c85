"""Checks objects on stdin, in YAML, against the Prometheus operator's own definitions.

It runs with the Python that `testbed/install-kubernetes` installs, not with that of the tests.
"""

import sys

import yaml
from cloudcoil.models.prometheus_operator import v1, v1alpha1

MODELS = {
    ("monitoring.coreos.com/v1", "PrometheusRule"): v1.PrometheusRule,
    ("monitoring.coreos.com/v1", "ServiceMonitor"): v1.ServiceMonitor,
    ("monitoring.coreos.com/v1alpha1", "ScrapeConfig"): v1alpha1.ScrapeConfig,
}

for thing in yaml.safe_load_all(sys.stdin):
    model = MODELS.get((thing["apiVersion"], thing["kind"]))
    if model is None:
        continue
    understood = model.model_validate(thing).model_dump(
        mode="json", by_alias=True, exclude_unset=True
    )
    # The model drops fields that the definition does not have.
    if understood != thing:
        sys.exit(f"{thing['kind']}: {thing} was understood as {understood}")
    sys.stdout.write(f"{thing['kind']}\n")
