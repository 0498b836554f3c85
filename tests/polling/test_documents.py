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
from ceph_exporter.polling.documents import Documents
from ceph_exporter.polling.report import DocumentRow, DocumentState
from ceph_exporter.sources import Answer, ErrorKind, SourceError
from tests.sources.scripted import GONE, Clock

HEALTH = b'{"status": "HEALTH_OK", "checks": {}, "mutes": []}'
OLD_HEALTH = b'{"overall_status": "HEALTH_OK", "timechecks": {"epoch": 4, "round": 2}}'
STATUS = b'{"health": {"status": "HEALTH_WARN"}, "fsid": "x"}'
TIME_SYNC = b'{"timechecks": {"epoch": 4}}'
VERSION = b'{"version": "ceph version 16.2.15 (618f) pacific (stable)"}'
MINIMAL = b'{"health": {"status": "HEALTH_ERR"}}'
DOWN = SourceError(ErrorKind.UNREACHABLE, "connection refused")
CORE = frozenset({"health detail", "status", "quorum_status", "time-sync-status", "version"})
ORDER = [name for name in DOCUMENTS if name in CORE]


@pytest.fixture
def clock() -> Clock:
    """Return a clock that the test moves."""
    return Clock()


def good(wire_format: str, body: bytes, *documents: str) -> Answer:
    """Answer with a document, or with several."""
    return Answer(documents or (wire_format,), wire_format, 0.0, body)


def bad(
    document: str, seconds: float, kind: ErrorKind = ErrorKind.FAILED, text: str = "no such luck"
) -> Answer:
    """Answer with an error after so many seconds."""
    return Answer((document,), document, seconds, error=SourceError(kind, text))


def start(documents: Documents) -> list[str]:
    """Start a poll; return what is due."""
    documents.start_poll()
    return documents.due()


def take(documents: Documents, answer: Answer) -> None:
    """Decode an answer and keep it, or note why there is none."""
    try:
        facts = documents.decode(answer)
    except SourceError as error:
        documents.fail(answer.documents, error, answer.seconds)
    else:
        documents.keep(answer, facts)


def poll(documents: Documents, answers: Iterable[Answer]) -> list[str]:
    """Take the answers of one poll; return what was due at its start."""
    due = start(documents)
    for answer in answers:
        take(documents, answer)
    return due


def shown(documents: Documents, stale_after: float = 60) -> Facts:
    """End the poll; return the facts that are exported."""
    documents.end_poll(stale_after)
    return Facts(documents.available())


def missing(documents: Documents) -> dict[str, str]:
    """Return the documents that failed on their own, and why."""
    return {
        row.name: row.error
        for row in documents.rows()
        if row.state is DocumentState.FAILED and row.seconds is not None
    }


MGR = b'{"active_name": "%s", "available": true}'
DF = b'{"stats": {"total_bytes": 10}, "pools": []}'
PGS = b'{"osdmap": {"num_osds": 3}, "pgmap": {"pgs_by_state": [{"state_name": "x", "count": 9}]}}'


def test_without_a_mgr_nothing_of_the_last_one_is_shown(clock: Clock) -> None:
    """PGs and usage, which the monitors repeat, go as soon as no mgr is active, and come back."""
    documents = Documents(clock=clock)
    for name in (b"x", b"", b"y"):
        poll(documents, [good("df detail", DF), good("status", PGS), good("mgr dump", MGR % name)])
        facts = shown(documents)
        status = facts.get(Status)
        assert status is not None
        assert status.osds == 3
        assert (facts.get(Df) is None, status.pg_states == {}) == (not name, not name)


def row(documents: Documents, name: str) -> DocumentRow:
    """Give the state of a document."""
    return next(row for row in documents.rows() if row.name == name)


def core(clock: Clock) -> Documents:
    """Return documents whose source offers everything."""
    documents = Documents(CORE, clock)
    documents.connect("fake", CORE)
    return documents


def test_everything_is_due_at_first_and_most_of_it_every_time(clock: Clock) -> None:
    """All documents are due in the order of their weight; a slow one then every 300 s only."""
    documents = core(clock)
    answers = [good("health detail", HEALTH), good("version", VERSION)]
    assert poll(documents, answers) == ORDER
    assert poll(documents, []) == [name for name in ORDER if name != "version"]
    clock.now += 299
    assert "version" not in poll(documents, [])
    clock.now += 1
    assert "version" in poll(documents, answers)
    assert "version" not in poll(documents, [])


