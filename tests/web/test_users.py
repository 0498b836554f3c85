"""Users: who is let in, what is remembered, and that the time taken tells nothing."""

import threading
from base64 import b64encode

import bcrypt
import pytest

from ceph_exporter.web import users
from ceph_exporter.web.users import BusyError, Users

HASH = bcrypt.hashpw(b"secret", bcrypt.gensalt(4)).decode()


def basic(user: str, password: str) -> str:
    """Make an Authorization header."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


class Counting:
    """bcrypt that counts, and notes the hashes that it was asked about."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.hashes: list[bytes] = []
        real = bcrypt.checkpw

        def check(password: bytes, hashed: bytes) -> bool:
            self.hashes.append(hashed)
            return real(password, hashed)

        monkeypatch.setattr(bcrypt, "checkpw", check)


def test_a_user_with_the_password_is_let_in() -> None:
    """The right password is let in; a wrong one, an unknown user and nonsense are not."""
    known = Users({"alice": HASH})
    assert known.admit(basic("alice", "secret"))
    assert known.admit(basic("alice", "secret").replace("Basic", "basic"))
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
        assert not known.admit(wrong)


def test_a_hash_of_htpasswd_and_a_long_password_are_taken() -> None:
    """Apache writes $2y$; of a password bcrypt sees 72 bytes, as Go's does."""
    long = "x" * 100
    hashed = bcrypt.hashpw(long.encode()[:72], bcrypt.gensalt(4)).decode()
    assert Users({"a": hashed.replace("$2b$", "$2y$")}).admit(basic("a", long))


def test_a_hash_that_bcrypt_refuses_lets_nobody_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of bcrypt is a refusal."""

    def refuse(*_: bytes) -> bool:
        raise ValueError

    monkeypatch.setattr(bcrypt, "checkpw", refuse)
    assert not Users({"alice": HASH}).admit(basic("alice", "secret"))


def test_results_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bcrypt runs once for the same name and password, right or wrong."""
    counting, known = Counting(monkeypatch), Users({"alice": HASH})
    for _ in range(3):
        assert known.admit(basic("alice", "secret"))
        assert not known.admit(basic("alice", "wrong"))
    assert len(counting.hashes) == 2


def test_guesses_do_not_push_out_what_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is remembered is bounded, and wrong guesses take no place of right passwords."""
    monkeypatch.setattr(users, "_REMEMBERED", 2)
    counting, known = Counting(monkeypatch), Users({"alice": HASH})
    known.admit(basic("alice", "secret"))
    for guess in range(5):
        known.admit(basic("alice", str(guess)))
    del counting.hashes[:]
    assert known.admit(basic("alice", "secret"))
    assert counting.hashes == []
    known.admit(basic("alice", "0"))
    assert len(counting.hashes) == 1


def test_an_unknown_user_costs_as_much_as_a_known_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """For a name that is not there bcrypt runs too, at the highest cost that a user has."""
    counting = Counting(monkeypatch)
    dear = bcrypt.hashpw(b"x", bcrypt.gensalt(6)).decode()
    assert not Users({"alice": HASH, "dear": dear}).admit(basic("nobody", "x"))
    assert [hashed[:7] for hashed in counting.hashes] == [b"$2b$06$"]


def test_passwords_are_checked_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """While bcrypt runs another check waits, in the end in vain; remembered ones do not wait."""
    known, begun, release = Users({"alice": HASH}), threading.Event(), threading.Event()
    assert known.admit(basic("alice", "secret"))

    def slow(*_: bytes) -> bool:
        begun.set()
        return release.wait(10)

    monkeypatch.setattr(bcrypt, "checkpw", slow)
    guess = threading.Thread(target=known.admit, args=(basic("alice", "guess"),))
    guess.start()
    assert begun.wait(10)
    assert known.admit(basic("alice", "secret"))
    with pytest.raises(BusyError):
        known.admit(basic("alice", "other"), patience=0.01)
    release.set()
    guess.join(10)
