"""From declarations to the JSON that Grafana reads.

Grafana 9 and later understand this JSON. Grafana's foundation SDK is not used, because its models
follow the newest Grafana. The tests validate the JSON against Grafana's schemas.
"""

from collections.abc import Iterator
from typing import Any

from dashboards.engine import grid
from dashboards.engine.declare import (
    Dashboard,
    Frame,
    Gauge,
    Heatmap,
    Panel,
    Query,
    Section,
    Stat,
    StateTimeline,
    Table,
    TimeSeries,
)
from dashboards.engine.fields import mappings_of, overrides, thresholds, title_of
from dashboards.engine.frame import SOURCE, annotations, templating, with_matchers
from dashboards.engine.links import links_of, menu, with_subject
from dashboards.engine.plugins import custom_of, options_of

Json = dict[str, Any]

# Grafana 9.5 to 11 write versions 38 and 39; older releases can read 39, newer ones migrate it.
SCHEMA_VERSION = 39


def dashboard(declared: Dashboard, frame: Frame) -> Json:
    """Return the whole dashboard."""
    return {
        "annotations": annotations(declared, frame),
        "description": declared.description,
        "editable": False,
        "fiscalYearStartMonth": 0,
        "graphTooltip": 1,
        "links": [menu(frame)],
        "liveNow": False,
        "panels": list(_panels(declared, frame)),
        "refresh": "30s",
        "schemaVersion": SCHEMA_VERSION,
        "tags": [frame.tag],
        "templating": templating(declared, frame),
        "time": {"from": declared.time_from, "to": "now"},
        "timezone": "browser",
        "title": declared.title,
        "uid": declared.uid,
    }


def expression(expr: str, frame: Frame, panel: Panel | None = None) -> str:
    """Return the expression with label matchers in place of the markers.

    In a panel whose links carry the subject, the series have a label with its name for them.
    """
    return with_subject(with_matchers(expr, frame), frame, panel)


def _panels(declared: Dashboard, frame: Frame) -> Iterator[Json]:
    number = top = 0
    for section in declared.sections:
        row = _row(section, number + 1, top)
        panels = [
            _panel(panel, declared, frame)
            | {
                "gridPos": {"h": panel.size[1], "w": panel.size[0], "x": left, "y": place},
                "id": number + 2 + place_number,
            }
            for place_number, (panel, left, place) in enumerate(
                grid.places(section.panels, top + 1)
            )
        ]
        number += 1 + len(panels)
        if section.collapsed:
            yield row | {"panels": panels}
            top += 1
        else:
            yield row
            yield from panels
            top = grid.end(section.panels, top + 1)


def _row(section: Section, number: int, top: int) -> Json:
    return {
        "collapsed": section.collapsed,
        "gridPos": {"h": 1, "w": grid.WIDTH, "x": 0, "y": top},
        "id": number,
        "panels": [],
        "title": section.title,
        "type": "row",
    }


def _panel(panel: Panel, board: Dashboard, frame: Frame) -> Json:
    defaults: Json = {
        "color": _color(panel),
        "custom": custom_of(panel),
        "mappings": mappings_of(panel),
        "noValue": panel.brief if isinstance(panel, (Stat, Gauge)) else panel.no_value,
        "thresholds": thresholds(panel.thresholds),
        "unit": panel.unit,
    }
    numbers = {"decimals": panel.decimals, "min": panel.minimum, "max": panel.maximum}
    defaults |= {name: value for name, value in numbers.items() if value is not None}
    links = links_of(panel, board.uid, frame, overview=board.overview)
    if links:
        defaults["links"] = links
    return {
        "datasource": SOURCE,
        "description": _description(panel),
        "fieldConfig": {
            "defaults": defaults,
            "overrides": overrides(panel, frame, overview=board.overview),
        },
        "options": options_of(panel),
        "targets": [
            _target(panel, number, query, frame) for number, query in enumerate(panel.queries)
        ],
        "title": panel.title,
        "transformations": _transformations(panel, frame),
        "transparent": False,
        "type": panel.kind,
    }


def _description(panel: Panel) -> str:
    """Return the description; a tile has no room for the reasons why it has no value."""
    if isinstance(panel, (Stat, Gauge)):
        return f"{panel.description} No value: {panel.no_value.removeprefix('Unknown: ')}."
    return panel.description


def _color(panel: Panel) -> Json:
    match panel:
        case StateTimeline():
            # With colors by threshold Grafana replaces each value by its range, without its text.
            return {"fixedColor": "text", "mode": "fixed"}
        case TimeSeries():
            return {"mode": "palette-classic"}
        case _:
            return {"mode": "thresholds"}


def _target(panel: Panel, number: int, query: Query, frame: Frame) -> Json:
    ranged = isinstance(panel, (TimeSeries, StateTimeline, Heatmap))
    return {
        "datasource": SOURCE,
        "editorMode": "code",
        "expr": expression(query.expr, frame, panel),
        "format": _format(panel),
        "instant": not ranged,
        "legendFormat": query.legend,
        "range": ranged,
        "refId": chr(ord("A") + number),
    }


def _format(panel: Panel) -> str:
    match panel:
        case Table():
            return "table"
        case Stat() if panel.label:
            return "table"
        case Heatmap():
            return "heatmap"
        case _:
            return "time_series"


def _transformations(panel: Panel, frame: Frame) -> list[Json]:
    """Return the transformations that join the queries' rows and name, order and hide columns."""
    if not isinstance(panel, Table):
        return []
    fields = [(f"Value #{chr(ord('A') + n)}", query) for n, query in enumerate(panel.queries)]
    if len(fields) == 1:
        fields = [("Value", panel.queries[0])]
    hidden = {"Time", *(name for name, query in fields if query.hidden)}
    shown = [(name, query.legend) for name, query in fields if not query.hidden]
    titles = {label: title_of(label, frame) for label in panel.labels}
    order = [*panel.labels, *(name for name, _ in shown)]
    options = {
        "excludeByName": dict.fromkeys(sorted(hidden), True),
        "indexByName": {name: place for place, name in enumerate(order)},
        "renameByName": dict(shown)
        | {label: title for label, title in titles.items() if title != label},
    }
    return [{"id": "merge", "options": {}}, {"id": "organize", "options": options}]
