"""All rules of Grafana's dashboard-linter, applied to every dashboard.

Each test has the name of a rule; https://github.com/grafana/dashboard-linter describes them. The
rules for LogQL do not apply here.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest

from dashboards import build
from tests.dashboards.promql import OWN, filled, selectors, sources, written_by_rules

Json = dict[str, Any]
BOARDS: list[Json] = [json.loads(file.read_text()) for file in sorted(build.TARGET.glob("*.json"))]
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
# The units in use, as in Grafana's packages/grafana-data/src/valueFormats/categories.ts.
UNITS = {
    "Bps",
    "bytes",
    "dtdurations",
    "locale",
    "ms",
    "ops",
    "percent",
    "percentunit",
    "s",
    "short",
}
each_board = pytest.mark.parametrize("board", BOARDS, ids=lambda board: board["uid"])


def variables(board: Json, kind: str) -> list[Json]:
    """Return the variables of a type."""
    return [variable for variable in board["templating"]["list"] if variable["type"] == kind]


def panels(board: Json) -> list[Json]:
    """Return the panels without the row titles, also those of collapsed rows."""
    rows = [panel for panel in board["panels"] if panel["type"] == "row"]
    inside = [panel for row in rows for panel in row["panels"]]
    return [panel for panel in board["panels"] if panel["type"] != "row"] + inside


def targets(board: Json) -> Iterator[tuple[str, Json]]:
    """Yield every target, with its panel's title."""
    for panel in panels(board):
        yield from ((panel["title"], target) for target in panel["targets"])


@each_board
def test_template_datasource_rule(board: Json) -> None:
    """The data source is a variable with this name and label."""
    (variable,) = variables(board, "datasource")
    assert (variable["name"], variable["label"]) == ("datasource", "Data source")
    assert variable["query"] == "prometheus"


@each_board
@pytest.mark.parametrize("name", ["job", "instance"])
def test_template_job_rule_and_template_instance_rule(board: Json, name: str) -> None:
    """Job and instance are variables with multiple values and All."""
    (variable,) = [row for row in variables(board, "query") if row["name"] == name]
    assert (variable["label"], variable["multi"], variable["allValue"]) == (
        name.title(),
        True,
        ".+",
    )
    assert variable["datasource"] == SOURCE


@each_board
def test_template_label_promql_rule(board: Json) -> None:
    """A variable takes the values of a label, from a selector that parses."""
    for variable in variables(board, "query"):
        function, _, rest = variable["query"].partition("(")
        assert function == "label_values"
        assert selectors(promql_parser.parse(rest.rpartition(",")[0]))


@each_board
def test_template_on_time_change_reload_rule(board: Json) -> None:
    """Grafana refreshes the variables when the time range changes."""
    assert {variable["refresh"] for variable in variables(board, "query")} == {2}


@each_board
def test_panel_datasource_rule(board: Json) -> None:
    """Every panel and every target uses the variable."""
    assert all(panel["datasource"] == SOURCE for panel in panels(board))
    assert all(target["datasource"] == SOURCE for _, target in targets(board))


@each_board
def test_panel_title_description_rule(board: Json) -> None:
    """Every panel has a title and a description."""
    assert all(panel["title"] and panel["description"] for panel in panels(board))


@each_board
def test_panel_units_rule(board: Json) -> None:
    """Every panel, and every column with its own unit, has a unit that Grafana knows."""
    for panel in panels(board):
        units = [panel["fieldConfig"]["defaults"]["unit"]]
        for override in panel["fieldConfig"]["overrides"]:
            units += [one["value"] for one in override["properties"] if one["id"] == "unit"]
        assert set(units) <= UNITS, panel["title"]


@each_board
def test_panel_no_targets_rule(board: Json) -> None:
    """Every panel has a query."""
    assert all(panel["targets"] for panel in panels(board))


@each_board
def test_target_promql_rule(board: Json) -> None:
    """Every expression parses once the variables are filled in."""
    for _, target in targets(board):
        promql_parser.parse(filled(target["expr"]))


