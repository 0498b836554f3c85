"""The cluster's space: size, use and what is left, as a whole and by device class."""

from collections.abc import Iterator

from ceph_exporter.facts import Df, Facts, OsdDf
from ceph_exporter.metric import Family, Labels, Metric, one

_DOCUMENT = Df.document
_CLASS = Labels("device_class")

TOTAL = Metric("ceph_cluster_total_bytes", "gauge", "Size of all OSDs", _DOCUMENT)
USED = Metric(
    "ceph_cluster_total_used_bytes",
    "gauge",
    "Space that data takes, replicas included; up to Ceph 13 the same as the raw use",
    _DOCUMENT,
)
USED_RAW = Metric(
    "ceph_cluster_total_used_raw_bytes",
    "gauge",
    "Space that is used, with what OSDs keep for themselves",
    _DOCUMENT,
)
AVAIL = Metric("ceph_cluster_total_avail_bytes", "gauge", "Space that is left", _DOCUMENT)
RATIO = Metric(
    "ceph_cluster_total_used_raw_ratio", "gauge", "Used part of the space, 0 to 1", _DOCUMENT
)
OBJECTS = Metric("ceph_cluster_total_objects", "gauge", "Number of objects", _DOCUMENT)
CLASS_TOTAL = Metric(
    "ceph_cluster_by_class_total_bytes",
    "gauge",
    "Size of the OSDs of a device class (Ceph 14 and later)",
    _DOCUMENT,
    _CLASS,
)
CLASS_USED = Metric(
    "ceph_cluster_by_class_total_used_bytes",
    "gauge",
    "Space that data takes on a device class, replicas included (Ceph 14 and later)",
    _DOCUMENT,
    _CLASS,
)
CLASS_USED_RAW = Metric(
    "ceph_cluster_by_class_total_used_raw_bytes",
    "gauge",
    "Space that is used of a device class, with what OSDs keep for themselves (Ceph 14 and later)",
    _DOCUMENT,
    _CLASS,
)
CLASS_AVAIL = Metric(
    "ceph_cluster_by_class_total_avail_bytes",
    "gauge",
    "Space that is left on a device class (Ceph 14 and later)",
    _DOCUMENT,
    _CLASS,
)
CLASS_RATIO = Metric(
    "ceph_cluster_by_class_total_used_raw_ratio",
    "gauge",
    "Used part of the space of a device class, 0 to 1 (Ceph 14 and later)",
    _DOCUMENT,
    _CLASS,
)


def collect(facts: Facts) -> Iterator[Family]:
    """Give what `df detail` says of the cluster; nothing while it is not to be had."""
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
    osd_df = facts.get(OsdDf)  # the dashboard tells of the classes only there
    by_class = df.by_class or (osd_df.by_class if osd_df else {})
    classes = [(_CLASS(name), space) for name, space in by_class.items()]
    yield CLASS_TOTAL, [(block, space.total) for block, space in classes]
    yield CLASS_USED, [(block, space.used) for block, space in classes]
    yield CLASS_USED_RAW, [(block, space.used_raw) for block, space in classes]
    yield CLASS_AVAIL, [(block, space.avail) for block, space in classes]
    yield CLASS_RATIO, [(block, space.used_raw_ratio) for block, space in classes]