def test_an_answer_is_kept_with_time_size_and_date(clock: Clock) -> None:
    """The row of a document says how long Ceph took, how much came, and when."""
    documents = core(clock)
    assert row(documents, "status") == DocumentRow("status", DocumentState.PENDING)
    poll(documents, [Answer(("status",), "status", 0.25, STATUS)])
    assert documents.received("status")
    assert not documents.received("health detail")
    assert row(documents, "status") == DocumentRow(
        "status", DocumentState.OK, None, "", 0.25, len(STATUS), clock.now
    )
    start(documents)
    assert not documents.received("status")


@pytest.mark.parametrize(
    ("name", "body", "fact", "wait"),
    [("status", STATUS, Status, 60), ("df detail", DF, Df, 150)],
)
def test_a_document_that_takes_long_is_asked_for_less_often(
    clock: Clock, name: str, body: bytes, fact: type[Fact], wait: int
) -> None:
    """What takes very long is requested rarely, and shown so much longer.

    What says whether the cluster is well is requested every minute.
    """
    documents = Documents(clock=clock)
    poll(documents, [Answer((name,), name, 9.1, body)])
    clock.now += wait - 8
    assert name not in start(documents)
    clock.now += 0.5  # half of a poll's interval before
    assert name in start(documents)
    clock.now += 60
    assert shown(documents).get(fact) is not None
    clock.now += 1
    assert shown(documents).get(fact) is None


def test_only_wanted_documents_are_kept(clock: Clock) -> None:
    """A document that no collector needs is neither due nor shown when another carries it."""
    documents = Documents({"health detail", "version"}, clock)
    assert start(documents) == ["health detail", "version"]
    take(documents, good("health detail", OLD_HEALTH))
    documents.fail(["status"], GONE)
    assert shown(documents).get(Health) is not None
    assert shown(documents).get(TimeSync) is None
    assert [one.name for one in documents.rows()] == ["health detail", "version"]


