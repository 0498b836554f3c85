"""Signs of changes make costly documents due before their time."""

import pytest

from ceph_exporter.config import Poll
from ceph_exporter.facts import DOCUMENTS
from ceph_exporter.polling.budget import LATENCY, RESERVE
from ceph_exporter.polling.documents import Documents
from ceph_exporter.sources import Answer, ErrorKind, SourceError
from tests.sources.scripted import Clock

COST = 0.9
NAMES = ("log last", "health detail", "status", "osd dump", "osd tree")
MINIMAL = ("health detail", "status")
FULL = ("osd dump", "osd tree")
LOGS = b'{"clog": [{"stamp": "%d", "priority": "[WRN]", "message": "m"}]}'
HEALTHY = b'{"health": {"status": "HEALTH_OK", "checks": []}, "osd_map": {"osds": []}}'
OSD_DOWN = HEALTHY.replace(b'"osds": []', b'"osds": [{"up": 0, "in": 1}]')
ILL = HEALTHY.replace(
    b'"checks": []',
    b'"checks": [{"type": "OSD_DOWN", "severity": "HEALTH_WARN", "summary": {"message": "m"}}]',
)
MAP = b'{"osd_map": {"osds": [], "pools": [], "tree": {"nodes": []}}}'
MAP_WITH_PGS = MAP.replace(b"{", b'{"pg_info": {"statuses": {"active+clean": 8}}, ', 1)
POOLS = b'[{"pool": 1, "pool_name": "a", "pg_status": {"active+clean": 8}}]'
MAP_WITH_HEALTH = MAP.replace(b"{", b'{"health": {"status": "HEALTH_OK", "checks": []}, ', 1)


@pytest.fixture
def clock() -> Clock:
    """Return a clock that the test moves."""
    return Clock()


@pytest.fixture
def documents(clock: Clock) -> Documents:
    """Return the documents of a cluster so large that nothing is requested in each poll."""
    documents = Documents(NAMES, clock)
    documents.connect("dashboard", frozenset(DOCUMENTS))
    documents.start_poll()
    assert "log last" not in documents.due(), "nothing is known to be costly yet"
    take(documents, minimal(HEALTHY))  # the time of the first answer is that of connecting
    take(documents, minimal(HEALTHY))
    take(documents, Answer(FULL, "dashboard/health/full", 1.0, MAP))
    assert documents.due() == ["log last"]
    take(documents, logs(1))
    clock.now += 15
    return documents


def minimal(body: bytes) -> Answer:
    """Answer with health and status, at a cost."""
    return Answer(MINIMAL, "dashboard/health/minimal", COST + LATENCY, body)


def logs(time: int) -> Answer:
    """Answer with a cluster log whose last line is of this time."""
    return Answer(("log last",), "dashboard/logs/all", 0.003, LOGS % time)


def take(documents: Documents, answer: Answer) -> None:
    """Keep what an answer contains."""
    documents.keep(answer, documents.decode(answer))


def due_after(documents: Documents, answer: Answer) -> list[str]:
    """Return what is due after an answer in a new poll."""
    documents.start_poll()
    assert documents.due() == ["log last"]
    take(documents, answer)
    return [name for name in documents.due() if not documents.received(name)]


def test_without_a_sign_nothing_costly_is_requested(documents: Documents) -> None:
    """A log without a new line leaves everything to its time."""
    assert due_after(documents, logs(1)) == []


def test_a_new_line_makes_health_and_status_due(documents: Documents) -> None:
    """They are requested in the same poll."""
    assert due_after(documents, logs(2)) == ["health detail", "status"]


@pytest.mark.parametrize(("body", "expected"), [(HEALTHY, []), (ILL, FULL), (OSD_DOWN, FULL)])
def test_other_checks_or_counts_make_the_osd_map_due(
    documents: Documents, body: bytes, expected: tuple[str, ...]
) -> None:
    """The map itself is requested in the same poll if health or the OSD counts differ."""
    due_after(documents, logs(2))
    take(documents, minimal(body))
    assert [name for name in documents.due() if name in FULL] == list(expected)


def test_many_signs_do_not_exceed_the_budget(documents: Documents, clock: Clock) -> None:
    """During an incident of an hour, with a new line all the time, Ceph pays no more than that."""
    requests, polls = 0, 240
    for time in range(2, polls + 2):
        documents.start_poll()
        if "log last" in documents.due():
            take(documents, logs(time))
        if "health detail" in documents.due():
            take(documents, minimal(HEALTHY))
            requests += 1
        clock.now += 15
    poll = Poll()
    most = (polls * poll.interval + RESERVE) * poll.ceph_share / COST
    assert 0.9 * most < requests < most + 1


def test_a_failed_document_keeps_its_cooldown(documents: Documents) -> None:
    """A sign does not make the exporter repeat a request that has just failed."""
    documents.start_poll()
    documents.fail(MINIMAL, SourceError(ErrorKind.FAILED, "broken"), 2.0)
    assert due_after(documents, logs(2)) == []


def test_health_that_came_with_the_osd_map_is_requested_alone_in_the_next_poll(
    clock: Clock,
) -> None:
    """Only then its own cost is known, however costly the map was."""
    documents = Documents(NAMES, clock)
    documents.connect("dashboard", frozenset(DOCUMENTS))
    documents.start_poll()
    for _ in range(2):  # the time of the first answer is that of connecting
        take(documents, Answer(FULL, "dashboard/health/full", 9.0, MAP_WITH_HEALTH))
    clock.now += 15
    documents.start_poll()
    assert documents.due() == ["health detail", "status"]


def test_a_map_of_which_a_part_came_elsewhere_is_not_spared(clock: Clock) -> None:
    """The pools contain the PGs' states, but not the OSD map."""
    documents = Documents((*NAMES, "pg states", "osd pool stats"), clock)
    documents.connect("dashboard", frozenset(DOCUMENTS))
    documents.start_poll()
    take(documents, logs(1))
    full = (*FULL, "pg states")
    for _ in range(20):
        clock.now += 15
        documents.start_poll()
        take(documents, logs(1))
        take(documents, Answer(full, "dashboard/health/full", 1.1, MAP_WITH_PGS))
        take(documents, Answer(("osd pool stats",), "dashboard/pool?stats=true", 0.0, POOLS))
    (row,) = (row for row in documents.rows() if row.name == "osd dump")
    assert row.interval is not None
    assert row.interval < 60


def test_the_signs_are_listed_only_while_they_are_used(clock: Clock) -> None:
    """On a small cluster, nobody has to wonder about a document that is never requested."""
    documents = Documents(NAMES, clock)
    assert "log last" not in [row.name for row in documents.rows()]


def test_signs_that_are_no_longer_used_are_not_listed(documents: Documents) -> None:
    """A failure of a document that nobody needs any more is no news."""
    assert "log last" in [row.name for row in documents.rows()]
    for _ in range(20):
        take(documents, Answer(MINIMAL, "dashboard/health/minimal", 0.05, HEALTHY))
    assert "log last" not in [row.name for row in documents.rows()]
