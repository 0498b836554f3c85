"""The dashboard's `/api/osd`: `osd df` and `osd perf` of every OSD (13 and later).

Source: src/pybind/mgr/dashboard/controllers/osd.py of 14 to 20.
"""

import msgspec

from ceph_exporter.facts.decode import Decoder
from ceph_exporter.facts.df import Space
from ceph_exporter.facts.fact import Fact, decodes
from ceph_exporter.facts.osd_df import OsdDf, OsdUsage
from ceph_exporter.facts.osd_perf import OsdLatency, OsdPerf

_KIB = 1024


class RawStatfs(msgspec.Struct, frozen=True, gc=False):
    """The OSD's object store; sizes in bytes."""

    total: float = 0
    available: float = 0
    internally_reserved: float = 0


class RawStats(msgspec.Struct, frozen=True, gc=False):
    """`osd_stats`, the OSD's last report; sizes in KiB."""

    kb: float = 0
    kb_used: float = 0
    kb_avail: float = 0
    num_pgs: int | None = None
    perf_stat: OsdLatency = OsdLatency()
    statfs: RawStatfs = RawStatfs()


class RawTree(msgspec.Struct, frozen=True, gc=False):
    """`tree`, the OSD's node in the CRUSH tree; empty for an OSD outside the tree."""

    crush_weight: float | None = None
    device_class: str | None = ""


class RawOsd(msgspec.Struct, frozen=True, gc=False):
    """One OSD; `osd_stats` is empty for an OSD that never reported."""

    osd: int
    weight: float | None = None
    osd_stats: RawStats = RawStats()
    tree: RawTree = RawTree()


_decode = Decoder(tuple[RawOsd | None, ...])


@decodes("dashboard/osd")
def decode_osds(body: bytes) -> tuple[Fact, ...]:
    """Decode the list; utilization and variance are calculated as `osd df` does."""
    answer = _decode(body)
    rows = tuple([row for row in answer if row])
    is_complete = len(rows) == len(answer) and all(row.weight is not None for row in rows)
    size = sum(row.osd_stats.kb for row in rows if row.weight)
    used = sum(row.osd_stats.kb_used for row in rows if row.weight)
    average = used / size if size and is_complete else None
    is_complete = len(rows) == len(answer) and all(
        row.tree.device_class is not None for row in rows
    )
    by_class = _by_class(rows) if is_complete else {}
    usage = OsdDf({row.osd: _usage(row, average) for row in rows}, average, by_class)
    return (usage, OsdPerf({row.osd: row.osd_stats.perf_stat for row in rows if row.osd_stats.kb}))


def _by_class(rows: tuple[RawOsd, ...]) -> dict[str, Space]:
    """Return the space by device class, as PGMap::dump_cluster_stats of 14 and later does."""
    sums: dict[str, list[float]] = {}
    for row in rows:
        if row.tree.device_class:
            store = row.osd_stats.statfs
            of_class = sums.setdefault(row.tree.device_class, [0, 0, 0])
            of_class[0] += store.total
            of_class[1] += store.available
            of_class[2] += store.internally_reserved
    return {
        name: Space(total, avail, total - avail - reserved, total - avail)
        for name, (total, avail, reserved) in sums.items()
    }


def _usage(row: RawOsd, average: float | None) -> OsdUsage:
    stats = row.osd_stats
    usage = OsdUsage(
        pgs=stats.num_pgs,
        crush_weight=row.tree.crush_weight,
        reweight=row.weight,
        device_class=row.tree.device_class or "",
    )
    if not stats.kb:
        return usage
    utilization = stats.kb_used / stats.kb
    return msgspec.structs.replace(
        usage,
        size=stats.kb * _KIB,
        used=stats.kb_used * _KIB,
        avail=stats.kb_avail * _KIB,
        utilization=utilization,
        variance=utilization / average if average else None,
    )
