"""Panels and their queries; see the package."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from dashboards.engine.declare.colors import PLAIN, Thresholds, ValueMappings

Texts = Mapping[str, tuple[str, str]]
"""The text and color to show in place of each value of a label; without a color if it is empty."""


@dataclass(frozen=True)
class Query:
    """An expression, and the legend of its series or, in a table, the title of its column.

    empty_when: when the query returns no series although nothing is wrong, for example with some
    releases; empty if it always returns data. The other fields apply to a column of a table and
    override those of the panel; `hidden` hides a column of which only the labels are needed, and
    `width` is in pixels, by default what the title and the unit need.
    """

    expr: str
    legend: str
    empty_when: str = ""
    unit: str = ""
    thresholds: Thresholds = ()
    mappings: ValueMappings = field(default_factory=dict)
    hidden: bool = False
    width: int = 0


@dataclass(frozen=True)
class Link:
    """A link to another dashboard, or to a page elsewhere.

    target: the dashboard's uid, `${__data.fields.NAME}` if the column NAME contains it, or the
    page's URL. column: the column of a table whose cells are the link; empty for other panels.
    carries: the variables that the link sets, and the label of the row or series with the value of
    each. All other variables that the frame passes on, and the time range, stay as they are.
    """

    target: str
    title: str
    column: str = ""
    carries: tuple[tuple[str, str], ...] = ()


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
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Stat(Panel):
    """The latest values as large numbers.

    brief: what is shown without data; the description then has the reasons. label: the label to
    show in place of the value, for example the name of a daemon; `texts` are shown in place of its
    values.
    """

    kind = "stat"

    brief: str = "unknown"
    label: str = ""
    texts: Texts = field(default_factory=dict)


@dataclass(frozen=True)
class Gauge(Panel):
    """The latest value on a dial, from `minimum` to `maximum`; brief: see `Stat`."""

    kind = "gauge"

    brief: str = "unknown"


@dataclass(frozen=True)
class TimeSeries(Panel):
    """Values over time.

    threshold_lines: whether to draw the thresholds as lines. events: whether values are rare, so
    that each is drawn as a bar. colors: regular expressions of legends, each with the color of the
    series; the last one that matches applies.
    """

    kind = "timeseries"

    stack: bool = False
    threshold_lines: bool = False
    events: bool = False
    colors: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Heatmap(Panel):
    """How many items are in each bucket over time.

    The only query returns cumulative buckets with the upper bound as the label `le`.
    """

    kind = "heatmap"


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

    labels: the labels that have a column, from left to right. hidden: labels without a column,
    which links can still use. texts: for each label the texts to show in place of its values. The
    rows are sorted by the column `sort_ascending`, then by `sort_descending`.
    """

    kind = "table"

    labels: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    texts: Mapping[str, Texts] = field(default_factory=dict)
    sort_ascending: str = ""
    sort_descending: str = ""
