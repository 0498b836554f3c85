"""Every expression that the project ships: those of the dashboards, and those of the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import httpx

from dashboards import build
from dashboards.content.frame import FRAME
from dashboards.engine import render
from tests.dashboards.promql import filled
from tests.deploy.rules import alerts, recorded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.real.prometheus import Prometheus, Sample


class Expression(NamedTuple):
    """An expression, where it stands, and why it may give nothing (empty: it always gives)."""

    where: str
    text: str
    quiet: str

    def ask(self, prometheus: Prometheus, chosen: dict[str, str]) -> list[Sample]:
        """Give its result; an AssertionError says why it is refused."""
        try:
            return prometheus.query(filled(self.text, chosen))
        except httpx.HTTPStatusError as error:
            raise AssertionError(f"{self.where}: {self.text}: {error.response.text}") from error


def of_dashboards() -> Iterator[Expression]:
    """Yield those of every panel, as Grafana gets them, and those of the annotations."""
    for event in FRAME.events:
        text = render.expression(event.expr, FRAME)
        yield Expression(f"annotation {event.name}", text, "only after a change")
    for board in build.BOARDS:
        for panel in (panel for section in board.sections for panel in section.panels):
            for query in panel.queries:
                where = f"{board.title} / {panel.title} / {query.legend}"
                yield Expression(
                    where, render.expression(query.expr, FRAME, panel), query.empty_when
                )


def of_rules() -> Iterator[Expression]:
    """Yield those of the recording and alerting rules."""
    for rule in recorded():
        quiet = "only after half a day" if " offset " in rule["expr"] else ""
        yield Expression(f"record {rule['record']}", rule["expr"], quiet)
    for name, rule in alerts().items():
        yield Expression(f"alert {name}", rule["expr"], "only if something is wrong")


def without_data(
    prometheus: Prometheus, expressions: list[Expression], chosen: dict[str, str]
) -> list[Expression]:
    """Give those that give nothing; an AssertionError shows one that is refused."""
    return [one for one in expressions if not one.ask(prometheus, chosen)]
