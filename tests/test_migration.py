"""The tables in docs/migration.md replace each old name with a valid query."""

import re
from pathlib import Path

import promql_parser
import pytest

from ceph_exporter.collectors import COLLECTORS
from tests.dashboards.promql import selectors

TEXT = (Path(__file__).parent.parent / "docs" / "migration.md").read_text(encoding="utf-8")
METRICS = {metric.name: metric for collector in COLLECTORS.values() for metric in collector.metrics}
ROWS = re.findall(r"^\| .+ \| (.+) \|$", TEXT, re.MULTILINE)
EXPRESSIONS = [
    expression
    for cell in [*ROWS, *re.findall(r"^    (ceph_.+)$", TEXT, re.MULTILINE)]
    for expression in re.findall(r"`([^`]+)`", cell) or [cell]
    if "ceph_" in expression
]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_a_successor_is_a_query_of_metrics_that_are_declared(expression: str) -> None:
    """Each replacement parses, and all its metrics and labels are declared."""
    for selector, _ in selectors(promql_parser.parse(expression)):
        metric = METRICS[str(selector.name)]
        labels = {matcher.name for matcher in selector.matchers.matchers}
        assert labels <= set(metric.labels.names)


def test_names_that_stay_are_declared() -> None:
    """Metrics listed with the same name exist, and metrics listed as gone do not."""
    same = names_after("These metrics have the same name and meaning in both exporters: ")
    gone = names_after("These metrics have no replacement: ")
    assert same
    assert gone
    assert set(same) <= set(METRICS)
    assert set(gone).isdisjoint(METRICS)


def names_after(start: str) -> list[str]:
    """Return the names of metrics in the paragraph that starts with these words."""
    return re.findall(r"`(ceph_\w+)`", TEXT.partition(f"\n{start}")[2].partition("\n\n")[0])
