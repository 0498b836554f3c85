"""The document `df detail`: the same units for every release."""

import json
from typing import Any

import pytest

from ceph_exporter import facts
from ceph_exporter.facts import DecodeError
from ceph_exporter.facts.df import Df, PoolUsage, Space


def decode(stats: dict[str, Any], *pools: dict[str, Any], **fields: Any) -> Df:  # noqa: ANN401 - any JSON
    """Decode an answer with pools 1, 2, ... with these `stats`."""
    rows = [{"name": f"p{at}", "id": at, "stats": row} for at, row in enumerate(pools, 1)]
    body = json.dumps({"stats": stats, "pools": rows, **fields}).encode()
    (fact,) = facts.decode("df detail", body)
    assert isinstance(fact, Df)
    return fact


def pool(**stats: Any) -> PoolUsage:  # noqa: ANN401 - any JSON
    """Decode the `stats` of one pool."""
    return decode({}, stats).pools[0]


def test_space_in_kib() -> None:
    """Up to 0.83 the cluster's sizes are in KiB, as strings or numbers; they become bytes."""
    fact = decode({"total_space": "1000", "total_used": 200, "total_avail": 800})
    assert fact.space == Space(total=1024000, avail=819200, used=204800, used_raw=204800)


def test_space_up_to_13() -> None:
    """Before 14 there is one figure for usage, that of the OSDs: it is the raw usage as well."""
    fact = decode({"total_bytes": 1000, "total_used_bytes": 200, "total_avail_bytes": 800})
    assert fact.space == Space(total=1000, avail=800, used=200, used_raw=200)
    assert fact.space.used_raw_ratio == 0.2


def test_space_from_14_on() -> None:
    """From 14 on raw usage is separate, and all figures exist by device class too."""
    stats = {
        "total_bytes": 1000,
        "total_avail_bytes": 700,
        "total_used_bytes": 200,
        "total_used_raw_bytes": 300,
    }
    fact = decode(stats, stats_by_class={"hdd": stats})
    assert fact.space == Space(total=1000, avail=700, used=200, used_raw=300)
    assert fact.by_class == {"hdd": fact.space}
    assert fact.space.used_raw_ratio == 0.3


def test_space_without_osds() -> None:
    """A cluster without OSDs has a size of 0 and no ratio."""
    fact = decode({"total_bytes": 0, "total_used_bytes": 0, "total_avail_bytes": 0})
    assert (fact.space.total, fact.space.used_raw_ratio) == (0, None)


def test_total_objects() -> None:
    """Objects are summed over the pools, because no release from 14 on reports the sum."""
    assert decode({}, {"objects": 3}, {"objects": "4"}, {}).total_objects == 7
    assert decode({}).total_objects == 0


def test_pool_up_to_13() -> None:
    """Before 14 `bytes_used` is data without replicas, and `raw_bytes_used` is with replicas."""
    usage = pool(bytes_used=100, raw_bytes_used=300, max_avail=900)
    assert (usage.stored, usage.bytes_used, usage.stored_raw) == (100, 300, None)


def test_pool_from_14_on() -> None:
    """From 14 on `bytes_used` is with replicas, and `stored` without."""
    usage = pool(stored=100, bytes_used=300, stored_raw=290, max_avail=900, avail_raw=2700)
    assert (usage.stored, usage.bytes_used, usage.stored_raw) == (100, 300, 290)
    assert (usage.max_avail, usage.avail_raw) == (900, 2700)


@pytest.mark.parametrize("percent", [10.0, 0.1, None], ids=["12", "13", "10"])
def test_percent_up_to_13(percent: float | None) -> None:
    """12 reports percent, 13 a ratio, older releases neither: it is calculated from bytes."""
    assert pool(bytes_used=100, max_avail=900, percent_used=percent).percent_used == 0.1


def test_percent_from_14_on() -> None:
    """From 14 on the ratio is Ceph's own; `nan` becomes None."""
    assert pool(stored=100, max_avail=900, percent_used=0.125).percent_used == 0.125
    body = b'{"stats":{},"pools":[{"id":1,"name":"p","stats":{"stored":0,"percent_used":nan}}]}'
    (fact,) = facts.decode("df detail", body)
    assert isinstance(fact, Df)
    assert fact.pools[0].percent_used is None


def test_percent_of_nothing() -> None:
    """An empty pool without available space has a ratio of 0; without `max_avail` it has none."""
    assert pool(bytes_used=0, max_avail=0).percent_used == 0
    assert pool(bytes_used=5, max_avail=0).percent_used == 1
    assert pool(bytes_used=5).percent_used is None
    assert pool(max_avail=5).percent_used is None


def test_io() -> None:
    """Up to 0.80 data read and written is in KiB; it becomes bytes."""
    old, new = pool(rd=1, rd_kb=2, wr=3, wr_kb=4), pool(rd=1, rd_bytes=2048, wr=3, wr_bytes=4096)
    assert old == new
    assert (new.rd, new.rd_bytes, new.wr, new.wr_bytes) == (1, 2048, 3, 4096)


def test_other_figures() -> None:
    """Objects, quotas and compression are unchanged; a missing figure is None, not 0."""
    figures = {
        "objects": 1,
        "dirty": 2,
        "quota_bytes": 3,
        "quota_objects": 0,
        "compress_bytes_used": 4,
        "compress_under_bytes": 5,
    }
    usage = pool(**figures)
    assert {name: getattr(usage, name) for name in figures} == figures
    assert pool() == PoolUsage(1, "p1")


def test_no_df() -> None:
    """An answer without `stats` is rejected."""
    with pytest.raises(DecodeError, match="stats"):
        facts.decode("df detail", b"{}")
