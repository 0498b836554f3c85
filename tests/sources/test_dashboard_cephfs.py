"""File systems over the dashboard."""

import json
from collections.abc import Mapping

import pytest

from ceph_exporter.deadline import Deadline
from ceph_exporter.facts import decode
from ceph_exporter.facts.fs_status import FsStatus
from ceph_exporter.sources import Answer, Credentials, ErrorKind, SourceError, dashboard
from ceph_exporter.sources.dashboard_cephfs import DashboardCephfs
from ceph_exporter.sources.http import Http
from tests.sources.fakes import Dashboard, as_json
from tests.sources.faulty import Reply, Request, answering, serve

LIST = as_json([{"id": 1, "mdsmap": {"fs_name": "home"}}, {"id": 4, "mdsmap": {"fs_name": "lab"}}])
SESSIONS = {"status": 0, "data": [{"id": 4711}]}
GONE = as_json({"detail": "CephFS id 4 not found"}, 404)
UNEXPECTED = as_json({"detail": "Unexpected query string parameters"}, 404)
NO_MDS = as_json({"detail": "Could not fetch client(s), maybe there is no active MDS"}, 500)
FORBIDDEN = as_json({"detail": "no permission"}, 403)
QUERY = "?suppress_client_ls_errors=False"


def state(fs_id: int, name: str) -> Reply:
    """Return the dashboard's state of a file system."""
    return as_json({"cephfs": {"id": fs_id, "name": name, "client_count": fs_id, "ranks": []}})


def status_of(credentials: Credentials, replies: Mapping[str, Reply]) -> Answer:
    """Request `fs status` from a dashboard."""
    with serve(answering(Dashboard(replies))) as server:
        source = dashboard.Dashboard(Http(server.url), credentials)
        (answer,) = source.fetch(["fs status"], Deadline(30))
        source.close()
    return answer


STATES = {"cephfs": LIST, "cephfs/1": state(1, "home"), "cephfs/4": state(4, "lab")}


def test_states(credentials: Credentials) -> None:
    """The answers for all file systems are one document."""
    answer = status_of(credentials, STATES)
    (fact,) = decode(answer.wire_format, answer.body)
    assert isinstance(fact, FsStatus)
    assert fact.clients == {"home": 1, "lab": 4}


def test_a_removed_file_system(credentials: Credentials) -> None:
    """One that was removed since it was listed does not affect the others."""
    answer = status_of(credentials, {**STATES, "cephfs/4": GONE})
    assert answer.error is None
    assert [row["cephfs"]["id"] for row in json.loads(answer.body)] == [1]


@pytest.mark.parametrize(
    ("replies", "kind", "text"),
    [
        (
            {"cephfs": FORBIDDEN},
            ErrorKind.DENIED,
            "/api/cephfs: HTTP 403: no permission; grant the scope cephfs: read to the role of",
        ),
        (
            {"cephfs/1": FORBIDDEN},
            ErrorKind.DENIED,
            "/api/cephfs/1: HTTP 403: no permission; grant the scope cephfs: read to the role of",
        ),
        ({"cephfs/4": NO_MDS}, ErrorKind.FAILED, "/api/cephfs/4: HTTP 500: Could not fetch"),
        ({"cephfs": as_json({"x": 1})}, ErrorKind.FAILED, "/api/cephfs: Expected `array`"),
        ({"cephfs/1": Reply(200, b"{")}, ErrorKind.FAILED, "/api/cephfs/1: "),
    ],
)
def test_a_failure(
    credentials: Credentials, replies: Mapping[str, Reply], kind: ErrorKind, text: str
) -> None:
    """It costs only this document, and the reason says which request failed."""
    error = status_of(credentials, {**STATES, **replies}).error
    assert error is not None
    assert error.kind is kind
    assert str(error).startswith(text)


def clients(credentials: Credentials, fake: Dashboard, times: int = 1) -> list[object]:
    """Return what the source puts together, each time."""
    with serve(answering(fake)) as server:
        source = DashboardCephfs(lambda: Http(server.url), credentials)
        source.close()  # nothing was opened yet
        try:
            return [json.loads(source.fetch("cephfs clients", Deadline(30))) for _ in range(times)]
        finally:
            source.close()


class Recorded(Dashboard):
    """A dashboard that records the requests for clients. accepts: whether it knows the query."""

    def __init__(self, replies: Mapping[str, Reply], *, accepts: bool) -> None:
        super().__init__({"cephfs": LIST, **replies})
        self.lists: list[str] = []
        self._accepts = accepts

    def __call__(self, request: Request) -> Reply:
        """Answer a request."""
        if "/clients" in request.path:
            self.lists.append(request.path.removeprefix("/api/"))
            if QUERY in request.path and not self._accepts:
                return UNEXPECTED
        return super().__call__(request._replace(path=request.path.removesuffix(QUERY)))


BOTH = {"cephfs/1/clients": as_json(SESSIONS), "cephfs/4/clients": as_json(SESSIONS)}
WHOLE = [
    {"id": 1, "name": "home", "clients": SESSIONS},
    {"id": 4, "name": "lab", "clients": SESSIONS},
]


def test_clients_of_all_file_systems(credentials: Credentials) -> None:
    """The dashboard is told not to report an MDS without an answer as one without clients."""
    fake = Recorded(BOTH, accepts=True)
    assert clients(credentials, fake) == [WHOLE]
    assert fake.lists == [f"cephfs/1/clients{QUERY}", f"cephfs/4/clients{QUERY}"]


def test_clients_before_18(credentials: Credentials) -> None:
    """A dashboard that rejects the parameter is asked without it from then on."""
    fake = Recorded(BOTH, accepts=False)
    assert clients(credentials, fake, times=2) == [WHOLE, WHOLE]
    plain = ["cephfs/1/clients", "cephfs/4/clients"]
    assert fake.lists == [f"cephfs/1/clients{QUERY}", *plain, *plain]


@pytest.mark.parametrize("reply", [NO_MDS, GONE])
def test_a_file_system_without_an_answer(credentials: Credentials, reply: Reply) -> None:
    """One whose MDS is down, or that was removed, does not affect the others."""
    fake = Recorded({**BOTH, "cephfs/4/clients": reply}, accepts=True)
    assert clients(credentials, fake) == [[WHOLE[0], {"id": 4, "name": "lab", "clients": None}]]


@pytest.mark.parametrize(
    ("reply", "kind", "text"),
    [
        (NO_MDS, ErrorKind.FAILED, "HTTP 500: Could not fetch client(s)"),
        (GONE, ErrorKind.UNSUPPORTED, "HTTP 404: CephFS id 4 not found"),
        (FORBIDDEN, ErrorKind.DENIED, "HTTP 403: no permission; grant the scope cephfs: read"),
        (Reply(200, b"{"), ErrorKind.FAILED, "/api/cephfs/4/clients: "),
    ],
)
def test_no_clients_at_all(
    credentials: Credentials, reply: Reply, kind: ErrorKind, text: str
) -> None:
    """If no file system has an answer, the document fails with the last reason."""
    fake = Recorded(dict.fromkeys(BOTH, reply), accepts=True)
    with pytest.raises(SourceError) as caught:
        clients(credentials, fake)
    assert caught.value.kind is kind
    assert text in str(caught.value)
