"""Users: who is admitted, what is cached, and that response times reveal nothing."""

import logging
import threading
from base64 import b64encode

import bcrypt
import pytest

from ceph_exporter.web import users
from ceph_exporter.web.users import BusyError, Users
from testbed.waiting import until

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


def test_an_unknown_user_costs_the_same_whatever_others_cost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Bcrypt also runs for an unknown name, at a cost that does not depend on the users."""
    counting = Counting(monkeypatch)
    for cost in ("04", "18", "31"):
        accounts = Users({"alice": HASH, "expensive": f"$2b${cost}${'x' * 53}"})
        assert not accounts.admit(basic("nobody", "x"))
    assert [hashed[:7] for hashed in counting.hashes] == [b"$2b$10$"] * 3


def test_a_high_cost_is_warned_about(caplog: pytest.LogCaptureFixture) -> None:
    """A user whose check takes seconds is named in a warning, once; others are not."""
    with caplog.at_level(logging.WARNING, "ceph_exporter"):
        Users({"alice": HASH, "bob": f"$2b$14${'x' * 53}"})
        assert not caplog.records
        Users({"alice": HASH, "bob": f"$2y$15${'x' * 53}", "carol": f"$2b$18${'x' * 53}"})
    (record,) = caplog.records
    assert record.fields["users"] == "bob,carol"  # type: ignore[attr-defined]


class Endless:
    """Checks of the password of `bob` last until they are released."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, digest: str) -> None:
        self.started, self.release = threading.Event(), threading.Event()
        real = bcrypt.checkpw

        def check(password: bytes, hashed: bytes) -> bool:
            if hashed != digest.encode():
                return real(password, hashed)
            self.started.set()
            return not self.release.wait(20)

        monkeypatch.setattr(bcrypt, "checkpw", check)


def test_guesses_at_a_costly_user_do_not_keep_others_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stranger who guesses at a user of a high cost delays no user of a modest cost."""
    digest = f"$2b$18${'x' * 53}"
    endless, accounts = Endless(monkeypatch, digest), Users({"alice": HASH, "bob": digest})
    guesses = [
        threading.Thread(target=accounts.admit, args=(basic("bob", str(number)), "127.0.0.1"))
        for number in range(5)
    ]
    for guess in guesses:
        guess.start()
    assert endless.started.wait(10)
    assert accounts.admit(basic("alice", "secret"), "127.0.0.1", patience=0)
    endless.release.set()
    for guess in guesses:
        guess.join(10)


def test_a_password_that_was_checked_meanwhile_is_not_checked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Scrapes that wait for the check of the same password share its result."""
    other = bcrypt.hashpw(b"other", bcrypt.gensalt(4)).decode()
    endless, accounts = Endless(monkeypatch, other), Users({"alice": HASH, "bob": other})
    guess = threading.Thread(target=accounts.admit, args=(basic("bob", "guess"),))
    guess.start()
    assert endless.started.wait(10)
    counting, admitted = Counting(monkeypatch), []
    scrapes = [
        threading.Thread(target=lambda: admitted.append(accounts.admit(basic("alice", "secret"))))
        for _ in range(5)
    ]
    for scrape in scrapes:
        scrape.start()
    until(lambda: sum(map(len, accounts._cheap._lanes.values())) == 5, "all wait")
    endless.release.set()
    for thread in (guess, *scrapes):
        thread.join(10)
    assert admitted == [True] * 5
    assert counting.hashes == [HASH.encode()]


@pytest.mark.parametrize(
    ("client", "network"),
    [
        ("", ""),
        ("10.0.0.1", "10.0.0.1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("2001:db8::1", "2306139568115548160"),
        ("2001:db8::ffff:1", "2306139568115548160"),
        ("fe80::1%eth0", "18338657682652659712"),
    ],
)
def test_an_ipv6_client_is_its_network(client: str, network: str) -> None:
    """All addresses of one IPv6 network share a place in the queue."""
    assert users._network(client) == network


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
