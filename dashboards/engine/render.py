"""From declarations to the JSON that Grafana reads.

Grafana 9 and later understand this JSON. Grafana's foundation SDK is not used, because its models
follow the newest Grafana. The tests validate the JSON against Grafana's schemas.
"""

from collections.abc import Iterator
from typing import Any

from dashboards.engine.declare import (
    Dashboard,
    Frame,
    Link,
    Panel,
    Query,
    StateTimeline,
    Table,
    Thresholds,
    TimeSeries,
    ValueMappings,
)
from dashboards.engine.frame import SOURCE, annotations, link, menu, templating, with_matchers
from dashboards.engine.plugins import custom_of, options_of

Json = dict[str, Any]

# Grafana 9.5 to 11 write versions 38 and 39; older releases can read 39, newer ones migrate it.
SCHEMA_VERSION = 39
WIDTH = 24


def dashboard(declared: Dashboard, frame: Frame) -> Json:
    """Return the whole dashboard."""
    return {
        "annotations": annotations(frame),
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
        "templating": templating(frame),
        "time": {"from": declared.time_from, "to": "now"},
        "timezone": "browser",
        "title": declared.title,
        "uid": declared.uid,
    }


def expression(expr: str, frame: Frame, panel: Panel | None = None) -> str:
    """Return the expression with label matchers in place of the markers.

    In a table with links, a row without the subject's label gets the value `All` for it. A link
    then sets the variable to All, which selects even the series without the label.
    """
    full = with_matchers(expr, frame)
    if isinstance(panel, Table) and panel.links:
        return f'label_replace({full}, "{frame.subject}", "All", "{frame.subject}", "")'
    return full


def _panels(declared: Dashboard, frame: Frame) -> Iterator[Json]:
    number = top = 0
    for section in declared.sections:
        number += 1
        yield {
            "collapsed": False,
            "gridPos": {"h": 1, "w": WIDTH, "x": 0, "y": top},
            "id": number,
            "panels": [],
            "title": section.title,
            "type": "row",
        }
        top, left, height = top + 1, 0, 0
        for panel in section.panels:
            width, tall = panel.size
            if left + width > WIDTH:
                top, left, height = top + height, 0, 0
            number += 1
            position = {"h": tall, "w": width, "x": left, "y": top}
            yield _panel(panel, declared.uid, frame) | {"id": number, "gridPos": position}
            left, height = left + width, max(height, tall)
        top += height


def _panel(panel: Panel, uid: str, frame: Frame) -> Json:
    defaults: Json = {
        "color": {"mode": _color_mode(panel)},
        "custom": custom_of(panel),
        "mappings": _mappings(panel.mappings),
        "noValue": panel.no_value,
        "thresholds": _thresholds(panel.thresholds),
        "unit": panel.unit,
    }
    numbers = {"decimals": panel.decimals, "min": panel.minimum, "max": panel.maximum}
    defaults |= {name: value for name, value in numbers.items() if value is not None}
    if panel.details and panel.details != uid:
        subject = f"${{{frame.subject}:queryparam}}"
        defaults["links"] = [_link("Show details", panel.details, subject, frame)]
    table = panel if isinstance(panel, Table) else None
    return {
        "datasource": SOURCE,
        "description": panel.description,
        "fieldConfig": {"defaults": defaults, "overrides": _overrides(table, frame)},
        "options": options_of(panel),
        "targets": [
            _target(panel, number, query, frame) for number, query in enumerate(panel.queries)
        ],
        "title": panel.title,
        "transformations": _transformations(table, frame),
        "transparent": False,
        "type": panel.kind,
    }


def _color_mode(panel: Panel) -> str:
    by_series = isinstance(panel, TimeSeries) and not panel.mappings
    return "palette-classic" if by_series else "thresholds"


def _target(panel: Panel, number: int, query: Query, frame: Frame) -> Json:
    ranged = isinstance(panel, (TimeSeries, StateTimeline))
    return {
        "datasource": SOURCE,
        "editorMode": "code",
        "expr": expression(query.expr, frame, panel),
        "format": "table" if isinstance(panel, Table) else "time_series",
        "instant": not ranged,
        "legendFormat": query.legend,
        "range": ranged,
        "refId": chr(ord("A") + number),
    }


def _transformations(table: Table | None, frame: Frame) -> list[Json]:
    """Return the transformations that join the queries' rows and name, order and hide columns."""
    if table is None:
        return []
    fields = [(f"Value #{chr(ord('A') + n)}", query) for n, query in enumerate(table.queries)]
    if len(fields) == 1:
        fields = [("Value", table.queries[0])]
    hidden = {"Time", *(name for name, query in fields if query.hidden)}
    options = {
        "excludeByName": dict.fromkeys(sorted(hidden), True),
        "indexByName": {name: place for place, name in enumerate(frame.leading_columns)},
        "renameByName": {name: query.legend for name, query in fields if not query.hidden},
    }
    return [{"id": "merge", "options": {}}, {"id": "organize", "options": options}]


def _overrides(table: Table | None, frame: Frame) -> list[Json]:
    if table is None:
        return []
    overrides = [
        (query.legend, list(_column(query))) for query in table.queries if not query.hidden
    ]
    column, texts = table.texts
    if texts:
        options = {value: {"text": text} for value, text in texts.items()}
        mapping = {"id": "mappings", "value": [{"type": "value", "options": options}]}
        overrides.append((column, [mapping]))
    overrides += [(row.column, [_row_link(row, frame)]) for row in table.links]
    # These are hidden rather than excluded, so that links can still use their values.
    overrides += [(label, [{"id": "custom.hidden", "value": True}]) for label in table.hidden]
    return [
        {"matcher": {"id": "byName", "options": name}, "properties": properties}
        for name, properties in overrides
        if properties
    ]


def _row_link(row: Link, frame: Frame) -> Json:
    subject = f"var-{frame.subject}=${{__data.fields.{frame.subject}}}"
    return {"id": "links", "value": [_link(row.title, row.target, subject, frame)]}


def _column(query: Query) -> Iterator[Json]:
    if query.unit:
        yield {"id": "unit", "value": query.unit}
    if query.no_value:
        yield {"id": "noValue", "value": query.no_value}
    if query.thresholds:
        yield {"id": "thresholds", "value": _thresholds(query.thresholds)}
    if query.mappings:
        yield {"id": "mappings", "value": _mappings(query.mappings)}
    if query.thresholds or query.mappings:
        yield {"id": "custom.cellOptions", "value": {"type": "color-text"}}


def _thresholds(thresholds: Thresholds) -> Json:
    return {
        "mode": "absolute",
        "steps": [{"color": color, "value": value} for value, color in thresholds],
    }


def _mappings(mappings: ValueMappings) -> list[Json]:
    if not mappings:
        return []
    options = {
        f"{value:g}": {"color": color, "index": index, "text": text}
        for index, (value, (text, color)) in enumerate(mappings.items())
    }
    return [{"options": options, "type": "value"}]


def _link(title: str, uid: str, subject: str, frame: Frame) -> Json:
    """Return a link from a value, with all the fields that the schema requires of a link."""
    others = "&".join(f"${{{name}:queryparam}}" for name in ("datasource", *frame.passed_on))
    return link("link", title) | {"url": f"/d/{uid}?{subject}&{others}&${{__url_time_range}}"}
