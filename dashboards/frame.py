"""What surrounds the panels: variables, the menu of the other dashboards, and events in curves."""

from typing import Any

from dashboards.declare import OWN_SELECTOR, SELECTOR

Json = dict[str, Any]
SOURCE = {"type": "prometheus", "uid": "${datasource}"}

# What the parts of a query variable select their values with, and the value of All.
VARIABLES = (
    ("job", "Job", "label_values(ceph_up, job)", ".+", True),
    ("cluster", "Cluster", 'label_values(ceph_up{job=~"$job"}, cluster)', ".*", False),
    (
        "instance",
        "Instance",
        'label_values(ceph_up{job=~"$job",cluster=~"$cluster"}, instance)',
        ".+",
        True,
    ),
)
# Drawn into every time series: what explains a step in a curve.
EVENTS = (
    (
        "Monitor elections",
        "purple",
        "max by (cluster) (changes(ceph_monitor_election_epoch{*}[$__rate_interval])) > 0",
        "Monitors held an election {{cluster}}",
    ),
    (
        "Health changes",
        "orange",
        "max by (cluster) (changes(ceph_health_status{*}[$__rate_interval])) > 0",
        "Health changed {{cluster}}",
    ),
)


def annotations() -> Json:
    """Give the events."""
    return {"list": [_event(*event) for event in EVENTS]}


def templating() -> Json:
    """Give the variables."""
    return {"list": [_datasource(), *(_variable(*row) for row in VARIABLES)]}


def selecting(expr: str) -> str:
    """Write out the matchers of an expression."""
    return expr.replace("{*", "{" + SELECTOR).replace("{+", "{" + OWN_SELECTOR)


def menu() -> Json:
    """Give the menu of the dashboards with the same tag, which keeps the variables and the time."""
    return link_to("dashboards", "Ceph") | {
        "asDropdown": True,
        "includeVars": True,
        "keepTime": True,
        "tags": ["ceph"],
        "tooltip": "The other dashboards of Ceph",
    }


def link_to(kind: str, title: str) -> Json:
    """Give a link, to be completed, with every field that Grafana's schema wants of it."""
    return {
        "asDropdown": False,
        "icon": "external link",
        "includeVars": False,
        "keepTime": False,
        "tags": [],
        "targetBlank": False,
        "title": title,
        "tooltip": "",
        "type": kind,
        "url": "",
    }


def _event(name: str, colour: str, expr: str, text: str) -> Json:
    return {
        "datasource": SOURCE,
        "enable": True,
        "expr": selecting(expr),
        "hide": False,
        "iconColor": colour,
        "name": name,
        "titleFormat": text,
    }


def _datasource() -> Json:
    return {
        "hide": 0,
        "includeAll": False,
        "label": "Data source",
        "multi": False,
        "name": "datasource",
        "options": [],
        "query": "prometheus",
        "refresh": 1,
        "regex": "",
        "skipUrlSync": False,
        "type": "datasource",
    }


def _variable(name: str, label: str, query: str, every: str, multi: bool) -> Json:
    return {
        "allValue": every,
        "current": {"selected": True, "text": "All", "value": "$__all"},
        "datasource": SOURCE,
        "hide": 0,
        "includeAll": True,
        "label": label,
        "multi": multi,
        "name": name,
        "options": [],
        "query": query,
        "refresh": 2,
        "regex": "",
        "skipUrlSync": False,
        "sort": 1,
        "type": "query",
    }
