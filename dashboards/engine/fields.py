"""The options of fields: mappings, thresholds, and what single columns and series override."""

from collections.abc import Iterator
from typing import Any

from dashboards.engine.declare import (
    Frame,
    Panel,
    Query,
    Stat,
    StateTimeline,
    Table,
    Texts,
    Thresholds,
    TimeSeries,
    ValueMappings,
)
from dashboards.engine.links import IN_TABLE, NAMELESS, link_of

Json = dict[str, Any]

UNKNOWN_COLOR = "#6b7280"
DASH = "-"
# What a value of each unit needs, in pixels; the title of the column may need more.
_WIDTHS = {"bytes": 90, "dtdurations": 120, "percentunit": 80, "s": 90, "ms": 90, "Bps": 100}
_LETTER, _AROUND, _ARROW = 8, 28, 24
SMALLEST = 60


def mappings_of(panel: Panel) -> list[Json]:
    """Return the mappings of a panel; without a value it is grey, whatever the thresholds say."""
    match panel:
        case Table():
            return mappings(panel.mappings, DASH)
        case StateTimeline():
            return mappings(panel.mappings, "unknown")
        case Stat():
            return [*_texts(panel.texts), *mappings(panel.mappings, start=len(panel.texts))]
        case _:
            return mappings(panel.mappings)


def mappings(values: ValueMappings, null: str = "", start: int = 0) -> list[Json]:
    """Return the texts and colors of values, and those of a value that is missing."""
    options = {
        f"{value:g}": {"color": color, "index": start + index, "text": text}
        for index, (value, (text, color)) in enumerate(values.items())
    }
    shown = [{"options": options, "type": "value"}] if options else []
    return [*shown, _missing("null", null, start + len(options))]


def thresholds(steps: Thresholds) -> Json:
    """Return the colors by value."""
    return {
        "mode": "absolute",
        "steps": [{"color": color, "value": value} for value, color in steps],
    }


def width_of(query: Query, table: Table) -> int:
    """Return the width of a query's column in pixels, with the arrow if rows are sorted by it."""
    needed = len(query.legend) * _LETTER + _AROUND
    arrow = _ARROW if query.legend in {table.sort_ascending, table.sort_descending} else 0
    return query.width or max(needed + arrow, _WIDTHS.get(query.unit, SMALLEST))


def widths_of(table: Table, frame: Frame) -> dict[str, int]:
    """Return the width of each label's column; 0 is a share of what the others leave."""
    widths = {label: frame.columns.get(label, (label, 0))[1] for label in table.labels}
    usual = [label for label in widths if label != frame.note]
    if usual and all(widths[label] for label in usual):
        widths[usual[-1]] = 0
    return widths


def smallest(label: str, table: Table, frame: Frame) -> int:
    """Return the least width of a column that takes what the others leave, as on a phone.

    Grafana gives such columns equal shares, so that only a single one may have a large one.
    """
    usual = [one for one, width in widths_of(table, frame).items() if not width]
    alone = [one for one in usual if one != frame.note] == [label]
    return 260 if alone and label in table.texts else 120


def title_of(label: str, frame: Frame) -> str:
    """Return the title of a label's column."""
    return frame.columns.get(label, (label, 0))[0]


def overrides(panel: Panel, frame: Frame, *, overview: bool) -> list[Json]:
    """Return what single columns of a table, or single series, override."""
    match panel:
        case Table():
            return _overrides_of_table(panel, frame, overview=overview)
        case TimeSeries():
            return [
                _override("byRegexp", f"/{legend}/", [_fixed_color(color)])
                for legend, color in panel.colors
            ]
        case _:
            return []


def _overrides_of_table(table: Table, frame: Frame, *, overview: bool) -> list[Json]:
    columns = [(query.legend, _column(query, table)) for query in table.queries if not query.hidden]
    columns += [(title_of(label, frame), _label(label, table, frame)) for label in table.labels]
    columns += [
        (
            title_of(link.column, frame),
            [{"id": "links", "value": [link_of(link, frame, IN_TABLE, overview=overview)]}],
        )
        for link in table.links
    ]
    # These are hidden rather than excluded, so that links can still use their values.
    hidden = {*table.hidden, frame.subject, f"to_{frame.subject}"} - {*table.labels}
    texts_of = dict(table.texts) | {f"to_{frame.subject}": {NAMELESS: ("", "")}}
    for label in sorted(hidden):
        texts = [{"id": "mappings", "value": _texts(texts_of.get(label, {}))}]
        shown = texts if label in texts_of else []
        columns.append((label, [{"id": "custom.hidden", "value": True}, *shown]))
    return [_override("byName", name, properties) for name, properties in columns if properties]


def _override(matcher: str, options: str, properties: list[Json]) -> Json:
    return {"matcher": {"id": matcher, "options": options}, "properties": properties}


def _column(query: Query, table: Table) -> list[Json]:
    return list(_properties(query, table))


def _properties(query: Query, table: Table) -> Iterator[Json]:
    yield {"id": "custom.width", "value": width_of(query, table)}
    if query.unit:
        yield {"id": "unit", "value": query.unit}
    if query.unit == "percentunit":
        yield {"id": "decimals", "value": 1}
    if query.thresholds:
        yield {"id": "thresholds", "value": thresholds(query.thresholds)}
    if query.mappings:
        yield {"id": "mappings", "value": mappings(query.mappings, DASH)}
    if query.thresholds or query.mappings:
        yield {"id": "custom.cellOptions", "value": {"type": "color-text"}}


def _label(label: str, table: Table, frame: Frame) -> list[Json]:
    properties: list[Json] = []
    width = widths_of(table, frame)[label]
    texts = table.texts.get(label, {})
    if width:
        properties.append({"id": "custom.width", "value": width})
    else:
        properties.append({"id": "custom.minWidth", "value": smallest(label, table, frame)})
    if texts:
        shown = [*_texts(texts), _missing("empty", DASH, len(texts))]
        properties.append({"id": "mappings", "value": shown})
    if any(color for _, color in texts.values()):
        properties.append({"id": "custom.cellOptions", "value": {"type": "color-text"}})
    return properties


def _texts(texts: Texts) -> list[Json]:
    options: Json = {}
    for index, (value, (text, color)) in enumerate(texts.items()):
        options[value] = {"index": index, "text": text} | ({"color": color} if color else {})
    return [{"options": options, "type": "value"}] if options else []


def _missing(match: str, text: str, index: int) -> Json:
    """Return the mapping of a missing value; without a text, the panel's own text is shown."""
    result: Json = {"color": UNKNOWN_COLOR, "index": index}
    if text:
        result["text"] = text
    return {"options": {"match": match, "result": result}, "type": "special"}


def _fixed_color(color: str) -> Json:
    return {"id": "color", "value": {"fixedColor": color, "mode": "fixed"}}
