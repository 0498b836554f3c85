"""What a dashboard is declared with: sections of panels, a panel with its queries.

In an expression `{*}` stands for the matchers of the dashboard's variables, so that
`ceph_osd_up{*}` and `ceph_health_detail{*,name="OSD_DOWN"}` are filtered by cluster, job and
instance; `{+}` stands for those of job and instance, see `phrases.own`. Aggregates are
`max by (cluster, ...)`: two exporters may serve the same cluster, and one Prometheus may hold
several clusters. A cluster without the label `cluster` is one whose label is empty, which `by` and
`on` treat as any other value.
"""

from dataclasses import dataclass, field
from typing import Literal

ErrorKind = Literal["stat", "timeseries", "table", "state-timeline", "bargauge"]
Steps = tuple[tuple[float | None, str], ...]
"""Colours by value: the first from minus infinity (None), each further one from its value on."""
States = dict[float, tuple[str, str]]
"""Texts and colours of single values."""

OWN_SELECTOR = 'job=~"$job",instance=~"$instance"'
SELECTOR = 'cluster=~"$cluster",' + OWN_SELECTOR

PLAIN: Steps = ((None, "text"),)
GOOD: Steps = ((None, "green"),)
HEALTH: States = {
    0: ("HEALTH_OK", "green"),
    1: ("HEALTH_WARN", "orange"),
    2: ("HEALTH_ERR", "red"),
}
YES_IS_GOOD: States = {0: ("no", "red"), 1: ("yes", "green")}


def warn_from(value: float) -> Steps:
    """Green below the value, orange from it on."""
    return ((None, "green"), (value, "orange"))


def bad_from(value: float) -> Steps:
    """Green below the value, red from it on."""
    return ((None, "green"), (value, "red"))


def rising(warn: float, bad: float) -> Steps:
    """Orange and red from values on: more is worse."""
    return ((None, "green"), (warn, "orange"), (bad, "red"))


def falling(bad: float, warn: float) -> Steps:
    """Red and orange below values: less is worse."""
    return ((None, "red"), (bad, "orange"), (warn, "green"))


@dataclass(frozen=True)
class Query:
    """An expression, and the legend of its series or, in a table, the title of its column.

    quiet: why it gives nothing on a healthy cluster, or on some releases; empty if it always gives.
    The rest is for a column that differs from its panel; `hidden` for one whose labels only count.
    """

    expr: str
    legend: str
    quiet: str = ""
    unit: str = ""
    steps: Steps = ()
    states: States = field(default_factory=dict)
    none: str = ""
    hidden: bool = False


@dataclass(frozen=True)
class Link:
    """From a cell of the column `field` to a dashboard; the row's column `cluster` goes with it.

    to: the uid, or `${__data.fields.NAME}` where a column of the row holds it.
    """

    field: str
    to: str
    title: str


@dataclass(frozen=True)
class Panel:
    """A panel; `none` is what is shown in place of no data, `words` explains values of a column.

    size: columns of 24, rows of 30 pixels. limits: draw the steps as lines. text: what a stat
    shows, "value", "name" or "value_and_name". least_first, most_first: the columns that a table is
    sorted by, in this order. to: uid of the dashboard that tells more.
    """

    kind: ErrorKind
    title: str
    description: str
    queries: tuple[Query, ...]
    none: str
    unit: str = "short"
    steps: Steps = PLAIN
    states: States = field(default_factory=dict)
    size: tuple[int, int] = (8, 8)
    decimals: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    stack: bool = False
    limits: bool = False
    text: str = "auto"
    to: str = ""
    hidden: tuple[str, ...] = ()
    words: tuple[str, dict[str, str]] = ("", {})
    links: tuple[Link, ...] = ()
    least_first: str = ""
    most_first: str = ""


@dataclass(frozen=True)
class Section:
    """A row of the dashboard with a title, and its panels from left to right."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True)
class Dashboard:
    """A dashboard; the uid is what links hang on and never changes."""

    uid: str
    title: str
    description: str
    sections: tuple[Section, ...]
    span: str = "now-6h"
