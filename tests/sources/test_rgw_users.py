"""The quotas of users, which are requested one by one."""

import json
import threading
from typing import Any

import pytest

from ceph_exporter.deadline import Deadline
from ceph_exporter.sources import ErrorKind, SourceError
from ceph_exporter.sources import rgw_users as module
from ceph_exporter.sources.rgw_users import Listed, Users
from tests.sources.rgw_fake import QUOTAS


class Script:
    """Users whose quotas are answers or errors, and the time."""

    def __init__(self, *names: str) -> None:
        self.names = list(names)
        self.errors: dict[str, SourceError] = {}
        self.gone: set[str] = set()
        self.bodies: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.now = 0.0
        self.users = Users(clock=lambda: self.now)

    def fetch(self) -> tuple[int, list[str]]:
        """Return the number of users and the names of those with quotas."""
        body = self.users.fetch(lambda _: Listed(self.names), self._quota, Deadline(30))
        found: dict[str, Any] = json.loads(body)
        return found["number"], list(found["users"])

    def _quota(self, name: str, deadline: Deadline) -> bytes | None:
        assert deadline.left <= 20
        self.asked.append(name)
        if name in self.errors:
            raise self.errors[name]
        default = json.dumps({**QUOTAS, "keys": [{"secret_key": "hush"}]}).encode()
        return None if name in self.gone else self.bodies.get(name, default)


FAILED = SourceError(ErrorKind.FAILED, "no")


def test_all_users() -> None:
    """Every user is asked for, and nothing but the quotas is kept."""
    script = Script("b", "a")
    assert script.fetch() == (2, ["a", "b"])
    assert b"hush" not in script.users.fetch(lambda _: Listed(["a"]), script._quota, Deadline(30))


def test_a_user_that_is_gone() -> None:
    """It is left out, also if its quotas were known."""
    script = Script("a", "b", "c")
    script.fetch()
    script.names, script.gone = ["a", "b"], {"b"}
    assert script.fetch() == (2, ["a"])


def test_a_user_whose_quotas_are_unavailable() -> None:
    """It alone is missing; quotas that were received before remain for an hour."""
    script = Script("a", "b", "c")
    script.errors["b"] = FAILED
    script.bodies["c"] = b"[]"
    assert script.fetch() == (3, ["a"])
    script.errors["a"] = FAILED
    del script.errors["b"]
    assert script.fetch() == (3, ["a", "b"])
    script.now = 4000.0
    assert script.fetch() == (3, ["b"])


def test_too_many_failures() -> None:
    """Three users in a row are enough to leave the others for the next round, which has them."""
    script = Script(*"abcdef")
    script.errors = dict.fromkeys("abc", FAILED)
    with pytest.raises(SourceError, match="no"):
        script.fetch()
    assert script.asked == ["a", "b", "c"]
    assert script.fetch() == (6, ["d", "e", "f"])
    assert script.asked[3:] == ["d", "e", "f", "a", "b", "c"]


def test_users_whose_quotas_have_another_form() -> None:
    """If there are no others, it is an error that names one of them."""
    script = Script("a", "b")
    script.bodies = dict.fromkeys("ab", b"[]")
    with pytest.raises(SourceError, match="the quotas of the user 'b': ") as caught:
        script.fetch()
    assert caught.value.kind is ErrorKind.FAILED


def test_a_round_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next one continues with the users that were not asked for, then with the oldest."""
    script = Script(*"abc")
    script.fetch()
    script.names += ["d"]
    script.asked.clear()
    script.fetch()
    assert script.asked == ["d", "a", "b", "c"]
    monkeypatch.setattr(module, "_ROUND", 0.0)
    script.asked.clear()
    assert script.fetch() == (4, ["a", "b", "c", "d"])
    assert script.asked == []


def test_a_limit_on_users(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first by name are asked for, so that they are always the same."""
    monkeypatch.setattr(module, "MOST", 2)
    assert Script("c", "b", "a").fetch() == (3, ["a", "b"])


def test_users_that_may_not_be_read() -> None:
    """An error that concerns all users is that of the document, unless some quotas are known."""
    script = Script("a")
    script.errors["a"] = SourceError(ErrorKind.DENIED, "no right")
    with pytest.raises(SourceError, match="no right"):
        script.fetch()


def test_a_request_that_does_not_end() -> None:
    """What has been assembled is returned before the time of the document is over."""
    users, deadline = Users(), Deadline(0.4)

    def quota_of(name: str, left: Deadline) -> bytes:
        if name == "b":
            threading.Event().wait(left.left)
            raise FAILED
        return json.dumps(QUOTAS).encode()

    body = users.fetch(lambda _: Listed(["a", "b", "c"]), quota_of, deadline)
    assert deadline.left > 0
    assert json.loads(body) == {"number": 3, "users": {"a": QUOTAS}}


def test_one_round_at_a_time() -> None:
    """While one is under way, another one waits for it, as long as its own time allows."""
    users, go, started = Users(), threading.Event(), threading.Event()
    bodies = list[bytes]()

    def quota_of(_: str, __: Deadline) -> bytes:
        started.set()
        go.wait(30)
        return json.dumps(QUOTAS).encode()

    def fetch(seconds: float) -> None:
        bodies.append(users.fetch(lambda _: Listed(["a"]), quota_of, Deadline(seconds)))

    first = threading.Thread(target=fetch, args=(30,))
    first.start()
    assert started.wait(30)
    with pytest.raises(SourceError, match="still runs"):
        fetch(0.05)
    second = threading.Thread(target=fetch, args=(30,))
    second.start()
    go.set()
    for thread in (first, second):
        thread.join(30)
    assert [json.loads(body)["users"] for body in bodies] == [{"a": QUOTAS}] * 2
