"""The scrape loop: from which URL, until when, what is logged, and that it never ends."""

import threading
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import pytest

from ceph_exporter.config import Cluster, Config, Poll
from ceph_exporter.deadline import Deadline
from ceph_exporter.facts import Quorum
from ceph_exporter.polling.poller import Poller
from ceph_exporter.polling.schedule import Schedule
from ceph_exporter.sources import Answer, ErrorKind, Source, SourceError
from tests.sources.scripted import (
    GONE,
    HEALTH,
    QUORUM,
    STATUS,
    Ceph,
    Clock,
    Fake,
    log_lines,
    poller_of,
    series,
    success,
    whole,
)


@pytest.fixture
def clock() -> Clock:
    """Return a clock that the test moves."""
    return Clock()


@pytest.fixture
def logs(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> list[str]:
    """Collect the log."""
    return log_lines(monkeypatch, caplog)


@pytest.fixture
def ceph() -> Ceph:
    """Give two URLs of one healthy cluster."""
    return Ceph()


def test_a_healthy_cluster_is_shown(ceph: Ceph, clock: Clock) -> None:
    """One poll asks for everything that is wanted and shows it with the source that gave it."""
    polled = poller_of(ceph, clock=clock)
    assert polled.snapshot is None
    result = polled.poll()
    assert polled.snapshot is result
    assert result.report[:5] == (True, "HEALTH_WARN", "fake", "http://a", "16.2.15")
    assert result.report.error == ""
    page = series(polled)
    assert page["ceph_up"] == "1"
    assert page["ceph_health_status"] == "1"
    assert page["ceph_osds"] == "3"
    assert page['ceph_exporter_source_info{api="fake",url="http://a",release="16.2.15"}'] == "1"
    assert page['ceph_exporter_collector_success{collector="health"}'] == "1"
    assert [url for url, _ in ceph.asked] == ["http://a"]
    assert whole().keys() <= ceph.asked[0][1]
    polled.close()
    polled.close()
    assert ceph.closed == 1


@pytest.mark.parametrize("kind", [ErrorKind.UNREACHABLE, ErrorKind.STANDBY])
def test_the_next_url_is_used(ceph: Ceph, clock: Clock, kind: ErrorKind) -> None:
    """A dead mgr or a standby sends the same poll to the next URL, which is used from then on."""
    ceph.dead["http://a"] = SourceError(kind, "not here")
    polled = poller_of(ceph, clock=clock)
    polled.poll()
    assert polled.poll().report.url == "http://b"
    assert series(polled)["ceph_up"] == "1"
    assert ceph.connected == ["http://a", "http://b"]
    ceph.scripts["http://b"]["health detail"] = GONE
    ceph.dead.clear()
    assert polled.poll().report.url == "http://a"
    assert ceph.connected == ["http://a", "http://b", "http://a"]


def test_a_slow_health_does_not_look_like_an_outage(ceph: Ceph, clock: Clock) -> None:
    """A poll in which health and status are in cooldown is up like the one before it."""

    class Slow(Fake):
        def fetch(self, wanted: Collection[str], deadline: Deadline) -> Iterator[Answer]:
            yield from (one._replace(seconds=2.0) for one in super().fetch(wanted, deadline))

    polled = poller_of(ceph, clock=clock)
    polled._session._connect = lambda api, url, *_: Slow(ceph, url)  # noqa: ARG005
    for _ in range(4):
        assert (polled.poll().report.up, series(polled)["ceph_up"]) == (True, "1")
        clock.now += 15
    ceph.scripts = {url: {**whole(), "health detail": GONE} for url in ceph.scripts}
    ceph.dead = dict.fromkeys(ceph.scripts, GONE)
    clock.now += 15
    assert not polled.poll().report.up


def test_what_was_had_is_not_asked_again_of_the_next_url(ceph: Ceph, clock: Clock) -> None:
    """A URL that breaks off after the health leaves the rest of the poll to the next one."""
    ceph.scripts["http://a"]["status"] = GONE
    polled = poller_of(ceph, clock=clock)
    result = polled.poll()
    assert (result.report.up, result.report.url, result.report.error) == (True, "http://b", "")
    assert ceph.asked[1][0] == "http://b"
    assert "health detail" not in ceph.asked[1][1]
    assert "status" in ceph.asked[1][1]


def test_all_urls_are_tried_once(ceph: Ceph, clock: Clock) -> None:
    """With every URL dead a poll ends after one round; its last error is the poll's."""
    ceph.dead = {url: SourceError(ErrorKind.UNREACHABLE, f"no {url}") for url in ceph.scripts}
    polled = poller_of(ceph, clock=clock)
    report = polled.poll().report
    assert (report.up, report.health, report.api, report.error) == (False, None, "", "no http://b")
    assert ceph.connected == ["http://a", "http://b"]
    page = series(polled)
    assert page["ceph_up"] == "0"
    assert not [name for name in page if "source_info" in name or "ceph_health" in name]
    assert success(polled, "status") == "0"


def test_the_failure_that_tells_most_is_told(ceph: Ceph, clock: Clock) -> None:
    """That the active mgr's certificate is unknown must not hide behind a standby's silence."""
    ceph.dead["http://a"] = SourceError(ErrorKind.UNTRUSTED, "unknown certificate")
    ceph.dead["http://b"] = SourceError(ErrorKind.UNREACHABLE, "connection refused")
    polled = poller_of(ceph, clock=clock)
    assert polled.poll().report.error == "unknown certificate"
    ceph.dead["http://a"] = SourceError(ErrorKind.STANDBY, "a standby")
    assert polled.poll().report.error == "connection refused"


def test_a_refusal_at_one_url_does_not_hide_the_cluster(ceph: Ceph, clock: Clock) -> None:
    """The URL that refuses the user may be another program's, so the poll tries the next URL."""
    ceph.dead["http://a"] = SourceError(ErrorKind.REFUSED, "wrong password")
    polled = poller_of(ceph, clock=clock)
    report = polled.poll().report
    assert (report.up, report.url, report.error) == (True, "http://b", "")
    assert ceph.connected == ["http://a", "http://b"]


def test_a_refusal_at_every_url_is_reported(ceph: Ceph, clock: Clock) -> None:
    """Each URL is tried once in a poll, and the refusal is the reason that is reported."""
    ceph.dead["http://a"] = SourceError(ErrorKind.REFUSED, "wrong password")
    ceph.dead["http://b"] = SourceError(ErrorKind.STANDBY, "a standby")
    polled = poller_of(ceph, clock=clock)
    report = polled.poll().report
    assert (report.up, report.error) == (False, "wrong password")
    assert ceph.connected == ["http://a", "http://b"]


def test_no_url_is_tried_when_the_time_is_over(ceph: Ceph) -> None:
    """A URL that took the whole time ends the poll; the next one begins with the next URL."""
    polled = poller_of(ceph, timeout=0.05)

    class Slow(Fake):
        def fetch(self, wanted: Collection[str], deadline: Deadline) -> Iterator[Answer]:
            if self.url == "http://a":
                threading.Event().wait(deadline.left + 0.01)
                raise GONE
            yield from super().fetch(wanted, deadline)

    def connect(api: str, url: str, *_: object) -> Source:
        del api
        ceph.connected.append(url)
        return Slow(ceph, url)

    polled._session._connect = connect
    assert polled.poll().report.error == "gone"
    assert ceph.connected == ["http://a"]
    assert polled.poll().report.url == "http://b"


def test_a_change_is_logged_once(ceph: Ceph, clock: Clock, logs: list[str]) -> None:
    """An outage is one line however long it lasts, and its end is one line."""
    ceph.documents = frozenset(whole())
    polled = poller_of(ceph, "test", clock=clock)
    polled.poll()
    polled.poll()
    assert logs == ["INFO connected to Ceph cluster=prod api=fake url=http://a"]
    ceph.scripts["http://a"]["health detail"] = GONE
    ceph.dead = dict.fromkeys(ceph.scripts, GONE)
    logs.clear()
    for _ in range(3):
        polled.poll()
    assert logs == ["ERROR cluster unreachable cluster=prod error=gone"]
    ceph.dead.clear()
    ceph.scripts["http://a"] = whole()
    logs.clear()
    polled.poll()
    polled.poll()
    assert [line for line in logs if "reachable" in line] == [
        "INFO cluster reachable again cluster=prod seconds=0 polls=3"
    ]


def test_urls_that_open_in_vain_are_not_logged(ceph: Ceph, clock: Clock, logs: list[str]) -> None:
    """Opening a source may cost no request, so only one that answered is said to be talked to."""
    for script in ceph.scripts.values():
        script["health detail"] = GONE
    polled = poller_of(ceph, clock=clock)
    for _ in range(3):
        polled.poll()
    assert logs == ["ERROR cluster unreachable error=gone"]


FOREIGN_QUORUM = QUORUM.replace(b'"fsid": "x"', b'"fsid": "other"')


def foreign(polled: Poller) -> list[str]:
    """Give what the page says of each URL."""
    name = "ceph_exporter_foreign_cluster"
    return [series(polled)[f'{name}{{url="http://{host}"}}'] for host in "ab"]


def test_another_cluster_is_not_shown(ceph: Ceph, clock: Clock, logs: list[str]) -> None:
    """After a change of URL nothing of another cluster is kept, and nothing else asked of it."""
    ceph.scripts["http://b"] = whole() | {"quorum_status": FOREIGN_QUORUM, "status": HEALTH}
    polled = poller_of(ceph, clock=clock)
    polled.poll()
    assert foreign(polled) == ["0", "0"]
    del ceph.asked[:]
    ceph.scripts["http://a"]["health detail"] = GONE
    ceph.dead["http://a"] = GONE
    for _ in range(3):
        report = polled.poll().report
        assert (report.up, report.url) == (False, "http://a")
        assert report.error
        assert foreign(polled) == ["0", "1"]
    assert {frozenset(names) for url, names in ceph.asked if url == "http://b"} == {
        frozenset({"quorum_status"})
    }
    assert sum("from another cluster" in line and "url=http://b" in line for line in logs) == 1
    ceph.dead.clear()
    ceph.scripts["http://a"] = whole()
    assert polled.poll().report.up
    assert polled.poll().report.url == "http://a"


def test_an_answer_that_is_not_trusted_is_not_kept(ceph: Ceph, clock: Clock) -> None:
    """A quorum that the check rejects counts as not received, and none of its facts is exported."""
    ceph.scripts["http://b"] = whole() | {"quorum_status": FOREIGN_QUORUM}
    polled = poller_of(ceph, clock=clock)
    polled.poll()
    ceph.dead["http://a"] = GONE
    polled.close()
    clock.now += 61
    polled.poll()
    assert not polled.documents.received("quorum_status")
    assert Quorum not in polled.documents.available()


def test_a_url_that_moves_to_another_cluster_takes_its_health_along(
    ceph: Ceph, clock: Clock
) -> None:
    """Health that an open connection sent before its foreign quorum is discarded with it."""
    ceph.dead["http://b"] = GONE
    polled = poller_of(ceph, clock=clock)
    assert polled.poll().report.up
    ceph.scripts["http://a"]["quorum_status"] = FOREIGN_QUORUM
    clock.now += 15
    report = polled.poll().report
    assert (report.up, report.health) == (False, None)
    assert "ceph_health_status" not in series(polled)


def test_a_silent_url_puts_what_it_was_asked_for_in_cooldown(ceph: Ceph, clock: Clock) -> None:
    """An answer that is the URL's failure is raised, and its document is not due again at once."""
    polled = poller_of(ceph, clock=clock)
    polled.documents.connect("fake", ceph.documents)
    with pytest.raises(SourceError, match="gone"):
        polled._take(Answer(("version",), "version", 9.0, error=GONE))
    assert "version" not in polled.documents.due()
    assert "status" in polled.documents.due()


def test_who_answers_is_asked_first_after_a_change(ceph: Ceph, clock: Clock) -> None:
    """The next mgr of the same cluster is asked who it is, then for the rest."""
    polled = poller_of(ceph, clock=clock)
    polled.poll()
    del ceph.asked[:]
    ceph.scripts["http://a"]["health detail"] = GONE
    assert polled.poll().report.up
    names = [names for url, names in ceph.asked if url == "http://b"]
    assert names[0] == {"quorum_status"}
    assert "health detail" in names[1]
    assert "quorum_status" not in names[1]


def test_who_answers_is_asked_due_or_not(ceph: Ceph, clock: Clock) -> None:
    """That a URL gave the quorum in this poll, or that it rests, is no reason to trust another."""
    ceph.scripts["http://b"] = whole() | {"quorum_status": FOREIGN_QUORUM}
    polled = poller_of(ceph, clock=clock)
    polled.poll()
    clock.now += 3600
    ceph.scripts["http://a"]["version"] = GONE  # what comes last
    polled.poll()
    assert foreign(polled) == ["0", "1"]
    assert ceph.asked[-1] == ("http://b", {"quorum_status"})
    ceph.dead["http://a"] = GONE
    quorum = polled.documents._entries["quorum_status"]
    quorum.schedule = Schedule(cooldown_until=clock.now + 60)
    assert polled.poll().report.url == "http://a"
    assert ceph.asked[-1] == ("http://b", {"quorum_status"})


def test_who_does_not_say_which_cluster_it_is_is_not_believed(ceph: Ceph, clock: Clock) -> None:
    """A URL whose quorum cannot be had after a change may be anybody's."""
    polled = poller_of(ceph, clock=clock)
    polled.poll()
    ceph.dead["http://a"] = GONE
    polled.close()
    ceph.scripts["http://b"]["quorum_status"] = SourceError(ErrorKind.FAILED, "HTTP 500")
    report = polled.poll().report
    assert not report.up
    assert report.error == "http://b: it does not report which cluster it belongs to"


def test_a_frozen_dashboard_takes_all_off_the_page(
    ceph: Ceph, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mgr that tells the last HEALTH_OK for ever is ceph_up 0, at once without Ceph's metrics."""
    monkeypatch.setattr(Fake, "api", "dashboard")
    aged = QUORUM.replace(b'"quorum": [0]', b'"quorum": [0], "quorum_age": 77')
    ceph.scripts = {"http://a": whole() | {"quorum_status": aged}, "http://b": whole()}
    ceph.dead["http://b"] = SourceError(ErrorKind.STANDBY, "a standby")
    polled = poller_of(ceph, clock=clock)
    assert polled.poll().report.up
    clock.now += 15
    assert polled.poll().report.up
    for _ in range(3):
        clock.now += 15
        report = polled.poll().report
        assert (report.up, report.health, report.release) == (False, None, "")
        page = series(polled)
        assert page["ceph_up"] == "0"
        assert [name for name in page if not name.startswith("ceph_exporter_")] == ["ceph_up"]
        assert success(polled, "health detail") == "0"
        assert success(polled, "version") == "0"
    ceph.scripts["http://a"]["quorum_status"] = aged.replace(b"77", b"3")
    clock.now += 15
    report = polled.poll().report
    assert (report.up, report.health, report.release) == (True, "HEALTH_WARN", "16.2.15")


def test_every_answer_is_shown_to_the_recorder(ceph: Ceph) -> None:
    """on_answer gets each answer as it came, failures too."""
    seen: list[Answer] = []
    cluster = Cluster(urls=("http://a",))
    ceph.scripts["http://a"] = {"status": STATUS}
    Poller("", cluster, Config({"": cluster}), connect=ceph.connect, on_answer=seen.append).poll()
    assert [one.body for one in seen if not one.error] == [STATUS]
    assert {one.documents[0] for one in seen} == ceph.asked[0][1]


def test_the_monitors_disk_is_shown_with_ceph_dead(
    ceph: Ceph, clock: Clock, tmp_path: Path
) -> None:
    """What this host knows itself is on the page whether Ceph answers or not."""
    (tmp_path / "ceph-a" / "store.db").mkdir(parents=True)
    cluster = Cluster(urls=("http://a",), mon_data=(f"{tmp_path}/*",))
    polled = Poller("", cluster, Config({"": cluster}), connect=ceph.connect, clock=clock)
    name = 'ceph_monitor_capacity_bytes{monitor="a",ceph_daemon="mon.a"}'
    polled.poll()
    assert float(series(polled)[name]) > 0
    assert "mon store" not in ceph.asked[0][1]
    ceph.dead["http://a"] = GONE
    ceph.scripts.clear()
    polled.close()
    clock.now += 30
    polled.poll()
    page = series(polled)
    assert (page["ceph_up"], float(page[name]) > 0) == ("0", True)
    assert page['ceph_exporter_document_success{document="mon store"}'] == "1"
    (tmp_path / "ceph-a" / "store.db").rmdir()
    clock.now += 30
    (error,) = [row.error for row in polled.poll().report.documents if row.name == "mon store"]
    assert "no monitor's data directory" in error


def test_a_host_without_monitors_does_not_speak_of_them(ceph: Ceph) -> None:
    """Where no folders are given there is no such document."""
    assert "mon store" not in {row.name for row in poller_of(ceph).poll().report.documents}


def running(polled: Poller, until: Callable[[], bool]) -> None:
    """Run a poller in a thread until something is true; check that it ends when it is told to."""
    stop, tick = threading.Event(), threading.Event()
    thread = threading.Thread(target=polled.run, args=(stop,))
    thread.start()
    for _ in range(500):
        if until() or tick.wait(0.01):
            break
    happened = until()
    stop.set()
    thread.join(5)
    assert not thread.is_alive()
    assert happened


def test_the_loop_survives_whatever_a_poll_raises(ceph: Ceph, logs: list[str]) -> None:
    """An exception that nobody thought of is logged, and the next poll begins with a new source."""
    polled = poller_of(ceph, interval=0.02)
    good = ceph.scripts["http://a"]
    ceph.scripts.pop("http://a")  # a KeyError in fetch
    running(polled, lambda: len(ceph.connected) >= 3)
    assert "ERROR poll aborted; please report this error=KeyError('http://a')" in logs
    assert ceph.closed == len(ceph.connected)
    ceph.scripts["http://a"] = good
    running(polled, lambda: polled.snapshot is not None and polled.snapshot.report.up)
    assert ceph.closed == len(ceph.connected)


def test_the_loop_polls_at_the_interval_and_ends_at_once(ceph: Ceph) -> None:
    """Polls follow each other at the interval over one connection; a long pause ends with stop."""
    often = poller_of(ceph, interval=0.02)
    running(often, lambda: len(ceph.asked) >= 3)
    assert ceph.connected == ["http://a"]
    rarely = poller_of(ceph, interval=50)
    running(rarely, lambda: rarely.snapshot is not None)
    assert ceph.closed == 2


def test_the_second_poll_may_come_early(ceph: Ceph) -> None:
    """A phase shortens the first pause only."""
    waits: list[float] = []

    class Stop(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waits.append(timeout or 0.0)
            if len(waits) == 2:
                self.set()
            return self.is_set()

    poller_of(ceph).run(Stop(), 0.5)
    assert 6 < waits[0] < 8
    assert 14 < waits[1] < 16


def test_a_loop_that_is_stopped_before_it_begins_asks_nothing(ceph: Ceph) -> None:
    """Stop before the first poll means no poll."""
    stop = threading.Event()
    stop.set()
    poller_of(ceph).run(stop)
    assert ceph.connected == []


def test_a_collector_with_too_many_series_is_cut(ceph: Ceph, logs: list[str]) -> None:
    """What is left out is counted on the page, and logged once."""
    cluster = Cluster(urls=("http://a",))
    polled = Poller("", cluster, Config({"": cluster}, Poll(series_limit=3)), connect=ceph.connect)
    for _ in range(2):
        polled.poll()
    page = series(polled)
    shown = int(page['ceph_exporter_collector_series{collector="health"}'])
    assert 0 < shown <= 3
    assert int(page['ceph_exporter_collector_series_cut{collector="health"}']) > 0
    assert len([line for line in logs if "series-limit" in line and "=health" in line]) == 1
