"""ceph-rest-api: its base path, proxies in front of it, and other servers."""

import json
from collections.abc import Callable

import pytest

from ceph_exporter.deadline import Deadline
from ceph_exporter.simulator import rest_api as simulator
from ceph_exporter.sources import Credentials, ErrorKind, SourceError
from tests.sources.faulty import Reply, Request, answering, serve
from tests.sources.via_rest_api import BASE, DOCUMENTS, FSID, HTML, ceph, opened


@pytest.mark.parametrize(
    ("base", "url_path", "detected"),
    [
        ("/api/v0.1", "", "/api/v0.1"),
        ("/api/v0.1", "/", "/api/v0.1"),
        ("/api/v0.1", "/api/v0.1", "/api/v0.1"),
        ("/api/v0.1", "/api/v0.1/", "/api/v0.1"),
        ("/ceph/prod/api/v0.1", "/ceph/prod", "/ceph/prod/api/v0.1"),
        ("/ceph/prod/api/v0.1", "/ceph/prod/api/v0.1", "/ceph/prod/api/v0.1"),
        ("/ceph", "/ceph", "/ceph"),
    ],
)
def test_the_base_path_is_detected(base: str, url_path: str, detected: str) -> None:
    """`/api/v0.1` is tried below the URL unless the URL has it; other paths must be in the URL."""

    def answer(command: str, args: dict[str, str]) -> object:
        del args
        return {"fsid": FSID, "status": {"command": "status"}}.get(command)

    with simulator.RestApi(answer, base=base) as server, opened(server.url + url_path) as source:
        assert source.url == server.url + detected
        (got,) = source.fetch(["status"], Deadline(30))
    assert json.loads(got.body) == {"command": "status"}


def behind_proxy(request: Request) -> Reply:
    """Forward only requests of prom with hush-hush to ceph-rest-api."""
    if request.headers.get("authorization") == "Basic cHJvbTpodXNoLWh1c2g=":
        return ceph()(request)
    return Reply(401, b"<html><h1>401 Authorization Required</h1></html>", HTML)


def test_a_proxy_in_front_gets_the_user(credentials: Credentials) -> None:
    """With a user, every request has basic authentication, which ceph-rest-api ignores."""
    with serve(answering(behind_proxy)) as server, opened(server.url, credentials) as source:
        (answer,) = source.fetch(["status"], Deadline(30))
    assert json.loads(answer.body) == {"command": "status"}


@pytest.mark.parametrize(("status", "requests"), [(401, 1), (403, 8)])
def test_a_proxy_that_refuses_is_named(status: int, requests: int) -> None:
    """A 401 or 403 in HTML comes from the proxy: the whole URL fails.

    After a 403 it may still let other commands through.
    """
    with (
        serve(answering(lambda _: Reply(status, b"<html>no</html>", HTML))) as server,
        pytest.raises(
            SourceError, match=f"the proxy .* HTTP {status}; check --cluster.use"
        ) as caught,
    ):
        opened(server.url)
    assert caught.value.kind is ErrorKind.REFUSED
    assert len(server.requests) == requests


@pytest.mark.parametrize(
    "allowed", [("health",), ("status",), ("health", "status"), ("quorum_status",)]
)
def test_a_proxy_may_let_some_commands_through(allowed: tuple[str, ...]) -> None:
    """Without the fsid the source works with what the proxy forwards; the rest is denied."""
    filtered = behind_filter(*allowed)
    wanted = ("health detail", "status", "quorum_status", "osd dump")
    with serve(answering(filtered)) as server, opened(server.url) as source:
        answers = {one.documents[0]: one.error for one in source.fetch(wanted, Deadline(30))}
    received = {name for name, error in answers.items() if error is None}
    assert received == {"health detail" if name == "health" else name for name in allowed}
    kinds = {error.kind for error in answers.values() if error}
    assert kinds == {ErrorKind.DENIED}
    assert {
        "that the proxy allows this command" in str(error) for error in answers.values() if error
    } == {True}


def behind_filter(*allowed: str) -> Callable[[Request], Reply]:
    """Forward only some commands to ceph-rest-api."""
    return ceph(lambda name: None if name in allowed else Reply(403, b"<html>no</html>", HTML))


def test_another_server_is_not_ceph_rest_api() -> None:
    """The error about a server that is not ceph-rest-api contains its first answer."""
    with (
        serve(answering(lambda _: Reply(404, b"<html>nginx</html>", HTML))) as server,
        pytest.raises(
            SourceError, match=r"HTTP 404: the answer is HTML.*, including its path, is"
        ) as caught,
    ):
        opened(server.url)
    assert caught.value.kind is ErrorKind.UNREACHABLE
    assert server.asked() == [f"{BASE}/fsid.json", "/fsid.json"]


def test_a_refusal_while_fetching_ends_the_poll(credentials: Credentials) -> None:
    """If a proxy starts to refuse requests, the poll ends at once without further requests."""
    asked: list[str] = []

    def answer(request: Request) -> Reply:
        asked.append(request.path)
        return behind_proxy(request._replace(headers={})) if len(asked) > 1 else ceph()(request)

    with (
        serve(answering(answer)) as server,
        opened(server.url, credentials) as source,
        pytest.raises(SourceError, match="refused the request with HTTP 401"),
    ):
        list(source.fetch(DOCUMENTS, Deadline(30)))
    assert len(asked) == 2
