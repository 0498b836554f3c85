"""The families of the OSD map's flags, ratios and blocklist."""

import pytest

from ceph_exporter.collectors.osd_flags import FLAGS, collect
from ceph_exporter.facts import Facts
from ceph_exporter.facts.osd_dump import Osd, OsdDump
from ceph_exporter.metric import Columns
from tests.collectors.pages import by_family


def page(*facts: OsdDump) -> dict[str, dict[str, object]]:
    """Return the values by family and label block."""
    families = collect(Facts.of(*facts))
    return {m.name: dict(samples) for m, samples in families if not isinstance(samples, Columns)}


def test_no_map_no_families() -> None:
    """Without the map there are no families."""
    assert page() == {}


@pytest.mark.parametrize("flag", FLAGS)
def test_a_flag_is_set(flag: str) -> None:
    """A flag that is set is 1 and all others are 0, so that a rule needs no absent()."""
    shown = page(OsdDump(osds=(), flags=("sortbitwise", flag)))
    expected = {f'flag="{name}"': int(name == flag) for name in FLAGS}
    assert shown["ceph_osd_map_flag"] == expected


def test_names_of_the_mgr_module() -> None:
    """The nine flags that the mgr module knows are families of their own as well."""
    shown = page(OsdDump(osds=(), flags=("noout", "nodeep-scrub", "full")))
    flags = {name: rows[""] for name, rows in shown.items() if name.startswith("ceph_osd_flag_")}
    assert flags == {
        "ceph_osd_flag_noup": False,
        "ceph_osd_flag_nodown": False,
        "ceph_osd_flag_noout": True,
        "ceph_osd_flag_noin": False,
        "ceph_osd_flag_nobackfill": False,
        "ceph_osd_flag_norebalance": False,
        "ceph_osd_flag_norecover": False,
        "ceph_osd_flag_noscrub": False,
        "ceph_osd_flag_nodeep_scrub": True,
    }


def test_a_flag_that_is_not_known() -> None:
    """A flag of a later release is on the page while it is set."""
    shown = page(OsdDump(osds=(), flags=("nofoo",)))["ceph_osd_map_flag"]
    assert shown['flag="nofoo"'] == 1


def test_abilities_are_no_flags() -> None:
    """Flags that are set for ever and mean no trouble are left out."""
    shown = page(OsdDump(osds=(), flags=("sortbitwise", "recovery_deletes", "pglog_hardlimit")))
    assert set(shown["ceph_osd_map_flag"].values()) == {0}


def test_ratios_and_blocklist() -> None:
    """Ratios and the length of the blocklist are as in the map."""
    shown = page(
        OsdDump(osds=(), full_ratio=0.95, backfillfull_ratio=0.9, nearfull_ratio=0.85, blocklist=3)
    )
    assert shown["ceph_osd_full_ratio"] == {"": 0.95}
    assert shown["ceph_osd_backfillfull_ratio"] == {"": 0.9}
    assert shown["ceph_osd_nearfull_ratio"] == {"": 0.85}
    assert shown["ceph_cluster_osd_blocklist_count"] == {"": 3}


def test_individual_flags() -> None:
    """A flag of a single OSD, node or class is a series while it is set, and their number always.

    Nodes and classes have none before 14; then only the number of OSDs is known.
    """
    osds = (Osd(0, up=True, is_in=True), Osd(1, up=True, is_in=True, flags=("noin", "noout")))
    nodes = {"node1": ("noout",), "rack1": ("noout",)}
    dump = OsdDump(osds=osds, upmap_items=0, node_flags=nodes, class_flags={})
    shown = by_family(collect(Facts.of(dump)))
    assert shown["ceph_osd_individual_flag"] == [
        '{scope="osd",name="osd.1",flag="noin"} 1',
        '{scope="osd",name="osd.1",flag="noout"} 1',
        '{scope="crush_node",name="node1",flag="noout"} 1',
        '{scope="crush_node",name="rack1",flag="noout"} 1',
    ]
    counts = shown["ceph_osd_individually_flagged"]
    assert '{scope="osd",flag="noout"} 1' in counts
    assert '{scope="osd",flag="noup"} 0' in counts
    assert '{scope="crush_node",flag="noout"} 2' in counts
    assert '{scope="device_class",flag="noout"} 0' in counts
    shown = by_family(collect(Facts.of(OsdDump(osds=osds, upmap_items=0))))
    assert {row.partition(",")[0] for row in shown["ceph_osd_individually_flagged"]} == {
        '{scope="osd"'
    }


def test_individual_flags_before_12() -> None:
    """Before 12, no flag can be set for a single OSD."""
    assert "ceph_osd_individually_flagged" not in page(OsdDump(osds=()))
