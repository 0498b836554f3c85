"""The families of the parts of the OSDs' use."""

from ceph_exporter.collectors.osd_space import collect
from ceph_exporter.facts import Facts
from ceph_exporter.facts.osd_df import OsdDf, OsdUsage
from tests.collectors.pages import sample_lines


def test_no_facts_no_families() -> None:
    """Without the document there are no families."""
    assert list(collect(Facts())) == []


def test_parts() -> None:
    """Each part that an OSD reports is a series; an OSD without parts has none."""
    df = OsdDf({0: OsdUsage(data=3.0, omap=0.0, meta=1.0), 1: OsdUsage(used=4.0)})
    assert sample_lines(collect(Facts.of(df))) == [
        'ceph_osd_used_data_bytes{ceph_daemon="osd.0"} 3',
        'ceph_osd_used_omap_bytes{ceph_daemon="osd.0"} 0',
        'ceph_osd_used_meta_bytes{ceph_daemon="osd.0"} 1',
    ]
