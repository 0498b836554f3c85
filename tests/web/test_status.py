"""The page `/`: what a person sees of each cluster."""

import html
import time
from collections.abc import Callable
from typing import TypeAlias

import pytest

from ceph_exporter.config import Cluster, Config
from ceph_exporter.poller import Poller
from ceph_exporter.snapshot import CollectorRow, DocumentRow, Report, Snapshot
from ceph_exporter.web import status
from ceph_exporter.web.server import Request

NOW = time.time()
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
        DocumentRow("status", True, 0.2, 950, NOW, ""),
        DocumentRow("time-sync-status", None, None, None, None, "not to be had over dashboard"),
        DocumentRow("quorum_status", False, 0.1, None, None, "HTTP 500: <boom>"),
        DocumentRow("version", None, None, None, None, ""),
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
    assert 'prod: <span class="warn">HEALTH_WARN</span>' in page
    assert "dashboard at https://mgr1:8443, Ceph 16.2.15; polled 7 s ago in 0.25 s" in page
    assert '<a href="/metrics">' in page


def test_documents_are_shown_with_their_state(show: Show) -> None:
    """Each document has its state, age, duration and size, or why it is not there."""
    page = show(REPORT)
    assert '<td>status<td><span class="ok">had</span><td>7 s<td>0.200 s<td>950 B' in page
    assert '<span class="warn">not to be had over dashboard</span>' in page
    assert '<span class="warn">not asked for yet</span>' in page
    assert "Collectors that failed: health" in page


def test_what_ceph_says_cannot_break_the_page(show: Show) -> None:
    """Texts of Ceph and names are escaped."""
    page = show(REPORT, name="<script>")
    assert "<boom>" not in page
    assert html.escape("HTTP 500: <boom>") in page
    assert "<script>" not in page


def test_health_is_unknown_when_ceph_was_not_reached(show: Show) -> None:
    """Old health is not shown as if it were known: not after a failed poll, not when polls hang."""
    down = REPORT._replace(up=False, error="https://mgr1:8443: connection refused")
    assert '<span class="bad">health unknown</span>' in show(down)
    assert '<p class="bad">https://mgr1:8443: connection refused</p>' in show(down)
    assert '<span class="bad">health unknown</span>' in show(REPORT, fresh=False)


def test_a_cluster_without_an_api_yet_says_so(show: Show) -> None:
    """A URL that never answered has no API and no release."""
    page = show(REPORT._replace(api="", url="", release="", health=None))
    assert "no API found yet; polled" in page


def test_before_the_first_poll_the_page_says_so(show: Show) -> None:
    """A cluster whose first poll has not ended is shown as such."""
    assert "first poll under way" in show(None, name="")