def test_a_needless_document_is_not_due(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fact says itself when others that are at hand tell the same."""
    redundant = classmethod(lambda _, available: available.get(Health) is not None)
    monkeypatch.setattr(TimeSync, "redundant", redundant)
    documents = core(clock)
    assert poll(documents, [good("health detail", HEALTH)]) == ORDER
    assert start(documents) == [name for name in ORDER if name != "time-sync-status"]


def test_a_failure_keeps_what_was_had(clock: Clock) -> None:
    """A document that fails is still shown, with its date, until it is too old."""
    documents = core(clock)
    poll(documents, [good("status", STATUS)])
    then = clock.now
    clock.now += 30
    poll(documents, [bad("status", 0.5)])
    assert row(documents, "status") == DocumentRow(
        "status",
        DocumentState.FAILED,
        ErrorKind.FAILED,
        "no such luck",
        0.5,
        len(STATUS),
        then,
    )
    assert shown(documents).get(Status) is not None


def test_old_facts_leave(clock: Clock) -> None:
    """A fact is shown for stale_after and no longer, a slow one for 300 s more; it stays away."""
    documents = core(clock)
    poll(documents, [good("status", STATUS), good("version", VERSION)])
    clock.now += 60
    assert shown(documents).get(Status) is not None
    clock.now += 1
    assert shown(documents).get(Status) is None
    assert shown(documents, 1000).get(Status) is None
    clock.now += 299
    assert shown(documents).get(Version) is not None
    clock.now += 1
    assert shown(documents).get(Version) is None


@pytest.mark.parametrize(("seconds", "rest"), [(0.0, 0.0), (2.0, 20.0), (9.0, 60.0)])
def test_a_failure_is_followed_by_rest(clock: Clock, seconds: float, rest: float) -> None:
    """What failed after t seconds is left alone for 10 t, 60 s at most; the others are not."""
    documents = core(clock)
    poll(documents, [bad("status", seconds)])
    if rest:
        clock.now += rest - 0.5
        assert start(documents) == [name for name in ORDER if name != "status"]
        clock.now += 0.5
    assert start(documents) == ORDER


def test_what_an_api_does_not_know_is_requested_every_five_minutes(clock: Clock) -> None:
    """Unsupported is neither success nor failure nor news; an upgrade may bring the document."""
    documents = core(clock)
    poll(documents, [bad("time-sync-status", 0.1, ErrorKind.UNSUPPORTED)])
    assert row(documents, "time-sync-status").state is DocumentState.UNSUPPORTED
    assert row(documents, "time-sync-status").error == "no such luck"
    clock.now += 299
    assert "time-sync-status" not in start(documents)
    clock.now += 1
    assert "time-sync-status" in start(documents)
    assert missing(documents) == {}


def test_a_document_that_another_carries_is_not_asked_for(clock: Clock) -> None:
    """From 0.67 to 11 health carries the time checks, and the command for them is unknown."""
    documents = core(clock)
    unknown = bad("time-sync-status", 0.0, ErrorKind.UNSUPPORTED)
    assert "time-sync-status" in poll(documents, [good("health detail", OLD_HEALTH), unknown])
    for _ in range(3):
        assert documents.received("time-sync-status")
        assert shown(documents).get(TimeSync) is not None
        assert row(documents, "time-sync-status").state is DocumentState.OK
        clock.now += 15
        assert "time-sync-status" not in poll(documents, [good("health detail", OLD_HEALTH)])
    clock.now += 300
    assert "time-sync-status" in start(documents)


def test_an_error_for_what_was_carried_is_no_failure(clock: Clock) -> None:
    """A document that came with another answer in this poll was had, whatever else is said."""
    documents = core(clock)
    answers = [
        good("health detail", OLD_HEALTH),
        bad("time-sync-status", 0.1, ErrorKind.UNSUPPORTED),
    ]
    poll(documents, answers)
    assert row(documents, "time-sync-status").state is DocumentState.OK
    documents.fail(ORDER, GONE)
    assert row(documents, "time-sync-status").state is DocumentState.OK
    assert row(documents, "status").state is DocumentState.FAILED


def test_one_answer_with_two_documents_counts_for_both(clock: Clock) -> None:
    """The dashboard's minimal health is health and status, each asked for by its own name."""
    documents = core(clock)
    poll(documents, [good("dashboard/health/minimal", MINIMAL, "health detail", "status")])
    facts = shown(documents)
    assert [facts.get(kind) is not None for kind in (Health, Status)] == [True, True]
    assert {"health detail", "status"} <= set(start(documents))


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
    documents = core(clock)
    poll(documents, [good("status", body), good("health detail", HEALTH)])
    assert (row(documents, "status").state, row(documents, "status").error) == (
        DocumentState.FAILED,
        said,
    )
    assert row(documents, "health detail").state is DocumentState.OK


def test_a_new_source_begins_anew(clock: Clock) -> None:
    """Another API may have what the last one had not; what takes Ceph long rests all the same."""
    documents = core(clock)
    answers = [bad("status", 5), bad("version", 0.0, ErrorKind.UNSUPPORTED)]
    poll(documents, answers)
    assert start(documents) == [name for name in ORDER if name not in ("status", "version")]
    documents.connect("dashboard", CORE - {"time-sync-status"})
    assert start(documents) == [
        name for name in ORDER if name not in ("status", "time-sync-status")
    ]
    clock.now += 50
    assert start(documents) == [name for name in ORDER if name != "time-sync-status"]
    lost = row(documents, "time-sync-status")
    assert (lost.state, lost.error) == (DocumentState.UNSUPPORTED, "not available from dashboard")


def test_an_outage_makes_no_failure_of_what_the_api_has_not(clock: Clock) -> None:
    """A document that the API does not give is absent, not failed, also when nothing answers."""
    documents = core(clock)
    documents.connect("dashboard", CORE - {"time-sync-status"})
    documents.fail(["status", "time-sync-status"], DOWN)
    assert row(documents, "status").state is DocumentState.FAILED
    assert row(documents, "time-sync-status").state is DocumentState.UNSUPPORTED
    assert "not available" in row(documents, "time-sync-status").error


def test_what_ceph_did_not_give_is_told_with_the_reason(clock: Clock) -> None:
    """A document that failed by itself is missing until it is had, whatever comes between."""
    documents = core(clock)
    poll(documents, [bad("status", 0.0), bad("version", 0.0, ErrorKind.UNSUPPORTED)])
    assert missing(documents) == {"status": "no such luck"}
    poll(documents, [bad("status", 0.0, text="worse")])
    assert missing(documents) == {"status": "worse"}
    poll(documents, [good("status", STATUS)])
    assert missing(documents) == {}


def test_the_failure_of_the_whole_source_is_no_failure_of_each(clock: Clock) -> None:
    """When Ceph is not reached at all that is said once, not of each document."""
    documents = core(clock)
    start(documents)
    documents.fail(ORDER, DOWN)
    assert {(one.state, one.seconds, one.error) for one in documents.rows()} == {
        (DocumentState.FAILED, None, "connection refused")
    }
    assert start(documents) == ORDER  # and nothing has to rest
    assert missing(documents) == {}


def test_what_the_url_was_silent_about_rests(clock: Clock) -> None:
    """A document that a URL was asked for in vain until the end rests, but not for ever."""
    documents = core(clock)
    start(documents)
    documents.cool_down(["version"], 9)
    assert start(documents) == [name for name in ORDER if name != "version"]
    clock.now += 61
    assert start(documents) == ORDER


def test_what_says_that_a_cluster_is_back_never_rests(clock: Clock) -> None:
    """Health, status and quorum are asked for in each poll while a URL is silent."""
    documents = core(clock)
    documents.cool_down(["health detail", "status", "quorum_status"], 9)
    assert start(documents) == ORDER


def test_forgotten_is_not_had_and_asked_for_again(clock: Clock) -> None:
    """After `forget` no fact is at hand, and slow documents are due again."""
    documents = core(clock)
    poll(documents, [good("status", STATUS), good("version", VERSION)])
    assert "version" not in documents.due()
    documents.forget()
    assert not documents.received("status")
    assert not shown(documents).get(Status)
    assert "version" in documents.due()


STATUS_OF_EPOCH = b'{"health": {"status": "HEALTH_OK"}, "osdmap": {"epoch": %d}}'
MAP = b'{"osds": [], "epoch": %d}'
TREE = b'{"nodes": []}'
OF_MAP = ["osd dump", "osd tree"]


def maps(epoch: int, *, tree: bool = True) -> list[Answer]:
    """Answer with the status and the OSD map, and its tree, of an epoch."""
    found = [good("status", STATUS_OF_EPOCH % epoch), good("osd dump", MAP % epoch)]
    return [*found, good("osd tree", TREE)] if tree else found


def of_map(documents: Documents) -> Documents:
    """Ask twice, so that the epoch is known before and after."""
    for _ in range(2):
        start(documents)
        for answer in maps(7):
            take(documents, answer)
    return documents


def test_the_osd_map_is_asked_for_twice_before_it_stands(clock: Clock) -> None:
    """Only a status that was had before tells of which epoch the other documents are."""
    documents = Documents([*OF_MAP, "status"], clock)
    assert poll(documents, maps(7)) == ["status", *OF_MAP]
    assert poll(documents, maps(7)) == ["status", *OF_MAP]
    assert poll(documents, []) == ["status"]


def test_the_osd_map_stands_while_its_epoch_does(clock: Clock) -> None:
    """While status tells the same epoch nothing of the map is asked for, and none of it is old."""
    documents = of_map(Documents([*OF_MAP, "status"], clock))
    for _ in range(10):
        clock.now += 15
        assert poll(documents, maps(7)[:1]) == ["status"]
        assert documents.due() == ["status"]
        assert shown(documents).get(OsdDump) is not None
    assert row(documents, "osd dump")[:2] == ("osd dump", DocumentState.OK)
    assert row(documents, "osd tree").last_success == clock.now


def test_a_new_epoch_makes_the_osd_map_due(clock: Clock) -> None:
    """Once status tells another epoch, the map is asked for in the same poll.

    And once more in the next, as what answered may have been a monitor that was behind.
    """
    documents = of_map(Documents([*OF_MAP, "status"], clock))
    assert poll(documents, maps(8)[:1]) == ["status"]
    assert documents.due() == ["status", *OF_MAP]
    for answer in maps(7)[1:]:
        take(documents, answer)
    assert poll(documents, maps(8)) == ["status", *OF_MAP]
    assert poll(documents, maps(8)[:1]) == ["status"]
    assert documents.due() == ["status"]


def test_what_was_asked_for_with_the_status_may_be_of_the_epoch_before(clock: Clock) -> None:
    """A map that was had with the first status of its epoch is asked for again."""
    documents = of_map(Documents([*OF_MAP, "status"], clock))
    documents.connect("restful", frozenset([*OF_MAP, "status"]))
    assert poll(documents, maps(9)) == ["status", *OF_MAP]
    assert poll(documents, maps(9)) == ["status", *OF_MAP]
    assert poll(documents, []) == ["status"]


def test_without_the_status_the_osd_map_is_asked_for(clock: Clock) -> None:
    """A status that cannot be had vouches for nothing: the map is asked for, or goes stale."""
    documents = of_map(Documents([*OF_MAP, "status"], clock))
    clock.now += 30
    assert poll(documents, [bad("status", 0.1)]) == ["status"]
    assert documents.due() == OF_MAP
    clock.now += 31
    assert shown(documents).get(OsdDump) is None


def test_the_osd_map_stays_while_a_slow_status_is_in_cooldown(clock: Clock) -> None:
    """A status that took 4 s is requested once a minute; meanwhile the OSD map is not stale."""
    documents = of_map(Documents([*OF_MAP, "status"], clock))
    slow = Answer(("status",), "status", 4.0, STATUS_OF_EPOCH % 7)
    assert poll(documents, [slow]) == ["status"]
    clock.now += 52
    assert poll(documents, []) == []
    page = shown(documents, stale_after=30)
    assert page.get(Status) is not None
    assert page.get(OsdDump) is not None
    clock.now += 31
    page = shown(documents, stale_after=30)
    assert page.get(Status) is None
    assert page.get(OsdDump) is None


def test_fields_of_an_unexpected_type_are_counted(clock: Clock) -> None:
    """The row of each document that an answer carries has what was dropped from the last one."""
    documents = core(clock)
    body = b'{"health": {"status": "HEALTH_OK"}, "fsid": %s}'
    for fsid, dropped in ((b"7.5", {"fsid": 1}), (b"7.5", {"fsid": 1}), (b'"x"', {})):
        poll(documents, [good("status", body % fsid)])
        assert row(documents, "status").dropped == dropped
        assert shown(documents).get(Status) is not None


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        (b'"progress_events": {}', False),
        (b'"progress_events": {"1": {"message": "Upgrade to 20.2.4", "progress": 0.5}}', True),
        (b'"fsmap": {}', True),  # it has no events before 14, and over the dashboard
    ],
)
def test_operations_are_requested_while_there_are_any(
    events: bytes, expected: bool, clock: Clock
) -> None:
    """In the poll whose status reports operations, and in no other, their start is requested."""
    names = frozenset({"status", "progress json"})
    documents = Documents(names, clock)
    documents.connect("fake", names)
    assert start(documents) == ["status"]
    take(documents, good("status", b'{"fsid": "x", ' + events + b"}"))
    assert ("progress json" in documents.due()) is expected


