"""The mgr dashboard: media type, standbys, and failures of endpoints."""

import json

import pytest

from ceph_exporter import facts
from ceph_exporter.sources import Credentials, ErrorKind, SourceError
from tests.sources.fakes import (
    ACCEPT,
    ENDPOINTS,
    NONE_ACTIVE,
    SECRET,
    TO_ACTIVE,
    Dashboard,
    as_json,
    page,
)
from tests.sources.faulty import Reply, Request, answering, serve
from tests.sources.via_dashboard import PATHS, failed, fetch, opened


def test_every_request_has_the_version_and_nothing_else(credentials: Credentials) -> None:
    """The media type is the whole Accept header: a list or a wildcard is a 415 from 16 on."""
    with (
        serve(answering(Dashboard())) as server,
        opened(server.url, credentials) as source,
    ):
        answers = fetch(source)
    assert server.asked() == ["/api/auth", *PATHS]
    assert {one.headers["accept"] for one in server.requests} == {ACCEPT}
    assert server.requests[0].headers["content-type"] == "application/json"
    assert json.loads(server.requests[0].body) == {"username": "prom", "password": SECRET}
    assert [one.headers.get("authorization") for one in server.requests] == [
        None,
        *["Bearer token-1"] * 3,
    ]
    assert {wire_format: json.loads(one.body) for wire_format, one in answers.items()} == {
        f"dashboard/{name}": value for name, value in ENDPOINTS.items()
    }
    assert answers["dashboard/health/minimal"].documents == ("health detail", "status")
    assert all(facts.decode(wire_format, one.body) for wire_format, one in answers.items())


def test_one_login_serves_all_polls_without_the_cookie(credentials: Credentials) -> None:
    """A login writes to the monitors' store; its cookie would take precedence over the header."""
    fake = Dashboard()
    with serve(answering(fake)) as server, opened(server.url, credentials) as source:
        for _ in range(3):
            assert [one.error for one in fetch(source).values()] == [None] * 3
    assert fake.logins == 1
    assert all("cookie" not in one.headers for one in server.requests)
    assert server.connections == 1


@pytest.mark.parametrize(
    ("wanted", "paths"),
    [
        (("version",), ["/api/auth", "/api/summary"]),
        (("status",), ["/api/auth", "/api/health/minimal"]),
        (("health detail", "quorum_status"), ["/api/auth", *PATHS[:2]]),
        (("time-sync-status",), []),
        ((), []),
    ],
)
def test_only_wanted_endpoints_are_requested(
    credentials: Credentials, wanted: tuple[str, ...], paths: list[str]
) -> None:
    """An endpoint is requested once if it has a wanted document; without one there is no login."""
    with serve(answering(Dashboard())) as server, opened(server.url, credentials) as source:
        fetch(source, wanted)
    assert server.asked() == paths


@pytest.mark.parametrize("endpoint", ["auth", "monitor", "health/minimal"])
def test_a_redirect_of_a_standby_is_not_followed(credentials: Credentials, endpoint: str) -> None:
    """A standby redirects to an address that may be unreachable: the next URL is used."""
    (error,) = failed(Dashboard({endpoint: TO_ACTIVE}), credentials)
    assert error.kind is ErrorKind.STANDBY
    assert "its redirect to https://127.0.0.1:22010/ is not followed; list the URL" in str(error)


@pytest.mark.parametrize("endpoint", ["auth", "monitor"])
def test_a_standby_without_an_active_mgr_is_a_standby(
    credentials: Credentials, endpoint: str
) -> None:
    """A page with status 200 says that no mgr is active."""
    (error,) = failed(Dashboard({endpoint: NONE_ACTIVE}), credentials)
    assert error.kind is ErrorKind.STANDBY
    assert str(error).endswith("this is a standby mgr, and no mgr is active; check: ceph mgr dump")


@pytest.mark.parametrize(
    ("reply", "kind", "expected"),
    [
        (
            as_json({"detail": "no\nright"}, 403),
            ErrorKind.DENIED,
            "HTTP 403: no right; give user prom",
        ),
        (as_json({"detail": "not found"}, 404), ErrorKind.FAILED, "HTTP 404: not found"),
        (as_json({"detail": "no version"}, 415), ErrorKind.FAILED, "HTTP 415: no version"),
        (as_json({"detail": ""}, 500), ErrorKind.FAILED, "HTTP 500: no reason reported"),
        (as_json({"code": "x"}, 503), ErrorKind.FAILED, "HTTP 503: no reason reported"),
        (
            page(403),
            ErrorKind.FAILED,
            "HTTP 403: the answer is HTML, not JSON; this answer does not come from Ceph's API",
        ),
        (page(404), ErrorKind.FAILED, "HTTP 404: the answer is HTML, not JSON"),
        (page(415), ErrorKind.FAILED, "HTTP 415: the answer is HTML, not JSON"),
        (page(500), ErrorKind.FAILED, "HTTP 500: the answer is HTML, not JSON"),
        (page(503), ErrorKind.FAILED, "HTTP 503: the answer is HTML, not JSON"),
        (as_json([], 500), ErrorKind.FAILED, "HTTP 500: Expected `object`, got `array`"),
    ],
)
def test_an_endpoint_that_fails_leaves_the_others(
    credentials: Credentials, reply: Reply, kind: ErrorKind, expected: str
) -> None:
    """An error of the dashboard only affects its endpoint; the others are requested as well.

    So does the page of a proxy that gives up one endpoint, if the dashboard still answers. Health
    is never unsupported.
    """
    fake = Dashboard({"health/minimal": reply})
    with serve(answering(fake)) as server, opened(server.url, credentials) as source:
        answers = fetch(source)
    failure = answers.pop("dashboard/health/minimal")
    assert failure.error is not None
    assert failure.error.kind is kind
    assert f"/api/health/minimal: {expected}" in str(failure.error)
    assert failure.documents == ("health detail", "status")
    assert [one.error for one in answers.values()] == [None, None]


def test_a_url_prefix_is_part_of_the_url(credentials: Credentials) -> None:
    """With the module's `url_prefix`, the API is below that path."""
    fake = Dashboard(prefix="/ceph/ui")
    with (
        serve(answering(fake)) as server,
        opened(f"{server.url}/ceph/ui/", credentials) as source,
    ):
        assert [one.error for one in fetch(source).values()] == [None] * 3
        assert source.url == f"{server.url}/ceph/ui"
    assert server.asked()[0] == "/ceph/ui/api/auth"


def test_a_server_that_goes_away_ends_the_poll(credentials: Credentials) -> None:
    """If a connection breaks, the whole URL fails, not only one document."""
    fake = Dashboard()

    def answer(request: Request) -> Reply:
        if "minimal" in request.path:
            raise ConnectionAbortedError
        return fake(request)

    with serve(answering(answer)) as server, opened(server.url, credentials) as source:
        with pytest.raises(SourceError, match="without an answer") as caught:
            fetch(source)
        assert caught.value.kind is ErrorKind.UNREACHABLE
    assert "/api/summary" not in server.asked()
