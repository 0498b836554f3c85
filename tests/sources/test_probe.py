"""API auto: who answers at a URL is found out without telling anybody a secret."""

import socket
from contextlib import closing

import pytest

from ceph_exporter.deadline import Deadline
from ceph_exporter.simulator import rest_api as simulator
from ceph_exporter.sources import APIS, Credentials, ErrorKind, SourceError, Tls, connect
from ceph_exporter.sources.base import Source
from tests.sources.fakes import PAGE, Dashboard, Restful, as_json, page
from tests.sources.faulty import Reply, Request, Server, answering, serve
from tests.sources.test_dashboard import NONE_ACTIVE, TO_ACTIVE


def probed(url: str, credentials: Credentials) -> closing[Source]:
    """Find out who answers, for a `with`."""
    return closing(connect("auto", url, Tls(), credentials, Deadline(30)))


def unsuccessful(server: Server, credentials: Credentials) -> SourceError:
    """Find out that nobody of use answers; give the error."""
    with pytest.raises(SourceError) as caught:
        connect("auto", server.url, Tls(), credentials, Deadline(30))
    assert "\n" not in str(caught.value)
    return caught.value


def check_no_secret(server: Server) -> None:
    """Check that no request so far carried a user."""
    assert server.requests
    assert all(one.method == "GET" and not one.body for one in server.requests)
    assert all("authorization" not in one.headers for one in server.requests)


@pytest.mark.parametrize("prefix", ["", "/ceph"])
def test_a_dashboard_is_found_by_its_refusal(credentials: Credentials, prefix: str) -> None:
    """The dashboard wants a login and says so in JSON; none is made to find it out."""
    fake = Dashboard(prefix=prefix)
    with serve(answering(fake)) as server, probed(server.url + prefix, credentials) as source:
        assert source.api == "dashboard"
        check_no_secret(server)
        assert len(server.requests) == 1
        assert len(list(source.fetch(["status", "version"], Deadline(30)))) == 2
    assert fake.logins == 1


def test_restful_is_found_by_its_root(credentials: Credentials) -> None:
    """The module's root, which needs no key, introduces itself; no key is sent there."""
    with (
        serve(answering(Restful(), keep_alive=False)) as server,
        probed(server.url, credentials) as source,
    ):
        assert source.api == "restful"
        check_no_secret(server)
        (answer,) = source.fetch(["version"], Deadline(30))
    assert answer.error is None


@pytest.mark.parametrize(
    ("base", "given"),
    [("/api/v0.1", ""), ("/api/v0.1", "/api/v0.1"), ("/x/api/v0.1", "/x"), ("/own", "/own")],
)
def test_ceph_rest_api_is_found_by_the_fsid(base: str, given: str) -> None:
    """What is neither of the two is asked for the fsid, below the URL and below `/api/v0.1`."""

    def answer(command: str, args: dict[str, str]) -> object:
        del args
        return "a3b6ac30" if command == "fsid" else None

    with (
        simulator.RestApi(answer, base=base) as server,
        probed(server.url + given, Credentials()) as source,
    ):
        assert (source.api, source.url) == ("rest-api", server.url + base)


@pytest.mark.parametrize("reply", [TO_ACTIVE, NONE_ACTIVE])
def test_a_standby_is_told_as_one(credentials: Credentials, reply: Reply) -> None:
    """A redirect or the page of a standby sends the poll to the next URL, not to another API."""
    with serve(answering(lambda _: reply)) as server:
        error = unsuccessful(server, credentials)
        check_no_secret(server)
    assert error.kind is ErrorKind.STANDBY
    assert server.asked() == ["/api/summary"]


def test_a_proxy_that_wants_a_user_gets_it_last(credentials: Credentials) -> None:
    """A 401 with a page is no dashboard's: a proxy in front of ceph-rest-api may have sent it.

    It gets the secret after it has asked for one, and nobody else does.
    """

    def answer(request: Request) -> Reply:
        known = request.headers.get("authorization")
        return as_json({"output": "a3b6", "status": "OK"}) if known else page(401)

    with serve(answering(answer)) as server, probed(server.url, credentials) as source:
        assert source.api == "rest-api"
    assert [bool(one.headers.get("authorization")) for one in server.requests] == [
        *(False, False, False),
        True,
    ]


def test_a_proxy_that_refuses_the_user_is_a_refusal(credentials: Credentials) -> None:
    """A wrong user of the proxy is told as such, not as an unknown API."""
    with serve(answering(lambda _: page(401))) as server:
        error = unsuccessful(server, credentials)
    assert error.kind is ErrorKind.REFUSED
    assert "the proxy in front of ceph-rest-api refused the request with HTTP 401" in str(error)


@pytest.mark.parametrize("reply", [PAGE, page(404), page(500), as_json({"a": 1}), as_json([])])
def test_another_web_server_is_no_ceph(credentials: Credentials, reply: Reply) -> None:
    """What answers, but as none of the three, is named with its last answer."""
    with serve(answering(lambda _: reply)) as server:
        error = unsuccessful(server, credentials)
        assert error.kind is ErrorKind.UNREACHABLE
        assert str(error).startswith(f"no API of Ceph found at {server.url} (tried the dashboard")
        assert str(error).endswith("; check the URL, including its path")


def test_nothing_at_the_url_is_unreachable(credentials: Credentials) -> None:
    """A port that nobody listens on is no reason to ask for other APIs."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(SourceError, match="connection refused") as caught:
        connect("auto", f"http://127.0.0.1:{port}", Tls(), credentials, Deadline(30))
    assert caught.value.kind is ErrorKind.UNREACHABLE


def test_the_apis_that_can_be_named_are_those_that_connect_knows() -> None:
    """The names for the flag are the six of the type."""
    assert APIS == ("auto", "rest-api", "restful", "dashboard", "rados", "recording")
