"""Pages that are made ready when a poll ends."""

import gzip
import threading
from collections.abc import Iterable

import pytest

from ceph_exporter import exposition
from ceph_exporter.config import Cluster, Config
from ceph_exporter.exposition import Format, Lines, lines
from ceph_exporter.metric import Labels, Metric
from ceph_exporter.polling.poller import Poller
from ceph_exporter.polling.report import Report
from ceph_exporter.polling.snapshot import Snapshot, make
from ceph_exporter.web import pages as module
from ceph_exporter.web.pages import PageKey, Pages


def pollers(*names: str) -> tuple[Poller, ...]:
    """Make pollers that have no snapshot yet and never poll."""
    cluster = Cluster(urls=("http://127.0.0.1:9",))
    config = Config(dict.fromkeys(names, cluster))
    return tuple(Poller(name, cluster, config) for name in names)


def snapshot(release: str, prefix: str = "", lifetime: float = 600) -> Snapshot:
    """Make a snapshot that can be told by its release."""
    report = Report(
        *(True, "HEALTH_OK", "dashboard", "http://x", release, 0.1, 0.0, ""),
        documents=(),
        collectors=(),
    )
    return make(report, lines(()), prefix=prefix, lifetime=lifetime)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Note each page that is joined or compressed."""
    noted: list[bytes] = []
    parts = exposition.parts

    def note(families: Iterable[Lines], format_: Format) -> list[bytes]:
        found = parts(families, format_)
        noted.append(b"".join(found))
        return found

    monkeypatch.setattr(exposition, "parts", note)
    return noted


@pytest.mark.parametrize("zipped", [True, False])
def test_a_page_is_made_once_for_a_snapshot(made: list[bytes], zipped: bool) -> None:
    """However often it is asked for, a page is made once; its end is of each request."""
    (poller,), pages = pollers(""), Pages()
    poller.snapshot = snapshot("1")
    kind = PageKey((poller,), Format.OPENMETRICS, zipped)
    for own in (b"own 1\n", b"own 2\n"):
        body = b"".join(pages.get(kind, own))
        text = gzip.decompress(body) if zipped else body
        assert b'release="1"' in text
        assert text.endswith(own + b"# EOF\n")
    assert len(made) == 1


def test_a_page_that_is_asked_for_is_ready_before_its_snapshot(made: list[bytes]) -> None:
    """A poll makes the pages ready; until it publishes, the page before is given."""
    (poller,), pages = pollers(""), Pages()
    poller.snapshot, coming = snapshot("1"), snapshot("2")
    kind = PageKey((poller,), Format.TEXT, gzip=False)
    pages.prepare(poller, coming)
    assert not made
    pages.get(kind)
    pages.prepare(poller, coming)
    assert len(made) == 2
    assert b'release="1"' in b"".join(pages.get(kind))
    poller.snapshot = coming
    assert b'release="2"' in b"".join(pages.get(kind))
    assert len(made) == 2


def test_a_page_that_nobody_asks_for_is_forgotten(
    made: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a while without a scrape no poll makes the page any more, nor is it kept."""
    (poller,), pages = pollers(""), Pages()
    poller.snapshot = snapshot("1")
    pages.get(PageKey((poller,), Format.TEXT, gzip=False))
    monkeypatch.setattr(module, "WANTED", -1.0)
    pages.prepare(poller, snapshot("2"))
    assert len(made) == 1
    assert not pages._ready


def test_a_page_shows_a_hung_poller_at_once() -> None:
    """A page that was made of a snapshot is not given after the snapshot has expired."""
    (poller,), pages = pollers(""), Pages()
    poller.snapshot = snapshot("1")
    kind = PageKey((poller,), Format.TEXT, gzip=False)
    assert b"ceph_up 1" in b"".join(pages.get(kind))
    poller.snapshot = poller.snapshot._replace(expires=0.0)
    assert b"ceph_up 0" in b"".join(pages.get(kind))


def test_pages_of_several_clusters() -> None:
    """A page of all has the label of each; one of a cluster alone is its own and without it."""
    both, pages = pollers("one", "two"), Pages()
    for poller in both:
        poller.snapshot = snapshot(poller.name, poller.prefix)
    text = b"".join(pages.get(PageKey(both, Format.TEXT, gzip=False)))
    assert b'ceph_up{cluster="one"} 1\nceph_up{cluster="two"} 1\n' in text
    alone = b"".join(pages.get(PageKey(both[1:], Format.TEXT, gzip=False, alone=True)))
    assert b"ceph_up 1\n" in alone
    assert b"cluster=" not in alone


def test_a_page_with_too_many_series_is_cut(caplog: pytest.LogCaptureFixture) -> None:
    """Families beyond the limit are left out, which the page and one line of the log say."""
    (poller,), pages = pollers(""), Pages(limit=10)
    many = Metric("ceph_many", "gauge", "Many", "status", Labels("x"))
    families = lines([(many, [(many.labels(str(n)), n) for n in range(100)])])
    for _ in range(2):
        poller.snapshot = make(snapshot("1").report, families, lifetime=600)
        page = b"".join(pages.get(PageKey((poller,), Format.TEXT, gzip=False)))
        assert b"ceph_exporter_page_series_cut 100\n" in page
        assert b"ceph_many" not in page
        assert b"ceph_up 1\n" in page
    assert [record.getMessage() for record in caplog.records] == [
        "page has more than --web.series-limit; some are left out"
    ]


def test_many_who_ask_at_once_wait_for_one(made: list[bytes]) -> None:
    """A page that is not ready is made by one of those who ask, and all get it."""
    (poller,), pages = pollers(""), Pages()
    poller.snapshot = snapshot("1")
    kind, bodies = PageKey((poller,), Format.TEXT, gzip=False), list[bytes]()
    threads = [
        threading.Thread(target=lambda: bodies.append(b"".join(pages.get(kind)))) for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(bodies)) == len(made) == 1
    assert len(bodies) == 20
