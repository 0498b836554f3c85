"""The page `/` about one cluster: what a person sees of it."""

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
    MonitorRow,
    Overview,
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
    collectors=(CollectorRow("health", False, 0.1), CollectorRow("monitors", True, 0.1, 7)),
    overview=Overview(
        total=100e12,
        used=46e12,
        osds=24,
        osds_up=23,
        osds_in=24,
        pgs=800,
        pgs_clean=800,
        monitors=(
            MonitorRow("a", True, True, 0.0, 0.0, "HEALTH_OK", 50e9, 40e9, 80.0, 2.5e9),
            MonitorRow("b", False, False, -1.5, 0.0012, "HEALTH_WARN", 50e9, 2e9, 4.0, 1e9),
        ),
    ),
)
EMPTY = REPORT._replace(overview=Overview())


Show: TypeAlias = Callable[..., str]


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Show:
    """Give a function that renders the page for one cluster, seven seconds after NOW."""
    monkeypatch.setattr(time, "time", lambda: NOW + 7)
    return render


def render(report: Report | None, *, fresh: bool = True, name: str = "prod", **query: str) -> str:
    """Render the page for one cluster with this report."""
    cluster = Cluster(urls=("https://mgr1:8443",))
    poller = Poller(name, cluster, Config({name: cluster}))
    if report is not None:
        expires = time.monotonic() + (60 if fresh else -1)
        poller.snapshot = Snapshot(report, {}, {}, expires)
    reply = status.page([poller], "/metrics", Request("/", query, {}))
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
        ("Last poll", "7 s ago, took 250 ms"),
    ):
        assert f"<dt>{name}<dd>{value}</div>" in page
    assert '<a href="./metrics">' in page
    assert "<title>(1) ceph_exporter</title>" in page
    assert "<title>ceph_exporter</title>" in show(REPORT._replace(health="HEALTH_OK"))


def test_what_matters_stands_first(show: Show) -> None:
    """Health in words, capacity, OSDs, PGs, quorum and age stand before problems and details."""
    page = show(REPORT._replace(checks=(CheckRow("OSD_DOWN", "HEALTH_WARN", "1 osds down"),)))
    assert "Ceph reports 1 warning. 2 parts of the metrics could not be read." in page
    for title, value in (
        ("Used", "46 %<small>46.0 TB of 100.0 TB</small>"),
        ("OSDs", '<b class="warn">23 of 24 up, 24 in</b>'),
        ("PGs", "800 of 800 clean"),
        ("Monitors in quorum", '<b class="warn">1 of 2</b>'),
        ("Data age", "7 s"),
    ):
        assert f"<dt>{title}<dd>{value}</div>" in page
    order = ["Ceph reports", "<dt>Used", "<th>Monitor", "What is wrong", "<details>"]
    assert sorted(order, key=page.index) == order


def test_each_monitor_is_shown(show: Show) -> None:
    """Quorum, clock, latency, disk and store of each monitor; what is wrong is marked."""
    page = show(REPORT)
    heads = "<th>Monitor<th>Quorum<th>Clock skew<th>Latency<th>Disk free<th>Store</thead>"
    assert heads in page
    assert (
        '<tr><td>a<td data-of="Quorum"><b class="ok">leader</b><td data-of="Clock skew">0.0 ms'
        '<td data-of="Latency">0.0 ms<td data-of="Disk free">80 % <small>40.0 GB of 50.0 GB</small>'
        '<td data-of="Store">2.5 GB'
    ) in page
    assert '<td>b<td data-of="Quorum"><b class="bad">out of quorum</b>' in page
    assert '<b class="warn">-1.50 s</b><td data-of="Latency">1.2 ms' in page
    assert '<b class="bad">4 %</b>' in page


def test_what_is_unknown_is_absent_and_never_0(show: Show) -> None:
    """A figure or a column that no document reports is not on the page; a 0 is."""
    page = show(EMPTY)
    for title in ("Used", "OSDs", "PGs", "Monitors"):
        assert f"<dt>{title}" not in page
    assert "<th>Monitor" not in page
    monitors = (MonitorRow("a", True), MonitorRow("b", None, skew=0.0))
    page = show(EMPTY._replace(overview=Overview(monitors=monitors, osds_up=0, total=0, used=0)))
    assert "<th>Monitor<th>Quorum<th>Clock skew</thead>" in page
    assert '<tr><td>b<td data-of="Quorum"><td data-of="Clock skew">0.0 ms' in page
    assert "<dt>Monitors in quorum<dd>1 of 1</div>" in page
    assert "<dt>OSDs<dd>0 up</div>" in page
    assert "<dt>Used" not in page


def test_checks_that_are_raised_are_shown(show: Show) -> None:
    """Each check has its code, Ceph's words and details, and a remedy; of old they are absent."""
    check = CheckRow(
        "OSD_DOWN", "HEALTH_ERR", "1 osds down", ("1 osds down", "osd.3 is down", "x"), 8
    )
    report = REPORT._replace(checks=(CheckRow("NEW", "HEALTH_WARN", "odd"), check))
    page = show(report)
    item = '<li><b class="bad">OSD_DOWN</b> 1 osds down<ul><li>osd.3 is down<li>x<li>and 8 more'
    assert f'{item}</ul><p class="fix">its log says why it stopped' in page
    assert page.index("OSD_DOWN") < page.index('<b class="warn">NEW</b> odd')
    assert "Ceph reports 1 error and 1 warning." in page
    assert "OSD_DOWN" not in show(report._replace(up=False))


