"""The document `osd df`: the size, usage and PGs of each OSD (Ceph 0.94 and later).

Sources: OSDUtilizationDumper in OSDMonitor.cc (Ceph 0.94 to 11) and OSDMap.cc (Ceph 12 and later).
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

import msgspec

from ceph_exporter.facts.decode import Decoder
from ceph_exporter.facts.df import Space
from ceph_exporter.facts.fact import Fact, decodes
from ceph_exporter.facts.numbers import LIMIT, amount

_KIB = 1024
_MAX_KIB = LIMIT / _KIB

Parts: TypeAlias = tuple[float | None, float | None, float | None]
"""The parts of an OSD's use: data, omap and metadata."""


class OsdUsage(msgspec.Struct, frozen=True, gc=False):
    """The usage of one OSD.

    size, used and avail are in bytes, and utilization is from 0 to 1. variance is the utilization
    divided by the average. These five are None for an OSD that has never reported its size, for
    which Ceph prints 0 or nan. reweight is 0 for an OSD that is out. device_class is an empty
    string if the OSD has none, and before Ceph 12. A number that is impossible is None.

    data, omap and meta: the parts of `used` for objects, for their keys and values, and for
    BlueStore's own metadata, in bytes. All three are None before Ceph 14, and for an OSD that does
    not report its parts (Ceph prints three zeros).
    """

    size: float | None = None
    used: float | None = None
    avail: float | None = None
    utilization: float | None = None
    variance: float | None = None
    pgs: int | None = None
    crush_weight: float | None = None
    reweight: float | None = None
    device_class: str = ""
    data: float | None = None
    omap: float | None = None
    meta: float | None = None


class OsdDf(Fact, frozen=True):
    """The OSDs by id, including those outside the CRUSH map. Ratios are from 0 to 1.

    average_utilization: None if unknown. by_class: the space by device class, empty unless the
    answer comes from the dashboard.
    """

    document = "osd df"

    osds: Mapping[int, OsdUsage]
    average_utilization: float | None = None
    by_class: Mapping[str, Space] = {}


class RawNode(msgspec.Struct, frozen=True, gc=False):
    """One row. Sizes are in KiB, utilization is in percent. Rows with an id below 0 are buckets."""

    id: int
    kb: float | None = None
    kb_used: float | None = None
    kb_avail: float | None = None
    utilization: float | None = None
    var: float | None = None
    pgs: int | None = None
    crush_weight: float | None = None
    reweight: float | None = None
    device_class: str = ""
    kb_used_data: float | None = None
    kb_used_omap: float | None = None
    kb_used_meta: float | None = None


class RawSummary(msgspec.Struct, frozen=True):
    """`summary`. Its other fields are sums of the rows and are not used."""

    average_utilization: float | None = None


class RawOsdDf(msgspec.Struct, frozen=True):
    """The answer to `osd df`. `stray` contains the OSDs outside the CRUSH map."""

    nodes: tuple[RawNode, ...]
    stray: tuple[RawNode, ...] = ()
    summary: RawSummary = RawSummary()


_decode = Decoder(RawOsdDf)


@decodes("osd df")
def decode_osd_df(body: bytes) -> tuple[Fact, ...]:
    """Decode the answer to `osd df`. If an OSD is in several CRUSH trees, its first row is used."""
    answer = _decode(body)
    osds: dict[int, OsdUsage] = {}
    for node in (*answer.nodes, *answer.stray):
        if node.id >= 0 and node.id not in osds:
            osds[node.id] = _usage(node)
    return (OsdDf(osds, _ratio(answer.summary.average_utilization)),)


def _usage(node: RawNode) -> OsdUsage:
    return _plain(node) or _checked(node)


def _plain(node: RawNode) -> OsdUsage | None:
    """Return the usage if every number is present and possible, None otherwise.

    Nearly every row is possible. A single expression checks the numbers in half the time that a
    call for each of them takes.
    """
    row: Any = node  # each number may be None, which cannot be compared
    try:
        possible = (
            0 < row.kb < _MAX_KIB
            and 0 <= row.kb_used < _MAX_KIB
            and 0 <= row.kb_avail < _MAX_KIB
            and 0 <= row.utilization < LIMIT
            and 0 <= row.var < LIMIT
            and 0 <= row.pgs < LIMIT
            and 0 <= row.crush_weight < LIMIT
            and 0 <= row.reweight < LIMIT
        )
    except TypeError:
        return None
    if not possible:
        return None
    return OsdUsage(
        row.kb * _KIB,
        row.kb_used * _KIB,
        row.kb_avail * _KIB,
        row.utilization / 100,
        row.var,
        row.pgs,
        row.crush_weight,
        row.reweight,
        row.device_class,
        *parts(row.kb_used_data, row.kb_used_omap, row.kb_used_meta),
    )


def _checked(node: RawNode) -> OsdUsage:
    size = _bytes(node.kb)
    data, omap, meta = parts(node.kb_used_data, node.kb_used_omap, node.kb_used_meta)
    if not size:
        return OsdUsage(
            pgs=amount(node.pgs),
            crush_weight=amount(node.crush_weight),
            reweight=amount(node.reweight),
            device_class=node.device_class,
        )
    return OsdUsage(
        size=size,
        used=_bytes(node.kb_used),
        avail=_bytes(node.kb_avail),
        utilization=_ratio(node.utilization),
        variance=amount(node.var),
        pgs=amount(node.pgs),
        crush_weight=amount(node.crush_weight),
        reweight=amount(node.reweight),
        device_class=node.device_class,
        data=data,
        omap=omap,
        meta=meta,
    )


def parts(data: float | None, omap: float | None, meta: float | None) -> Parts:
    """Return the parts of an OSD's use in bytes.

    BlueStore always has metadata. If all parts are 0, the OSD has another store, which does not
    report them.
    """
    if not (data or omap or meta):
        return None, None, None
    return _bytes(data), _bytes(omap), _bytes(meta)


def _bytes(kib: float | None) -> float | None:
    return None if kib is None else amount(kib * _KIB)


def _ratio(percent: float | None) -> float | None:
    checked = amount(percent)
    return None if checked is None else checked / 100
