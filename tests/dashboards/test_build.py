"""The committed dashboards match their declarations, and link to one another."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ceph_exporter.collectors import COLLECTORS
from ceph_exporter.collectors._perf_presets import PRESETS
from ceph_exporter.collectors.health import WATCHED
from ceph_exporter.polling.snapshot import METRICS
from dashboards import build
from dashboards.content import checks
from dashboards.content.frame import FRAME
from dashboards.engine import grid, render
from dashboards.engine.declare import Dashboard, Link, Panel, Query, Table
from dashboards.engine.fields import title_of
from tests.dashboards.promql import OWN

ROOT = Path(__file__).parent.parent.parent
BOARDS = {board.uid: board for board in build.BOARDS}


def panels() -> Iterator[tuple[Dashboard, Panel]]:
    """Yield every declared panel."""
    for board in build.BOARDS:
        for section in board.sections:
            yield from ((board, panel) for panel in section.panels)


def tables() -> Iterator[tuple[Dashboard, Table]]:
    """Yield every declared table."""
    yield from ((board, panel) for board, panel in panels() if isinstance(panel, Table))


def link(uid: str, title: str, column: str) -> Link:
    """Return the link of a column of a dashboard's table."""
    (table,) = [table for board, table in tables() if (board.uid, table.title) == (uid, title)]
    (found,) = [link for link in table.links if link.column == column]
    return found


def queries() -> Iterator[Query]:
    """Yield every declared query."""
    for _, panel in panels():
        yield from panel.queries


def test_the_committed_files_are_current() -> None:
    """dashboards/grafana holds what dashboards/build.py writes, and nothing else."""
    written = dict(build.files())
    assert set(build.TARGET.glob("*.json")) == set(written)
    for file, text in written.items():
        assert file.read_text("utf-8") == text, f"run dashboards/build.py: {file.name}"


def test_a_dashboard_fits_its_uid() -> None:
    """Each uid belongs to one dashboard and is short and readable, because links contain it."""
    assert len(BOARDS) == len(build.BOARDS)
    assert all(re.fullmatch(r"ceph-[a-z-]{1,35}", uid) for uid in BOARDS)


def test_links_lead_to_dashboards_that_exist() -> None:
    """Every uid that a panel or a health check links to is that of a dashboard."""
    named = {uid for uid, _ in checks.BOARDS}
    named |= {panel.details for _, panel in panels()} - {""}
    targets = {link.target for _, panel in panels() for link in panel.links}
    named |= {target for target in targets if not target.startswith(("$", "https:"))}
    assert named <= set(BOARDS)


def test_the_fleet_leads_to_the_cluster_and_its_checks_to_their_cause() -> None:
    """Two clicks lead to the cause: the row of a cluster, then the row of a check."""
    assert link("ceph-fleet", "Clusters", "cluster").target == "ceph-cluster"
    checked = link("ceph-cluster", "Raised health checks", "check")
    assert checked.target == "${__data.fields.board}"


@pytest.mark.parametrize("code", sorted(WATCHED))
def test_a_known_check_has_an_explanation_and_one_dashboard(code: str) -> None:
    """Each health check that the exporter knows is explained and leads to one dashboard."""
    assert code in checks.EXPLANATIONS
    assert len([uid for uid, pattern in checks.BOARDS if re.fullmatch(pattern, code)]) == 1


def test_every_metric_is_one_that_the_exporter_has() -> None:
    """Every metric in an expression is declared, so that a renamed metric fails this test."""
    declared = {metric.name for collector in COLLECTORS.values() for metric in collector.metrics}
    declared |= {metric.name for metric in METRICS} | OWN
    declared |= PRESETS["bluestore"]
    named = {name for query in queries() for name in re.findall(r"(\w+)\{[*+]", query.expr)}
    assert named
    assert named - declared == set()


def test_an_empty_panel_says_what_that_means() -> None:
    """Every panel has a text for no data, and a description."""
    for board, panel in panels():
        assert panel.no_value, f"{board.title}: {panel.title}"
        assert len(panel.description) > 15


