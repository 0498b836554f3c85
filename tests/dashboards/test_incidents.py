"""From the fleet two clicks lead to the cause of each incident of the simulated cluster."""

import re
from typing import NamedTuple

import pytest

from ceph_exporter.simulator.timeline import INCIDENTS
from dashboards import build
from dashboards.content import checks
from dashboards.engine.declare import Panel, Table
from tests.simulator.pages import Values, simulated, values

BOARDS = {board.uid: board for board in build.BOARDS}


class Way(NamedTuple):
    """The way to a cause.

    click: what is clicked on the dashboard of the cluster, a health check or the title of a tile.
    board, panel: what then shows the cause. metric, labels, value: the sample that is the cause; a
    value of None is any.
    """

    click: str
    board: str
    panel: str
    metric: str
    labels: str
    value: float | None


WAYS = {
    "scrub": Way("PGs not clean", "ceph-pgs", "PG states now", "ceph_pg_state", "scrubbing", None),
    "osd_down": Way("OSD_DOWN", "ceph-osds", "OSDs that are down", "ceph_osd_up", "ceph_daemon", 0),
    "recovery": Way(
        "PG_DEGRADED", "ceph-pgs", "Objects recovered", "ceph_recovery_io_objects", "", None
    ),
    "clock_skew": Way(
        "MON_CLOCK_SKEW",
        "ceph-monitors",
        "Monitors",
        "ceph_monitor_clock_skew_seconds",
        "mon.c",
        None,
    ),
    "mon_down": Way("MON_DOWN", "ceph-monitors", "Monitors", "ceph_mon_quorum_status", "mon.c", 0),
    "nearfull": Way(
        "OSD_NEARFULL", "ceph-osds", "Nearly full or worse", "ceph_osd_nearfull", "ceph_daemon", 1
    ),
    "noout": Way("OSDMAP_FLAGS", "ceph-osds", "OSD map flags", "ceph_osd_map_flag", "noout", 1),
    "crash": Way("RECENT_CRASH", "ceph-services", "Crashes", "ceph_crash_reports", "new", 1),
    "mds_failover": Way(
        "MDS_INSUFFICIENT_STANDBY", "ceph-services", "Standby MDSs", "ceph_mds_standbys", "", 0
    ),
    "slow_ops": Way(
        "SLOW_OPS", "ceph-osds", "OSDs with slow requests", "ceph_daemon_slow_ops", "osd.", 1
    ),
    "scrub_late": Way(
        "PG_NOT_DEEP_SCRUBBED",
        "ceph-pgs",
        "PGs not scrubbed in time",
        "ceph_pgs_not_scrubbed",
        "deep_scrub",
        3,
    ),
}


def panel_of(uid: str, title: str, kind: type[Panel] = Panel) -> Panel:
    """Return a panel of a dashboard that is visible as soon as the dashboard is open."""
    (found,) = [
        panel
        for section in BOARDS[uid].sections
        for panel in section.panels
        if panel.title == title and isinstance(panel, kind) and not section.collapsed
    ]
    return found


def first_click() -> str:
    """Click the name of the cluster in the fleet; return the dashboard that opens."""
    table = panel_of("ceph-fleet", "Clusters", Table)
    (link,) = [link for link in table.links if link.column == "cluster"]
    assert dict(link.carries) == {"cluster": "cluster"}
    return link.target


def second_click(uid: str, click: str, found: Values) -> str:
    """Click a health check that is raised, or a tile; return the dashboard that opens."""
    if click != click.upper():
        return panel_of(uid, click).details
    assert any(
        metric == "ceph_health_detail" and f'name="{click}"' in block and value == 1
        for (metric, block), value in found.items()
    )
    table = panel_of(uid, "Raised health checks")
    assert isinstance(table, Table)
    (link,) = [link for link in table.links if link.column == "check"]
    assert (link.target, "board" in table.hidden) == ("${__data.fields.board}", True)
    (board,) = [board for board, pattern in checks.BOARDS if re.fullmatch(pattern, click)]
    return board


@pytest.mark.parametrize("incident", INCIDENTS)
def test_two_clicks_lead_to_the_cause(incident: str) -> None:
    """The panel that the second click leads to selects the sample that is the cause."""
    way = WAYS[incident]
    found = values(simulated(0.0, [incident]), "restful")
    assert second_click(first_click(), way.click, found) == way.board
    causes = {
        (block, value)
        for (metric, block), value in found.items()
        if metric == way.metric and way.labels in block
    }
    healthy = values(simulated(0.0, []), "restful")
    changed = {
        (block, value) for block, value in causes if healthy.get((way.metric, block)) != value
    }
    assert changed, "the incident changes no such sample"
    assert way.value is None or way.value in {value for _, value in changed}
    panel = panel_of(way.board, way.panel)
    assert any(f"{way.metric}{{*" in query.expr for query in panel.queries)
