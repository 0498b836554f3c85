"""Total, used and available space of the cluster, as a whole and by device class."""

from collections.abc import Iterator

from ceph_exporter.facts import Df, Facts, OsdDf
from ceph_exporter.metric import Family, Labels, Metric, one

_DOCUMENT = Df.document
_CLASS = Labels("device_class")


def _by_class(name: str, help_: str) -> Metric:
    return Metric(f"ceph_cluster_by_class_{name}", "gauge", help_, _DOCUMENT, _CLASS, since="14")


TOTAL = Metric("ceph_cluster_total_bytes", "gauge", "Size of all OSDs", _DOCUMENT)
USED = Metric(
    "ceph_cluster_total_used_bytes",
    "gauge",
    "Space used by data, including replicas",
    _DOCUMENT,
    detail="In Ceph 13 and earlier, the value is equal to ceph_cluster_total_used_raw_bytes.",
)
USED_RAW = Metric(
    "ceph_cluster_total_used_raw_bytes",
    "gauge",
    "Used space, including the overhead of the OSDs",
    _DOCUMENT,
)
AVAIL = Metric("ceph_cluster_total_avail_bytes", "gauge", "Available space", _DOCUMENT)
RATIO = Metric(
    "ceph_cluster_total_used_raw_ratio", "gauge", "Used fraction of the raw space", _DOCUMENT
)
OBJECTS = Metric("ceph_cluster_total_objects", "gauge", "Number of objects", _DOCUMENT)
CLASS_TOTAL = _by_class("total_bytes", "Size of the OSDs of the device class")
CLASS_USED = _by_class(
    "total_used_bytes", "Space used by data on the device class, including replicas"
)
CLASS_USED_RAW = _by_class(
    "total_used_raw_bytes", "Used space of the device class, including the overhead of the OSDs"
)
CLASS_AVAIL = _by_class("total_avail_bytes", "Available space of the device class")
CLASS_RATIO = _by_class(
    "total_used_raw_ratio", "Used fraction of the raw space of the device class"
)


def collect(facts: Facts) -> Iterator[Family]:
    """Yield the families of `df detail`; nothing while it is unavailable."""
    df = facts.get(Df)
    if df is None:
        return
    space = df.space
    yield TOTAL, one(space.total)
    yield USED, one(space.used)
    yield USED_RAW, one(space.used_raw)
    yield AVAIL, one(space.avail)
    yield RATIO, one(space.used_raw_ratio)
    yield OBJECTS, one(df.total_objects)
    osd_df = facts.get(OsdDf)  # contains the device classes if the dashboard API is used
    by_class = df.by_class or (osd_df.by_class if osd_df else {})
    classes = [(_CLASS(name), space) for name, space in by_class.items()]
    yield CLASS_TOTAL, [(block, space.total) for block, space in classes]
    yield CLASS_USED, [(block, space.used) for block, space in classes]
    yield CLASS_USED_RAW, [(block, space.used_raw) for block, space in classes]
    yield CLASS_AVAIL, [(block, space.avail) for block, space in classes]
    yield CLASS_RATIO, [(block, space.used_raw_ratio) for block, space in classes]
