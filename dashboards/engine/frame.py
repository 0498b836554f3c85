"""The JSON around the panels: variables and annotations."""

from dataclasses import replace
from typing import Any

from dashboards.engine.declare import Dashboard, Event, Frame, Variable

Json = dict[str, Any]
SOURCE = {"type": "prometheus", "uid": "${datasource}"}


def annotations(board: Dashboard, frame: Frame) -> Json:
    """Return the annotations, which are off where they would be those of all subjects."""
    return {"list": [_event(event, board, frame) for event in frame.events]}


def templating(board: Dashboard, frame: Frame) -> Json:
    """Return the variables, of which the data source is the first."""
    variables = [*frame.variables, *board.variables]
    if not board.overview:
        variables = [
            replace(one, all_value="") if one.name == frame.subject else one for one in variables
        ]
    return {"list": [_datasource(), *(_variable(one, board, frame) for one in variables)]}


def with_matchers(expr: str, frame: Frame) -> str:
    """Return the expression with the label matchers in place of the markers."""
    for marker, matchers in frame.matchers.items():
        expr = expr.replace("{" + marker, "{" + matchers)
    return expr


def _event(event: Event, board: Dashboard, frame: Frame) -> Json:
    return {
        "datasource": SOURCE,
        "enable": not board.overview,
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


def _variable(variable: Variable, board: Dashboard, frame: Frame) -> Json:
    """Return a variable. Grafana selects the first value of one without `All` by itself."""
    everything: Json = {"includeAll": False}
    if variable.all_value:
        everything = {
            "allValue": variable.all_value,
            "current": {"selected": True, "text": "All", "value": "$__all"},
            "includeAll": True,
        }
    return everything | {
        "datasource": SOURCE,
        "hide": 2 if variable.overview_only and not board.overview else 0,
        "label": variable.label,
        "multi": variable.multi,
        "name": variable.name,
        "options": [],
        "query": with_matchers(variable.query, frame),
        "refresh": 2,
        "regex": "",
        "skipUrlSync": False,
        "sort": 1,
        "type": "query",
    }
