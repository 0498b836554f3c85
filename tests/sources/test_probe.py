"""API auto: the API at a URL is detected without sending a secret."""

import socket
from contextlib import closing

import pytest

from ceph_exporter.config.tree import APIS
from ceph_exporter.deadline import Deadline
from ceph_exporter.simulator import rest_api as simulator
from ceph_exporter.sources import Credentials, ErrorKind, SourceError, Tls, connect
from ceph_exporter.sources.base import Source
from tests.sources.fakes import NONE_ACTIVE, PAGE, TO_ACTIVE, Dashboard, Restful, as_json, page
from tests.sources.faulty import Reply, Request, Server, answering, serve


def probed(url: str, credentials: Credentials) -> closing[Source]:
    """Detect the API, as a context manager."""
    return closing(connect("auto", url, Tls(), credentials, Deadline(30)))


def unsuccessful(server: Server, credentials: Credentials) -> SourceError:
    """Detect that no API answers; return the error."""
    with pytest.raises(SourceError) as caught:
        connect("auto", server.url, Tls(), credentials, Deadline(30))
    assert "\n" not in str(caught.value)
    return caught.value


def check_no_secret(server: Server) -> None:
    """Check that no request so far contained a user."""
    assert server.requests
    assert all(one.method == "GET" and not one.body for one in server.requests)
    assert all("authorization" not in one.headers for one in server.requests)


@pytest.mark.parametrize("prefix", ["", "/ceph"])
def test_a_dashboard_is_detected_by_its_refusal(credentials: Credentials, prefix: str) -> None:
    """The dashboard requires a login and says so in JSON; the detection does not log in."""
    fake = Dashboard(prefix=prefix)
    with serve(answering(fake)) as server, probed(server.url + prefix, credentials) as source:
        assert source.api == "dashboard"
        check_no_secret(server)
        assert len(server.requests) == 1
        assert len(list(source.fetch(["status", "version"], Deadline(30)))) == 2
    assert fake.logins == 1


def test_restful_is_detected_by_its_root(credentials: Credentials) -> None:
    """The module's root identifies itself and requires no key; no key is sent there."""
    with (
        serve(answering(Restful(), keep_alive=False)) as server,
        probed(server.url, credentials) as source,
    ):
        assert source.api == "restful"
        check_no_secret(server)
        (answer,) = source.fetch(["version"], Deadline(30))
    assert answer.error is None


@pytest.mark.parametrize(
    ("base", "path"),
    [("/api/v0.1", ""), ("/api/v0.1", "/api/v0.1"), ("/x/api/v0.1", "/x"), ("/own", "/own")],
)
def test_ceph_rest_api_is_detected_by_the_fsid(base: str, path: str) -> None:
    """Any other server is asked for the fsid, below the URL and below `/api/v0.1`."""

    def answer(command: str, args: dict[str, str]) -> object:
        del args
        return "a3b6ac30" if command == "fsid" else None

    with (
        simulator.RestApi(answer, base=base) as server,
        probed(server.url + path, Credentials()) as source,
    ):
        assert (source.api, source.url) == ("rest-api", server.url + base)


@pytest.mark.parametrize("reply", [TO_ACTIVE, NONE_ACTIVE])
def test_a_standby_is_reported_as_one(credentials: Credentials, reply: Reply) -> None:
    """After a redirect or the page of a standby, the next URL is tried, not another API."""
    with serve(answering(lambda _: reply)) as server:
        error = unsuccessful(server, credentials)
        check_no_secret(server)
    assert error.kind is ErrorKind.STANDBY
    assert server.asked() == ["/api/summary"]


def test_a_proxy_that_wants_a_user_gets_it_last(credentials: Credentials) -> None:
    """A 401 with HTML is not from a dashboard, but maybe from a proxy in front of ceph-rest-api.

    Only the proxy gets the secret, and only after it has requested one.
    """

    def answer(request: Request) -> Reply:
        header = request.headers.get("authorization")
        return as_json({"output": "a3b6", "status": "OK"}) if header else page(401)

    with serve(answering(answer)) as server, probed(server.url, credentials) as source:
        assert source.api == "rest-api"
    assert [bool(one.headers.get("authorization")) for one in server.requests] == [
        *(False, False, False),
        True,
    ]


def test_a_proxy_that_refuses_the_user_is_a_refusal(credentials: Credentials) -> None:
    """A wrong user of the proxy is reported as such, not as an unknown API."""
    with serve(answering(lambda _: page(401))) as server:
        error = unsuccessful(server, credentials)
    assert error.kind is ErrorKind.REFUSED
    assert "the proxy in front of ceph-rest-api refused the request with HTTP 401" in str(error)


@pytest.mark.parametrize("reply", [PAGE, page(404), page(500), as_json({"a": 1}), as_json([])])
def test_another_web_server_is_not_ceph(credentials: Credentials, reply: Reply) -> None:
    """The error about a server that is none of the three contains its last answer."""
    with serve(answering(lambda _: reply)) as server:
        error = unsuccessful(server, credentials)
        assert error.kind is ErrorKind.UNREACHABLE
        assert str(error).startswith(f"no API of Ceph found at {server.url} (tried the dashboard")
        assert str(error).endswith("; check the URL, including its path")


def test_nothing_at_the_url_is_unreachable(credentials: Credentials) -> None:
    """If nobody listens on the port, other APIs are not tried."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(SourceError, match="connection refused") as caught:
        connect("auto", f"http://127.0.0.1:{port}", Tls(), credentials, Deadline(30))
    assert caught.value.kind is ErrorKind.UNREACHABLE


def test_the_apis_that_can_be_named_are_those_that_connect_knows() -> None:
    """The values of the flag are the six names of the type."""
    assert APIS == ("auto", "rest-api", "restful", "dashboard", "rados", "recording")
