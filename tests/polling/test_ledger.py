"""What is due when, what is shown how long, and what is logged of each document."""

from collections.abc import Iterable

import pytest

from ceph_exporter.facts import (
    DOCUMENTS,
    Df,
    Fact,
    Facts,
    Health,
    OsdDump,
    Status,
    TimeSync,
    Version,
)
from ceph_exporter.polling import ledger
from ceph_exporter.polling.ledger import Ledger
from ceph_exporter.polling.snapshot import DocumentRow
from ceph_exporter.sources import Answer, ErrorKind, SourceError
from tests.sources.scripted import Clock

HEALTH = b'{"status": "HEALTH_OK", "checks": {}, "mutes": []}'
OLD_HEALTH = b'{"overall_status": "HEALTH_OK", "timechecks": {"epoch": 4, "round": 2}}'
STATUS = b'{"health": {"status": "HEALTH_WARN"}, "fsid": "x"}'
TIME_SYNC = b'{"timechecks": {"epoch": 4}}'
VERSION = b'{"version": "ceph version 16.2.15 (618f) pacific (stable)"}'
MINIMAL = b'{"health": {"status": "HEALTH_ERR"}}'
CORE = frozenset({"health detail", "status", "quorum_status", "time-sync-status", "version"})
ORDER = [name for name in DOCUMENTS if name in CORE]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Let the ledger live by a clock of the test."""
    return Clock(monkeypatch, ledger)


def good(wire_format: str, body: bytes, *documents: str) -> Answer:
    """Answer with a document, or with several."""
    return Answer(documents or (wire_format,), wire_format, 0.0, body)


def bad(
    document: str, seconds: float, kind: ErrorKind = ErrorKind.FAILED, text: str = "no such luck"
) -> Answer:
    """Answer with an error after so many seconds."""
    return Answer((document,), document, seconds, error=SourceError(kind, text))


def poll(book: Ledger, answers: Iterable[Answer]) -> list[str]:
    """Take the answers of one poll; give what was due."""
    due = book.open()
    for answer in answers:
        book.take(answer)
    return due


MGR = b'{"active_name": "%s", "available": true}'
DF = b'{"stats": {"total_bytes": 10}, "pools": []}'
PGS = b'{"osdmap": {"num_osds": 3}, "pgmap": {"pgs_by_state": [{"state_name": "x", "count": 9}]}}'


def test_without_a_mgr_nothing_of_the_last_one_is_shown(clock: Clock) -> None:
    """PGs and usage, which the monitors repeat, go as soon as no mgr is active, and come back."""
    del clock
    book = Ledger()

    def shown(mgr: bytes) -> tuple[Facts, Status]:
        poll(book, [good("df detail", DF), good("status", PGS), good("mgr dump", mgr)])
        fresh = book.fresh(60)
        status = fresh.get(Status)
        assert status is not None
        assert status.osds == 3
        return fresh, status

    for name in (b"x", b"", b"y"):
        fresh, status = shown(MGR % name)
        assert (fresh.get(Df) is None, status.pg_states == {}) == (not name, not name)


def row(book: Ledger, name: str) -> DocumentRow:
    """Give the state of a document."""
    return next(row for row in book.rows() if row.name == name)


def book() -> Ledger:
    """Make a ledger with a source that gives everything."""
    made = Ledger(CORE)
    made.use("fake", CORE)
    return made


def test_everything_is_due_at_first_and_most_of_it_every_time(clock: Clock) -> None:
    """All documents are due in the order of their weight; a slow one then every 300 s only."""
    kept = book()
    answers = [good("health detail", HEALTH), good("version", VERSION)]
    assert poll(kept, answers) == ORDER
    assert poll(kept, []) == [name for name in ORDER if name != "version"]
    clock.now += 299
    assert "version" not in poll(kept, [])
    clock.now += 1
    assert "version" in poll(kept, answers)
    assert "version" not in poll(kept, [])


def test_an_answer_is_kept_with_time_size_and_date(clock: Clock) -> None:
    """The row of a document says how long Ceph took, how much came, and when."""
    kept = book()
    assert row(kept, "status") == DocumentRow("status", None, None, None, None, "")
    poll(kept, [Answer(("status",), "status", 0.25, STATUS)])
    assert kept.had("status")
    assert not kept.had("health detail")
    assert row(kept, "status") == DocumentRow("status", True, 0.25, len(STATUS), clock.now, "")
    kept.open()
    assert not kept.had("status")


@pytest.mark.parametrize(
    ("name", "body", "fact", "factor"),
    [("status", STATUS, Status, 10), ("df detail", DF, Df, 20)],
)
def test_a_document_that_takes_long_is_asked_for_less_often(
    clock: Clock, name: str, body: bytes, fact: type[Fact], factor: int
) -> None:
    """What took t seconds is not due before 20 t have passed, and is shown so much longer.

    What says whether the cluster is well is due again after 10 t.
    """
    kept = Ledger()
    poll(kept, [Answer((name,), name, 9.0, body)])
    clock.now += 9 * factor - 1
    assert name not in kept.open()
    clock.now += 1
    assert name in kept.open()
    clock.now += 60
    assert kept.fresh(60).get(fact) is not None
    clock.now += 1
    assert kept.fresh(60).get(fact) is None


def test_only_wanted_documents_are_kept(clock: Clock) -> None:
    """A document that no collector needs is neither due nor shown when another carries it."""
    del clock
    kept = Ledger({"health detail", "version"})
    assert kept.open() == ["health detail", "version"]
    kept.take(good("health detail", OLD_HEALTH))
    kept.fail(["status"], "gone")
    assert kept.fresh(60).get(Health) is not None
    assert kept.fresh(60).get(TimeSync) is None
    assert [one.name for one in kept.rows()] == ["health detail", "version"]


def test_a_needless_document_is_not_due(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fact says itself when others that are at hand tell the same."""
    del clock
    redundant = classmethod(lambda _, available: available.get(Health) is not None)
    monkeypatch.setattr(TimeSync, "redundant", redundant)
    kept = book()
    assert poll(kept, [good("health detail", HEALTH)]) == ORDER
    assert kept.open() == [name for name in ORDER if name != "time-sync-status"]