@pytest.mark.parametrize(("seconds", "interval"), [(0.1, None), (2.0, 40.0)])
def test_only_an_interval_longer_than_that_of_the_polls_is_shown(
    seconds: float, interval: float | None, clock: Clock
) -> None:
    """A document beside the polls that each poll may request has none."""
    names = frozenset({"service status"})
    documents = Documents(names, clock)
    documents.connect("fake", names)
    poll(documents, [Answer(("service status",), "service status", seconds, b"{}")])
    assert row(documents, "service status").interval == interval


def test_what_only_another_document_contains_is_as_fresh_as_that(clock: Clock) -> None:
    """Up to Ceph 11, health contains the time checks; both are shown equally long."""
    documents = core(clock)
    poll(documents, [Answer(("status",), "status", 0.0, STATUS)])
    for _ in range(2):
        poll(documents, [Answer(("health detail",), "health detail", 2.6, OLD_HEALTH)])
    clock.now += 60 + 40
    facts = shown(documents)
    assert facts.get(Health) is not None
    assert facts.get(TimeSync) is not None


def test_some_counters_must_be_requested_within_a_minute(clock: Clock) -> None:
    """The mgr stops counting the requests for images when nobody asks for a minute."""
    name = "rbd perf image counters"
    documents = Documents({name}, clock)
    documents.connect("rados", frozenset({name}))
    body = b'{"counter_descriptors": [], "pool_descriptors": {}, "counters": []}'
    for _ in range(3):
        poll(documents, [Answer((name,), name, 5.0, body)])
    assert row(documents, name).interval == 45
    clock.now += 45
    assert start(documents) == [name]
    poll(documents, [bad(name, 1.0)])
    assert row(documents, name).interval is None
