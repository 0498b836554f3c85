"""Users: who is admitted, what is cached, and that response times reveal nothing."""

import threading
from base64 import b64encode

import bcrypt
import pytest

from ceph_exporter.web import users
from ceph_exporter.web.users import BusyError, Users

HASH = bcrypt.hashpw(b"secret", bcrypt.gensalt(4)).decode()


def basic(user: str, password: str) -> str:
    """Return an Authorization header."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


class Counting:
    """Records the hashes that bcrypt checks passwords against."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.hashes: list[bytes] = []
        real = bcrypt.checkpw

        def check(password: bytes, hashed: bytes) -> bool:
            self.hashes.append(hashed)
            return real(password, hashed)

        monkeypatch.setattr(bcrypt, "checkpw", check)


def test_a_user_with_the_password_is_admitted() -> None:
    """The right password is admitted; a wrong one, an unknown user and invalid headers are not."""
    accounts = Users({"alice": HASH})
    assert accounts.admit(basic("alice", "secret"))
    assert accounts.admit(basic("alice", "secret").replace("Basic", "basic"))
    for wrong in (
        basic("alice", "Secret"),
        basic("bob", "secret"),
        basic("", ""),
        "",
        "Basic",
        "Basic *",
        "Basic YQ",
        "Bearer x",
        "Basic " + b64encode(b"alice").decode(),
        "Basic " + b64encode(b"\xff\xfe:\0").decode(),
    ):
        assert not accounts.admit(wrong)


def test_hashes_of_htpasswd_and_long_passwords_are_accepted() -> None:
    """Apache writes $2y$; bcrypt uses the first 72 bytes of a password, as in Go."""
    long = "x" * 100
    hashed = bcrypt.hashpw(long.encode()[:72], bcrypt.gensalt(4)).decode()
    assert Users({"a": hashed.replace("$2b$", "$2y$")}).admit(basic("a", long))


def test_a_hash_that_bcrypt_refuses_admits_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of bcrypt counts as a wrong password."""

    def refuse(*_: bytes) -> bool:
        raise ValueError

    monkeypatch.setattr(bcrypt, "checkpw", refuse)
    assert not Users({"alice": HASH}).admit(basic("alice", "secret"))


def test_results_are_cached(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bcrypt runs once per name and password, right or wrong."""
    counting, accounts = Counting(monkeypatch), Users({"alice": HASH})
    for _ in range(3):
        assert accounts.admit(basic("alice", "secret"))
        assert not accounts.admit(basic("alice", "wrong"))
    assert len(counting.hashes) == 2


def test_guesses_do_not_evict_right_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cache is bounded, and wrong guesses do not take the place of right passwords."""
    monkeypatch.setattr(users, "_CACHE_SIZE", 2)
    counting, accounts = Counting(monkeypatch), Users({"alice": HASH})
    accounts.admit(basic("alice", "secret"))
    for guess in range(5):
        accounts.admit(basic("alice", str(guess)))
    del counting.hashes[:]
    assert accounts.admit(basic("alice", "secret"))
    assert counting.hashes == []
    accounts.admit(basic("alice", "0"))
    assert len(counting.hashes) == 1


def test_an_unknown_user_costs_as_much_as_an_existing_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bcrypt also runs for an unknown name, at the highest cost of all users."""
    counting = Counting(monkeypatch)
    expensive = bcrypt.hashpw(b"x", bcrypt.gensalt(6)).decode()
    assert not Users({"alice": HASH, "expensive": expensive}).admit(basic("nobody", "x"))
    assert [hashed[:7] for hashed in counting.hashes] == [b"$2b$06$"]


def test_passwords_are_checked_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """While bcrypt runs, another check waits and times out; cached results do not wait."""
    accounts, started, release = Users({"alice": HASH}), threading.Event(), threading.Event()
    assert accounts.admit(basic("alice", "secret"))

    def slow(*_: bytes) -> bool:
        started.set()
        return release.wait(10)

    monkeypatch.setattr(bcrypt, "checkpw", slow)
    guess = threading.Thread(target=accounts.admit, args=(basic("alice", "guess"),))
    guess.start()
    assert started.wait(10)
    assert accounts.admit(basic("alice", "secret"))
    with pytest.raises(BusyError):
        accounts.admit(basic("alice", "other"), patience=0.01)
    release.set()
    guess.join(10)
