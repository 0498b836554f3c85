"""The counters of requests that are kept while RGW's usage log is read."""

import json
from typing import Any

import pytest

from ceph_exporter.sources import SourceError
from ceph_exporter.sources import rgw_usage as module
from ceph_exporter.sources.rgw_usage import IDLE, Usage

HOUR = 3600
NOW = 500_000 * HOUR + 1800
THIS, LAST, LONG_AGO = (500_000 - ago for ago in (0, 1, 24))


def log(*records: tuple[int, int], **changes: str) -> bytes:
    """Return a log: the hour of each record, and its number of requests."""
    buckets = [
        {
            "bucket": "photos",
            "epoch": hour * HOUR,
            "owner": "alice",
            "categories": [
                {
                    "category": "get_obj",
                    "ops": ops,
                    "successful_ops": ops,
                    "bytes_sent": 10 * ops,
                    "bytes_received": 0,
                }
            ],
        }
        for hour, ops in records
    ]
    return json.dumps({"entries": [{"user": "alice", "buckets": buckets, **changes}]}).encode()


def rows(usage: Usage) -> list[dict[str, Any]]:
    """Return the rows of the document."""
    found: list[dict[str, Any]] = json.loads(usage.document())["traffic"]
    return found


def ops(usage: Usage) -> int:
    """Return the number of requests in the only row."""
    (row,) = rows(usage)
    return int(row["ops"])


def test_the_first_answer_holds_everything() -> None:
    """All hours count, in all numbers."""
    usage = Usage()
    assert usage.start == ""
    usage.add(log((LONG_AGO, 5), (LAST, 2), (THIS, 1)), NOW)
    assert rows(usage) == [
        {
            "user": "alice",
            "bucket": "photos",
            "category": "get_obj",
            "ops": 8,
            "successful_ops": 8,
            "bytes_sent": 80,
            "bytes_received": 0,
        }
    ]
    assert usage.start == "2027-01-15 07:00:00"


def test_later_answers_hold_the_last_hours() -> None:
    """What is over is kept; what is not over grows."""
    usage = Usage()
    usage.add(log((LONG_AGO, 5), (LAST, 2), (THIS, 1)), NOW)
    usage.add(log((LAST, 3), (THIS, 4)), NOW + 60)
    assert ops(usage) == 12
    usage.add(log((THIS, 6), (THIS + 1, 1)), NOW + HOUR)
    assert ops(usage) == 15
    usage.add(log(), NOW + 5 * HOUR)
    assert ops(usage) == 15


def test_a_clock_that_steps_back() -> None:
    """Hours that are over are neither requested again nor counted again."""
    usage = Usage()
    usage.add(log((LONG_AGO, 5), (LAST, 2), (THIS, 1)), NOW)
    usage.add(log((THIS, 4), (THIS + 1, 1)), NOW + 2 * HOUR)
    start = usage.start
    usage.add(log((THIS + 1, 1)), NOW)
    assert usage.start == start
    usage.add(log((LAST, 2), (THIS, 4), (THIS + 1, 3)), NOW)
    assert ops(usage) == 14


def test_a_trimmed_log() -> None:
    """Nothing is lost or counted twice, whether the record is gone or has started again."""
    usage = Usage()
    usage.add(log((LONG_AGO, 5), (THIS, 4)), NOW)
    usage.add(log(), NOW + 30)
    assert ops(usage) == 9
    usage.add(log((THIS, 1)), NOW + 60)
    assert ops(usage) == 10
    usage.add(log((THIS, 2)), NOW + 90)
    assert ops(usage) == 11


def test_a_record_in_several_entries() -> None:
    """It is added up; up to 12 the user is called owner."""
    both = json.loads(log((THIS, 2)))
    both["entries"] += json.loads(log((THIS, 3)))["entries"]
    del both["entries"][1]["user"]
    both["entries"][1]["owner"] = "alice"
    usage = Usage()
    usage.add(json.dumps(both).encode(), NOW)
    assert ops(usage) == 5


def test_users_and_buckets_are_separate() -> None:
    """Each user, bucket and category has a row."""
    usage = Usage()
    usage.add(log((THIS, 2)), NOW)
    usage.add(log((THIS, 2), user="acme$carol"), NOW)
    assert [row["user"] for row in rows(usage)] == ["alice", "acme$carol"]


def test_what_is_idle_for_long_is_forgotten() -> None:
    """After 30 days without a request it is gone; a request after that starts again from 0."""
    usage = Usage()
    usage.add(log((LAST, 2), (THIS, 1)), NOW)
    usage.add(log(), NOW + IDLE - HOUR)
    assert ops(usage) == 3
    usage.add(log(), NOW + IDLE + HOUR)
    assert rows(usage) == []
    later = THIS + IDLE // HOUR + 1
    usage.add(log((later, 4)), later * HOUR + 1800)
    assert ops(usage) == 4


def test_requests_keep_what_was_counted_before() -> None:
    """The last request counts, not the first."""
    usage = Usage()
    for hour in range(THIS, THIS + 2 * IDLE // HOUR, IDLE // HOUR - 2):
        usage.add(log((hour, 1)), hour * HOUR + 1800)
    assert ops(usage) == 3


def test_what_was_idle_for_long_before_the_first_answer() -> None:
    """A restart of the exporter does not bring back what was forgotten."""
    usage = Usage()
    usage.add(log((THIS - IDLE // HOUR - 2, 5)), NOW)
    assert rows(usage) == []


def test_a_limit_on_counters(monkeypatch: pytest.MonkeyPatch) -> None:
    """If there are too many, those that have been idle for the longest time are forgotten."""
    monkeypatch.setattr(module, "MOST", 2)
    usage = Usage()
    for number, user in enumerate(("old", "older", "new", "busy")):
        hours = (THIS - 9 + number, THIS) if user == "busy" else (THIS - 10 + number,)
        usage.add(log(*[(hour, 1) for hour in hours], user=user), NOW - 10 * HOUR + number * HOUR)
    usage.add(log((THIS, 2), user="busy"), NOW)
    assert {row["user"]: row["ops"] for row in rows(usage)} == {"busy": 3, "new": 1}


def test_an_answer_that_is_not_the_log() -> None:
    """It is an error and changes nothing."""
    usage = Usage()
    with pytest.raises(SourceError, match="/admin/usage: "):
        usage.add(b"[]", NOW)
    assert usage.start == ""
    assert rows(usage) == []


def test_a_log_that_is_too_large() -> None:
    """Counting starts with the last hour."""
    usage = Usage()
    usage.skip(NOW)
    assert usage.start == "2027-01-15 07:00:00"
    usage.add(log((LAST, 1), (THIS, 1)), NOW)
    assert ops(usage) == 2
