"""From declarations to the JSON that Grafana reads.

Written by hand rather than with Grafana's foundation SDK, whose models follow the newest Grafana:
what is written here is understood from Grafana 9 on. The tests hold it against Grafana's schemas.
"""

from collections.abc import Iterator
from typing import Any

from dashboards.declare import Dashboard, Panel, Query, States, Steps
from dashboards.frame import SOURCE, annotations, link_to, menu, selecting, templating
from dashboards.plugins import custom_of, options_of

Json = dict[str, Any]

# Grafana 9.5 to 11 write 38 and 39; older ones read it, newer ones migrate it.
SCHEMA_VERSION = 39
WIDTH = 24
# The columns that say what a row is about; the others follow as the queries give them.
FIRST = ("cluster", "instance", "document", "name", "ceph_daemon", "entity")


def dashboard(declared: Dashboard) -> Json:
    """Give the whole dashboard."""
    return {
        "annotations": annotations(),
        "description": declared.description,
        "editable": False,
        "fiscalYearStartMonth": 0,
        "graphTooltip": 1,
        "links": [menu()],
        "liveNow": False,
        "panels": list(_panels(declared)),
        "refresh": "30s",
        "schemaVersion": SCHEMA_VERSION,
        "tags": ["ceph"],
        "templating": templating(),
        "time": {"from": declared.span, "to": "now"},
        "timezone": "browser",
        "title": declared.title,
        "uid": declared.uid,
    }


def expression(expr: str, panel: Panel | None = None) -> str:
    """Write out the selector; in a table with links name the cluster that has no label `All`.

    A link then sets the variable to All, which finds the cluster without the label.
    """
    full = selecting(expr)
    if panel is not None and panel.links:
        return f'label_replace({full}, "cluster", "All", "cluster", "")'
    return full


def _panels(declared: Dashboard) -> Iterator[Json]:
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
            yield _panel(panel, declared.uid) | {"id": number, "gridPos": position}
            left, height = left + width, max(height, tall)
        top += height


def _panel(panel: Panel, uid: str) -> Json:
    defaults: Json = {
        "color": {"mode": _colour(panel)},
        "custom": custom_of(panel),
        "mappings": _mappings(panel.states),
        "noValue": panel.none,
        "thresholds": _thresholds(panel.steps),
        "unit": panel.unit,
    }
    numbers = {"decimals": panel.decimals, "min": panel.minimum, "max": panel.maximum}
    defaults |= {name: value for name, value in numbers.items() if value is not None}
    if panel.to and panel.to != uid:
        defaults["links"] = [_link("More about it", panel.to, "${cluster:queryparam}")]
    return {
        "datasource": SOURCE,
        "description": panel.description,
        "fieldConfig": {"defaults": defaults, "overrides": _overrides(panel)},
        "options": options_of(panel),
        "targets": [_target(panel, number, query) for number, query in enumerate(panel.queries)],
        "title": panel.title,
        "transformations": _transformations(panel) if panel.kind == "table" else [],
        "transparent": False,
        "type": panel.kind,
    }


def _colour(panel: Panel) -> str:
    by_series = panel.kind == "timeseries" and not panel.states
    return "palette-classic" if by_series else "thresholds"


def _target(panel: Panel, number: int, query: Query) -> Json:
    ranged = panel.kind in ("timeseries", "state-timeline")
    return {
        "datasource": SOURCE,
        "editorMode": "code",
        "expr": expression(query.expr, panel),
        "format": "table" if panel.kind == "table" else "time_series",
        "instant": not ranged,
        "legendFormat": query.legend,
        "range": ranged,
        "refId": chr(ord("A") + number),
    }


def _transformations(panel: Panel) -> list[Json]:
    """Join the queries' rows by their common labels, name the columns, hide what is always 1."""
    fields = [(f"Value #{chr(ord('A') + n)}", query) for n, query in enumerate(panel.queries)]
    if len(fields) == 1:
        fields = [("Value", panel.queries[0])]
    hidden = {"Time", *(name for name, query in fields if query.hidden)}
    options = {
        "excludeByName": dict.fromkeys(sorted(hidden), True),
        "indexByName": {name: place for place, name in enumerate(FIRST)},
        "renameByName": {name: query.legend for name, query in fields if not query.hidden},
    }
    return [{"id": "merge", "options": {}}, {"id": "organize", "options": options}]


def _overrides(panel: Panel) -> list[Json]:
    if panel.kind != "table":
        return []
    found = [(query.legend, list(_column(query))) for query in panel.queries if not query.hidden]
    name, words = panel.words
    if words:
        texts = {code: {"text": text} for code, text in words.items()}
        mapping = {"id": "mappings", "value": [{"type": "value", "options": texts}]}
        found.append((name, [mapping]))
    for link in panel.links:
        url = _link(link.title, link.to, "var-cluster=${__data.fields.cluster}")
        found.append((link.field, [{"id": "links", "value": [url]}]))
    # Hidden, not left out: a link can still take it from the row.
    found += [(label, [{"id": "custom.hidden", "value": True}]) for label in panel.hidden]
    return [
        {"matcher": {"id": "byName", "options": name}, "properties": properties}
        for name, properties in found
        if properties
    ]


def _column(query: Query) -> Iterator[Json]:
    if query.unit:
        yield {"id": "unit", "value": query.unit}
    if query.none:
        yield {"id": "noValue", "value": query.none}
    if query.steps:
        yield {"id": "thresholds", "value": _thresholds(query.steps)}
    if query.states:
        yield {"id": "mappings", "value": _mappings(query.states)}
    if query.steps or query.states:
        yield {"id": "custom.cellOptions", "value": {"type": "color-text"}}


def _thresholds(steps: Steps) -> Json:
    return {
        "mode": "absolute",
        "steps": [{"color": colour, "value": value} for value, colour in steps],
    }


def _mappings(states: States) -> list[Json]:
    if not states:
        return []
    options = {
        f"{value:g}": {"color": colour, "index": index, "text": text}
        for index, (value, (text, colour)) in enumerate(states.items())
    }
    return [{"options": options, "type": "value"}]


def _link(title: str, uid: str, cluster: str) -> Json:
    """Give a link of a value; Grafana's schema wants of it what a dashboard's link has."""
    return link_to("link", title) | {
        "url": f"/d/{uid}?{cluster}&${{datasource:queryparam}}&${{job:queryparam}}"
        "&${__url_time_range}",
    }
