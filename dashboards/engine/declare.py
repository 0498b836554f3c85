"""The parts of a dashboard: sections, panels with their queries, and what dashboards share.

An expression contains markers in place of label matchers, for example `ceph_osd_up{*}` or
`ceph_health_detail{*,name="OSD_DOWN"}`; `Frame.matchers` holds the text that replaces each marker.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

Thresholds = tuple[tuple[float | None, str], ...]
"""Colors by value: each color applies from its value on; None is minus infinity."""
ValueMappings = dict[float, tuple[str, str]]
"""The text and color to show in place of individual values."""

PLAIN: Thresholds = ((None, "text"),)
YES_IS_GOOD: ValueMappings = {0: ("no", "red"), 1: ("yes", "green")}


def warn_from(value: float) -> Thresholds:
    """Return green below the value and orange from it on."""
    return ((None, "green"), (value, "orange"))


def bad_from(value: float) -> Thresholds:
    """Return green below the value and red from it on."""
    return ((None, "green"), (value, "red"))


def rising(warn: float, bad: float) -> Thresholds:
    """Return orange from `warn` on and red from `bad` on, because higher values are worse."""
    return ((None, "green"), (warn, "orange"), (bad, "red"))


def falling(bad: float, warn: float) -> Thresholds:
    """Return red below `bad` and orange below `warn`, because lower values are worse."""
    return ((None, "red"), (bad, "orange"), (warn, "green"))


@dataclass(frozen=True)
class Query:
    """An expression, and the legend of its series or, in a table, the title of its column.

    empty_when: when the query returns no series although nothing is wrong, for example with some
    releases; empty if it always returns data. The other fields apply to a column of a table and
    override those of the panel; `hidden` hides a column of which only the labels are needed.
    """

    expr: str
    legend: str
    empty_when: str = ""
    unit: str = ""
    thresholds: Thresholds = ()
    mappings: ValueMappings = field(default_factory=dict)
    no_value: str = ""
    hidden: bool = False


@dataclass(frozen=True)
class Link:
    """A link from the cells of a column to a dashboard, which then shows the subject of the row.

    target: the dashboard's uid, or `${__data.fields.NAME}` if the column NAME contains it.
    """

    column: str
    target: str
    title: str


@dataclass(frozen=True)
class Panel:
    """What all panels have in common; the subclasses are Grafana's panel types.

    no_value: the text that the panel shows when its queries return no data. size: the width in
    columns, of which there are 24, and the height in rows of 30 pixels. details: uid of the
    dashboard that shows more about the values.
    """

    kind: ClassVar[str]

    title: str
    description: str
    queries: tuple[Query, ...]
    no_value: str
    unit: str = "short"
    thresholds: Thresholds = PLAIN
    mappings: ValueMappings = field(default_factory=dict)
    size: tuple[int, int] = (8, 8)
    decimals: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    details: str = ""


@dataclass(frozen=True)
class Stat(Panel):
    """The latest values as large numbers; text_mode: "auto", "value", "name", "value_and_name"."""

    kind = "stat"

    text_mode: str = "auto"


@dataclass(frozen=True)
class TimeSeries(Panel):
    """Values over time; threshold_lines: whether to draw the thresholds as lines."""

    kind = "timeseries"

    stack: bool = False
    threshold_lines: bool = False


@dataclass(frozen=True)
class StateTimeline(Panel):
    """States over time, one row for each series."""

    kind = "state-timeline"


@dataclass(frozen=True)
class BarGauge(Panel):
    """The latest values as horizontal bars."""

    kind = "bargauge"


@dataclass(frozen=True)
class Table(Panel):
    """The latest values, joined by their labels.

    hidden: labels without a visible column, which links can still use. texts: the name of a column,
    and the text to show in place of each of its values. The rows are sorted by the column
    `sort_ascending`, then by `sort_descending`.
    """

    kind = "table"

    hidden: tuple[str, ...] = ()
    texts: tuple[str, dict[str, str]] = ("", {})
    links: tuple[Link, ...] = ()
    sort_ascending: str = ""
    sort_descending: str = ""


@dataclass(frozen=True)
class Section:
    """A row of the dashboard with a title, and its panels from left to right."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True)
class Dashboard:
    """A dashboard; its uid must never change, because links contain it."""

    uid: str
    title: str
    description: str
    sections: tuple[Section, ...]
    time_from: str = "now-6h"


@dataclass(frozen=True)
class Variable:
    """A variable filled by a query. all_value: the regular expression that `All` stands for."""

    name: str
    label: str
    query: str
    all_value: str
    multi: bool


@dataclass(frozen=True)
class Event:
    """An annotation, drawn into every time series where the expression returns data."""

    name: str
    color: str
    expr: str
    text: str


@dataclass(frozen=True)
class Frame:
    """What all dashboards have in common.

    tag: the tag of every dashboard; menu, tooltip: title and tooltip of the menu that lists them.
    matchers: the label matchers that replace each marker. subject: the variable that a link sets
    from the label of the same name in its row; passed_on: the other variables that a link passes
    on. leading_columns: the labels that a table shows first, in this order.
    """

    tag: str
    menu: str
    tooltip: str
    variables: tuple[Variable, ...]
    events: tuple[Event, ...]
    matchers: Mapping[str, str]
    subject: str
    passed_on: tuple[str, ...]
    leading_columns: tuple[str, ...]
