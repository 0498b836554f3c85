"""PGs that were not scrubbed in time, from the health checks."""

import json

import pytest

from ceph_exporter.facts import Check, Health
from ceph_exporter.facts.health import decode_health
from ceph_exporter.facts.scrub_debt import Debt, debts

OLD, NEW = "2026-11-01T10:00:00.000000+0000", "2026-11-02T10:00:00.500000+0000"
OLDEST = 1793527200.0
DEEP = "PG_NOT_DEEP_SCRUBBED"


def deep(message: str, *lines: str, count: float | None = None, **fields: bool) -> Debt:
    """Return the debt of deep scrubs if this check is raised."""
    check = Check("HEALTH_WARN", message, count, lines, **fields)
    found = debts(Health("HEALTH_WARN", {DEEP: check}))
    assert found["scrub"] == Debt()
    return found["deep_scrub"]


def test_nothing_is_late() -> None:
    """While neither check is raised, the number is 0 and there is no oldest scrub."""
    assert debts(Health("HEALTH_OK")) == {"scrub": Debt(0), "deep_scrub": Debt(0)}


def test_an_unreadable_list_of_checks() -> None:
    """A check may be raised that is not listed, so the numbers are unknown."""
    found = debts(Health("HEALTH_WARN", listed=False))
    assert found == {"scrub": Debt(None), "deep_scrub": Debt(None)}


@pytest.mark.parametrize("muted", [True, False, None])
def test_number_and_oldest(muted: bool | None) -> None:
    """The count is Ceph's, the oldest that of the PGs that are listed; a mute changes nothing."""
    lines = [f"pg 1.{pg} not deep-scrubbed since {since}" for pg, since in (("a", NEW), ("2", OLD))]
    message = "53 pgs not deep-scrubbed in time"
    check = Check("HEALTH_WARN", message, 53, tuple(lines), muted)
    found = debts(Health("HEALTH_WARN", {DEEP: check}))
    assert found["deep_scrub"] == Debt(53, OLDEST)


@pytest.mark.parametrize(
    ("message", "number"),
    [
        ("53 pgs not deep-scrubbed in time", 53),
        ("1 pgs not deep-scrubbed for 1209600", 1),
        ("many pgs not deep-scrubbed in time", None),
        ("9" * 5000 + " pgs not deep-scrubbed in time", None),
        ("\u0663 pgs not deep-scrubbed in time", 3),
    ],
)
def test_the_number_before_15(message: str, number: float | None) -> None:
    """Without a count, the number is that in the message."""
    assert deep(message).pgs == number


@pytest.mark.parametrize(
    "line",
    [
        "pg 1.2 not deep-scrubbed since 2026-11-01 10:00:00.000000",  # up to 14
        "pg 1.2 not deep-scrubbed since 0.000000",
        "pg 1.2 not deep-scrubbed since 0001-01-01T00:00:00+0000",
        f"pg 1.2 is late since {OLD}",
        "",
    ],
)
def test_an_unknown_time(line: str) -> None:
    """If one of the times is unknown, so is the oldest."""
    assert deep("2 pgs", line, count=2) == Debt(2, None)
    assert deep("2 pgs", f"pg 1.2 not deep-scrubbed since {OLD}", line, count=2).oldest is None


def test_lines_that_are_left_out() -> None:
    """Where the API leaves out the lines, the number is still known."""
    assert deep("2 pgs", count=2, complete=False) == Debt(2, None)


def test_a_line_for_the_other_pgs() -> None:
    """The line with the number of PGs that Ceph does not list is no unknown time."""
    texts = f"pg 1.2 not scrubbed since {OLD}", "51 more pgs... "
    detail = [{"message": text} for text in texts]
    summary = {"message": "52 pgs not scrubbed in time", "count": 52}
    checks = {"PG_NOT_SCRUBBED": {"severity": "HEALTH_WARN", "summary": summary, "detail": detail}}
    body = json.dumps({"status": "HEALTH_WARN", "checks": checks}).encode()
    (health,) = decode_health(body)
    assert isinstance(health, Health)
    assert debts(health)["scrub"] == Debt(52, OLDEST)


def test_releases_before_12() -> None:
    """Ceph 11 and earlier warn only if told to, in other words: nothing is known."""
    assert debts(Health("HEALTH_OK", era="0.72 to 11")) == {}
