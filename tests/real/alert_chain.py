"""The shipped rules, routes and configuration, with shorter durations and other addresses."""

from __future__ import annotations

from typing import Any

import yaml

from tests.deploy.rules import ROOT, minutes

PROMETHEUS = ROOT / "deploy" / "prometheus" / "prometheus.yml"
ALERTMANAGER = ROOT / "deploy" / "alertmanager" / "alertmanager.yml"

# A minute becomes a second. A monitor takes as long as ever to restart, so no alert fires before
# PATIENCE seconds, or every restart would be an outage.
FACTOR = 60
PATIENCE = 30


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
