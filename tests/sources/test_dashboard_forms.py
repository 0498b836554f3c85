"""The forms of requests to the dashboard: each release's, and the orchestrator's states."""

from contextlib import closing

import pytest

from ceph_exporter.deadline import Deadline
from ceph_exporter.sources import Answer, Credentials, ErrorKind, Source, Tls, connect
from tests.sources.fakes import Dashboard, as_json
from tests.sources.faulty import Reply, Request, answering, serve

NAMED = "host?sources=ceph"
ALONE = "host?sources=ceph&include_service_instances=false"
ALL = "&offset=0&limit=-1"
DAEMONS = as_json([{"hostname": "h1", "services": [{"type": "mon", "id": "a"}]}])
ORCHESTRATED = as_json([{"hostname": "h1", "services": [], "labels": ["id"]}])
FAILS = as_json({"status": "500 Internal Server Error", "detail": "The server encountered"}, 500)
UNKNOWN = as_json({"status": "404 Not Found", "detail": "Unexpected query string"}, 404)
WANTED = ("mon metadata", "versions")


def fetch(source: Source) -> Answer:
    """Fetch the hosts."""
    (answer,) = source.fetch(WANTED, Deadline(30))
    return answer


def polls(credentials: Credentials, fake: Dashboard, count: int = 2) -> list[Answer]:
    """Fetch the hosts in several polls over one connection."""
    with serve(answering(fake)) as server:
        url = server.url
        with closing(connect("dashboard", url, Tls(), credentials, Deadline(30))) as source:
            return [fetch(source) for _ in range(count)]


@pytest.mark.parametrize(
    ("answers", "first", "then"),
    [
        pytest.param({NAMED: DAEMONS, ALONE: FAILS}, [NAMED], NAMED, id="16 and 18"),
        pytest.param({NAMED: FAILS, ALONE: DAEMONS}, [NAMED, ALONE], ALONE, id="20, failing"),
        pytest.param(
            {NAMED: UNKNOWN, ALONE: UNKNOWN, "host": DAEMONS},
            [NAMED, ALONE, "host"],
            "host",
            id="14",
        ),
    ],
)
def test_the_form_that_works_is_found_within_a_poll_and_remembered(
    credentials: Credentials, answers: dict[str, Reply], first: list[str], then: str
) -> None:
    """The first poll has the hosts, whatever the release accepts, and the second asks at once."""
    fake = Dashboard(answers)
    one, two = polls(credentials, fake)
    assert one.body == two.body == DAEMONS.body
    assert one.wire_format == two.wire_format == "dashboard/host"
    assert fake.asked == ["auth", *first, then]


def test_an_orchestrator_that_begins_to_fail_costs_no_poll(credentials: Credentials) -> None:
    """If the form in use fails, the others are asked in the same poll."""
    fake = Dashboard({NAMED: DAEMONS, ALONE: DAEMONS})
    with (
        serve(answering(fake)) as server,
        closing(connect("dashboard", server.url, Tls(), credentials, Deadline(30))) as source,
    ):
        assert fetch(source).body == DAEMONS.body
        fake.special[NAMED] = FAILS
        assert fetch(source).body == fetch(source).body == DAEMONS.body
    assert fake.asked == ["auth", NAMED, NAMED, ALONE, ALONE]


def test_hosts_without_daemons_are_not_what_is_remembered(credentials: Credentials) -> None:
    """On 18 with a failing orchestrator only the plain list is answered: the best form stays."""
    fake = Dashboard({NAMED: FAILS, ALONE: FAILS, "host": ORCHESTRATED})
    with (
        serve(answering(fake)) as server,
        closing(connect("dashboard", server.url, Tls(), credentials, Deadline(30))) as source,
    ):
        assert fetch(source).body == ORCHESTRATED.body
        fake.special[NAMED] = DAEMONS
        assert fetch(source).body == DAEMONS.body
    assert fake.asked == ["auth", NAMED, ALONE, "host", NAMED]


def test_a_list_that_was_cut_has_all_rows_in_each_form(credentials: Credentials) -> None:
    """The parameters of pages follow those of the form."""
    cut = DAEMONS._replace(headers={"X-Total-Count": "6"})
    fake = Dashboard({NAMED: FAILS, ALONE: cut, ALONE + ALL: DAEMONS})
    polls(credentials, fake)
    assert fake.asked == ["auth", NAMED, ALONE, ALONE + ALL, ALONE + ALL]


def test_the_first_error_is_the_reason(credentials: Credentials) -> None:
    """If every form fails, the reason is that of the best one."""
    fake = Dashboard({NAMED: FAILS, ALONE: UNKNOWN, "host": UNKNOWN})
    (answer,) = polls(credentials, fake, 1)
    assert answer.error is not None
    assert answer.error.kind is ErrorKind.FAILED
    assert str(answer.error).startswith(f"/api/{NAMED}: HTTP 500: The server encountered")


# The body of 18.2.7.
NO_ORCHESTRATOR = {
    "detail": "Orchestrator is unavailable",
    "code": "orchestrator_status_unavailable",
    "component": "orchestrator",
}


