"""Answers that are not the API's own: redirects, proxies, load balancers and standbys."""

import socket

import pytest

from ceph_exporter.deadline import Deadline
from ceph_exporter.sources import Credentials, ErrorKind, SourceError, Tls, connect, http
from ceph_exporter.sources.foreign import check_redirect
from ceph_exporter.sources.http import Response
from tests.sources.fakes import TO_ACTIVE, Dashboard, as_json, page
from tests.sources.faulty import Reply, answering, serve
from tests.sources.via_dashboard import failed, fetch, opened

URL = "https://mgr1.example:8443/ceph"
TEXT = "text/plain"
STANDBY = {"detail": "Keep on looking", "request_id": "00000000-0000-0000-0000-000000000000"}


def redirected(url: str, status: int, location: str) -> SourceError:
    """Return the error for a redirect."""
    with pytest.raises(SourceError) as caught:
        check_redirect(url, Response(status, {"location": location} if location else {}, b""))
    return caught.value


@pytest.mark.parametrize(
    ("url", "status", "location"),
    [
        (URL, 303, "https://10.0.0.2:8443/"),
        (URL, 303, "https://10.0.0.2:8443/ceph/"),
        (URL, 302, "https://10.0.0.2:8443/"),  # to a proxy that speaks HTTP/1.0
        ("http://mgr1:8080", 303, "http://[fd00::2]:8080/"),
        ("http://mgr1:8080", 303, "https://mgr1:8443/"),
    ],
)
def test_a_standby_drops_the_path(url: str, status: int, location: str) -> None:
    """A standby mgr redirects to the root of the active dashboard, whatever was requested."""
    error = redirected(url, status, location)
    assert error.kind is ErrorKind.STANDBY
    assert "this is a standby mgr" in str(error)
    assert location.split("/")[2] in str(error)


@pytest.mark.parametrize(
    ("url", "status", "location", "expected"),
    [
        ("http://ceph.example", 301, "https://ceph.example/api/monitor", "use https:// in --clu"),
        ("http://ceph.example", 308, "https://ceph.example:443/", "use https:// in --clust"),
        ("http://ceph.example:80", 302, "https://ceph.example/", "use https:// in --cluster.url"),
        (URL, 302, "https://sso.example/realms/x/auth?client_id=ceph", "a login is demanded"),
        (URL, 302, "/oauth2/sign_in?rd=%2Fapi%2Fmonitor", "where a login is demanded"),
        (URL, 307, "https://sso.example/", "where a login is demanded"),
        (URL, 301, "/ceph/api/monitor/", "redirects to another path of https://mgr1.example:8443"),
        (URL, 301, "", "a redirect to an unknown address"),
        (URL, 301, "https://[::1/", "a redirect to an unknown address"),
        (URL, 301, "https://mgr:99999/", "a redirect to an unknown address"),
        (URL, 301, "ftp://mgr/", "a redirect to an unknown address"),
    ],
)
def test_other_redirects_are_named(url: str, status: int, location: str, expected: str) -> None:
    """A login page, a redirect to https and a wrong path are no standbys; the next URL is tried."""
    error = redirected(url, status, location)
    assert error.kind is ErrorKind.UNREACHABLE
    assert expected in str(error)


def test_nothing_secret_of_a_redirect_is_shown() -> None:
    """The target may have a user, and a token in its path, query or fragment."""
    location = "https://bob:hunter2@sso.example/t0k3n?state=t0k3n#t0k3n"
    error = redirected(URL, 302, location)
    assert "redirects to https://sso.example," in str(error)
    assert not [word for word in ("bob", "hunter2", "t0k3n") if word in str(error)]


@pytest.mark.parametrize("status", [400, 404, 500, 503, 599])
@pytest.mark.parametrize("endpoint", ["auth", "monitor", "health/minimal"])
def test_a_standby_that_answers_an_error_is_a_standby(
    credentials: Credentials, endpoint: str, status: int
) -> None:
    """With standby_behaviour=error the status is anything from 400 on, in the dashboard's form."""
    reply = as_json({"status": f"{status} Any", **STANDBY}, status)
    (error,) = failed(Dashboard({endpoint: reply}), credentials)
    assert error.kind is ErrorKind.STANDBY
    assert f"this is a standby mgr (HTTP {status}: Keep on looking); list" in str(error)


