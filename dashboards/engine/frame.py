"""The JSON around the panels: variables, the menu of all dashboards, and annotations."""

from typing import Any

from dashboards.engine.declare import Event, Frame, Variable

Json = dict[str, Any]
SOURCE = {"type": "prometheus", "uid": "${datasource}"}


def annotations(frame: Frame) -> Json:
    """Return the annotations."""
    return {"list": [_event(event, frame) for event in frame.events]}


def templating(frame: Frame) -> Json:
    """Return the variables, of which the data source is the first."""
    return {"list": [_datasource(), *(_variable(variable) for variable in frame.variables)]}


def with_matchers(expr: str, frame: Frame) -> str:
    """Return the expression with the label matchers in place of the markers."""
    for marker, matchers in frame.matchers.items():
        expr = expr.replace("{" + marker, "{" + matchers)
    return expr


def menu(frame: Frame) -> Json:
    """Return the menu of all dashboards; its links keep the variables and the time range."""
    return link("dashboards", frame.menu) | {
        "asDropdown": True,
        "includeVars": True,
        "keepTime": True,
        "tags": [frame.tag],
        "tooltip": frame.tooltip,
    }


def link(kind: str, title: str) -> Json:
    """Return a link with defaults for every field that Grafana's schema requires."""
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


def _event(event: Event, frame: Frame) -> Json:
    return {
        "datasource": SOURCE,
        "enable": True,
        "expr": with_matchers(event.expr, frame),
        "hide": False,
        "iconColor": event.color,
        "name": event.name,
        "titleFormat": event.text,
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


def _variable(variable: Variable) -> Json:
    return {
        "allValue": variable.all_value,
        "current": {"selected": True, "text": "All", "value": "$__all"},
        "datasource": SOURCE,
        "hide": 0,
        "includeAll": True,
        "label": variable.label,
        "multi": variable.multi,
        "name": variable.name,
        "options": [],
        "query": variable.query,
        "refresh": 2,
        "regex": "",
        "skipUrlSync": False,
        "sort": 1,
        "type": "query",
    }