def test_a_failure_keeps_what_was_had(clock: Clock) -> None:
    """A document that fails is still shown, with its date, until it is too old."""
    kept = book()
    poll(kept, [good("status", STATUS)])
    then = clock.now
    clock.now += 30
    poll(kept, [bad("status", 0.5)])
    assert row(kept, "status") == DocumentRow(
        "status", False, 0.5, len(STATUS), then, "no such luck"
    )
    assert kept.fresh(60).get(Status) is not None


def test_old_facts_leave(clock: Clock) -> None:
    """A fact is shown for stale_after and no longer, a slow one for 300 s more; it stays away."""
    kept = book()
    poll(kept, [good("status", STATUS), good("version", VERSION)])
    clock.now += 60
    assert kept.fresh(60).get(Status) is not None
    clock.now += 1
    assert kept.fresh(60).get(Status) is None
    assert kept.fresh(1000).get(Status) is None
    clock.now += 299
    assert kept.fresh(60).get(Version) is not None
    clock.now += 1
    assert kept.fresh(60).get(Version) is None


@pytest.mark.parametrize(("seconds", "rest"), [(0.0, 0.0), (2.0, 20.0), (9.0, 60.0)])
def test_a_failure_is_followed_by_rest(clock: Clock, seconds: float, rest: float) -> None:
    """What failed after t seconds is left alone for 10 t, 60 s at most; the others are not."""
    kept = book()
    poll(kept, [bad("status", seconds)])
    if rest:
        clock.now += rest - 0.5
        assert kept.open() == [name for name in ORDER if name != "status"]
        clock.now += 0.5
    assert kept.open() == ORDER


def test_what_an_api_does_not_know_is_asked_for_every_hour(clock: Clock) -> None:
    """Unsupported is neither success nor failure nor news; an upgrade may bring the document."""
    kept = book()
    poll(kept, [bad("time-sync-status", 0.1, ErrorKind.UNSUPPORTED)])
    assert row(kept, "time-sync-status").success is None
    assert row(kept, "time-sync-status").error == "no such luck"
    clock.now += 3599
    assert "time-sync-status" not in kept.open()
    clock.now += 1
    assert "time-sync-status" in kept.open()
    assert kept.missing == {}


def test_a_document_that_another_carries_is_not_asked_for(clock: Clock) -> None:
    """From 0.67 to 11 health carries the time checks, and the command for them is unknown."""
    kept = book()
    unknown = bad("time-sync-status", 0.0, ErrorKind.UNSUPPORTED)
    assert "time-sync-status" in poll(kept, [good("health detail", OLD_HEALTH), unknown])
    for _ in range(3):
        assert kept.had("time-sync-status")
        assert kept.fresh(60).get(TimeSync) is not None
        assert row(kept, "time-sync-status").success is True
        clock.now += 15
        assert "time-sync-status" not in poll(kept, [good("health detail", OLD_HEALTH)])
    clock.now += 3600
    assert "time-sync-status" in kept.open()