def test_ignorance_does_not_read_as_good_news() -> None:
    """A panel that is empty in a healthy cluster also names an unreachable Ceph as a cause.

    The exceptions depend on the exporter or on rules, not on Ceph.
    """
    others = ("Prometheus scrapes no exporter", "does not load ceph.rules.yml")
    for board, panel in panels():
        if all(query.empty_when for query in panel.queries):
            known = "cannot reach" in panel.no_value or any(
                other in panel.no_value for other in others
            )
            assert known, f"{board.title}: {panel.title}: {panel.no_value}"


def test_panels_do_not_overlap() -> None:
    """Each panel has its own place on the grid, which is 24 wide."""
    for board in build.BOARDS:
        written = render.dashboard(board, FRAME)["panels"]
        _do_not_overlap(written)
        for row in written:
            if row["type"] == "row":
                _do_not_overlap(row["panels"])


def _do_not_overlap(panels: list[dict[str, Any]]) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        assert all(x < grid.WIDTH for x, _ in cells)
        taken |= cells


def test_a_link_selects_a_cluster_without_a_label_too() -> None:
    """In the link of a row without the label `cluster` the variable has an empty value."""
    board: dict[str, Any] = json.loads((build.TARGET / "ceph-fleet.json").read_text("utf-8"))
    linked = [panel for panel in board["panels"] if "__data.fields.to_cluster" in json.dumps(panel)]
    assert len(linked) == 2
    for panel in linked:
        for target in panel["targets"]:
            assert '"to_cluster", "(none)", "", "")' in target["expr"]
            assert target["expr"].endswith('"to_cluster", "$1", "cluster", "(.+)")')
        (hidden,) = [
            override["properties"]
            for override in panel["fieldConfig"]["overrides"]
            if override["matcher"]["options"] == "to_cluster"
        ]
        (mapping,) = [one["value"] for one in hidden if one["id"] == "mappings"]
        assert mapping[0]["options"]["(none)"]["text"] == ""


def test_the_documentation_lists_them() -> None:
    """docs/dashboards.md has a row for each dashboard, with its title and its uid."""
    text = (ROOT / "docs" / "dashboards.md").read_text("utf-8")
    assert all(f"| {board.title} | `{board.uid}` |" in text for board in build.BOARDS)


def test_the_example_of_provisioning_names_the_folder() -> None:
    """The provisioning file exists and names the folder of the documentation."""
    text = (ROOT / "deploy" / "grafana" / "provisioning" / "dashboards" / "ceph.yml").read_text()
    assert "/var/lib/grafana/dashboards/ceph" in text


def test_a_table_is_sorted_by_columns_that_it_has() -> None:
    """A column is named after its query's legend or after a label that the query keeps."""
    for board, table in tables():
        for column in {table.sort_ascending, table.sort_descending} - {""}:
            legends = {query.legend for query in table.queries}
            labels = {title_of(label, FRAME) for label in table.labels}
            assert column in legends | labels, f"{board.title}: {table.title}"


def test_the_engine_and_the_content_are_apart() -> None:
    """The engine imports no content and does not mention Ceph; content imports declarations only.

    What content needs of the engine is `engine.declare`, never the modules that write JSON.
    """
    for file in (ROOT / "dashboards" / "engine").glob("**/*.py"):
        assert not {name for name in _imports(file) if name.startswith("dashboards.content")}
        body = ast.parse(file.read_text("utf-8")).body[1:]  # without the module's docstring
        code = "\n".join(ast.unparse(node) for node in body)
        assert "ceph" not in code.lower(), file
    for file in (ROOT / "dashboards" / "content").glob("*.py"):
        engine = {name for name in _imports(file) if name.startswith("dashboards.engine")}
        assert engine <= {"dashboards.engine.declare"}, file


def _imports(file: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(file.read_text("utf-8"))))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return names | {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
