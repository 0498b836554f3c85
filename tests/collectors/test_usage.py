"""The collector of the cluster's space."""

from ceph_exporter.collectors import usage
from ceph_exporter.facts import Facts
from ceph_exporter.facts.df import Df, Space
from tests.collectors.pages import sample_lines

SPACE = Space(total=1000, avail=700, used=200, used_raw=300)

FAMILIES = (
    "ceph_cluster_total_bytes",
    "ceph_cluster_total_used_bytes",
    "ceph_cluster_total_used_raw_bytes",
    "ceph_cluster_total_avail_bytes",
    "ceph_cluster_total_used_raw_ratio",
    "ceph_cluster_total_objects",
    "ceph_cluster_by_class_total_bytes",
    "ceph_cluster_by_class_total_used_bytes",
    "ceph_cluster_by_class_total_used_raw_bytes",
    "ceph_cluster_by_class_total_avail_bytes",
    "ceph_cluster_by_class_total_used_raw_ratio",
)


def shown(df: Df) -> list[str]:
    """Return the sample lines."""
    return sample_lines(usage.collect(Facts.of(df)), FAMILIES)


def test_cluster() -> None:
    """The cluster's space is in bytes, and the used fraction of it from 0 to 1."""
    assert shown(Df(SPACE, total_objects=7)) == [
        "ceph_cluster_total_bytes 1000",
        "ceph_cluster_total_used_bytes 200",
        "ceph_cluster_total_used_raw_bytes 300",
        "ceph_cluster_total_avail_bytes 700",
        "ceph_cluster_total_used_raw_ratio 0.3",
        "ceph_cluster_total_objects 7",
    ]


def test_by_class() -> None:
    """The same figures exist by device class."""
    assert shown(Df(Space(), by_class={"hdd": SPACE})) == [
        'ceph_cluster_by_class_total_bytes{device_class="hdd"} 1000',
        'ceph_cluster_by_class_total_used_bytes{device_class="hdd"} 200',
        'ceph_cluster_by_class_total_used_raw_bytes{device_class="hdd"} 300',
        'ceph_cluster_by_class_total_avail_bytes{device_class="hdd"} 700',
        'ceph_cluster_by_class_total_used_raw_ratio{device_class="hdd"} 0.3',
    ]


def test_without_df() -> None:
    """Without `df` there are no families at all."""
    assert list(usage.collect(Facts())) == []
