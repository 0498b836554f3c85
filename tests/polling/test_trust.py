"""What is believed: answers of the right cluster, as long as its quorum gives signs of life."""

import pytest

from ceph_exporter.facts import Monitor, Quorum
from ceph_exporter.polling.trust import FROZEN_AFTER, Trust
from ceph_exporter.sources import ErrorKind, SourceError
from tests.sources.scripted import Clock, log_lines

X, Y = "http://x", "http://y"


@pytest.fixture
def clock() -> Clock:
    """Return a clock that the test moves."""
    return Clock()


def quorum(age: float | None = None, *lags: float, fsid: str = "f", epoch: int = 4) -> Quorum:
    """Say that monitors reported to the mgr every 5 s, the last time so many seconds ago."""
    monitors = tuple(
        Monitor(str(rank), rank, in_quorum=True, reports=(995 - lag, 1000 - lag))
        for rank, lag in enumerate(lags)
    )
    return Quorum(fsid, monitors, election_epoch=epoch, age=age)


def refused(watch: Trust, url: str, found: Quorum, api: str = "dashboard") -> SourceError:
    """Check what is not to be believed; give the error."""
    with pytest.raises(SourceError) as caught:
        watch.check(url, api, found)
    return caught.value


def test_the_first_cluster_is_the_right_one(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Another fsid is refused at any URL with one line, until the first one is back."""
    logs = log_lines(monkeypatch, caplog)
    watch = Trust({"cluster": "prod"}, (X, Y))
    assert watch.foreign == {X: False, Y: False}
    watch.check(X, "restful", quorum())
    for _ in range(3):
        error = refused(watch, Y, quorum(fsid="g"), "restful")
    assert error.kind is ErrorKind.FOREIGN
    assert str(error).startswith("http://y: another cluster answers (fsid g, expected f); check")
    assert watch.foreign == {X: False, Y: True}
    watch.check(Y, "restful", quorum())
    assert watch.foreign == {X: False, Y: False}
    about = "cluster=prod url=http://y"
    assert logs == [
        f"ERROR rejected answers from another cluster {about} fsid=g expected=f",
        f"INFO accepting answers from the right cluster again {about} fsid=f expected=f",
    ]


def test_an_age_that_stands_still_is_no_quorum(clock: Clock) -> None:
    """The dashboard is not believed once the quorum's age has not moved for a while."""
    watch = Trust({}, (X,), clock)
    for age in (7, 8, 9, 9, 9):
        watch.check(X, "dashboard", quorum(age))
        clock.now += FROZEN_AFTER / 3
    error = refused(watch, X, quorum(9))
    assert error.kind is ErrorKind.FROZEN
    assert "the mgr has heard nothing new from the monitors for 20 s" in str(error)
    watch.check(X, "dashboard", quorum(9, epoch=6))  # a new quorum that is as old by chance


def test_a_frozen_mgr_is_no_more_believed_after_another_one(clock: Clock) -> None:
    """What a URL said is remembered while others are asked, so an old mgr stays found out."""
    watch = Trust({}, (X, Y), clock)
    watch.check(X, "dashboard", quorum(9))
    clock.now += FROZEN_AFTER
    assert refused(watch, X, quorum(9)).kind is ErrorKind.FROZEN
    watch.check(Y, "dashboard", quorum(40))
    assert refused(watch, X, quorum(9)).kind is ErrorKind.FROZEN


@pytest.mark.parametrize("api", ["restful", "rest-api", "recording"])
def test_apis_that_ask_the_monitors_are_believed(clock: Clock, api: str) -> None:
    """A command is answered by a quorum or not at all, and a recording never changes."""
    watch = Trust({}, (X,), clock)
    for _ in range(3):
        watch.check(X, api, quorum(9, 0, 100, 100))
        clock.now += FROZEN_AFTER


def test_without_an_age_there_is_no_judging_by_it(clock: Clock) -> None:
    """A release that does not tell the age is believed."""
    watch = Trust({}, (X,), clock)
    for _ in range(3):
        watch.check(X, "dashboard", quorum(None))
        clock.now += FROZEN_AFTER


@pytest.mark.parametrize(
    ("lags", "silent"),
    [
        ((0, 31, 31), "2 of 3"),
        ((0, 31), "1 of 2"),
        ((31, 0, 31, 1, 31), "3 of 5"),
        ((0, 0, 31), ""),
        ((0, 29, 29), ""),
        ((100,), ""),
        ((100, 100, 100), ""),
        ((), ""),
    ],
)
def test_silent_monitors_make_no_quorum(lags: tuple[float, ...], silent: str) -> None:
    """One answer is enough to see it, when half of the monitors or more report no longer."""
    watch = Trust({}, (X,))
    if silent:
        error = refused(watch, X, quorum(9, *lags))
        assert error.kind is ErrorKind.FROZEN
        assert f"no reports from {silent} monitors, so its dashboard reports old data" in str(error)
        unaged = Trust({}, (X,))
        for epoch in (4, 6):
            found = quorum(None, *lags, epoch=epoch)
            assert refused(unaged, X, found).kind is ErrorKind.FROZEN
    else:
        watch.check(X, "dashboard", quorum(9, *lags))


def test_silence_is_no_proof_against_an_age_that_moves(clock: Clock) -> None:
    """Monitors that are cut off from the mgr only have a quorum all the same."""
    watch = Trust({}, (X,), clock)
    assert refused(watch, X, quorum(9, 0, 100, 100)).kind is ErrorKind.FROZEN
    clock.now += 15
    for age in (24, 39):
        watch.check(X, "dashboard", quorum(age, 0, 100, 100))
        clock.now += 15
    clock.now += 15
    error = refused(watch, X, quorum(39, 0, 100, 100))
    assert "nothing new from the monitors for 30 s" in str(error)


def test_who_reports_rarely_or_never_is_not_silent() -> None:
    """The pace is the cluster's own, and a mgr that became active just now was told nothing yet."""
    rows = [(880.0, 1000.0), (820.0, 940.0), (910.0,), ()]
    monitors = tuple(
        Monitor(str(rank), rank, in_quorum=True, reports=reports)
        for rank, reports in enumerate(rows)
    )
    Trust({}, (X,)).check(X, "dashboard", Quorum("f", monitors))
