"""The document `perf counters`: the performance counters of all daemons."""

import json

import pytest

from ceph_exporter import facts
from ceph_exporter.facts import DecodeError
from ceph_exporter.facts.perf_counters import Counter, PerfCounters


def decode(answer: object) -> PerfCounters:
    """Decode an answer."""
    (fact,) = facts.decode("dashboard/perf_counters", json.dumps(answer).encode())
    assert isinstance(fact, PerfCounters)
    return fact


def test_counters() -> None:
    """Each daemon has its own counters by path; only averages have a count."""
    gauge = {"description": "PGs", "nick": "pgs", "type": 2, "priority": 5, "units": 1, "value": 73}
    average = {"description": "Latency", "type": 5, "value": 587449, "count": 3}
    decoded = decode({"osd.0": {"osd.numpg": gauge}, "mds.m": {"mds_log.jlat": average}})
    assert decoded.daemons == {
        "osd.0": {"osd.numpg": Counter(2, 73, None, "PGs")},
        "mds.m": {"mds_log.jlat": Counter(5, 587449, 3, "Latency")},
    }


def test_a_counter_without_a_value() -> None:
    """A counter without a value or a description is accepted."""
    assert decode({"osd.0": {"osd.op": {"type": 10}}}).daemons == {"osd.0": {"osd.op": Counter(10)}}


def test_another_document() -> None:
    """A counter without a type is dropped, and an answer that has no daemons is rejected."""
    good = {"type": 10, "value": 1}
    daemons = decode({"osd.0": {"osd.op": {"value": 1}, "osd.op_r": good}}).daemons
    assert list(daemons["osd.0"]) == ["osd.op_r"]
    with pytest.raises(DecodeError, match="got `int`"):
        decode({"osd.0": 1})
