"""The dashboards in Grafana's own front end, over a Prometheus that watches simulated clusters.

CEPH_EXPORTER_GRAFANA_PUBLIC names the front end: the folder `public` of a Grafana 12. Without it
these tests are skipped, even where CEPH_EXPORTER_REQUIRE_REAL is set, because no Debian package
has it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import pytest

from ceph_exporter.simulator.layout import layout
from ceph_exporter.simulator.timeline import INCIDENTS, moment
from dashboards import build
from testbed import chromium, grafana, prometheus
from testbed.chromium import Chromium
from testbed.front_end import FrontEnd, Shown
from testbed.grafana import Grafana
from testbed.simulated_fleet import SimulatedFleet
from tests.real.requirements import require

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dashboards.engine.declare import Dashboard, Panel

pytestmark = pytest.mark.real

HEALTHY, BROKEN, LOST = "healthy", "broken", "lost"
# The incidents that can happen at the same time.
TOGETHER = ("osd_down", "clock_skew", "mon_down", "nearfull", "noout", "crash", "slow_ops")
CLUSTERS = {HEALTHY: (), BROKEN: TOGETHER, LOST: (), **{name: (name,) for name in INCIDENTS}}
OSDS = 12


class Clicks(NamedTuple):
    """The way from the fleet to the cause of an incident.

    panel, link: what is clicked on the cluster's dashboard, after the cluster in the fleet. cause:
    the panel that then shows the cause, and a pattern of its text; OSD is the affected OSD.
    """

    panel: str
    link: str
    cause: tuple[str, str]


CHECKS = "Raised health checks"
WAYS = {
    "scrub": Clicks("PGs not clean", "0", ("PG states now", r"scrubbing")),
    "osd_down": Clicks(CHECKS, "OSD_DOWN", ("OSDs that are down", r"\bOSD\b")),
    "recovery": Clicks(CHECKS, "PG_DEGRADED", ("PG states now", r"recovering")),
    "clock_skew": Clicks(CHECKS, "MON_CLOCK_SKEW", ("Monitors", r"mon\.c\b.*?\d\d(\.\d+)? ms")),
    "mon_down": Clicks(CHECKS, "MON_DOWN", ("Monitors", r"mon\.c\b.*?\bout\b")),
    "nearfull": Clicks(CHECKS, "OSD_NEARFULL", ("Fullest OSDs", r"^\s*OSD\b")),
    "noout": Clicks(CHECKS, "OSDMAP_FLAGS", ("OSD map flags", r"noout")),
    "crash": Clicks(CHECKS, "RECENT_CRASH", ("Crashes", r"\bnew\b.*\bOSD\b")),
    "mds_failover": Clicks(CHECKS, "MDS_INSUFFICIENT_STANDBY", ("Standby MDSs", r"^0$")),
    "slow_ops": Clicks(CHECKS, "SLOW_OPS", ("OSDs with slow requests", r"\bOSD\b")),
    "scrub_late": Clicks(CHECKS, "PG_NOT_DEEP_SCRUBBED", ("PGs not scrubbed in time", r"\b3\b")),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grafana]:
    """Serve the dashboards of a fleet of clusters, one of which is unreachable."""
    public, missing = grafana.folder(), grafana.available()
    if public is None or missing:
        pytest.skip(f"no front end of Grafana: {missing}")
    require(
        prometheus.available() or chromium.available(), "testbed/install, and Debian's chromium"
    )
    folder = tmp_path_factory.mktemp("front-end")
    with (
        SimulatedFleet(folder, CLUSTERS) as fleet,
        Grafana(public, build.TARGET, fleet.prometheus.url) as started,
    ):
        fleet.cut_off(LOST)
        yield started


@pytest.fixture(scope="module")
def browser(
    server: Grafana, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Grafana, Chromium]]:
    """Run a browser for that server."""
    with Chromium(tmp_path_factory.mktemp("chromium")) as started:
        yield server, started


@pytest.fixture
def window(browser: tuple[Grafana, Chromium]) -> Iterator[FrontEnd]:
    """Yield a window of 1600 pixels, of which the menu takes none."""
    with FrontEnd(*browser) as opened:
        yield opened


@pytest.fixture
def docked(browser: tuple[Grafana, Chromium]) -> Iterator[FrontEnd]:
    """Yield a window of 1920 pixels with the menu docked at its left."""
    with FrontEnd(*browser, docked=True) as opened:
        yield opened


def declared(server: Grafana, board: Dashboard) -> dict[int, Panel]:
    """Return the declarations of a dashboard's panels by their number in its JSON."""
    panels = (panel for section in board.sections for panel in section.panels)
    rows = server.boards()[board.uid]["panels"]
    every = [inner for outer in rows for inner in (outer, *outer.get("panels", []))]
    numbers = (panel["id"] for panel in every if panel["type"] != "row")
    return dict(zip(numbers, panels, strict=True))


