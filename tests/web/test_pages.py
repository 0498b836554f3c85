"""Pages that are rendered at the end of a poll."""

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
from ceph_exporter.web.compress import Tail
from ceph_exporter.web.pages import REQUESTED_FOR, PageKey, Pages


def pollers(*names: str) -> tuple[Poller, ...]:
    """Return pollers that have no snapshot and never poll."""
    cluster = Cluster(urls=("http://127.0.0.1:9",))
    config = Config(dict.fromkeys(names, cluster))
    return tuple(Poller(name, cluster, config) for name in names)


def snapshot(release: str, prefix: str = "", lifetime: float = 600) -> Snapshot:
    """Return a snapshot that is identified by its release."""
    report = Report(
        *(True, "HEALTH_OK", "dashboard", "http://x", release, 0.1, 0.0, ""),
        documents=(),
        collectors=(),
    )
    return make(report, lines(()), prefix=prefix, lifetime=lifetime)


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Return a list to which every page is appended when it is rendered."""
    recorded: list[bytes] = []
    original = exposition.parts

    def record(families: Iterable[Lines], format_: Format) -> list[bytes]:
        parts = original(families, format_)
        recorded.append(b"".join(parts))
        return parts

    monkeypatch.setattr(exposition, "parts", record)
    return recorded


@pytest.mark.parametrize("zipped", [True, False])
def test_a_page_is_rendered_once_per_snapshot(rendered: list[bytes], zipped: bool) -> None:
    """Requests for the same snapshot share a page and differ only in their end."""
    (poller,), pages = pollers(""), Pages()
    poller.snapshot = snapshot("1")
    key = PageKey((poller,), Format.OPENMETRICS, zipped)
    for own in (b"own 1\n# EOF\n", b"own 2\n# EOF\n"):
        body = b"".join(pages.get(key, Tail(own)))
        text = gzip.decompress(body) if zipped else body
        assert b'release="1"' in text
        assert text.endswith(own)
    assert len(rendered) == 1


def test_a_requested_page_is_rendered_before_its_snapshot(rendered: list[bytes]) -> None:
    """A poll renders requested pages; until it publishes, clients receive the previous page."""
    (poller,), pages = pollers(""), Pages()
    poller.snapshot, upcoming = snapshot("1"), snapshot("2")
    key = PageKey((poller,), Format.TEXT, gzip=False)
    pages.prepare(poller, upcoming)
    assert not rendered
    pages.get(key)
    pages.prepare(poller, upcoming)
    assert len(rendered) == 2
    assert b'release="1"' in b"".join(pages.get(key))
    poller.snapshot = upcoming
    assert b'release="2"' in b"".join(pages.get(key))
    assert len(rendered) == 2


def test_a_page_that_nobody_requests_is_dropped(rendered: list[bytes]) -> None:
    """Some time after the last request, polls neither render nor cache the page any more."""
    now = 1000.0
    (poller,), pages = pollers(""), Pages(clock=lambda: now)
    poller.snapshot = snapshot("1")
    pages.get(PageKey((poller,), Format.TEXT, gzip=False))
    now += REQUESTED_FOR
    pages.prepare(poller, snapshot("2"))
    assert len(rendered) == 1
    assert not pages._cached


def test_a_page_shows_a_hung_poller_at_once() -> None:
    """A page is not served any more once its snapshot has expired."""
    (poller,), pages = pollers(""), Pages()
    poller.snapshot = snapshot("1")
    key = PageKey((poller,), Format.TEXT, gzip=False)
    assert b"ceph_up 1" in b"".join(pages.get(key))
    poller.snapshot = poller.snapshot._replace(expires=0.0)
    assert b"ceph_up 0" in b"".join(pages.get(key))


def test_pages_of_several_clusters() -> None:
    """A page of all clusters has the label `cluster`; the page of one cluster does not."""
    both, pages = pollers("one", "two"), Pages()
    for poller in both:
        poller.snapshot = snapshot(poller.name, poller.prefix)
    text = b"".join(pages.get(PageKey(both, Format.TEXT, gzip=False)))
    assert b'ceph_up{cluster="one"} 1\nceph_up{cluster="two"} 1\n' in text
    alone = b"".join(pages.get(PageKey(both[1:], Format.TEXT, gzip=False, alone=True)))
    assert b"ceph_up 1\n" in alone
    assert b"cluster=" not in alone


def test_a_page_with_too_many_series_is_cut(caplog: pytest.LogCaptureFixture) -> None:
    """Families beyond the limit are left out; the page and one log line report it."""
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
        "page exceeded --web.series-limit, largest families left out"
    ]


def test_concurrent_requests_share_a_page(rendered: list[bytes]) -> None:
    """Of several concurrent requests for a new page, one renders it and all receive it."""
    (poller,), pages = pollers(""), Pages()
    poller.snapshot = snapshot("1")
    key, bodies = PageKey((poller,), Format.TEXT, gzip=False), list[bytes]()
    threads = [
        threading.Thread(target=lambda: bodies.append(b"".join(pages.get(key)))) for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(bodies)) == len(rendered) == 1
    assert len(bodies) == 20
