"""The page `/` about many clusters: a table, the most urgent first, and a page for each cluster."""

import gzip
import re
import time
from collections.abc import Sequence
from pathlib import Path

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
from ceph_exporter.web import status
from ceph_exporter.web.request import Reply, Request
from testbed.client import ask as ask_port
from testbed.running import running
from testbed.waiting import until

NOW = time.time()
OVERVIEW = Overview(100.0, 46.0, 24, 24, 24, 800, 800, (MonitorRow("a", True),))
WELL = Report(
    up=True,
    health="HEALTH_OK",
    api="dashboard",
    url="https://mgr1:8443",
    release="18.2.7",
    seconds=0.25,
    ended=NOW,
    error="",
    documents=(DocumentRow("status", DocumentState.OK, last_success=NOW),),
    collectors=(CollectorRow("health", True, 0.1),),
    overview=OVERVIEW,
)
WARNING = CheckRow("OSD_DOWN", "HEALTH_WARN", "1 osds down")
DOWN = WELL._replace(up=False, error="https://mgr1: connection refused", overview=Overview())
FAULTY = WELL._replace(collectors=(CollectorRow("health", False, 0.1),))
HUNG = WELL._replace(seconds=99.0)


def warn(*checks: CheckRow) -> Report:
    """Return the report of a cluster with these checks."""
    return WELL._replace(health="HEALTH_WARN", checks=checks)


def poller(name: str, report: Report | None) -> Poller:
    """Return a poller of one of several clusters whose last poll had this report."""
    cluster = Cluster(urls=("https://mgr1:8443",))
    made = Poller(name, cluster, Config({name: cluster, "other": cluster}))
    if report is not None:
        expires = time.monotonic() + (-1 if report is HUNG else 60)
        made.snapshot = Snapshot(report, {}, {}, expires)
    return made


def ask(pollers: Sequence[Poller], **query: str) -> Reply:
    """Request the page."""
    return status.page(pollers, "/metrics", Request("/", query, {}))


def show(**reports: Report | None) -> str:
    """Return the page of a fleet, padded with healthy clusters so that it is one table."""
    padding = {f"z{number}": WELL for number in range(status.FEW)}
    return ask([poller(*pair) for pair in {**reports, **padding}.items()]).body.decode()


def names(page: str) -> list[str]:
    """Return the clusters of the table in its order."""
    return re.findall(r'<tr><td><a href="\./\?cluster=[^"]*">([^<]*)</a>', page)


def test_clusters_are_sorted_by_urgency() -> None:
    """First those without data, then errors, warnings, first polls, faults, and healthy ones."""
    error = CheckRow("PG_DAMAGED", "HEALTH_ERR", "1 pg inconsistent")
    page = show(
        a_well=WELL,
        b_fault=FAULTY,
        c_first=None,
        d_warn=warn(WARNING),
        e_warn2=warn(WARNING, WARNING),
        f_error=WELL._replace(health="HEALTH_ERR", checks=(error,)),
        g_down=DOWN,
        h_hung=HUNG,
        i_unknown=WELL._replace(health=None),
    )
    expected = ["g_down", "h_hung", "f_error", "i_unknown", "e_warn2", "d_warn", "c_first"]
    assert names(page) == [*expected, "b_fault", "a_well", "z0", "z1", "z2"]
    assert "<h2>12 clusters</h2>" in page
    assert '<p class="lead">1 unreachable, 2 health unknown, 1 HEALTH_ERR, 2 HEALTH_WARN, ' in page
    assert "<title>(7) ceph_exporter</title>" in page


def test_a_row_has_what_matters() -> None:
    """Health, the worst problem, capacity, OSDs, quorum and age stand in the row of a cluster."""
    error = CheckRow("PG_DAMAGED", "HEALTH_ERR", "1 pg inconsistent")
    page = show(bad=warn(WARNING, error, WARNING))
    assert (
        '<td><b class="warn">HEALTH_WARN</b>'
        '<td data-of="What is wrong">1 pg inconsistent (and 2 more)<td data-of="Used">46 %'
        '<td data-of="OSDs">24 of 24 up<td data-of="In quorum">1 of 1<td data-of="Data age">'
    ) in page
    assert "1 part of the metrics could not be read." in show(fault=FAULTY)
    assert '<td data-of="What is wrong"><td data-of="Used">46 %' in show(well=WELL)


def test_what_is_unknown_is_an_empty_cell() -> None:
    """A cluster that is unreachable, hung or new has the reason and no figures; absent is not 0."""
    for report, reason in (
        (DOWN, "https://mgr1: connection refused"),
        (DOWN._replace(error=""), "neither health nor status is available"),
        (HUNG, "The poller is hung"),
        (None, "The first poll has not finished yet."),
    ):
        (row,) = re.findall(r"<tr><td><a[^>]*>odd</a>.*?(?=<tr>)", show(odd=report))
        assert f'<td data-of="What is wrong">{reason}' in row
        assert '<td data-of="Used"><td data-of="OSDs"><td data-of="In quorum"><td' in row
    empty = WELL._replace(overview=Overview())
    assert '<td data-of="Used"><td data-of="OSDs"><td data-of="In quorum">' in show(a=empty)


