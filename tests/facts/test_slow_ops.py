"""Slow operations, from the texts of each release."""

import json
from collections.abc import Mapping, Sequence

import pytest

from ceph_exporter import facts
from ceph_exporter.facts import Health
from ceph_exporter.facts.slow_ops import SlowOps

ELEVEN = ",".join(f"osd.{number}" for number in (0, 1, 10, 100, 12, 2, 3, 31, 4, 5))


def decode(document: Mapping[str, object]) -> SlowOps:
    """Decode a `health` answer."""
    fact, *_ = facts.decode("health detail", json.dumps(document).encode())
    assert isinstance(fact, Health)
    return fact.slow_ops


def modern(**checks: tuple[str, Sequence[str]]) -> SlowOps:
    """Decode checks of 12 and later: code -> text and details."""
    rows = {
        code: {
            "severity": "HEALTH_WARN",
            "summary": {"message": text},
            "detail": [{"message": line} for line in details],
        }
        for code, (text, details) in checks.items()
    }
    return decode({"status": "HEALTH_WARN", "checks": rows})


def old(summary: Sequence[str], details: Sequence[str]) -> SlowOps:
    """Decode an answer of 0.67 to 11."""
    lines = [{"severity": "HEALTH_WARN", "summary": text} for text in summary]
    return decode({"overall_status": "HEALTH_WARN", "summary": lines, "detail": details})


def named(*names: str) -> dict[str, float | None]:
    """Return daemons whose own numbers are unknown."""
    return dict.fromkeys(names)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "7 slow ops, oldest one blocked for 41 sec, osd.9 has slow ops",
            SlowOps(7, {"osd.9": 7}),
            id="one",
        ),
        pytest.param(
            "7 slow ops, oldest one blocked for 41 sec, daemons [mon.ceph-1,osd.9] have slow ops.",
            SlowOps(7, named("mon.ceph-1", "osd.9")),
            id="several",
        ),
        pytest.param(
            "2 slow ops, oldest one blocked for 3 sec, mon.host-1.example has slow ops",
            SlowOps(2, {"mon.host-1.example": 2}),
            id="a monitor",
        ),
        pytest.param(
            f"90 slow ops, oldest one blocked for 41 sec, daemons [{ELEVEN}]... have slow ops.",
            SlowOps(90, named(*ELEVEN.split(",")), complete=False),
            id="more than ten",
        ),
        pytest.param(
            "46 slow ops, oldest one blocked for 9 s, daemons [osd,2,osd,5,mon,c-1] have slow ops.",
            SlowOps(46, named("osd.2", "osd.5", "mon.c-1")),
            id="14, several",
        ),
        pytest.param(
            "4 slow ops, oldest one blocked for 9 sec, osd,17 has slow ops",
            SlowOps(4, {"osd.17": 4}),
            id="14, one",
        ),
        pytest.param(
            "4 slow ops, oldest one blocked for 9 sec", SlowOps(4, complete=False), id="no names"
        ),
        pytest.param("slow ops", SlowOps(None, complete=False), id="no number"),
    ],
)
def test_texts(text: str, expected: SlowOps) -> None:
    """The text names at most ten daemons; one that is named alone has all operations."""
    assert modern(SLOW_OPS=(text, ())) == expected


def test_names_in_the_details_only() -> None:
    """Early builds of 13 name the daemons in the details."""
    text = "5 slow ops, oldest one blocked for 33 sec"
    assert modern(SLOW_OPS=(text, ["osds [osd.3,osd.4] have slow ops."])) == SlowOps(
        5, named("osd.3", "osd.4")
    )
    assert modern(SLOW_OPS=(text, ["osd.3 has slow ops"])) == SlowOps(5, {"osd.3": 5})


def test_slow_and_stuck_requests() -> None:
    """12 names the OSDs in the text, in the details, or in both."""
    text = "30 slow requests are blocked > 32 sec. Implicated osds 4,11"
    stuck = "2 stuck requests are blocked > 4096 sec. Implicated osds 7"
    assert modern(REQUEST_SLOW=(text, ())) == SlowOps(30, named("osd.4", "osd.11"))
    details = ["9 ops are blocked > 65.5 sec", "osds 4,11 have blocked requests > 65.536 sec"]
    assert modern(REQUEST_SLOW=("30 slow requests are blocked > 32 sec", details)) == SlowOps(
        30, named("osd.4", "osd.11")
    )
    assert modern(REQUEST_SLOW=(text, details), REQUEST_STUCK=(stuck, ())) == SlowOps(
        32, named("osd.4", "osd.11", "osd.7")
    )
    only_stuck = ["osd.131 has stuck requests > 4194.3 sec"]
    assert modern(REQUEST_STUCK=("3 stuck requests are blocked > 4096 sec", only_stuck)) == (
        SlowOps(3, {"osd.131": 3})
    )


def test_requests_of_unnamed_osds() -> None:
    """If a check names nobody, the OSDs of the other one are not all."""
    slow = "119 slow requests are blocked > 32 sec. Implicated osds "
    stuck = "9017 stuck requests are blocked > 4096 sec. Implicated osds 42"
    expected = SlowOps(9136, named("osd.42"), complete=False)
    assert modern(REQUEST_SLOW=(slow, ()), REQUEST_STUCK=(stuck, ())) == expected


def test_lines_of_each_osd() -> None:
    """Up to 11 the details have the number of each OSD."""
    details = [
        "5 ops are blocked > 65.536 sec",
        "3 ops are blocked > 32.768 sec",
        "4 ops are blocked > 65.536 sec on osd.3",
        "3 ops are blocked > 32.768 sec on osd.3",
        "1 ops are blocked > 65.536 sec on osd.12",
        "2 osds have slow requests",
    ]
    summary = ["8 requests are blocked > 32 sec", "2 osds have slow requests"]
    expected = SlowOps(8, {"osd.3": 7, "osd.12": 1})
    assert old(summary, details) == expected
    assert old(summary[:1], details[:-1]) == expected, "the numbers add up"
    assert old([], details) == expected, "0.72.2 prints the first problem only"
    assert old(summary, details[:4]) == SlowOps(8, {"osd.3": 7}, complete=False)
    assert old(summary, []) == SlowOps(8, complete=False)


def test_more_lines_than_are_kept() -> None:
    """All lines count, also where the check keeps only fifty of them."""
    details = [f"1 ops are blocked > 32.768 sec on osd.{osd}" for osd in range(70)]
    slow = old(["70 requests are blocked > 32 sec", "70 osds have slow requests"], details)
    assert (len(slow.daemons), slow.complete) == (70, True)


def test_none() -> None:
    """Without such a check no daemon has slow operations."""
    assert modern() == old([], []) == SlowOps(0, {}, complete=True)
    assert old(["1/3 in osds are down"], ["osd.1 is down since epoch 7"]) == SlowOps()
