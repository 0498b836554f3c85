"""The dashboard's endpoints: which are requested for which documents, and paged lists."""

from contextlib import closing

import pytest

from ceph_exporter.deadline import Deadline
from ceph_exporter.sources import Answer, Credentials, ErrorKind, Tls, connect
from ceph_exporter.sources.dashboard import ENDPOINTS
from ceph_exporter.sources.dashboard_forms import FORMS
from tests.sources.fakes import Dashboard, as_json
from tests.sources.faulty import Reply, answering, serve

WHOLE = as_json({"health": {"status": "HEALTH_OK"}})


def fetched(
    fake: Dashboard, credentials: Credentials, *polls: tuple[str, ...]
) -> list[list[Answer]]:
    """Fetch documents in several polls; return each poll's answers."""
    with (
        serve(answering(fake)) as server,
        closing(connect("dashboard", server.url, Tls(), credentials, Deadline(30))) as source,
    ):
        return [list(source.fetch(wanted, Deadline(30))) for wanted in polls]


def rows(count: int, total: str) -> Reply:
    """Return an answer with rows of a list that has `total` rows."""
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
        ("orch ps", "daemon"),
        ("orch ls", "service"),
        ("orch host ls", "host?sources=orchestrator"),
        ("progress json", "task"),
        ("perf counters", "perf_counters"),
        ("version", "summary"),
    ],
)
def test_endpoint_of_a_document(credentials: Credentials, document: str, endpoint: str) -> None:
    """A single wanted document takes one request, to the endpoint that has it."""
    request = endpoint + FORMS.get(endpoint, ("",))[0]
    fake = Dashboard({request: WHOLE})
    (answers,) = fetched(fake, credentials, (document,))
    assert fake.asked == ["auth", request]
    assert [(one.wire_format, one.error) for one in answers] == [(f"dashboard/{endpoint}", None)]
    assert document in answers[0].documents


def test_several_documents_of_one_endpoint(credentials: Credentials) -> None:
    """An endpoint with several wanted documents is requested once."""
    fake = Dashboard({"osd": WHOLE, "host?sources=ceph": WHOLE})
    fetched(fake, credentials, ("osd df", "osd perf", "mon metadata", "versions"))
    assert fake.asked == ["auth", "osd", "host?sources=ceph"]


def test_the_full_health_is_not_requested_for_parts_of_the_minimal_one(
    credentials: Credentials,
) -> None:
    """The full answer contains the whole OSD map: it is only requested if the map is wanted."""
    fake = Dashboard()
    fetched(fake, credentials, ("health detail", "status"))
    assert fake.asked == ["auth", "health/minimal"]


def test_the_full_health_replaces_the_minimal_one(credentials: Credentials) -> None:
    """After the full answer, the endpoint with a part of it is not requested."""
    fake = Dashboard({"health/full": WHOLE})
    (answers,) = fetched(fake, credentials, ("health detail", "status", "osd dump"))
    assert fake.asked == ["auth", "health/full"]
    assert [one.wire_format for one in answers] == ["dashboard/health/full"]


def test_the_minimal_health_is_requested_if_the_full_one_fails(credentials: Credentials) -> None:
    """If the full answer is too much for a mgr, health is still available."""
    fake = Dashboard({"health/full": as_json({"detail": "busy"}, 500)})
    (answers,) = fetched(fake, credentials, ("health detail", "status", "osd dump"))
    assert fake.asked == ["auth", "health/full", "health/minimal"]
    assert [one.error is None for one in answers] == [False, True]
    assert answers[1].documents == ("health detail", "status")


@pytest.mark.parametrize("request_", ["osd", "host?sources=ceph"])
def test_a_list_that_was_cut_is_requested_completely(
    credentials: Credentials, request_: str
) -> None:
    """From 18 on a list has 5 or 10 rows unless all are requested: later polls do so at once."""
    endpoint = request_.partition("?")[0]
    every = f"{request_}{'&' if '?' in request_ else '?'}offset=0&limit=-1"
    fake = Dashboard({request_: rows(5, "12"), every: rows(12, "12")})
    wanted = (ENDPOINTS[endpoint][0],)
    first, second = fetched(fake, credentials, wanted, wanted)
    assert fake.asked == ["auth", request_, every, every]
    assert first[0].body == second[0].body == rows(12, "12").body
    assert first[0].wire_format == f"dashboard/{endpoint}"


@pytest.mark.parametrize("request_", ["osd", "host?sources=ceph"])
def test_a_list_without_a_total_is_complete(credentials: Credentials, request_: str) -> None:
    """Up to 17 a list has neither pages nor a total, and their parameters are an error."""
    fake = Dashboard({request_: as_json(list(range(12)))})
    wanted = (ENDPOINTS[request_.partition("?")[0]][0],)
    (first,), (second,) = fetched(fake, credentials, wanted, wanted)
    assert fake.asked == ["auth", request_, request_]
    assert first.body == second.body == as_json(list(range(12))).body


def test_pages_of_one_list_do_not_affect_another(credentials: Credentials) -> None:
    """Only the list that was cut is requested with parameters from then on."""
    every = "osd?offset=0&limit=-1"
    hosts = "host?sources=ceph"
    fake = Dashboard({"osd": rows(10, "11"), every: rows(11, "11"), hosts: rows(2, "2")})
    fetched(fake, credentials, ("osd df", "mon metadata"), ("osd df", "mon metadata"))
    assert fake.asked == ["auth", "osd", every, hosts, every, hosts]


def test_a_total_of_an_endpoint_without_pages_is_ignored(credentials: Credentials) -> None:
    """An endpoint without parameters is never requested with any, whatever its headers."""
    fake = Dashboard({"rgw/daemon": rows(5, "12")})
    fetched(fake, credentials, ("service dump",))
    assert fake.asked == ["auth", "rgw/daemon"]


@pytest.mark.parametrize("total", ["", "3", "5", "many", "-7"])
def test_a_complete_list_is_requested_once(credentials: Credentials, total: str) -> None:
    """If the total is at most the shortest page, or not a number, no parameters are necessary."""
    fake = Dashboard({"osd": rows(3, total)})
    fetched(fake, credentials, ("osd df",), ("osd df",))
    assert fake.asked == ["auth", "osd", "osd"]


def test_an_endpoint_that_hangs_leaves_time_for_the_others(credentials: Credentials) -> None:
    """If one endpoint of a working dashboard hangs, only its own documents fail."""
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