HOSTS = "host?sources=orchestrator"
HOSTS_ALONE = f"{HOSTS}&include_service_instances=false"


def get(credentials: Credentials, fake: Dashboard, document: str, count: int = 1) -> list[Answer]:
    """Fetch a document several times over one connection."""
    with (
        serve(answering(fake)) as server,
        closing(connect("dashboard", server.url, Tls(), credentials, Deadline(30))) as source,
    ):
        return [next(iter(source.fetch((document,), Deadline(30)))) for _ in range(count)]


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        pytest.param({HOSTS_ALONE: ORCHESTRATED}, [HOSTS_ALONE, HOSTS_ALONE], id="20"),
        pytest.param(
            {HOSTS_ALONE: FAILS, HOSTS: ORCHESTRATED}, [HOSTS_ALONE, HOSTS, HOSTS], id="16 and 18"
        ),
    ],
)
def test_hosts_of_the_orchestrator(
    credentials: Credentials, answers: dict[str, Reply], asked: list[str]
) -> None:
    """The form that costs the mgr least is used, if the release accepts it."""
    fake = Dashboard(answers)
    one, two = get(credentials, fake, "orch host ls", 2)
    assert one.body == two.body == ORCHESTRATED.body
    assert one.wire_format == "dashboard/host?sources=orchestrator"
    assert fake.asked == ["auth", *asked]


@pytest.mark.parametrize("form", [HOSTS_ALONE, HOSTS])
def test_no_hosts_no_orchestrator(credentials: Credentials, form: str) -> None:
    """Without an orchestrator the list is empty, on each release: the document does not exist."""
    fake = Dashboard({HOSTS_ALONE: FAILS, form: as_json([])})
    (answer,) = get(credentials, fake, "orch host ls")
    assert answer.error is not None
    assert answer.error.kind is ErrorKind.UNSUPPORTED
    assert "Orchestrator is unavailable" in str(answer.error)


def test_more_hosts_than_a_page(credentials: Credentials) -> None:
    """The parameters of pages follow those of the endpoint."""
    cut = ORCHESTRATED._replace(headers={"X-Total-Count": "6"})
    fake = Dashboard({HOSTS_ALONE: FAILS, HOSTS: cut, HOSTS + ALL: ORCHESTRATED})
    get(credentials, fake, "orch host ls")
    assert fake.asked == ["auth", HOSTS_ALONE, HOSTS, HOSTS + ALL]


V1, V2 = "application/vnd.ceph.api.v1.0+json", "application/vnd.ceph.api.v2.0+json"
ALL_SERVICES = "service?offset=0&limit=-1"


@pytest.mark.parametrize(
    ("version", "asked"), [(V2, [V2, V2]), (V1, [V2, V1, V1])], ids=["18 and 20", "16"]
)
def test_versions_of_the_list_of_services(
    credentials: Credentials, version: str, asked: list[str]
) -> None:
    """The version that the release has is found within a poll and remembered."""
    seen = []

    def special(request: Request) -> Reply | None:
        if not request.path.startswith("/api/service"):
            return None
        seen.append(request.headers["accept"])
        if request.headers["accept"] == version:
            return as_json([{"service_name": "mgr"}])
        return as_json({"status": "415 Unsupported Media Type", "detail": "Incorrect version"}, 415)

    fake = Dashboard()
    with (
        serve(answering(lambda request: special(request) or fake(request))) as server,
        closing(connect("dashboard", server.url, Tls(), credentials, Deadline(30))) as source,
    ):
        for _ in range(2):
            (answer,) = source.fetch(("orch ls",), Deadline(30))
            assert answer.error is None
            assert answer.wire_format == "dashboard/service"
    assert seen == asked


def test_more_services_than_a_page(credentials: Credentials) -> None:
    """From 18 on the list has five rows unless all are requested."""
    cut = as_json([{"service_name": "mgr"}])._replace(headers={"X-Total-Count": "6"})
    fake = Dashboard({"service": cut, ALL_SERVICES: as_json([{"service_name": "all"}])})
    one, _ = get(credentials, fake, "orch ls", 2)
    assert fake.asked == ["auth", "service", ALL_SERVICES, ALL_SERVICES]
    assert b"all" in one.body


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        pytest.param(as_json(NO_ORCHESTRATOR, 503), ErrorKind.UNSUPPORTED, id="18, none"),
        pytest.param(as_json({"detail": "no path"}, 404), ErrorKind.UNSUPPORTED, id="16"),
        pytest.param(FAILS, ErrorKind.FAILED, id="failing"),
    ],
)
@pytest.mark.parametrize(("document", "endpoint"), [("orch ps", "daemon"), ("orch ls", "service")])
def test_lists_without_an_orchestrator(
    credentials: Credentials, reply: Reply, kind: ErrorKind, document: str, endpoint: str
) -> None:
    """A cluster without an orchestrator does not offer its lists; a failing one has failed."""
    fake = Dashboard({endpoint: reply})
    with (
        serve(answering(fake)) as server,
        closing(connect("dashboard", server.url, Tls(), credentials, Deadline(30))) as source,
    ):
        (answer,) = source.fetch((document,), Deadline(30))
    assert answer.error is not None
    assert answer.error.kind is kind