def test_a_few_clusters_are_shown_in_full_as_well() -> None:
    """Up to three clusters follow their table, in the same order; more have pages of their own."""
    few = [poller("a", WELL), poller("b", warn(WARNING))]
    page = ask(few).body.decode()
    assert names(page) == ["b", "a"]
    assert re.findall(r"<h2>(\w) <b>", page) == ["b", "a"]
    many = [poller(name, WELL) for name in "abcd"]
    assert "<h2>a <b>" not in ask(many).body.decode()


def test_a_cluster_has_a_page_of_its_own() -> None:
    """`?cluster=NAME` shows one cluster and leads back; an unknown name is 404 and not repeated."""
    fleet = [poller("a", WELL), poller("b", warn(WARNING)), poller("c", DOWN)]
    page = ask(fleet, cluster="b").body.decode()
    assert re.findall(r"<h2>(\w) <b>", page) == ["b"]
    assert '<a href="./">All clusters</a>' in page
    assert "<title>(1) b - ceph_exporter</title>" in page
    assert '<a href="./?cluster=b&amp;refresh=off">' in page
    assert 'href="./probe?target=b"' in page
    still = ask(fleet, cluster="b", refresh="off").body.decode()
    assert '<a href="./?cluster=b">Refresh' in still
    for name in ("", "d", "<script>", "B"):
        reply = ask(fleet, cluster=name)
        assert reply.status == 404
        assert reply.content_type.startswith("text/plain")
        assert b"script" not in reply.body
    alone = [poller("", WELL)]
    assert ask(alone, cluster="cluster").status == 200
    assert b"All clusters" not in ask(alone, cluster="cluster").body


@pytest.mark.parametrize(
    "name", ['"><script>x', "a&refresh=off", "../metrics", "a b\u202e", "ü/?#"]
)
def test_a_hostile_name_cannot_break_a_page(name: str) -> None:
    """A name is escaped in text, title and links, and its link leads to its page."""
    fleet = [poller(name, warn(WARNING)), *(poller(f"z{number}", WELL) for number in range(9))]
    for page in (ask(fleet).body.decode(), ask(fleet, cluster=name).body.decode()):
        assert "<script" not in page
        assert page.replace("\n", "").isprintable()
        links = re.findall(r'href="([^"]*)"', page)
        assert all(link.startswith(("./", "data:")) for link in links)
        assert not any(set(link) & set("<> \u202e") for link in links)
    (link,) = re.findall(r'<tr><td><a href="([^"]*)">(?!z)', ask(fleet).body.decode())
    assert re.fullmatch(r"\./\?cluster=[A-Za-z0-9._~%-]+", link)


def test_a_hostile_cluster_cannot_break_the_table() -> None:
    """What Ceph says is escaped and shortened in the table, too."""
    evil = "<img src=x>\x1b[2J\u202e" + "y" * 100_000
    bad = WELL._replace(health=evil, checks=(CheckRow(evil, evil, evil),))
    page = show(a=bad, b=WELL._replace(health=evil), c=DOWN._replace(error=evil))
    assert "<img" not in page
    assert page.count("&lt;img src=x&gt;\\x1b[2J\\u202e") >= 4
    assert page.replace("\n", "").isprintable()
    assert len(page) < 20_000


def test_a_large_fleet_is_cheap_and_small() -> None:
    """200 clusters with long messages are one page of less than 150 kB, without their details."""
    long = tuple(CheckRow("X" * 99, "HEALTH_WARN", "m" * 5000) for _ in range(20))
    fleet = [poller(f"cluster-{number:03}", warn(*long)) for number in range(200)]
    page = ask(fleet).body.decode()
    assert len(names(page)) == 200
    assert len(page) < 150_000
    assert "<details" not in page


def test_the_page_is_served_like_any_other(tmp_path: Path) -> None:
    """GET and HEAD have the same status and headers, without a validator; POST is refused."""
    file = tmp_path / "c.yml"
    urls = "{urls: ['http://127.0.0.1:9'], api: rest-api}"
    file.write_text(f"clusters: {{a: {urls}, b: {urls}}}")
    with running(tmp_path, f"--config.file={file}") as exporter:
        until(lambda: exporter.ask("/-/ready").status == 200, "ready")
        for path, status_ in (("/?refresh=off", 200), ("/?cluster=a", 200), ("/?cluster=c", 404)):
            got, head = exporter.ask(path), exporter.ask(path, "HEAD")
            assert (got.status, head.status, head.body) == (status_, status_, b"")
            assert got.headers.keys() == head.headers.keys()
            assert int(got.headers["content-length"]) == len(got.body)
            assert not {"etag", "last-modified", "cache-control"} & got.headers.keys()
            assert exporter.ask(path, "POST").status == 405
        zipped = ask_port(exporter.port, "/", headers={"Accept-Encoding": "gzip"})
        assert gzip.decompress(zipped.body).startswith(b"<!DOCTYPE html>")