def test_documents_are_shown_with_their_state(show: Show) -> None:
    """Folded, each document has its state, age, duration and size; each collector its state."""
    page = show(REPORT)
    assert "<summary>Documents: 1 ok, 1 unsupported, 1 failed, 1 pending</summary>" in page
    row = '<td>status<td><b class="ok">ok</b><td data-of="Age">7.0 s<td data-of="Duration">200 ms'
    assert f'{row}<td data-of="Size">950 B' in page
    assert '<td>quorum_status<td><b class="bad">failed</b>' in page
    assert '<td>time-sync-status<td><b class="dim">unsupported</b>' in page
    assert '<td>version<td><b class="dim">pending</b>' in page
    assert "<summary>Collectors: 1 ok, 1 failed</summary>" in page
    assert '<td>health<td><b class="bad">failed</b><td data-of="Duration">100.0 ms' in page
    assert '<td>monitors<td><b class="ok">ok</b><td data-of="Duration">100.0 ms' in page


def test_what_is_missing_is_shown_with_its_remedy(show: Show) -> None:
    """Faults stand above; what another API would add is folded, once for all such documents."""
    other = REPORT.documents[1]._replace(name="crash ls")
    page = show(REPORT._replace(documents=(*REPORT.documents, other)))
    wrong, details = page.split("<details>", 1)
    assert '<b class="bad">quorum_status</b> HTTP 500: &lt;boom&gt;' in wrong
    assert '<b class="bad">collector health</b> the collector failed' in wrong
    assert "time-sync-status" not in wrong
    assert "<summary>Not read: 2 documents</summary>" in details
    together = "<b>time-sync-status, crash ls</b> not available from dashboard"
    assert f'{together}<p class="fix">use --cluster.api=rados' in details
    well = REPORT._replace(documents=REPORT.documents[:1], collectors=())
    assert "What is wrong" not in show(well)
    assert "Not read" not in show(well)


def test_what_a_release_cannot_have_is_not_listed_as_missing(show: Show) -> None:
    """A document that no setting would add is only a row of the folded table of documents."""
    row = DocumentRow(
        "mgr dump", DocumentState.UNSUPPORTED, ErrorKind.UNSUPPORTED, "400: Invalid endpoint"
    )
    page = show(EMPTY._replace(documents=(row,), collectors=(), api="rest-api"))
    assert '<td>mgr dump<td><b class="dim">unsupported</b>' in page
    for words in ("What is wrong", "Not read", "Invalid endpoint", "nothing needs to be"):
        assert words not in page


def test_the_page_needs_no_script_and_nothing_from_elsewhere(show: Show) -> None:
    """It refreshes by itself until it is told not to, fits a phone, and loads nothing."""
    page = show(REPORT)
    assert '<meta http-equiv="refresh" content="15">' in page
    assert '<a href="./?refresh=off">stop refreshing</a>' in page
    still = show(REPORT, refresh="off")
    assert "http-equiv" not in still
    assert '<a href="./">Refresh every 15 s</a>' in still
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
    evil = "<img src=x>\x1b[2J\u202e\n"
    hostile = REPORT._replace(
        health=evil,
        api=evil,
        url=evil,
        release=evil,
        documents=(
            REPORT.documents[0]._replace(name=evil, error=evil, state=DocumentState.FAILED),
        ),
        collectors=(CollectorRow(evil, True, 0.1),),
        checks=(CheckRow(evil, evil, evil, (evil,)),),
        overview=Overview(monitors=(MonitorRow(evil, True, clock=evil, skew=1.0),)),
    )
    page = show(hostile, name=evil)
    assert "<img" not in page
    assert page.count("&lt;img src=x&gt;\\x1b[2J\\u202e\\n") >= 12
    assert page.replace("\n", "").isprintable()


def test_the_page_is_bounded(show: Show) -> None:
    """However much a cluster reports, the page stays small and says that there is more."""
    long = "x" * 1_000_000
    checks = tuple(CheckRow(long, "HEALTH_WARN", long, (long, long), 9) for _ in range(999))
    overview = Overview(monitors=tuple(MonitorRow(long, True) for _ in range(999)))
    page = show(REPORT._replace(checks=checks, overview=overview))
    assert len(page) < 200_000
    assert "and 959 more" in page
    assert "and 949 more monitors" in page


def test_health_is_unknown_when_ceph_was_not_reached(show: Show) -> None:
    """Old health is not shown as if it were known: not after a failed poll, not when polls hang."""
    down = REPORT._replace(
        up=False, error="https://mgr1:8443: connection refused", overview=Overview()
    )
    page = show(down)
    assert '<section class="bad"><h2>prod <b>unreachable</b>' in page
    assert "The last data arrived 7 s ago." in page
    assert '<dt>Data age<dd><b class="warn">7 s</b>' in page
    assert '<b class="bad">Ceph</b> https://mgr1:8443: connection refused' in page
    assert "No data ever arrived." in show(down._replace(documents=REPORT.documents[1:]))
    hanging = show(REPORT, fresh=False)
    assert "<b>health unknown</b>" in hanging
    assert "The poller is hung" in hanging
    assert "<dt>Used" not in hanging
    assert "<th>Monitor" not in hanging


@pytest.mark.parametrize(
    ("health", "sentence"),
    [
        ("HEALTH_OK", "Ceph reports no problem."),
        ("HEALTH_ERR", "Ceph does not report why."),
        (None, "Ceph answers, but its health is unknown."),
    ],
)
def test_health_without_a_check_is_put_in_words(
    show: Show, health: str | None, sentence: str
) -> None:
    """Without a raised check, the page says what is known about the health."""
    well = EMPTY._replace(documents=REPORT.documents[:1], collectors=(), health=health)
    page = show(well)
    assert f'<p class="lead">{sentence}</p>' in page
    assert f"<b>{health or 'health unknown'}</b>" in page


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