def faults(shown: list[Shown], expected: dict[int, Panel], cluster: str) -> Iterator[str]:
    """Yield what is wrong with the panels of a dashboard.

    Restful reports PGs by pool only while all PGs are clean, so panels whose text blames the API
    may be empty for the broken cluster.
    """
    numbers = {panel.number for panel in shown}
    yield from (f"{panel.title} is missing" for n, panel in expected.items() if n not in numbers)
    for panel in shown:
        if panel.errors:
            yield f"{panel.title} shows an error: {panel.text!r}"
        if panel.hidden > 0:
            yield f"{panel.title}: {panel.hidden} pixels of its columns are outside of the panel"
        declaration = expected[panel.number]
        always = any(not query.empty_when for query in declaration.queries)
        empty = panel.text.strip() in ("", "No data", declaration.no_value)
        excused = cluster == LOST or (cluster == BROKEN and "API" in declaration.no_value)
        if always and empty and not excused:
            yield f"{panel.title} has no data, but its declaration says that it always has some"


@pytest.mark.parametrize("board", build.BOARDS, ids=lambda board: board.uid)
@pytest.mark.parametrize("cluster", [HEALTHY, BROKEN, LOST])
def test_a_dashboard_shows_every_panel(
    server: Grafana, window: FrontEnd, board: Dashboard, cluster: str
) -> None:
    """No panel shows an error, lacks data that its declaration promises, or cuts off a column."""
    shown = window.open(board.uid, cluster=cluster)
    found = list(faults(shown, declared(server, board), cluster))
    assert (found, window.exceptions()) == ([], [])


@pytest.mark.parametrize("board", build.BOARDS, ids=lambda board: board.uid)
def test_a_dashboard_fits_beside_the_menu(docked: FrontEnd, board: Dashboard) -> None:
    """No table cuts off a column where the menu takes a part of a wider window."""
    shown = docked.open(board.uid, cluster=BROKEN)
    assert [(panel.title, panel.hidden) for panel in shown if panel.hidden > 0] == []


@pytest.mark.parametrize("incident", INCIDENTS)
def test_two_clicks_lead_to_the_cause_of_an_incident(window: FrontEnd, incident: str) -> None:
    """From the fleet, a click on the cluster and one on what is wrong there show the cause."""
    way = WAYS[incident]
    window.open("ceph-fleet")
    window.click("Clusters", incident)
    shown = window.click(way.panel, way.link)
    assert f"var-cluster={incident}&" in window.address()
    title, pattern = way.cause
    texts = [panel.text for panel in shown if panel.title == title]
    pattern = pattern.replace("OSD", rf"osd\.{victim(incident)}")
    assert any(re.search(pattern, text, re.DOTALL) for text in texts), (pattern, texts)


def victim(incident: str) -> int:
    """Return the OSD that an incident affects in the cluster of the same name."""
    seed = list(CLUSTERS).index(incident)
    return moment(layout(OSDS, seed), 0, [incident]).victim(incident)
