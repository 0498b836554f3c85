"""The mgr dashboard: logins, tokens and refusals."""

import time
from pathlib import Path

import pytest

from ceph_exporter.sources import Credentials, ErrorKind, SourceError
from ceph_exporter.sources.credentials import LOGIN_PAUSE
from tests.sources.fakes import Dashboard, as_json, page
from tests.sources.faulty import Reply, answering, serve
from tests.sources.via_dashboard import PATHS, failed, fetch, opened


def test_an_expired_token_is_renewed_once(credentials: Credentials) -> None:
    """A 401 for a token that was valid leads to one new login, even in the middle of a poll."""
    fake = Dashboard()
    with serve(answering(fake)) as server, opened(server.url, credentials) as source:
        fetch(source)
        fake.tokens.clear()
        answers = fetch(source)
    assert [one.error for one in answers.values()] == [None] * 3
    assert fake.logins == 2
    assert server.asked()[4:] == ["/api/monitor", "/api/auth", *PATHS]


def test_a_new_token_that_is_refused_is_not_renewed(credentials: Credentials) -> None:
    """A 401 right after a login does not lead to one login per document."""
    fake = Dashboard({"monitor": as_json({"detail": "You are not\nauthorized"}, 401)})
    (error,) = failed(fake, credentials)
    assert error.kind is ErrorKind.REFUSED
    assert str(error).endswith(
        "the dashboard refused the token that it had just issued (You are not authorized); the "
        "next login is in 5 minutes"
    )
    assert fake.logins == 1


def test_a_refused_secret_is_never_sent_again(credentials: Credentials, tmp_path: Path) -> None:
    """Ten refusals disable a user: after one, no login is tried until the password file changes."""
    fake = Dashboard()
    fake.secret = "another"  # noqa: S105 - only for the fake
    first, again = failed(fake, credentials, 2)
    assert first.kind is ErrorKind.REFUSED
    assert "refused the login of user prom: Invalid credentials; check --cluster.us" in str(first)
    assert again.kind is ErrorKind.REFUSED
    assert f"the password in {tmp_path}/password was refused for user prom; it is not" in str(again)
    assert fake.logins == 1
    (tmp_path / "password").write_text("another\n")
    with serve(answering(fake)) as server, opened(server.url, credentials) as source:
        assert [one.error for one in fetch(source).values()] == [None] * 3
    assert fake.logins == 2


def test_the_same_dashboard_does_not_repeat_a_refused_login_either(
    credentials: Credentials,
) -> None:
    """Neither the next document nor the next poll sends a refused secret again."""
    fake = Dashboard({"auth": as_json({"detail": "Invalid credentials"}, 400)})
    with serve(answering(fake)) as server, opened(server.url, credentials) as source:
        for _ in range(3):
            with pytest.raises(SourceError, match="refused"):
                fetch(source)
    assert server.asked() == ["/api/auth"]


def test_a_password_that_must_be_changed_is_a_refusal(credentials: Credentials) -> None:
    """With pwdUpdateRequired every endpoint answers 403: the error names the command to run."""
    fake = Dashboard()
    fake.update_required = True
    error, _ = failed(fake, credentials, 2)
    assert error.kind is ErrorKind.REFUSED
    assert str(error).endswith("ceph dashboard ac-user-set-password prom -i FILE")
    assert fake.logins == 1


def test_the_token_outlives_the_connection(credentials: Credentials) -> None:
    """A timeout or another mgr requires no new login, which would write to the monitors' store."""
    fake = Dashboard()
    with serve(answering(fake)) as server:
        for _ in range(2):
            with opened(server.url, credentials) as source:
                fetch(source)
    assert fake.logins == 1


def test_a_dashboard_that_refuses_its_own_tokens_is_not_logged_in_to_at_every_poll(
    credentials: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If a new token is refused, the next login is five minutes later."""
    fake = Dashboard({"monitor": as_json({"detail": "no"}, 401)})
    with serve(answering(fake)) as server, opened(server.url, credentials) as source:
        for text in ("the next login is in 5 minutes", "login is 5 minutes after that"):
            with pytest.raises(SourceError, match=text):
                fetch(source)
        assert fake.logins == 1
        later = time.monotonic() + LOGIN_PAUSE
        monkeypatch.setattr(time, "monotonic", lambda: later)
        with pytest.raises(SourceError):
            fetch(source)
    assert fake.logins == 2


def test_a_dashboard_that_refuses_its_own_tokens_does_not_affect_others(
    credentials: Credentials,
) -> None:
    """Another mgr is logged in to; its token stays valid, as it is not sent to the broken one."""
    broken, sound = Dashboard({"monitor": as_json({"detail": "no"}, 401)}), Dashboard()
    with serve(answering(broken)) as first, serve(answering(sound)) as second:
        for _ in range(3):
            with opened(first.url, credentials) as source, pytest.raises(SourceError):
                fetch(source)
            with opened(second.url, credentials) as source:
                assert [one.error for one in fetch(source).values()] == [None] * 3
    assert (broken.logins, sound.logins) == (1, 1)
    assert broken.asked.count("monitor") == 1


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (page(500), "login: HTTP 500: the answer is HTML, not JSON"),
        (page(400), "login: HTTP 400: the answer is HTML, not JSON"),
        (page(404), "login: HTTP 404: the answer is HTML, not JSON"),
        (as_json({"detail": "busy"}, 503), "login: HTTP 503: busy"),
        (as_json({"message": "Forbidden by gateway"}, 403), "login: HTTP 403"),
        (
            page(200),
            "login: the answer is HTML, not JSON; check that this is the URL of a Ceph dashboard",
        ),
        (
            as_json({"a": 1}, 201),
            "login: Object missing required field `token`; check that this is the URL",
        ),
    ],
)
def test_a_login_that_fails_otherwise_is_not_a_refusal(
    credentials: Credentials, reply: Reply, expected: str
) -> None:
    """An error of the mgr, or of another server, is not a refusal: the login is repeated."""
    (error,) = failed(Dashboard({"auth": reply}), credentials)
    assert error.kind is ErrorKind.UNREACHABLE
    assert expected in str(error)
    with serve(answering(Dashboard())) as server, opened(server.url, credentials) as source:
        assert len(fetch(source)) == 3
