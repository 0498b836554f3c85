"""The committed dashboards are those that are declared, and lead to one another."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ceph_exporter.collectors import COLLECTORS
from ceph_exporter.collectors.health import WATCHED
from ceph_exporter.polling.snapshot import METRICS
from dashboards import build, checks, render
from dashboards.declare import Dashboard, Panel, Query
from tests.dashboards.promql import OWN

ROOT = Path(__file__).parent.parent.parent
BOARDS = {board.uid: board for board in build.BOARDS}


def panels() -> Iterator[tuple[Dashboard, Panel]]:
    """Yield every panel that is declared."""
    for board in build.BOARDS:
        for section in board.sections:
            yield from ((board, panel) for panel in section.panels)


def queries() -> Iterator[Query]:
    """Yield every query that is declared."""
    for _, panel in panels():
        yield from panel.queries


def test_the_committed_files_are_current() -> None:
    """dashboards/grafana holds what dashboards/build.py writes, and nothing else."""
    made = dict(build.files())
    assert set(build.TARGET.glob("*.json")) == set(made)
    for file, text in made.items():
        assert file.read_text("utf-8") == text, f"run dashboards/build.py: {file.name}"


def test_a_dashboard_fits_its_uid() -> None:
    """Each uid is one dashboard's, short and readable, as Grafana's links hang on it."""
    assert len(BOARDS) == len(build.BOARDS)
    assert all(re.fullmatch(r"ceph-[a-z-]{1,35}", uid) for uid in BOARDS)


def test_links_lead_to_dashboards_that_exist() -> None:
    """Every uid that a panel or a health check leads to is that of a dashboard."""
    named = {uid for uid, _ in checks.BOARDS}
    for _, panel in panels():
        named |= {panel.to} - {""}
        named |= {link.to for link in panel.links if not link.to.startswith("$")}
    assert named <= set(BOARDS)


def test_the_fleet_leads_to_the_cluster_and_its_checks_to_their_cause() -> None:
    """From the row of a cluster over the row of a check it is two clicks to the dashboard."""
    (row,) = [panel for board, panel in panels() if board.uid == "ceph-fleet" and panel.links]
    assert [link.to for link in row.links] == ["ceph-cluster"]
    (check,) = [panel for board, panel in panels() if board.uid == "ceph-cluster" and panel.links]
    assert [link.to for link in check.links] == ["${__data.fields.board}"]


@pytest.mark.parametrize("code", sorted(WATCHED))
def test_a_known_check_has_words_and_one_dashboard(code: str) -> None:
    """Each health check that the exporter knows is explained and leads to one dashboard."""
    assert code in checks.WORDS
    assert len([uid for uid, pattern in checks.BOARDS if re.fullmatch(pattern, code)]) == 1


def test_every_metric_is_one_that_the_exporter_has() -> None:
    """No expression names a metric that is not declared, so that a renamed one is noticed."""
    declared = {metric.name for found in COLLECTORS.values() for metric in found.metrics}
    declared |= {metric.name for metric in METRICS} | OWN
    named = {name for query in queries() for name in re.findall(r"(\w+)\{[*+]", query.expr)}
    assert named
    assert named - declared == set()


def test_a_query_that_may_give_nothing_says_what_that_means() -> None:
    """Every panel says what no data means; so does a column whose cells may be empty."""
    for board, panel in panels():
        assert panel.none, f"{board.title}: {panel.title}"
        assert len(panel.description) > 15


def test_ignorance_does_not_read_as_good_news() -> None:
    """A panel that is empty when all is well says that it is empty too when Ceph is not reached."""
    for board, panel in panels():
        if all(query.quiet for query in panel.queries) and "tell" not in panel.none:
            reached = "not reached" in panel.none or panel.none.startswith("not told")
            assert reached, f"{board.title}: {panel.title}: {panel.none}"


def test_panels_do_not_overlap() -> None:
    """Each panel has its own place on the grid, 24 wide."""
    for board in build.BOARDS:
        taken: set[tuple[int, int]] = set()
        for panel in render.dashboard(board)["panels"]:
            place = panel["gridPos"]
            cells = {
                (x, y)
                for x in range(place["x"], place["x"] + place["w"])
                for y in range(place["y"], place["y"] + place["h"])
            }
            assert not cells & taken, f"{board.title}: {panel['title']}"
            assert all(x < render.WIDTH for x, _ in cells)
            taken |= cells


def test_a_table_that_links_names_the_cluster_without_a_label() -> None:
    """A row without the label `cluster` gets `All`, which sets the variable to all clusters."""
    board: dict[str, Any] = json.loads((build.TARGET / "ceph-fleet.json").read_text("utf-8"))
    (table,) = [panel for panel in board["panels"] if panel["type"] == "table"]
    ends = '"cluster", "All", "cluster", "")'
    assert all(target["expr"].endswith(ends) for target in table["targets"])


def test_the_documentation_lists_them() -> None:
    """docs/dashboards.md has a row of each dashboard, with its title and its uid."""
    text = (ROOT / "docs" / "dashboards.md").read_text("utf-8")
    assert all(f"| {board.title} | `{board.uid}` |" in text for board in build.BOARDS)


def test_the_example_of_provisioning_names_the_folder() -> None:
    """The file that makes Grafana read the dashboards is there, as the documentation says."""
    text = (ROOT / "deploy" / "grafana" / "provisioning" / "dashboards" / "ceph.yml").read_text()
    assert "/var/lib/grafana/dashboards/ceph" in text


def test_a_table_is_sorted_by_columns_that_it_has() -> None:
    """A column is named after its query's legend or after a label that the query keeps."""
    for board, panel in panels():
        for column in {panel.least_first, panel.most_first} - {""}:
            legends = {query.legend for query in panel.queries}
            labels = set(re.findall(r"\w+", panel.queries[0].expr))
            assert column in legends | labels, f"{board.title}: {panel.title}"
