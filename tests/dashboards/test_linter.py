"""The rules of Grafana's dashboard-linter, on every dashboard, without an exception.

Each test is one of its rules by name; https://github.com/grafana/dashboard-linter describes them.
Its rules for LogQL have nothing to look at here.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest

from dashboards import build
from tests.dashboards.promql import OWN, filled, selectors, sources

Json = dict[str, Any]
BOARDS: list[Json] = [json.loads(file.read_text()) for file in sorted(build.TARGET.glob("*.json"))]
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
# Those of Grafana's packages/grafana-data/src/valueFormats/categories.ts that are in use.
UNITS = {"Bps", "bytes", "dtdurations", "ms", "ops", "percent", "percentunit", "s", "short"}
each_board = pytest.mark.parametrize("board", BOARDS, ids=lambda board: board["uid"])


def variables(board: Json, kind: str) -> list[Json]:
    """Give the variables of a kind."""
    return [found for found in board["templating"]["list"] if found["type"] == kind]


def panels(board: Json) -> list[Json]:
    """Give the panels that show something."""
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def targets(board: Json) -> Iterator[tuple[str, Json]]:
    """Yield every target, with its panel's title."""
    for panel in panels(board):
        yield from ((panel["title"], target) for target in panel["targets"])


@each_board
def test_template_datasource_rule(board: Json) -> None:
    """The data source is a variable of that name and label."""
    (found,) = variables(board, "datasource")
    assert (found["name"], found["label"]) == ("datasource", "Data source")
    assert found["query"] == "prometheus"


@each_board
@pytest.mark.parametrize("name", ["job", "instance"])
def test_template_job_rule_and_template_instance_rule(board: Json, name: str) -> None:
    """Job and instance are variables of the data source, several can be chosen, or all."""
    (found,) = [row for row in variables(board, "query") if row["name"] == name]
    assert (found["label"], found["multi"], found["allValue"]) == (name.title(), True, ".+")
    assert found["datasource"] == SOURCE


@each_board
def test_template_label_promql_rule(board: Json) -> None:
    """A variable's values are those of a label, of a selector that can be parsed."""
    for found in variables(board, "query"):
        function, _, rest = found["query"].partition("(")
        assert function == "label_values"
        assert selectors(promql_parser.parse(rest.rpartition(",")[0]))


@each_board
def test_template_on_time_change_reload_rule(board: Json) -> None:
    """Variables are read anew when the time range changes."""
    assert {found["refresh"] for found in variables(board, "query")} == {2}


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
    """Every panel has a unit that Grafana knows, every column's own unit is one too."""
    for panel in panels(board):
        units = [panel["fieldConfig"]["defaults"]["unit"]]
        for override in panel["fieldConfig"]["overrides"]:
            units += [one["value"] for one in override["properties"] if one["id"] == "unit"]
        assert set(units) <= UNITS, panel["title"]


@each_board
def test_panel_no_targets_rule(board: Json) -> None:
    """Every panel asks something."""
    assert all(panel["targets"] for panel in panels(board))


@each_board
def test_target_promql_rule(board: Json) -> None:
    """Every expression can be parsed once the variables are filled."""
    for _, target in targets(board):
        promql_parser.parse(filled(target["expr"]))


@each_board
@pytest.mark.parametrize("name", ["job", "instance", "cluster"])
def test_target_job_rule_and_target_instance_rule(board: Json, name: str) -> None:
    """Every selector of every expression is filtered by job, instance and cluster.

    But for what other programs have as well, which has no cluster: see the next test.
    """
    for title, target in targets(board):
        for found, _ in selectors(promql_parser.parse(filled(target["expr"], {}))):
            matchers = [(m.name, m.op, m.value) for m in found.matchers.matchers]
            wanted = name != "cluster" or found.name not in OWN
            assert ((name, promql_parser.MatchOp.Re, f"${name}") in matchers) is wanted, title


@each_board
def test_other_programs_are_left_out(board: Json) -> None:
    """What every program has is narrowed to the exporters, those of the chosen cluster."""
    for title, target in targets(board):
        found = selectors(promql_parser.parse(filled(target["expr"], {})))
        names = {one.name for one, _ in found}
        assert not names & OWN or ("ceph_up" in names and " and on (" in target["expr"]), title


@each_board
def test_target_rate_interval_rule(board: Json) -> None:
    """The range of a rate is Grafana's own."""
    for title, target in targets(board):
        for _, path in selectors(promql_parser.parse(filled(target["expr"]))):
            if {"rate", "irate"} & set(path):
                assert "[$__rate_interval]" in target["expr"], title


@each_board
def test_target_counter_agg_rule(board: Json) -> None:
    """A counter is shown as a rate or an increase only."""
    counters = {"ceph_pool_rd", "ceph_pool_wr", "ceph_pool_rd_bytes", "ceph_pool_wr_bytes"}
    for title, target in targets(board):
        for found, path in selectors(promql_parser.parse(filled(target["expr"]))):
            if (found.name or "").endswith("_total") and found.name != "ceph_pg_total":
                assert {"rate", "irate", "increase"} & set(path), title
            if found.name in counters:
                assert {"rate", "irate", "increase"} & set(path), title


@each_board
def test_target_required_matchers_rule(board: Json) -> None:
    """The query behind a variable is narrowed by the variables before it."""
    queries = [found["query"] for found in variables(board, "query")]
    assert [query.count("$") for query in queries] == [0, 1, 2]


@each_board
def test_uneditable_dashboard_rule(board: Json) -> None:
    """A dashboard cannot be edited where it is provisioned; a copy can."""
    assert board["editable"] is False


def test_every_dashboard_is_looked_at() -> None:
    """The rules were held against all of them."""
    assert len(BOARDS) == len(build.BOARDS)
    assert Path(build.TARGET).name == "grafana"


@each_board
def test_a_pair_of_exporters_counts_once(board: Json) -> None:
    """What two exporters say of a cluster is shown once; only exporters themselves are counted."""
    for title, target in targets(board):
        doubled: list[str] = []
        apart = sources(promql_parser.parse(filled(target["expr"])), doubled)
        assert title == "Exporters down" or not doubled, title
        assert not apart or board["uid"] == "ceph-exporter", title


@pytest.mark.parametrize(
    ("expr", "found"),
    [
        ("sum(up)", ["sum: up"]),
        ("max by (cluster) (up) / count by (cluster) (up)", ["count: up"]),
        ("sum(max by (cluster) (up)) and on () sum by (instance) (up)", []),
    ],
)
def test_what_counts_twice_is_found(expr: str, found: list[str]) -> None:
    """A sum over series that differ by their exporter is found, so that silence means something."""
    doubled: list[str] = []
    sources(promql_parser.parse(expr), doubled)
    assert doubled == found
