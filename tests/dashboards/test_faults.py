"""Faults that spoiled dashboards when they were looked at, each as a kind that none may have."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest

from dashboards import build
from dashboards.content.alerts import ANCHORS
from dashboards.content.frame import FRAME
from dashboards.engine import grid
from dashboards.engine.declare import (
    Dashboard,
    Gauge,
    Heatmap,
    Panel,
    Query,
    Stat,
    StateTimeline,
    Table,
    TimeSeries,
)
from dashboards.engine.fields import UNKNOWN_COLOR, smallest, width_of, widths_of
from tests.dashboards.promql import filled, selectors, written_by_rules
from tests.deploy.rules import alerts, recorded

Json = dict[str, Any]

ROOT = Path(__file__).parent.parent.parent
# A window of 1600 pixels without the menu; the frame of a panel and the gap to the next one.
SCREEN, AROUND = 1550, 26
# Metrics of daemons of all types.
MIXED = {"ceph_daemon_slow_ops", "ceph_daemon_health_metrics"}


def declared(*types: type[Panel]) -> Iterator[tuple[Dashboard, Panel]]:
    """Yield all panels of some types, as they are declared."""
    for board in build.BOARDS:
        for section in board.sections:
            yield from ((board, one) for one in section.panels if isinstance(one, types))


def written(*types: str) -> Iterator[tuple[Json, Json]]:
    """Yield all panels of some types, or of all, as JSON with their dashboard."""
    for file in sorted(build.TARGET.glob("*.json")):
        board: Json = json.loads(file.read_text("utf-8"))
        rows = [panel for panel in board["panels"] if panel["type"] == "row"]
        for panel in (*board["panels"], *(one for row in rows for one in row["panels"])):
            if panel["type"] != "row" and panel["type"] in (types or {panel["type"]}):
                yield board, panel


def links(panel: Json) -> Iterator[Json]:
    """Yield the links of a panel and of its columns."""
    yield from panel["fieldConfig"]["defaults"].get("links", [])
    for override in panel["fieldConfig"]["overrides"]:
        for one in override["properties"]:
            yield from one["value"] if one["id"] == "links" else []


def internal_links() -> Iterator[tuple[Json, Json, str]]:
    """Yield the URL of every link to a dashboard."""
    for board, panel in written():
        for link in links(panel):
            if link["url"].startswith("/d/"):
                yield board, panel, link["url"]


def used(query: Query) -> list[str]:
    """Return the names of the series that a query selects."""
    expr = query.expr
    for marker, matchers in FRAME.matchers.items():
        expr = expr.replace("{" + marker, "{" + matchers)
    return [str(one.name) for one, _ in selectors(promql_parser.parse(filled(expr)))]


def test_a_timeline_keeps_the_texts_of_its_states() -> None:
    """With colors by threshold Grafana would show ranges such as `-∞+` in place of the texts."""
    timelines = list(written("state-timeline"))
    assert timelines
    for _, panel in timelines:
        defaults = panel["fieldConfig"]["defaults"]
        assert defaults["color"]["mode"] == "fixed"
        assert len(defaults["mappings"]) == 2


def test_a_timeline_has_a_row_whatever_is_wrong() -> None:
    """Grafana shows a timeline without rows with a text of its own, never with the panel's."""
    for board, panel in declared(StateTimeline):
        assert not all(query.empty_when for query in panel.queries), (board.title, panel.title)


def test_a_table_of_several_queries_has_a_row_whatever_is_wrong() -> None:
    """Grafana shows bare headers without rows; where rows may be missing, one says so."""
    for board, panel in declared(Table):
        if len(panel.queries) > 1:
            assert not all(query.empty_when for query in panel.queries), (board.title, panel.title)


def null_of(mappings: list[Json]) -> Json:
    """Return what a missing value is shown as."""
    (special,) = [
        one for one in mappings if one["type"] == "special" and one["options"]["match"] == "null"
    ]
    result: Json = special["options"]["result"]
    return result


def test_unknown_is_grey() -> None:
    """Without data a tile, a colored cell and a state have neither an alarm's color nor green."""
    for _, panel in written("stat", "gauge", "state-timeline", "table"):
        config = panel["fieldConfig"]
        assert null_of(config["defaults"]["mappings"])["color"] == UNKNOWN_COLOR
        for override in config["overrides"]:
            properties = {one["id"]: one["value"] for one in override["properties"]}
            if "thresholds" in properties and "mappings" in properties:
                assert null_of(properties["mappings"])["color"] == UNKNOWN_COLOR


