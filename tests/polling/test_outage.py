"""Polls that fail: how long the pauses get, and what the log says of it."""

from collections.abc import Mapping

import pytest

from ceph_exporter.config import Poll
from ceph_exporter.config.units import Duration
from ceph_exporter.polling.outage import SUMMARY_INTERVAL, Outage, pause
from ceph_exporter.polling.report import DocumentRow, DocumentState
from ceph_exporter.sources import ErrorKind, SourceError
from tests.sources.scripted import GONE, Clock, log_lines

REFUSED = SourceError(ErrorKind.REFUSED, "wrong password")
POLL = Poll(Duration(15), Duration(10), Duration(60))


def failed(missing: Mapping[str, str]) -> list[DocumentRow]:
    """Return the rows of documents that failed although the cluster is reachable."""
    return [
        DocumentRow(name, DocumentState.FAILED, ErrorKind.FAILED, error, 0.1)
        for name, error in missing.items()
    ]


@pytest.fixture
def clock() -> Clock:
    """Return a clock that the test moves."""
    return Clock()


@pytest.fixture
def logs(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> list[str]:
    """Collect the log."""
    return log_lines(monkeypatch, caplog)


@pytest.mark.parametrize(
    ("failures", "low", "high"),
    [(0, 14.7, 15.3), (2, 14.7, 15.3), (3, 24, 30), (4, 24, 30), (10**6, 24, 30)],
)
def test_pauses_grow_with_failures(failures: int, low: float, high: float) -> None:
    """From the third failure on the pause doubles with jitter, up to half of stale_after."""
    found = {pause(POLL, failures) for _ in range(100)}
    assert low <= min(found) < max(found) <= high


def test_pauses_stay_short_however_long_data_is_shown() -> None:
    """A cluster that is back is seen within a minute."""
    assert pause(Poll(Duration(15), Duration(10), Duration(3600)), 9) <= 60


def test_pauses_never_get_shorter_than_the_interval() -> None:
    """Where data goes stale with the next poll, a failure does not bring it forward."""
    rarely = Poll(Duration(50), Duration(10), Duration(60))
    assert pause(rarely, 9) >= 40


def test_an_outage_is_a_line_a_kind_and_a_line_an_hour(clock: Clock, logs: list[str]) -> None:
    """Begin, a new kind of failure, each full hour, end; nothing for the polls between."""
    watch = Outage({"cluster": "prod"}, clock)
    for second in range(0, 7300, 20):
        clock.now = 1000.0 + second
        # The reasons come and go in turns, as with two mgrs of which one is a standby.
        watch.note(REFUSED if second % 40 else GONE, ())
    clock.now += 20
    watch.note(None, ())
    watch.note(None, ())
    assert logs == [
        "ERROR cluster unreachable cluster=prod error=gone",
        "ERROR cluster unreachable cluster=prod error=wrong password",
        "ERROR cluster still unreachable cluster=prod seconds=3600 polls=181 error=gone",
        "ERROR cluster still unreachable cluster=prod seconds=7200 polls=361 error=gone",
        "INFO cluster reachable again cluster=prod seconds=7300 polls=365",
    ]


def test_documents_that_stay_away_are_a_line_an_hour(clock: Clock, logs: list[str]) -> None:
    """A cluster that is reached, but not whole, is said each hour; a healthy one says nothing."""
    watch = Outage({}, clock)
    for _ in range(3):
        clock.now += SUMMARY_INTERVAL
        watch.note(None, ())
    assert logs == []
    for _ in range(3):
        watch.note(None, failed({"osd df": "too late", "version": "no"}))
        clock.now += SUMMARY_INTERVAL
    assert logs == [
        "WARNING documents unavailable documents=osd df,version error=too late",
        *["WARNING documents still unavailable documents=osd df,version"] * 2,
    ]


def test_documents_that_go_or_come_together_are_a_line(clock: Clock, logs: list[str]) -> None:
    """A poll without a document is a line when it begins and when it ends, whatever the reasons.

    That a cluster was not reached meanwhile changes nothing.
    """
    watch = Outage({"cluster": "prod"}, clock)
    for missing in ({"a": "no", "b": "no"}, {"a": "later", "b": "no"}, {"b": "no", "c": "ill"}):
        clock.now += 15
        watch.note(None, failed(missing))
        watch.note(GONE, ())
    watch.note(None, ())
    assert [line for line in logs if "documents" in line] == [
        "WARNING documents unavailable cluster=prod documents=a,b error=no",
        "WARNING documents unavailable cluster=prod documents=c error=ill",
        "INFO documents available again cluster=prod documents=a",
        "INFO documents available again cluster=prod documents=b,c",
    ]


def test_a_field_of_an_unexpected_type_is_logged_once(clock: Clock, logs: list[str]) -> None:
    """Each path of each document is one warning, however often and in how many rows it is odd."""
    outage = Outage({}, clock)
    for dropped in ({"quorum_age": 1}, {}, {"quorum_age": 1, "monmap.mons[].addr": 3}):
        row = DocumentRow("quorum_status", DocumentState.OK, dropped=dropped)
        outage.note(None, [row])
    assert logs == [
        "WARNING dropped fields of an unexpected type fields=quorum_status: quorum_age",
        "WARNING dropped fields of an unexpected type fields=quorum_status: monmap.mons[].addr",
    ]
