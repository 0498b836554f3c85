"""RGW's documents over the dashboard."""

import json
from collections.abc import Mapping

import pytest

from ceph_exporter.deadline import Deadline
from ceph_exporter.sources import Credentials, ErrorKind, SourceError
from ceph_exporter.sources.dashboard_rgw import DashboardRgw
from ceph_exporter.sources.http import Http
from tests.sources.fakes import Dashboard, as_json
from tests.sources.faulty import Reply, Request, answering, serve
from tests.sources.rgw_fake import BUCKET, QUOTAS

VERSION_1_1 = "application/vnd.ceph.api.v1.1+json"
GHOST = as_json(
    {
        "detail": 'RGW REST API failed request with status code 404\n(b\'{"Code":"NoSuchUser"}\')',
        "component": "rgw",
    },
    500,
)
REPLIES: Mapping[str, Reply] = {
    "rgw/bucket?stats=true": as_json([BUCKET]),
    "rgw/user": as_json(["alice", "acme$carol", "ghost"]),
    "rgw/user/alice/quota": as_json(QUOTAS),
    "rgw/user/acme%24carol/quota": as_json(QUOTAS),
    "rgw/user/ghost/quota": GHOST,
}


def fetch(
    credentials: Credentials, fake: Dashboard, *documents: str, old: bool = False
) -> list[object]:
    """Fetch documents from a dashboard; return what they contain. old: it is one of 15."""

    def answer(request: Request) -> Reply:
        wrong = request.headers.get("accept") == VERSION_1_1
        return as_json({"detail": "wrong version"}, 415) if old and wrong else fake(request)

    with serve(answering(answer)) as server:
        source = DashboardRgw(lambda: Http(server.url), credentials)
        try:
            return [json.loads(source.fetch(name, Deadline(30))) for name in documents]
        finally:
            source.close()


def test_both_documents(credentials: Credentials) -> None:
    """A user that was deleted since it was listed is left out."""
    buckets, users = fetch(credentials, Dashboard(REPLIES), "rgw buckets", "rgw users")
    assert buckets == [BUCKET]
    assert users == {"number": 3, "users": {"acme$carol": QUOTAS, "alice": QUOTAS}}


def test_the_list_of_buckets_has_a_version(credentials: Credentials) -> None:
    """Up to 15 it has none; that is found out once."""
    fake = Dashboard(REPLIES)
    answers = fetch(credentials, fake, "rgw buckets", "rgw buckets", old=True)
    assert answers == [[BUCKET], [BUCKET]]


@pytest.mark.parametrize(
    ("reply", "kind", "text"),
    [
        (
            as_json({"detail": "You don't have permissions"}, 403),
            ErrorKind.DENIED,
            (
                "HTTP 403: You don't have permissions; grant the scope rgw: read to the role of "
                "user prom"
            ),
        ),
        (as_json({"detail": "not found"}, 404), ErrorKind.UNSUPPORTED, "HTTP 404: not found"),
        (
            as_json({"detail": "RGW REST API GET timed out after 45 seconds"}, 500),
            ErrorKind.FAILED,
            "HTTP 500: RGW REST API GET timed out after 45 seconds",
        ),
    ],
)
@pytest.mark.parametrize("document", ["rgw buckets", "rgw users"])
def test_a_refusal(
    credentials: Credentials, reply: Reply, kind: ErrorKind, text: str, document: str
) -> None:
    """The dashboard's own reason is shown, and what to do."""
    endpoint = {"rgw buckets": "rgw/bucket?stats=true", "rgw users": "rgw/user"}[document]
    with pytest.raises(SourceError) as caught:
        fetch(credentials, Dashboard({endpoint: reply}), document)
    assert (caught.value.kind, str(caught.value)) == (kind, f"/api/{endpoint}: {text}")


REFUSED = as_json({"detail": "RGW REST API failed request with status code 403"}, 404)
NO_KEYS = as_json({"detail": "Credentials not found for RGW Daemon: a", "component": "rgw"}, 404)


@pytest.mark.parametrize("reply", [REFUSED, NO_KEYS])
@pytest.mark.parametrize("document", ["rgw buckets", "rgw users"])
def test_an_rgw_that_refuses_the_dashboard(
    credentials: Credentials, reply: Reply, document: str
) -> None:
    """The dashboard says 404, but it is a failure, which may be gone soon."""
    fake = Dashboard({"rgw/bucket?stats=true": reply, "rgw/user": reply})
    with pytest.raises(SourceError, match="HTTP 404: ") as caught:
        fetch(credentials, fake, document)
    assert caught.value.kind is ErrorKind.FAILED


@pytest.mark.parametrize("reply", [REFUSED, NO_KEYS, as_json({"detail": "not found"}, 404)])
def test_quotas_that_are_refused(credentials: Credentials, reply: Reply) -> None:
    """The users are not taken for deleted."""
    fake = Dashboard({"rgw/user": as_json(["alice"]), "rgw/user/alice/quota": reply})
    with pytest.raises(SourceError, match="/api/rgw/user/alice/quota: HTTP 404: "):
        fetch(credentials, fake, "rgw users")


def test_names_of_another_form(credentials: Credentials) -> None:
    """It is an error of the document."""
    fake = Dashboard({"rgw/user": as_json({"users": []})})
    with pytest.raises(SourceError, match="/api/rgw/user: "):
        fetch(credentials, fake, "rgw users")


def test_no_connection_without_a_request(credentials: Credentials) -> None:
    """Most clusters have no RGW."""
    source = DashboardRgw(lambda: pytest.fail("connected"), credentials)
    source.close()