def test_a_cell_without_a_value_has_a_dash() -> None:
    """The text for a panel without data does not fill single cells, where it would be false."""
    for _, panel in written("table"):
        assert null_of(panel["fieldConfig"]["defaults"]["mappings"])["text"] == "-"
        for override in panel["fieldConfig"]["overrides"]:
            assert "noValue" not in {one["id"] for one in override["properties"]}


def test_a_tile_has_a_text_that_can_be_read() -> None:
    """Grafana makes a text smaller until it fits: a tile says in few words that it has no value."""
    for board, panel in written("stat", "gauge"):
        text = panel["fieldConfig"]["defaults"]["noValue"]
        assert 1 <= len(text) <= 16, (board["title"], panel["title"], text)


def test_columns_fit_their_table() -> None:
    """All columns of a table are visible on a screen of 1600 pixels, with their titles."""
    for board, panel in declared(Table):
        assert isinstance(panel, Table)
        room = SCREEN * panel.size[0] // grid.WIDTH - AROUND
        # The column `note` is there only if all other labels are not.
        labels = {name: px for name, px in widths_of(panel, FRAME).items() if name != FRAME.note}
        # Those without a width of their own have equal shares.
        shares = [smallest(label, panel, FRAME) for label, px in labels.items() if not px]
        needed = sum(labels.values()) + len(shares) * max(shares, default=0)
        needed += sum(width_of(query, panel) for query in panel.queries if not query.hidden)
        assert needed <= room, (board.title, panel.title, needed, room)


def test_columns_may_be_narrow() -> None:
    """Without a smallest width Grafana gives each column 150 pixels and cuts off the last ones."""
    for _, panel in written("table"):
        assert panel["fieldConfig"]["defaults"]["custom"]["minWidth"] == 50


def test_legends_are_sorted() -> None:
    """The series with the highest latest value is the first line of every legend."""
    for _, panel in written("timeseries"):
        legend = panel["options"]["legend"]
        assert (legend["sortBy"], legend["sortDesc"]) == ("Last *", True)
        assert "lastNotNull" in legend["calcs"]


def test_the_highest_series_are_those_of_the_whole_range() -> None:
    """The highest at each moment would be other series all the time, and lines full of gaps."""
    for board, panel in declared(TimeSeries, StateTimeline):
        for query in panel.queries:
            if re.search(r"topk\(\d", query.expr):
                assert "@ end()" in query.expr, (board.title, panel.title)


def test_links_keep_the_cluster_and_the_time() -> None:
    """Every link to a dashboard sets the cluster, keeps the data source, and the time range."""
    found = list(internal_links())
    assert len(found) > 50
    for board, panel, url in found:
        where = board["title"], panel["title"], url
        assert "${__url_time_range}" in url, where
        assert "${datasource:queryparam}" in url, where
        assert ("var-cluster=${__" in url) != ("${cluster:queryparam}" in url), where


def test_links_encode_names() -> None:
    """A name with characters such as `&` remains one value of one variable."""
    for _, _, url in internal_links():
        query = url.partition("?")[2]
        for part in re.findall(r"\$\{__(?:data|field)\.[^}]*\}", query):
            assert part.endswith(":percentencode}"), url


def test_a_tile_of_all_clusters_carries_none() -> None:
    """Where one panel shows several clusters, a link from one of them sets that cluster."""
    for board, panel in declared(Table, TimeSeries, StateTimeline):
        if board.uid == "ceph-fleet":
            targets = [dict(link.carries) for link in panel.links if "/" not in link.target]
            assert targets, panel.title
            assert all("cluster" in carried for carried in targets), panel.title


@pytest.mark.parametrize("board", build.BOARDS, ids=lambda board: board.uid)
def test_a_dashboard_about_one_cluster_shows_the_first_one(board: Dashboard) -> None:
    """Grafana takes the first value of a variable without `All`; only overviews have it."""
    text = json.loads((build.TARGET / f"{board.uid}.json").read_text("utf-8"))
    (variable,) = [one for one in text["templating"]["list"] if one["name"] == "cluster"]
    assert variable["includeAll"] is board.overview
    assert board.overview is (board.uid in {"ceph-fleet", "ceph-exporter"})
    assert ("current" in variable) is board.overview


def test_no_query_lists_daemons_of_another_kind() -> None:
    """A metric of daemons of all types is used with a matcher of the type or of one daemon."""
    for board, panel in declared(Panel):
        for query in panel.queries:
            for name in MIXED & set(used(query)):
                assert re.search(rf"{name}\{{\*,ceph_daemon=~\"((osd|mon)\[|\$osd)", query.expr), (
                    board.title,
                    panel.title,
                )


