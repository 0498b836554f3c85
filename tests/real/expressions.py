"""Every PromQL expression of the shipped dashboards and rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import httpx

from dashboards import build
from dashboards.content.frame import FRAME
from dashboards.content.phrases import NO_OSD_CHANGED
from dashboards.engine import render
from tests.dashboards.promql import filled
from tests.deploy.rules import alerts, recorded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from testbed.prometheus import Prometheus, Sample

AFTER_A_CHANGE = "only after a change"
MOMENTS = frozenset({AFTER_A_CHANGE, NO_OSD_CHANGED})
"""Why an expression has a result for a moment only, so that a query may come too late."""

CAUSED = dict.fromkeys(
    (
        "osd:ceph_osd_down_out:bool",
        "cluster:ceph_osds_reweighted:count",
        "cluster:ceph_osds_flapping:count",
    ),
    "only if something is wrong",
) | dict.fromkeys(
    ("cluster:ceph_time_to_recover_seconds:estimate", "cluster:ceph_upgrade_progress:min"),
    "only if something is in progress",
)
"""By record, why it has no result on a healthy cluster."""


class Expression(NamedTuple):
    """An expression, where it is used, and why it may have no result (empty: it always has one)."""

    where: str
    text: str
    quiet: str

    def ask(self, prometheus: Prometheus, chosen: dict[str, str]) -> list[Sample]:
        """Return its result. Raises AssertionError with Prometheus' reason if it is invalid."""
        try:
            return prometheus.query(filled(self.text, chosen))
        except httpx.HTTPStatusError as error:
            raise AssertionError(f"{self.where}: {self.text}: {error.response.text}") from error

    def has_data(self, prometheus: Prometheus, chosen: dict[str, str]) -> bool:
        """Return whether it has a result or, if that lasts only for a moment, has had one."""
        if self.quiet in MOMENTS and prometheus.ever(filled(self.text, chosen)):
            return True
        return bool(self.ask(prometheus, chosen))


def of_dashboards() -> Iterator[Expression]:
    """Yield those of every panel, as Grafana gets them, and those of the annotations."""
    for event in FRAME.events:
        text = render.expression(event.expr, FRAME)
        yield Expression(f"annotation {event.name}", text, AFTER_A_CHANGE)
    for board in build.BOARDS:
        for panel in (panel for section in board.sections for panel in section.panels):
            for query in panel.queries:
                where = f"{board.title} / {panel.title} / {query.legend}"
                yield Expression(
                    where, render.expression(query.expr, FRAME, panel), query.empty_when
                )


def of_rules() -> Iterator[Expression]:
    """Yield those of all recording and alerting rules; a record follows those that it reads."""
    why: dict[str, str] = {}
    for rule in recorded():
        name, expr = rule["record"], rule["expr"]
        inherited = next((reason for other, reason in why.items() if other in expr), "")
        quiet = CAUSED.get(name, "only after half a day" if " offset " in expr else inherited)
        if quiet:
            why[name] = quiet
        yield Expression(f"record {name}", expr, quiet)
    for name, rule in alerts().items():
        yield Expression(f"alert {name}", rule["expr"], "only if something is wrong")


def without_data(
    prometheus: Prometheus, expressions: list[Expression], chosen: dict[str, str]
) -> list[Expression]:
    """Return those without a result. Raises AssertionError for an invalid one."""
    return [one for one in expressions if not one.has_data(prometheus, chosen)]
