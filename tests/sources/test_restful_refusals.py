"""The mgr module restful: refused keys, and servers that are not restful."""

from pathlib import Path

import pytest

from ceph_exporter.sources import Credentials, ErrorKind, SourceError
from tests.sources.fakes import NOT_FOUND, PAGE, Restful, as_json, page
from tests.sources.faulty import Reply
from tests.sources.via_restful import failed, fetched


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("auth: No such user", "auth: No such user"),
        ("auth: Incorrect password", "auth: Incorrect password"),
        (None, "the answer is HTML, not JSON"),
    ],
)
def test_a_refused_key_names_the_command_that_lists_keys(
    credentials: Credentials, message: str | None, reason: str
) -> None:
    """The error after a 401 has the module's text, the user, and the command that lists keys."""
    reply = as_json({"message": message}, 401) if message else page(401)
    error = failed(Restful(special=lambda _: reply), credentials)
    assert error.kind is ErrorKind.REFUSED
    assert f"the key of prom ({reason}); compare --cluster.username" in str(error)
    assert str(error).endswith("ceph restful list-keys")


def test_a_wrong_key_is_refused_by_the_module(tmp_path: Path) -> None:
    """The secret in the header is that of the file."""
    file = tmp_path / "key"
    file.write_text("wrong")
    error = failed(Restful(), Credentials("prom", str(file)))
    assert "(auth: Incorrect password)" in str(error)


def test_without_a_user_nobody_is_refused() -> None:
    """Without a user there is no header; the error has the module's own text."""
    error = failed(Restful(), Credentials())
    assert "the key of no user (auth: No HTTP username/password)" in str(error)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (PAGE, "HTTP 200: the answer is HTML, not JSON; check that this is the URL of the mgr mod"),
        (
            NOT_FOUND,
            "HTTP 404: the answer is HTML, not JSON; check that this is the URL of the mgr mod",
        ),
        (as_json({"message": "x"}, 503), "HTTP 503: x"),
        (page(500), "HTTP 500: the answer is HTML, not JSON"),
        (as_json({"a": 1}), "HTTP 200: Object missing required field `id`; check that this is the"),
    ],
)
def test_another_server_is_not_restful(
    credentials: Credentials, reply: Reply, expected: str
) -> None:
    """HTML, an unknown URL and errors of the mgr make the whole URL fail."""
    error = failed(Restful(special=lambda _: reply), credentials)
    assert error.kind is ErrorKind.UNREACHABLE
    assert expected in str(error)


def test_the_broken_module_of_14_is_named(credentials: Credentials) -> None:
    """Under Python 3, restful of 14 answers everything with 500: the error names the dashboard."""
    message = {"message": "Object of type map is not JSON serializable"}
    fake = Restful(special=lambda one: as_json(message, 500) if one.method == "POST" else None)
    with pytest.raises(SourceError, match="use the mgr's dashboard") as caught:
        fetched(fake, credentials, ("status",))
    assert caught.value.kind is ErrorKind.UNREACHABLE
