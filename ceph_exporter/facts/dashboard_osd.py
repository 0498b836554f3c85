"""The dashboard's `/api/osd`: `osd df` and `osd perf` of every OSD (13 and later).

Source: src/pybind/mgr/dashboard/controllers/osd.py of 14 to 20.
"""

import msgspec

from ceph_exporter.facts.decode import Decoder
from ceph_exporter.facts.df import Space
from ceph_exporter.facts.fact import Fact, decodes
from ceph_exporter.facts.numbers import LIMIT, amount, amounts
from ceph_exporter.facts.osd_df import OsdDf, OsdUsage
from ceph_exporter.facts.osd_perf import OsdLatency, OsdPerf, latency

_KIB = 1024
_LIMIT_KIB = LIMIT / _KIB


class RawStatfs(msgspec.Struct, frozen=True, gc=False):
    """The OSD's object store; sizes in bytes."""

    total: int = 0
    available: int = 0
    internally_reserved: int = 0


class RawStats(msgspec.Struct, frozen=True, gc=False):
    """`osd_stats`, the OSD's last report; sizes in KiB."""

    kb: int = 0
    kb_used: int = 0
    kb_avail: int = 0
    num_pgs: int | None = None
    perf_stat: OsdLatency = OsdLatency()
    statfs: RawStatfs = RawStatfs()


class RawTree(msgspec.Struct, frozen=True, gc=False):
    """`tree`, the OSD's node in the CRUSH tree; empty for an OSD outside the tree."""

    crush_weight: float | None = None
    device_class: str = ""


class RawOsd(msgspec.Struct, frozen=True, gc=False):
    """One OSD; `osd_stats` is empty for an OSD that never reported."""

    osd: int
    weight: float | None = None
    osd_stats: RawStats = RawStats()
    tree: RawTree = RawTree()


_decode = Decoder(tuple[RawOsd, ...])


@decodes("dashboard/osd")
def decode_osds(body: bytes) -> tuple[Fact, ...]:
    """Decode the list; utilization and variance are calculated as `osd df` does."""
    rows = _decode(body)
    average = _average([row.osd_stats for row in rows if row.weight])
    usage = OsdDf({row.osd: _usage(row, average) for row in rows}, average, _by_class(rows))
    reported = [(row.osd, row.osd_stats) for row in rows if row.osd_stats.kb]
    return (usage, OsdPerf({osd: latency(stats.perf_stat) for osd, stats in reported}))


def _average(rows: list[RawStats]) -> float | None:
    sizes, uses = [row.kb for row in rows], [row.kb_used for row in rows]
    if min(sizes + uses, default=0) < 0 or max(sizes + uses, default=0) >= _LIMIT_KIB:
        return None
    size = sum(sizes)
    return sum(uses) / size if size else None


def _by_class(rows: tuple[RawOsd, ...]) -> dict[str, Space]:
    """Return the space by device class, as PGMap::dump_cluster_stats of 14 and later does."""
    sums: dict[str, list[int]] = {}
    unknown: set[str] = set()
    for row in rows:
        if row.tree.device_class:
            store = row.osd_stats.statfs
            of_class = sums.setdefault(row.tree.device_class, [0, 0, 0])
            of_class[0] += store.total
            of_class[1] += store.available
            of_class[2] += store.internally_reserved
            if min(store.total, store.available, store.internally_reserved) < 0:
                unknown.add(row.tree.device_class)
    return {
        name: amounts(Space(total, avail, total - avail - reserved, total - avail))
        for name, (total, avail, reserved) in sums.items()
        if name not in unknown
    }


def _usage(row: RawOsd, average: float | None) -> OsdUsage:
    stats = row.osd_stats
    usage = OsdUsage(
        pgs=amount(stats.num_pgs),
        crush_weight=amount(row.tree.crush_weight),
        reweight=amount(row.weight),
        device_class=row.tree.device_class,
    )
    size, used = amount(stats.kb * _KIB), amount(stats.kb_used * _KIB)
    if not size:
        return usage
    utilization = None if used is None else used / size
    return msgspec.structs.replace(
        usage,
        size=size,
        used=used,
        avail=amount(stats.kb_avail * _KIB),
        utilization=utilization,
        variance=utilization / average if utilization is not None and average else None,
    )
