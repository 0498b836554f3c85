"""The pollers of several clusters: what a reload keeps, what it begins anew, readiness."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ceph_exporter.config import Cluster, Config, Poll, RgwConfig
from ceph_exporter.config.units import Duration
from ceph_exporter.facts import Decoded
from ceph_exporter.facts.rgw_users import RgwUsers
from ceph_exporter.polling import fleet as module
from ceph_exporter.polling.fleet import Fleet
from ceph_exporter.polling.poller import Poller
from ceph_exporter.simulator import rest_api
from ceph_exporter.sources import Answer
from testbed.waiting import until
from tests.sources import fakes
from tests.sources.faulty import answering, serve

POLL = Poll(Duration(0.05), Duration(2), Duration(60))
DEAD = Cluster(urls=("http://127.0.0.1:9",), api="rest-api")


def config(**clusters: Cluster) -> Config:
    """Make a configuration of these clusters."""
    return Config(clusters, POLL)


@pytest.fixture
def alive() -> Iterator[Cluster]:
    """Simulate a cluster."""
    with rest_api.demo() as server:
        yield Cluster(urls=(server.url,), api="rest-api")


@pytest.fixture
def fleet() -> Iterator[Fleet]:
    """Give a fleet that ends with the test."""
    made = Fleet()
    yield made
    made.stop()


def by_name(fleet: Fleet) -> dict[str, Poller]:
    """Give the pollers by name."""
    return {poller.name: poller for poller in fleet.pollers}


def test_it_is_ready_when_every_cluster_was_polled(fleet: Fleet, alive: Cluster) -> None:
    """Ready is when the first poll of each ended, also in vain; the summary says how it went."""
    fleet.use(config(prod=alive, old=DEAD))
    until(lambda: fleet.ready, "ready")
    until(lambda: "prod: HEALTH_" in fleet.summary(), "health in the summary")
    assert "; old: unreachable" in fleet.summary()


def test_the_polls_are_spread_over_the_interval(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first poll of each cluster starts at once, the second after another part of it."""
    phases = []
    monkeypatch.setattr(Poller, "run", lambda _, __, phase: phases.append(phase))
    fleet.use(config(a=DEAD, b=DEAD, c=DEAD, d=DEAD))
    until(lambda: len(phases) == 4, "start of all pollers")
    assert sorted(phases) == [0.25, 0.5, 0.75, 1.0]


def test_before_that_it_is_not_ready(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a poll nothing is ready, and the summary says why."""
    monkeypatch.setattr(Poller, "run", lambda *_: None)
    fleet.use(config(prod=DEAD))
    assert not fleet.ready
    assert fleet.summary() == "prod: first poll in progress"


def test_one_changed_of_three_leaves_the_others_polling(fleet: Fleet, alive: Cluster) -> None:
    """Unchanged clusters keep their poller and miss no poll; the changed one begins anew."""
    fleet.use(config(a=alive, b=alive, c=DEAD))
    until(lambda: fleet.ready, "ready")
    before = by_name(fleet)
    changed = Cluster(urls=alive.urls, api="rest-api", collectors={"health": False})
    assert fleet.use(config(a=alive, b=changed, c=DEAD)) == ["b"]
    after = by_name(fleet)
    assert list(after) == ["a", "b", "c"]
    assert (after["a"], after["c"]) == (before["a"], before["c"])
    assert after["b"] is not before["b"]
    for poller in after.values():
        seen = poller.last_progress
        until(lambda poller=poller, seen=seen: poller.last_progress > seen, "polling on")  # type: ignore[misc]
    until(lambda: before["b"]._session.source is None, "old poller ended")


def test_a_changed_cluster_keeps_its_series_until_it_is_polled(
    fleet: Fleet, alive: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the same URLs the last snapshot stays up; with others nothing is shown yet."""
    fleet.use(config(a=alive))
    until(lambda: fleet.ready, "ready")
    monkeypatch.setattr(Poller, "run", lambda *_: None)
    fleet.use(config(a=Cluster(urls=alive.urls)))
    assert fleet.ready
    fleet.use(config(a=DEAD))
    assert not fleet.ready


def test_a_changed_cluster_takes_over_what_takes_long(
    fleet: Fleet, alive: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new poller gets it from the old one, unless it has other URLs or another RGW."""
    monkeypatch.setattr(Poller, "run", lambda *_: None)
    other_rgw = RgwConfig(("http://127.0.0.1:9",), "access", "secret")
    for changed, is_taken in (
        (Cluster(urls=alive.urls), True),
        (Cluster(urls=alive.urls, api="rest-api", rgw=other_rgw), False),
        (DEAD, False),
    ):
        fleet.use(config(a=alive))
        documents, users = fleet.pollers[0].documents, fleet.pollers[0].beside.users
        documents.keep(Answer((RgwUsers.document,), "rgw/user", 0.0), Decoded((RgwUsers(1, {}),)))
        fleet.use(config(a=changed))
        assert (RgwUsers in fleet.pollers[0].documents.available()) is is_taken
        assert (fleet.pollers[0].beside.users is users) is is_taken


def test_labels_change_with_a_second_cluster(fleet: Fleet) -> None:
    """From one cluster to two its samples get a label, so its poller begins anew."""
    fleet.use(config(a=DEAD))
    assert fleet.use(config(a=DEAD, b=DEAD)) == ["a", "b"]
    assert fleet.use(config(b=DEAD)) == ["b"]


def test_a_poller_without_progress_is_hung(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    """A poller counts as hung after interval, timeout and a grace without progress."""
    monkeypatch.setattr(Poller, "run", lambda *_: None)
    fleet.use(config(a=DEAD))
    assert fleet.hung() == []
    fleet.pollers[0].last_progress = time.monotonic() - module.GRACE - 3
    assert fleet.hung() == ["a"]


def test_clusters_that_hang_slow_no_other(fleet: Fleet, tmp_path: Path) -> None:
    """Of 50 clusters ten never answer: the others are polled on while those wait in their first."""
    secret = tmp_path / "password"
    secret.write_text(fakes.SECRET)
    with (
        serve(answering(fakes.Dashboard())) as good,
        serve(lambda connection: connection.silence()) as silent,
    ):

        def cluster(url: str) -> Cluster:
            return Cluster((url,), "dashboard", username="prom", password_file=str(secret))

        urls = {f"c{n}": silent.url if n % 5 == 0 else good.url for n in range(50)}
        clusters = {name: cluster(url) for name, url in urls.items()}
        fleet.use(Config(clusters, Poll(Duration(0.5), Duration(60), Duration(60))))
        healthy = [one for one in fleet.pollers if urls[one.name] == good.url]
        assert len(healthy) == 40
        ends: dict[str, set[float]] = {one.name: set() for one in healthy}

        def polled() -> bool:
            for one in healthy:
                if one.snapshot is not None and one.snapshot.report.up:
                    ends[one.name].add(one.snapshot.report.ended)
            return all(len(times) >= 3 for times in ends.values())

        until(polled, "three polls of each healthy cluster", 50)
        hanging = [one for one in fleet.pollers if one not in healthy]
        assert [one.snapshot for one in hanging] == [None] * 10
        start = time.monotonic()
        fleet.stop()
        assert time.monotonic() - start < 10  # all are waited for at once