def test_an_error_for_what_was_carried_is_no_failure(clock: Clock) -> None:
    """A document that came with another answer in this poll was had, whatever else is said."""
    del clock
    kept = book()
    answers = [
        good("health detail", OLD_HEALTH),
        bad("time-sync-status", 0.1, ErrorKind.UNSUPPORTED),
    ]
    poll(kept, answers)
    assert row(kept, "time-sync-status").success is True
    kept.fail(ORDER, "gone")
    assert row(kept, "time-sync-status").success is True
    assert row(kept, "status").success is False


def test_one_answer_with_two_documents_counts_for_both(clock: Clock) -> None:
    """The dashboard's minimal health is health and status, each asked for by its own name."""
    del clock
    kept = book()
    poll(kept, [good("dashboard/health/minimal", MINIMAL, "health detail", "status")])
    facts = kept.fresh(60)
    assert [facts.get(kind) is not None for kind in (Health, Status)] == [True, True]
    assert {"health detail", "status"} <= set(kept.open())


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "status: the answer is empty"),
        (b"<html>", "status: the answer is HTML, not JSON"),
        (b'{"health": 1}', "status: Expected `object | null`, got `int` - at `health`"),
        (b'{"health": ', "status: Input data was truncated"),
    ],
)
def test_an_answer_that_makes_no_sense_is_a_failure(clock: Clock, body: bytes, said: str) -> None:
    """What cannot be decoded fails with the field that did not fit, and costs nothing else."""
    del clock
    kept = book()
    poll(kept, [good("status", body), good("health detail", HEALTH)])
    assert (row(kept, "status").success, row(kept, "status").error) == (False, said)
    assert row(kept, "health detail").success is True


def test_a_new_source_begins_anew(clock: Clock) -> None:
    """Another API may have what the last one had not; what takes Ceph long rests all the same."""
    kept = book()
    answers = [bad("status", 5), bad("version", 0.0, ErrorKind.UNSUPPORTED)]
    poll(kept, answers)
    assert kept.open() == [name for name in ORDER if name not in ("status", "version")]
    kept.use("dashboard", CORE - {"time-sync-status"})
    assert kept.open() == [name for name in ORDER if name not in ("status", "time-sync-status")]
    clock.now += 50
    assert kept.open() == [name for name in ORDER if name != "time-sync-status"]
    lost = row(kept, "time-sync-status")
    assert (lost.success, lost.error) == (None, "not to be had over dashboard")


def test_an_outage_makes_no_failure_of_what_the_api_has_not(clock: Clock) -> None:
    """A document that the API does not give is absent, not failed, also when nothing answers."""
    del clock
    kept = book()
    kept.use("dashboard", CORE - {"time-sync-status"})
    kept.fail(["status", "time-sync-status"], "connection refused")
    assert row(kept, "status").success is False
    assert row(kept, "time-sync-status").success is None
    assert "not to be had" in row(kept, "time-sync-status").error


def test_what_ceph_did_not_give_is_told_with_the_reason(clock: Clock) -> None:
    """A document that failed by itself is missing until it is had, whatever comes between."""
    del clock
    kept = book()
    poll(kept, [bad("status", 0.0), bad("version", 0.0, ErrorKind.UNSUPPORTED)])
    assert kept.missing == {"status": "no such luck"}
    poll(kept, [bad("status", 0.0, text="worse")])
    assert kept.missing == {"status": "worse"}
    poll(kept, [good("status", STATUS)])
    assert kept.missing == {}


def test_the_failure_of_the_whole_source_is_no_failure_of_each(clock: Clock) -> None:
    """When Ceph is not reached at all that is said once, not of each document."""
    del clock
    kept = book()
    kept.open()
    kept.fail(ORDER, "connection refused")
    assert {(one.success, one.seconds, one.error) for one in kept.rows()} == {
        (False, None, "connection refused")
    }
    assert kept.open() == ORDER  # and nothing has to rest
    assert kept.missing == {}


def test_what_the_url_was_silent_about_rests(clock: Clock) -> None:
    """A document that a URL was asked for in vain until the end rests, but not for ever."""
    kept = book()
    kept.open()
    with pytest.raises(SourceError, match="no such luck"):
        kept.take(bad("version", 9, ErrorKind.UNREACHABLE))
    assert kept.open() == [name for name in ORDER if name != "version"]
    clock.now += 61
    assert kept.open() == ORDER


