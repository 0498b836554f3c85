"""The dashboard's `/api/osd`: usage and latency of each OSD, as in `osd df` and `osd perf`."""

import json
from collections.abc import Mapping

import pytest

from ceph_exporter import facts
from ceph_exporter.facts import DecodeError
from ceph_exporter.facts.df import Space
from ceph_exporter.facts.osd_df import OsdDf, OsdUsage
from ceph_exporter.facts.osd_perf import OsdLatency, OsdPerf


def row(id_: int, kb: int, kb_used: int, weight: float = 1, **stats: object) -> dict[str, object]:
    """Return a row of an OSD of class hdd."""
    sizes = {"kb": kb, "kb_used": kb_used, "kb_avail": kb - kb_used, "num_pgs": 17}
    return {
        "osd": id_,
        "weight": weight,
        "osd_stats": {**sizes, **stats},
        "tree": {"crush_weight": 0.5, "device_class": "hdd"},
    }


def decode(*rows: Mapping[str, object]) -> tuple[OsdDf, OsdPerf]:
    """Decode an answer."""
    usage, perf = facts.decode("dashboard/osd", json.dumps(rows).encode())
    assert isinstance(usage, OsdDf)
    assert isinstance(perf, OsdPerf)
    return usage, perf


def test_usage() -> None:
    """KiB become bytes; utilization is used / size, variance is utilization / average."""
    usage, _ = decode(row(0, 1000, 750), row(1, 1000, 250))
    assert usage.average_utilization == 0.5
    assert usage.osds[0] == OsdUsage(
        size=1_024_000,
        used=768_000,
        avail=256_000,
        utilization=0.75,
        variance=1.5,
        pgs=17,
        crush_weight=0.5,
        reweight=1,
        device_class="hdd",
    )
    assert (usage.osds[1].utilization, usage.osds[1].variance) == (0.25, 0.5)


def test_average_of_different_sizes() -> None:
    """The average weighs each OSD by its size, as `osd df` does."""
    usage, _ = decode(row(0, 3000, 2400), row(1, 1000, 0))
    assert usage.average_utilization == 0.6


def test_an_osd_that_is_out() -> None:
    """An OSD that is out has its own usage, but does not count in the average."""
    usage, _ = decode(row(0, 1000, 500), row(1, 1000, 250, weight=0))
    assert usage.average_utilization == 0.5
    assert (usage.osds[1].variance, usage.osds[1].reweight) == (0.5, 0)


def test_empty_osds() -> None:
    """Without data the usage is 0, and there is no variance."""
    usage, _ = decode(row(0, 1000, 0))
    assert usage.average_utilization == 0
    assert (usage.osds[0].utilization, usage.osds[0].variance) == (0, None)


def test_an_osd_that_never_reported() -> None:
    """Without statistics, an OSD has a weight, but no size, usage or latency."""
    tree = {"crush_weight": 0.5, "device_class": "ssd"}
    usage, perf = decode({"osd": 4, "weight": 1, "osd_stats": {}, "tree": tree})
    assert usage.osds == {4: OsdUsage(crush_weight=0.5, reweight=1, device_class="ssd")}
    assert usage.average_utilization is None
    assert perf.osds == {}


def test_an_osd_outside_of_the_tree() -> None:
    """An OSD outside the CRUSH map has neither a CRUSH weight nor a device class."""
    usage, _ = decode({**row(5, 1000, 500), "tree": {}})
    assert (usage.osds[5].crush_weight, usage.osds[5].device_class) == (None, "")
    assert usage.by_class == {}


def test_space_by_class() -> None:
    """Stores are summed by device class; the space that they reserve only counts as raw usage."""
    store = {"total": 1000, "available": 700, "internally_reserved": 100}
    ssd = {**row(2, 1, 0, statfs=store), "tree": {"device_class": "ssd"}}
    usage, _ = decode(row(0, 1, 0, statfs=store), row(1, 1, 0, statfs=store), ssd)
    assert usage.by_class == {
        "hdd": Space(total=2000, avail=1400, used=400, used_raw=600),
        "ssd": Space(total=1000, avail=700, used=200, used_raw=300),
    }


def test_latency() -> None:
    """Latencies are in milliseconds by OSD."""
    perf_stat = {"commit_latency_ms": 12, "apply_latency_ms": 34, "commit_latency_ns": 12_000_000}
    _, perf = decode(row(3, 1000, 0, perf_stat=perf_stat))
    assert perf.osds == {3: OsdLatency(commit_latency_ms=12, apply_latency_ms=34)}


def test_another_document() -> None:
    """A row that is not an OSD is rejected."""
    with pytest.raises(DecodeError, match="missing required field `osd`"):
        decode({"pool": 1})


def test_parts_of_the_use() -> None:
    """The parts of the use are those of `osd df`; three zeros mean that they are unknown."""
    parts = {"kb_used_data": 400, "kb_used_omap": 0, "kb_used_meta": 100}
    usage, _ = decode(row(0, 1000, 500, **parts), row(1, 1000, 500, **dict.fromkeys(parts, 0)))
    of = [(osd.data, osd.omap, osd.meta) for osd in usage.osds.values()]
    assert of == [(409_600, 0, 102_400), (None, None, None)]