@pytest.mark.parametrize("status", [400, 404, 500, 503])
def test_a_standby_that_answers_an_error_is_detected(credentials: Credentials, status: int) -> None:
    """The detection of the API calls it a standby too, and sends no secret."""
    reply = as_json({"status": f"{status} Any", **STANDBY}, status)
    with serve(answering(lambda _: reply)) as server:
        with pytest.raises(SourceError) as caught:
            connect("auto", server.url, Tls(), credentials, Deadline(30))
        assert server.asked() == ["/api/summary"]
    assert caught.value.kind is ErrorKind.STANDBY


@pytest.mark.parametrize(
    "reply",
    [
        Reply(404, b"default backend - 404", TEXT),
        Reply(503, b"no healthy upstream", TEXT),
        Reply(503, b"", TEXT),
        Reply(200, b"", TEXT),
        Reply(200, b"OK", TEXT),
        Reply(204, b"", TEXT),
        page(200),
        page(404),
        page(502),
        page(403),
        page(401),
        as_json({"message": "no Route matched with those values"}, 404),
        as_json({"kind": "Status", "status": "Failure", "code": 404}, 404),
        as_json({"title": "Not Found", "detail": "x", "status": 404}, 404),
        as_json([], 500),
    ],
)
def test_what_is_not_the_dashboards_own_is_the_urls_failure(
    credentials: Credentials, reply: Reply
) -> None:
    """Text, HTML, nothing, and JSON in another form say something about the URL only."""
    fake = Dashboard()
    with serve(answering(fake)) as server, opened(server.url, credentials) as source:
        fetch(source)
        fake.special = dict.fromkeys(("monitor", "health/minimal", "summary"), reply)
        del server.requests[:]
        with pytest.raises(SourceError) as caught:
            fetch(source)
        assert caught.value.kind is ErrorKind.UNREACHABLE
        hint = "this answer does not come from Ceph's API; check the URL, and the proxy"
        assert hint in str(caught.value)
        # In the middle of a poll, the monitors' endpoint decides whether the dashboard is there.
        del server.requests[:]
        with pytest.raises(SourceError, match="not come from Ceph's API"):
            fetch(source, ("status", "version"))
        assert server.asked() == ["/api/health/minimal", "/api/monitor"]
    assert fake.logins == 1


def test_text_is_called_text(credentials: Credentials) -> None:
    """An ingress answers one line of text: no message about malformed JSON."""
    fake = Dashboard({"monitor": Reply(404, b"default backend - 404", TEXT)})
    (error,) = failed(fake, credentials)
    assert "/api/monitor: HTTP 404: the answer is text, not JSON; this answer" in str(error)


def test_a_login_that_a_proxy_demands_keeps_the_token(credentials: Credentials) -> None:
    """A 401 in HTML is not the dashboard's: another login would only write to the monitors."""
    fake = Dashboard()
    with serve(answering(fake)) as server, opened(server.url, credentials) as source:
        fetch(source)
        fake.special["monitor"] = page(401)
        with pytest.raises(SourceError, match="HTTP 401: the answer is HTML"):
            fetch(source)
        fake.special.clear()
        assert [one.error for one in fetch(source).values()] == [None] * 3
    assert fake.logins == 1


@pytest.mark.parametrize("reply", [TO_ACTIVE, page(503), as_json(STANDBY, 503)])
def test_all_addresses_of_a_name_are_tried(
    credentials: Credentials, monkeypatch: pytest.MonkeyPatch, reply: Reply
) -> None:
    """A name with the addresses of all mgrs leads to the active one, and stays there."""
    monkeypatch.setattr(http, "resolve", lambda *_: ["127.0.0.1", "127.0.0.2"])
    active = Dashboard()
    with serve(answering(lambda _: reply)) as standby:
        bound = socket.create_server(("127.0.0.2", standby.port))
        url = f"http://localhost:{standby.port}"
        if reply.status != 303:
            # A proxy's page is no reason to send the password elsewhere: log in first.
            credentials.token = "token-0"  # noqa: S105 - only for the fake
            active.tokens.add("token-0")
        with serve(answering(active), bound=bound), opened(url, credentials) as source:
            for _ in range(2):
                assert [one.error for one in fetch(source).values()] == [None] * 3
        assert len(standby.requests) == 1
