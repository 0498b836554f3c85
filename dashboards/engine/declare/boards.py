"""Sections, dashboards, and what all dashboards have in common; see the package."""

from collections.abc import Mapping
from dataclasses import dataclass

from dashboards.engine.declare.panels import Panel


@dataclass(frozen=True)
class Section:
    """A row of the dashboard with a title, and its panels, each in the first place that fits.

    collapsed: whether the panels are hidden until someone opens the section.
    """

    title: str
    panels: tuple[Panel, ...]
    collapsed: bool = False


@dataclass(frozen=True)
class Variable:
    """A variable filled by a query.

    all_value: the regular expression that `All` stands for; without one there is no `All`, and the
    first value is the default. overview_only: whether only overviews show it; links set it all the
    same.
    """

    name: str
    label: str
    query: str
    all_value: str = ""
    multi: bool = False
    overview_only: bool = False


@dataclass(frozen=True)
class Dashboard:
    """A dashboard; its uid must never change, because links contain it.

    overview: whether it is about all subjects; otherwise it shows one, at first the first of them.
    variables: those that only this dashboard has.
    """

    uid: str
    title: str
    description: str
    sections: tuple[Section, ...]
    time_from: str = "now-6h"
    overview: bool = False
    variables: tuple[Variable, ...] = ()


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
    matchers: the label matchers that replace each marker. subject: the variable, and the label,
    that tells what a dashboard is about; passed_on: the other variables that a link passes on.
    columns: the title of each label's column in tables, and its width in pixels; 0 is what remains
    of the table.
    note: the label of a row that says why there are no others.
    """

    tag: str
    menu: str
    tooltip: str
    variables: tuple[Variable, ...]
    events: tuple[Event, ...]
    matchers: Mapping[str, str]
    subject: str
    passed_on: tuple[str, ...]
    columns: Mapping[str, tuple[str, int]]
    note: str
