"""What the space of each OSD is used for: objects, their keys and values, and metadata."""

from collections.abc import Iterator

from ceph_exporter.facts import Facts
from ceph_exporter.facts.osd_df import OsdDf
from ceph_exporter.metric import Columns, Family, Labels, Metric

_OSD = Labels("ceph_daemon")
_DF = OsdDf.document
_DETAIL = "Absent for an OSD that does not use BlueStore, because Ceph then reports zeros."

DATA = Metric(
    "ceph_osd_used_data_bytes",
    "gauge",
    "Space of the OSD that is used for the data of objects",
    _DF,
    _OSD,
    since="14",
    detail=_DETAIL,
)
OMAP = Metric(
    "ceph_osd_used_omap_bytes",
    "gauge",
    "Space of the OSD that is used for the keys and values (omap) of objects",
    _DF,
    _OSD,
    since="14",
    detail=_DETAIL,
)
META = Metric(
    "ceph_osd_used_meta_bytes",
    "gauge",
    "Space of the OSD that is used for BlueStore's own metadata",
    _DF,
    _OSD,
    since="14",
    detail=_DETAIL,
)


def collect(facts: Facts) -> Iterator[Family]:
    """Yield the families of the OSDs that report the parts of their use."""
    if df := facts.get(OsdDf):
        osds = df.osds.values()
        blocks = facts.once(_blocks, tuple(df.osds))
        yield DATA, Columns(blocks, [row.data for row in osds])
        yield OMAP, Columns(blocks, [row.omap for row in osds])
        yield META, Columns(blocks, [row.meta for row in osds])


def _blocks(osds: tuple[int, ...]) -> tuple[str, ...]:
    return tuple([_OSD(f"osd.{osd}") for osd in osds])
