"""What a poll shows: up or not, what is absent, what is too old, whose it is."""

from collections.abc import Iterator

import pytest

from ceph_exporter.collectors import COLLECTORS
from ceph_exporter.facts import Facts
from ceph_exporter.metric import Family
from ceph_exporter.sources import ErrorKind, SourceError
from tests.sources.scripted import OLD_HEALTH, Ceph, Clock, log_lines, poller_of, series, success


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


@pytest.mark.parametrize(
    ("lost", "up"),
    [
        ([], True),
        (["health detail"], True),
        (["status"], True),
        (["health detail", "status"], False),
        (["quorum_status", "time-sync-status"], True),
    ],
)
def test_up_is_health_or_status(ceph: Ceph, clock: Clock, lost: list[str], up: bool) -> None:
    """One of the two is enough for ceph_up; without both it is 0 whatever else was had."""
    polled = poller_of(ceph, clock=clock)
    polled.poll()
    clock.now += 15
    for name in lost:
        ceph.scripts["http://a"][name] = SourceError(ErrorKind.FAILED, "lost")
    polled.poll()
    assert series(polled)["ceph_up"] == str(int(up))
    assert [success(polled, name) for name in lost] == ["0"] * len(lost)
    assert series(polled)["ceph_health_status"] == "1"  # as it was 15 s before


def test_the_bare_status_stands_in_for_the_health(ceph: Ceph, clock: Clock) -> None:
    """Where health is not to be had, the health inside the status is shown."""
    del ceph.scripts["http://a"]["health detail"]
    polled = poller_of(ceph, clock=clock)
    assert polled.poll().report.health == "HEALTH_ERR"
    assert series(polled)["ceph_health_status"] == "2"


def test_what_an_api_has_not_is_absent(ceph: Ceph, clock: Clock) -> None:
    """A document that is unsupported, or not given by the API at all, is neither 1 nor 0."""
    ceph.documents -= {"time-sync-status"}
    del ceph.scripts["http://a"]["version"]
    polled = poller_of(ceph, clock=clock)
    polled.poll()
    assert success(polled, "status") == "1"
    assert success(polled, "version") is None
    assert success(polled, "time-sync-status") is None
    assert "time-sync-status" not in ceph.asked[0][1]
    polled.poll()
    assert "version" not in ceph.asked[1][1]


def test_old_data_leaves_the_page(ceph: Ceph, clock: Clock) -> None:
    """What could not be had for stale_after is absent, and only that; nobody shows it as fresh."""
    polled = poller_of(ceph, clock=clock)
    polled.poll()
    ceph.scripts["http://a"]["status"] = SourceError(ErrorKind.FAILED, "lost")
    clock.now += 60
    polled.poll()
    assert "ceph_osds" in series(polled)
    clock.now += 1
    polled.poll()
    page = series(polled)
    assert "ceph_osds" not in page
    assert page["ceph_health_status"] == "1"
    stamp = 'ceph_exporter_document_last_success_timestamp_seconds{document="status"}'
    assert page[stamp] == "1000"


def test_a_collector_that_fails_costs_its_own_families_only(
    ceph: Ceph, clock: Clock, logs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a collector raises, in the middle too, the other families are on the page."""

    def broken(available: Facts) -> Iterator[Family]:
        yield from list(sound(available))[:1]
        raise ZeroDivisionError

    sound = COLLECTORS["cluster"].collect
    monkeypatch.setitem(COLLECTORS, "cluster", COLLECTORS["cluster"]._replace(collect=broken))
    polled = poller_of(ceph, clock=clock)
    polled.poll()
    page = series(polled)
    assert page['ceph_exporter_collector_success{collector="cluster"}'] == "0"
    assert page['ceph_exporter_collector_success{collector="health"}'] == "1"
    assert "ceph_osds" not in page
    assert page["ceph_health_status"] == "1"
    assert [line for line in logs if "INFO" not in line] == [
        "ERROR collector failed; please report this collector=cluster error=ZeroDivisionError()"
    ]


def test_what_another_answer_carries_is_not_asked_for(ceph: Ceph, clock: Clock) -> None:
    """Before 12 the health carries the clocks: the command for them is not asked for again."""
    ceph.scripts["http://a"] |= {"health detail": OLD_HEALTH}
    del ceph.scripts["http://a"]["time-sync-status"]
    del ceph.scripts["http://a"]["version"]
    polled = poller_of(ceph, clock=clock)
    assert polled.poll().report.release == "0.67 to 11"
    clock.now += 15
    polled.poll()
    assert "time-sync-status" not in ceph.asked[1][1]
    skew = 'ceph_monitor_clock_skew_seconds{monitor="a",ceph_daemon="mon.a"}'
    assert series(polled)[skew] == "0.5"
    assert success(polled, "time-sync-status") == "1"


def test_a_slow_document_is_asked_for_now_and_then(ceph: Ceph, clock: Clock) -> None:
    """The version is asked for every 300 s, and stays on the page meanwhile."""
    polled = poller_of(ceph, clock=clock)
    for _ in range(21):
        polled.poll()
        assert polled.snapshot is not None
        assert polled.snapshot.report.release == "16.2.15"
        clock.now += 15
    assert [number for number, (_, asked) in enumerate(ceph.asked) if "version" in asked] == [0, 20]


def test_a_snapshot_expires(ceph: Ceph, clock: Clock) -> None:
    """When the poller hangs the page says ceph_up 0 and nothing that is Ceph's."""
    polled = poller_of(ceph, clock=clock)
    result = polled.poll()
    clock.now += 59
    assert result.fresh
    assert series(polled)["ceph_up"] == "1"
    clock.now += 1
    assert not result.fresh
    page = series(polled)
    assert page["ceph_up"] == "0"
    assert {name for name in page if not name.startswith("ceph_exporter_")} == {"ceph_up"}
    assert page["ceph_exporter_poll_timestamp_seconds"] == "1000"


def test_clusters_are_told_apart_by_a_label(ceph: Ceph, clock: Clock) -> None:
    """With several clusters each series has the label cluster, first; with one none has."""
    polled, single = poller_of(ceph, "test", clock=clock), poller_of(ceph, clock=clock)
    polled.poll()
    single.poll()
    page = series(polled)
    assert all('{cluster="prod"' in name for name in page)
    assert page['ceph_up{cluster="prod"}'] == "1"
    assert page['ceph_exporter_document_success{cluster="prod",document="status"}'] == "1"
    assert not [name for name in series(single) if "cluster=" in name]
    clock.now += 100
    assert series(polled)['ceph_up{cluster="prod"}'] == "0"