def test_a_forecast_is_that_of_the_alert() -> None:
    """A forecast is a recorded series with its conditions, so panel and alert never disagree."""
    names = {rule["record"] for rule in recorded()}
    forecasts = 0
    for board, panel in declared(Panel):
        for query in panel.queries:
            assert not ("/ (" in query.expr and "deriv(" in query.expr), (board.title, panel.title)
            recorded_ones = {one for one in used(query) if written_by_rules(one) and ":" in one}
            assert recorded_ones <= names, (board.title, panel.title)
            forecasts += any("time_to" in one for one in recorded_ones)
    assert forecasts >= 4


def test_a_line_of_a_limit_has_the_color_of_its_limit() -> None:
    """Grafana draws the line at a step in the color that applies from the step on."""
    for board, panel in declared(TimeSeries):
        assert isinstance(panel, TimeSeries)
        if panel.threshold_lines:
            first, *lines = panel.thresholds
            assert first == (None, "transparent"), (board.title, panel.title)
            assert {color for _, color in lines} <= {"orange", "red"}


def test_a_chart_of_zeros_is_not_scaled_to_a_hundred() -> None:
    """Where all values may be zero, the axis ends at a small value."""
    for board, panel in written("timeseries"):
        defaults = panel["fieldConfig"]["defaults"]
        if defaults.get("min") == 0 and "max" not in defaults:
            assert 0 < defaults["custom"]["axisSoftMax"] <= 1024, (board["title"], panel["title"])


def test_rare_values_are_visible() -> None:
    """A single value is no line; where values are rare, they are bars."""
    for board, panel in declared(TimeSeries):
        assert isinstance(panel, TimeSeries)
        rare = all("changes(" in query.expr and "> 0" in query.expr for query in panel.queries)
        assert not rare or panel.events, (board.title, panel.title)


def test_bad_states_of_pgs_have_bad_colors() -> None:
    """The color of a state says how bad it is: no state has one by chance."""
    colored = [
        panel
        for _, panel in declared(TimeSeries)
        if isinstance(panel, TimeSeries)
        and any("{{state}}" in one.legend and "ceph_pg_state" in one.expr for one in panel.queries)
    ]
    assert colored
    for panel in colored:
        for state, color in (
            ("active+clean", "green"),
            ("active+clean+scrubbing+deep", "semi-dark-green"),
            ("active+remapped+backfilling", "blue"),
            ("active+undersized+degraded", "orange"),
            ("active+undersized+degraded+remapped+backfill_toofull", "orange"),
            ("active+clean+inconsistent", "red"),
            ("down", "red"),
            ("unknown", "red"),
        ):
            assert [one for regex, one in panel.colors if re.search(regex, state)][-1] == color


def test_sections_have_no_holes() -> None:
    """The panels of a section fill its width, row by row."""
    for board in build.BOARDS:
        for section in board.sections:
            area = sum(width * height for width, height in (one.size for one in section.panels))
            assert area == grid.WIDTH * grid.end(section.panels, 0), (board.title, section.title)


def test_every_name_of_an_osd_or_a_host_is_a_link() -> None:
    """A click on an OSD or a host, in a column or in a chart, opens the page about it."""
    for board, panel in declared(Panel):
        names = {name for query in panel.queries for name in used(query)}
        wanted = set(_names_shown(panel, osds=any("_osd_" in name for name in names)))
        carried = {variable for link in panel.links for variable, _ in link.carries}
        own = {"ceph-osd": {"osd"}, "ceph-host": {"host"}}.get(board.uid, set())
        assert wanted - own <= carried, (board.title, panel.title)


def _names_shown(panel: Panel, *, osds: bool) -> Iterator[str]:
    match panel:
        case Table():
            if osds and "ceph_daemon" in panel.labels:
                yield "osd"
            if {"entity", "item"} & set(panel.labels):
                yield "osd"
            if {"host", "hostname"} & set(panel.labels):
                yield "host"
        case Stat() | Gauge() | Heatmap():
            return
        case _:
            legends = " ".join(query.legend for query in panel.queries)
            if osds and "{{ceph_daemon}}" in legends:
                yield "osd"
            if "{{host}}" in legends:
                yield "host"


def test_an_alert_leads_to_its_section_of_the_runbook() -> None:
    """The address of each alert's section is that of the alert's annotation."""
    assert ANCHORS.keys() == alerts().keys()
    for name, rule in alerts().items():
        assert rule["annotations"]["runbook_url"].endswith(f"/docs/runbook.md#{ANCHORS[name][0]}")
    for _, panel in written("table"):
        for link in links(panel):
            if link["url"].startswith("https:"):
                assert link["url"].endswith("/docs/runbook.md#${__data.fields.runbook}")
                assert link["targetBlank"]
