"""The dashboard's `/api/osd`: `osd df` and `osd perf` for all OSDs.

Source: src/pybind/mgr/dashboard/controllers/osd.py of Ceph 14 to 20.
"""

from math import nan

import msgspec

from ceph_exporter.facts.decode import Decoder
from ceph_exporter.facts.df import Space
from ceph_exporter.facts.fact import Fact, decodes
from ceph_exporter.facts.numbers import LIMIT, amount, amounts
from ceph_exporter.facts.osd_df import OsdDf, OsdUsage, parts
from ceph_exporter.facts.osd_perf import OsdLatency, OsdPerf, latency

_KIB = 1024
_LIMIT_KIB = LIMIT / _KIB


class RawStatfs(msgspec.Struct, frozen=True, gc=False):
    """The space in the OSD's object store. Sizes are in bytes."""

    total: float = 0
    available: float = 0
    internally_reserved: float = 0


class RawStats(msgspec.Struct, frozen=True, gc=False):
    """`osd_stats`, the OSD's latest report. The fields that start with `kb` are in KiB."""

    kb: float = 0
    kb_used: float = 0
    kb_avail: float = 0
    kb_used_data: float | None = None
    kb_used_omap: float | None = None
    kb_used_meta: float | None = None
    num_pgs: int | None = None
    perf_stat: OsdLatency = OsdLatency()
    statfs: RawStatfs = RawStatfs()


class RawTree(msgspec.Struct, frozen=True, gc=False):
    """`tree`, the OSD's node in the CRUSH tree; an empty object for an OSD outside the tree."""

    crush_weight: float | None = None
    device_class: str | None = ""


class RawOsd(msgspec.Struct, frozen=True, gc=False):
    """One OSD. `osd_stats` is an empty object for an OSD that has never reported."""

    osd: int
    weight: float | None = None
    osd_stats: RawStats = RawStats()
    tree: RawTree = RawTree()


_decode = Decoder(tuple[RawOsd | None, ...])


@decodes("dashboard/osd")
def decode_osds(body: bytes) -> tuple[Fact, ...]:
    """Decode the list of OSDs into `osd df` and `osd perf`.

    Utilization and variance are calculated as in `osd df`. Averages and sums are left out if a row
    or a number that they need is broken.
    """
    answer = _decode(body)
    rows = tuple([row for row in answer if row])
    is_complete = len(rows) == len(answer)
    average, by_class = None, dict[str, Space]()
    if is_complete and None not in [amount(row.weight) for row in rows]:
        average = _average([row.osd_stats for row in rows if row.weight])
    if is_complete and None not in [row.tree.device_class for row in rows]:
        by_class = _by_class(rows)
    usage = OsdDf({row.osd: _usage(row, average) for row in rows}, average, by_class)
    reported = [(row.osd, row.osd_stats) for row in rows if row.osd_stats.kb]
    return (usage, OsdPerf({osd: latency(stats.perf_stat) for osd, stats in reported}))


def _average(rows: list[RawStats]) -> float | None:
    sizes, uses = [row.kb for row in rows], [row.kb_used for row in rows]
    if min(sizes + uses, default=0) < 0 or max(sizes + uses, default=0) >= _LIMIT_KIB:
        return None
    size, used = amount(sum(sizes)), amount(sum(uses))  # nan if a number is unknown
    return used / size if size and used is not None else None


def _by_class(rows: tuple[RawOsd, ...]) -> dict[str, Space]:
    """Return the space by device class, as PGMap::dump_cluster_stats of Ceph 14 does."""
    sums: dict[str, list[float]] = {}
    for row in rows:
        if row.tree.device_class:
            store = row.osd_stats.statfs
            totals = sums.setdefault(row.tree.device_class, [0, 0, 0])
            # If a number is unknown (nan) or negative, the sum becomes nan: it is unknown, too.
            totals[0] += store.total if store.total >= 0 else nan
            totals[1] += store.available if store.available >= 0 else nan
            totals[2] += store.internally_reserved if store.internally_reserved >= 0 else nan
    return {
        name: amounts(Space(total, avail, total - avail - reserved, total - avail))
        for name, (total, avail, reserved) in sums.items()
    }


def _usage(row: RawOsd, average: float | None) -> OsdUsage:
    stats = row.osd_stats
    usage = OsdUsage(
        pgs=amount(stats.num_pgs),
        crush_weight=amount(row.tree.crush_weight),
        reweight=amount(row.weight),
        device_class=row.tree.device_class or "",
    )
    size, used = amount(stats.kb * _KIB), amount(stats.kb_used * _KIB)
    if size == 0:
        return usage
    utilization = used / size if size and used is not None else None
    data, omap, meta = parts(stats.kb_used_data, stats.kb_used_omap, stats.kb_used_meta)
    return msgspec.structs.replace(
        usage,
        size=size,
        used=used,
        avail=amount(stats.kb_avail * _KIB),
        utilization=utilization,
        variance=utilization / average if utilization is not None and average else None,
        data=data,
        omap=omap,
        meta=meta,
    )
