"""Which of the dashboard's endpoints are asked for which documents, and lists in pages."""

from contextlib import closing

import pytest

from ceph_exporter.deadline import Deadline
from ceph_exporter.sources import Answer, Credentials, ErrorKind, Tls, connect
from ceph_exporter.sources.dashboard import ENDPOINTS
from tests.sources.fakes import Dashboard, as_json, page
from tests.sources.faulty import Reply, answering, serve

WHOLE = as_json({"health": {"status": "HEALTH_OK"}})


def fetched(
    fake: Dashboard, credentials: Credentials, *polls: tuple[str, ...]
) -> list[list[Answer]]:
    """Fetch documents in some polls; give each poll's answers."""
    with (
        serve(answering(fake)) as server,
        closing(connect("dashboard", server.url, Tls(), credentials, Deadline(30))) as source,
    ):
        return [list(source.fetch(wanted, Deadline(30))) for wanted in polls]


def rows(count: int, total: str) -> Reply:
    """Answer with rows of a list that has so many in total."""
    return as_json(list(range(count)))._replace(headers={"X-Total-Count": total})


@pytest.mark.parametrize(
    ("document", "endpoint"),
    [
        ("quorum_status", "monitor"),
        ("osd dump", "health/full"),
        ("osd tree", "health/full"),
        ("osd metadata", "health/full"),
        ("df detail", "health/full"),
        ("mgr dump", "health/full"),
        ("fs dump", "health/full"),
        ("pg states", "health/full"),
        ("health detail", "health/minimal"),
        ("status", "health/minimal"),
        ("osd pool stats", "pool?stats=true"),
        ("osd df", "osd"),
        ("osd perf", "osd"),
        ("mon metadata", "host"),
        ("mgr metadata", "host"),
        ("mds metadata", "host"),
        ("versions", "host"),
        ("service dump", "rgw/daemon"),
        ("perf counters", "perf_counters"),
        ("version", "summary"),
    ],
)
def test_endpoint_of_a_document(credentials: Credentials, document: str, endpoint: str) -> None:
    """A document that is wanted alone costs one request, to the endpoint that carries it."""
    fake = Dashboard({endpoint: WHOLE})
    (answers,) = fetched(fake, credentials, (document,))
    assert fake.asked == ["auth", endpoint]
    assert [(one.wire_format, one.error) for one in answers] == [(f"dashboard/{endpoint}", None)]
    assert document in answers[0].documents


def test_several_documents_of_one_endpoint(credentials: Credentials) -> None:
    """An endpoint that carries several wanted documents is asked once."""
    fake = Dashboard({"osd": WHOLE, "host": WHOLE})
    fetched(fake, credentials, ("osd df", "osd perf", "mon metadata", "versions"))
    assert fake.asked == ["auth", "osd", "host"]


def test_the_full_health_is_not_asked_for_what_the_minimal_one_has(
    credentials: Credentials,
) -> None:
    """The full answer holds the whole OSD map: it is asked for when that or the like is wanted."""
    fake = Dashboard()
    fetched(fake, credentials, ("health detail", "status"))
    assert fake.asked == ["auth", "health/minimal"]


def test_the_full_health_stands_in_for_the_minimal_one(credentials: Credentials) -> None:
    """What carries more is not followed by the endpoint that carries a part of it."""
    fake = Dashboard({"health/full": WHOLE})
    (answers,) = fetched(fake, credentials, ("health detail", "status", "osd dump"))
    assert fake.asked == ["auth", "health/full"]
    assert [one.wire_format for one in answers] == ["dashboard/health/full"]


def test_the_minimal_health_is_asked_when_the_full_one_fails(credentials: Credentials) -> None:
    """A full answer that is too much for a mgr does not cost the health."""
    fake = Dashboard({"health/full": page(500)})
    (answers,) = fetched(fake, credentials, ("health detail", "status", "osd dump"))
    assert fake.asked == ["auth", "health/full", "health/minimal"]
    assert [one.error is None for one in answers] == [False, True]
    assert answers[1].documents == ("health detail", "status")


@pytest.mark.parametrize("endpoint", ["osd", "host"])
def test_a_list_that_was_cut_is_asked_for_whole(credentials: Credentials, endpoint: str) -> None:
    """From 18 on a list has 5 or 10 rows unless all are asked for: later polls do it at once."""
    every = f"{endpoint}?offset=0&limit=-1"
    fake = Dashboard({endpoint: rows(5, "12"), every: rows(12, "12")})
    wanted = (ENDPOINTS[endpoint][0],)
    first, second = fetched(fake, credentials, wanted, wanted)
    assert fake.asked == ["auth", endpoint, every, every]
    assert first[0].body == second[0].body == rows(12, "12").body
    assert first[0].wire_format == f"dashboard/{endpoint}"


@pytest.mark.parametrize("endpoint", ["osd", "host"])
def test_a_list_without_a_total_is_whole(credentials: Credentials, endpoint: str) -> None:
    """Up to 17 a list has neither pages nor a total, and a parameter would be an error."""
    fake = Dashboard({endpoint: as_json(list(range(12)))})
    wanted = (ENDPOINTS[endpoint][0],)
    (first,), (second,) = fetched(fake, credentials, wanted, wanted)
    assert fake.asked == ["auth", endpoint, endpoint]
    assert first.body == second.body == as_json(list(range(12))).body


def test_pages_of_one_list_are_no_pages_of_another(credentials: Credentials) -> None:
    """Only the list that was cut is asked for with parameters from then on."""
    every = "osd?offset=0&limit=-1"
    fake = Dashboard({"osd": rows(10, "11"), every: rows(11, "11"), "host": rows(2, "2")})
    fetched(fake, credentials, ("osd df", "mon metadata"), ("osd df", "mon metadata"))
    assert fake.asked == ["auth", "osd", every, "host", every, "host"]


def test_a_total_of_what_has_no_pages_is_not_heeded(credentials: Credentials) -> None:
    """An endpoint that takes no parameters is not asked with any, whatever its header says."""
    fake = Dashboard({"rgw/daemon": rows(5, "12")})
    fetched(fake, credentials, ("service dump",))
    assert fake.asked == ["auth", "rgw/daemon"]


@pytest.mark.parametrize("total", ["", "3", "5", "many", "-7"])
def test_a_whole_list_is_asked_for_once(credentials: Credentials, total: str) -> None:
    """A total that is no more than the shortest page, or no number, is no need for parameters."""
    fake = Dashboard({"osd": rows(3, total)})
    fetched(fake, credentials, ("osd df",), ("osd df",))
    assert fake.asked == ["auth", "osd", "osd"]


def test_an_endpoint_that_hangs_leaves_time_for_the_others(credentials: Credentials) -> None:
    """Of a dashboard that answers, one endpoint that never does costs its own documents only."""
    fake = Dashboard({"health/minimal": WHOLE})
    hanging = answering(lambda one: None if "health/full" in one.path else fake(one))
    with (
        serve(hanging) as server,
        closing(connect("dashboard", server.url, Tls(), credentials, Deadline(30))) as source,
    ):
        wanted = ("quorum_status", "osd dump", "health detail", "version")
        answers = {one.wire_format: one.error for one in source.fetch(wanted, Deadline(4))}
    hung = answers.pop("dashboard/health/full")
    assert hung is not None
    assert hung.kind is ErrorKind.FAILED
    assert answers == {
        "dashboard/monitor": None,
        "dashboard/health/minimal": None,
        "dashboard/summary": None,
    }