@each_board
@pytest.mark.parametrize("name", ["job", "instance", "cluster"])
def test_target_job_rule_and_target_instance_rule(board: Json, name: str) -> None:
    """Every selector of every expression is filtered by job, instance and cluster.

    The exceptions are metrics that other programs have too, without a cluster (see the next test),
    and what rules write, which has neither job nor instance.
    """
    for title, target in targets(board):
        for selector, _ in selectors(promql_parser.parse(filled(target["expr"], {}))):
            matchers = [(m.name, m.op, m.value) for m in selector.matchers.matchers]
            wanted = selector.name not in OWN if name == "cluster" else True
            if written_by_rules(selector.name):
                wanted = name == "cluster"
            value = "${cluster:regex}" if name == "cluster" else f"${name}"
            assert ((name, promql_parser.MatchOp.Re, value) in matchers) is wanted, title


@each_board
def test_other_programs_are_left_out(board: Json) -> None:
    """Metrics that every program has are restricted to the exporters of the chosen cluster."""
    for title, target in targets(board):
        used = selectors(promql_parser.parse(filled(target["expr"], {})))
        names = {one.name for one, _ in used}
        assert not names & OWN or ("ceph_up" in names and " and on (" in target["expr"]), title


@each_board
def test_target_rate_interval_rule(board: Json) -> None:
    """The range of a rate is $__rate_interval."""
    for title, target in targets(board):
        for _, path in selectors(promql_parser.parse(filled(target["expr"]))):
            if {"rate", "irate"} & set(path):
                assert "[$__rate_interval]" in target["expr"], title


@each_board
def test_target_counter_agg_rule(board: Json) -> None:
    """A counter is only shown as a rate or an increase."""
    counters = {"ceph_pool_rd", "ceph_pool_wr", "ceph_pool_rd_bytes", "ceph_pool_wr_bytes"}
    for title, target in targets(board):
        for selector, path in selectors(promql_parser.parse(filled(target["expr"]))):
            if (selector.name or "").endswith("_total") and selector.name != "ceph_pg_total":
                assert {"rate", "irate", "increase"} & set(path), title
            if selector.name in counters:
                assert {"rate", "irate", "increase"} & set(path), title


@each_board
def test_target_required_matchers_rule(board: Json) -> None:
    """The query of a variable is filtered by the variables before it."""
    queries = [variable["query"] for variable in variables(board, "query")]
    assert [query.count("$") for query in queries[:3]] == [0, 1, 2]
    assert all(query.count("$") == 3 for query in queries[3:])


@each_board
def test_uneditable_dashboard_rule(board: Json) -> None:
    """A provisioned dashboard is read-only; a copy can be edited."""
    assert board["editable"] is False


def test_every_dashboard_is_linted() -> None:
    """The rules are applied to all dashboards."""
    assert len(BOARDS) == len(build.BOARDS)
    assert Path(build.TARGET).name == "grafana"


@each_board
def test_a_pair_of_exporters_counts_once(board: Json) -> None:
    """Series of two exporters of a cluster are merged; only exporters themselves are counted."""
    for title, target in targets(board):
        doubled: list[str] = []
        separate = sources(promql_parser.parse(filled(target["expr"])), doubled)
        assert title in {"Exporters down", "Failed reloads"} or not doubled, title
        assert not separate or board["uid"] == "ceph-exporter", title


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        ("sum(up)", ["sum: up"]),
        ("max by (cluster) (up) / count by (cluster) (up)", ["count: up"]),
        ("sum(max by (cluster) (up)) and on () sum by (instance) (up)", []),
    ],
)
def test_an_aggregate_that_counts_twice_is_detected(expr: str, expected: list[str]) -> None:
    """The check above detects a sum over series that differ only by their exporter."""
    doubled: list[str] = []
    sources(promql_parser.parse(expr), doubled)
    assert doubled == expected