def test_what_says_that_a_cluster_is_back_never_rests(clock: Clock) -> None:
    """Health, status and quorum are asked for in each poll while a URL is silent."""
    del clock
    kept = book()
    for name in ("health detail", "status", "quorum_status"):
        with pytest.raises(SourceError):
            kept.take(bad(name, 9, ErrorKind.UNREACHABLE))
    assert kept.open() == ORDER


def test_what_is_not_believed_is_not_kept(clock: Clock) -> None:
    """What a check refuses is not had, and the refusal is the URL's."""
    del clock
    kept = book()
    kept.open()

    def check(found: object) -> None:
        raise SourceError(ErrorKind.FOREIGN, f"not {found}")

    with pytest.raises(SourceError, match="not "):
        kept.take(good("status", STATUS), check)
    assert not kept.had("status")
    assert not kept.fresh(60).get(Status)


def test_forgotten_is_not_had_and_asked_for_again(clock: Clock) -> None:
    """After `forget` no fact is at hand, and slow documents are due again."""
    del clock
    kept = book()
    poll(kept, [good("status", STATUS), good("version", VERSION)])
    assert "version" not in kept.due()
    kept.forget()
    assert not kept.had("status")
    assert not kept.fresh(60).get(Status)
    assert "version" in kept.due()


STATUS_OF_EPOCH = b'{"health": {"status": "HEALTH_OK"}, "osdmap": {"epoch": %d}}'
MAP = b'{"osds": [], "epoch": %d}'
TREE = b'{"nodes": []}'
OF_MAP = ["osd dump", "osd tree"]


def maps(epoch: int, *, tree: bool = True) -> list[Answer]:
    """Answer with the status and the OSD map, and its tree, of an epoch."""
    found = [good("status", STATUS_OF_EPOCH % epoch), good("osd dump", MAP % epoch)]
    return [*found, good("osd tree", TREE)] if tree else found


def of_map(book: Ledger) -> Ledger:
    """Ask twice, so that the epoch is known before and after."""
    for _ in range(2):
        book.open()
        for answer in maps(7):
            book.take(answer)
    return book


def test_the_osd_map_is_asked_for_twice_before_it_stands(clock: Clock) -> None:
    """Only a status that was had before tells of which epoch the other documents are."""
    del clock
    kept = Ledger([*OF_MAP, "status"])
    assert poll(kept, maps(7)) == ["status", *OF_MAP]
    assert poll(kept, maps(7)) == ["status", *OF_MAP]
    assert poll(kept, []) == ["status"]


def test_the_osd_map_stands_while_its_epoch_does(clock: Clock) -> None:
    """While status tells the same epoch nothing of the map is asked for, and none of it is old."""
    kept = of_map(Ledger([*OF_MAP, "status"]))
    for _ in range(10):
        clock.now += 15
        assert poll(kept, maps(7)[:1]) == ["status"]
        assert kept.due() == ["status"]
        assert kept.fresh(60).get(OsdDump) is not None
    assert row(kept, "osd dump")[:2] == ("osd dump", True)
    assert row(kept, "osd tree").last_success == clock.now


def test_a_new_epoch_makes_the_osd_map_due(clock: Clock) -> None:
    """Once status tells another epoch, the map is asked for in the same poll.

    And once more in the next, as what answered may have been a monitor that was behind.
    """
    del clock
    kept = of_map(Ledger([*OF_MAP, "status"]))
    assert poll(kept, maps(8)[:1]) == ["status"]
    assert kept.due() == ["status", *OF_MAP]
    for answer in maps(7)[1:]:
        kept.take(answer)
    assert poll(kept, maps(8)) == ["status", *OF_MAP]
    assert poll(kept, maps(8)[:1]) == ["status"]
    assert kept.due() == ["status"]


def test_what_was_asked_for_with_the_status_may_be_of_the_epoch_before(clock: Clock) -> None:
    """A map that was had with the first status of its epoch is asked for again."""
    del clock
    kept = of_map(Ledger([*OF_MAP, "status"]))
    kept.use("restful", frozenset([*OF_MAP, "status"]))
    assert poll(kept, maps(9)) == ["status", *OF_MAP]
    assert poll(kept, maps(9)) == ["status", *OF_MAP]
    assert poll(kept, []) == ["status"]


def test_without_the_status_the_osd_map_is_asked_for(clock: Clock) -> None:
    """A status that cannot be had vouches for nothing: the map is asked for, or goes stale."""
    kept = of_map(Ledger([*OF_MAP, "status"]))
    clock.now += 30
    assert poll(kept, [bad("status", 0.1)]) == ["status"]
    assert kept.due() == OF_MAP
    clock.now += 31
    assert kept.fresh(60).get(OsdDump) is None
