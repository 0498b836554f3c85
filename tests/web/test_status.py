"""The page `/`: what a person sees of each cluster."""

import html
import re
import time
from collections.abc import Callable
from typing import TypeAlias

import pytest

from ceph_exporter.config import Cluster, Config
from ceph_exporter.polling.poller import Poller
from ceph_exporter.polling.report import (
    CheckRow,
    CollectorRow,
    DocumentRow,
    DocumentState,
    Report,
)
from ceph_exporter.polling.snapshot import Snapshot
from ceph_exporter.sources import ErrorKind
from ceph_exporter.web import status
from ceph_exporter.web.request import Request

NOW = time.time()
ABSENT = "not available from dashboard"
REPORT = Report(
    up=True,
    health="HEALTH_WARN",
    api="dashboard",
    url="https://mgr1:8443",
    release="16.2.15",
    seconds=0.25,
    ended=NOW,
    error="",
    documents=(
        DocumentRow("status", DocumentState.OK, None, "", 0.2, 950, NOW),
        DocumentRow(
            "time-sync-status",
            DocumentState.UNSUPPORTED,
            ErrorKind.UNSUPPORTED,
            ABSENT,
            offered=False,
        ),
        DocumentRow(
            "quorum_status", DocumentState.FAILED, ErrorKind.FAILED, "HTTP 500: <boom>", 0.1
        ),
        DocumentRow("version"),
    ),
    collectors=(CollectorRow("health", False, 0.1), CollectorRow("monitors", True, 0.1)),
)


Show: TypeAlias = Callable[..., str]


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Show:
    """Give a function that renders the page for one cluster, seven seconds after NOW."""
    monkeypatch.setattr(time, "time", lambda: NOW + 7)
    return render


def render(report: Report | None, *, fresh: bool = True, name: str = "prod") -> str:
    """Render the page for one cluster with this report."""
    cluster = Cluster(urls=("https://mgr1:8443",))
    poller = Poller(name, cluster, Config({name: cluster}))
    if report is not None:
        expires = time.monotonic() + (60 if fresh else -1)
        poller.snapshot = Snapshot(report, {}, {}, expires)
    reply = status.page([poller], "/metrics", Request("/", {}, {}))
    assert reply.content_type == "text/html; charset=utf-8"
    return reply.body.decode()


def test_a_cluster_is_shown_with_health_api_and_release(show: Show) -> None:
    """Name, health, API, URL in use, release and age of the poll are on the page."""
    page = show(REPORT)
    assert '<section class="warn"><h2>prod <b>HEALTH_WARN</b>' in page
    for name, value in (
        ("API", "dashboard"),
        ("URL in use", "https://mgr1:8443"),
        ("Release", "16.2.15"),
        ("Last poll", "7.0 s ago, took 250 ms"),
    ):
        assert f"<dt>{name}<dd>{value}</div>" in page
    assert '<a href="./metrics">' in page
    assert "<title>(1) ceph_exporter</title>" in page
    assert "<title>ceph_exporter</title>" in show(REPORT._replace(health="HEALTH_OK"))


def test_checks_that_are_raised_are_shown(show: Show) -> None:
    """Each health check has its code and Ceph's words; of old they are not shown."""
    report = REPORT._replace(checks=(CheckRow("OSD_DOWN", "HEALTH_ERR", "1 osds down"),))
    assert '<li><b class="bad">OSD_DOWN</b> 1 osds down' in show(report)
    assert "OSD_DOWN" not in show(report._replace(up=False))


def test_documents_are_shown_with_their_state(show: Show) -> None:
    """Each document has its state, age, duration and size; each collector its state."""
    page = show(REPORT)
    row = '<td>status<td><b class="ok">ok</b><td data-of="Age">7.0 s<td data-of="Duration">200 ms'
    assert f'{row}<td data-of="Size">950 B' in page
    assert '<td>quorum_status<td><b class="bad">failed</b>' in page
    assert '<td>time-sync-status<td><b class="warn">unsupported</b>' in page
    assert '<td>version<td><b class="warn">pending</b>' in page
    assert '<td>health<td><b class="bad">failed</b><td data-of="Duration">100.0 ms' in page
    assert '<td>monitors<td><b class="ok">ok</b>' in page


def test_what_is_missing_is_shown_with_its_mend(show: Show) -> None:
    """Why something is not there and what to do stand together; when all is well, nothing does."""
    page = show(REPORT)
    assert '<b class="warn">time-sync-status</b> not available from dashboard<br><i>' in page
    well = REPORT._replace(documents=REPORT.documents[:1], collectors=())
    assert "Missing" not in show(well)


def test_the_page_needs_no_script_and_nothing_from_elsewhere(show: Show) -> None:
    """It refreshes by itself, fits a phone, and loads nothing."""
    page = show(REPORT)
    assert '<meta http-equiv="refresh" content="15">' in page
    assert 'name="viewport"' in page
    assert "<script" not in page
    assert "src=" not in page
    assert "prefers-color-scheme: dark" in page


def test_what_ceph_says_cannot_break_the_page(show: Show) -> None:
    """Texts of Ceph and names are escaped."""
    page = show(REPORT, name="<script>")
    assert "<boom>" not in page
    assert html.escape("HTTP 500: <boom>") in page
    assert "<script>" not in page


def test_health_is_unknown_when_ceph_was_not_reached(show: Show) -> None:
    """Old health is not shown as if it were known: not after a failed poll, not when polls hang."""
    down = REPORT._replace(up=False, error="https://mgr1:8443: connection refused")
    assert '<section class="bad"><h2>prod <b>health unknown</b>' in show(down)
    assert '<b class="bad">Ceph</b> https://mgr1:8443: connection refused' in show(down)
    hanging = show(REPORT, fresh=False)
    assert "<b>health unknown</b>" in hanging
    assert "The poller is hung" in hanging


def test_a_cluster_without_an_api_yet_says_so(show: Show) -> None:
    """A URL that never answered has no API and no release."""
    page = show(REPORT._replace(api="", url="", release="", health=None))
    assert "<dt>API<dd>not found yet</div>" in page
    assert "<dt>Release<dd>unknown</div>" in page


def test_before_the_first_poll_the_page_says_so(show: Show) -> None:
    """A cluster whose first poll has not ended is shown as such."""
    assert "<h2>Cluster <b>first poll in progress</b>" in show(None, name="")


def test_each_cluster_links_to_its_own_metrics(show: Show) -> None:
    """The page leads to the probe of each cluster, whatever its name, and to the list of them."""
    page = show(REPORT, name="a&b c")
    assert 'href="./probe?target=a%26b%20c"' in page
    assert 'href="./sd"' in page


def test_links_work_below_a_prefix(show: Show) -> None:
    """A proxy may serve the page below a path of its own: every link is relative to the page."""
    links = re.findall(r'href="([^"]*)"', show(REPORT))
    assert "./metrics" in links
    assert [link for link in links if not link.startswith(("./", "data:"))] == []
