"""The document `osd tree`: the location of each OSD."""

import json

import pytest

from ceph_exporter.facts import DecodeError
from ceph_exporter.facts.osd_tree import OsdLocation, OsdTree, decode_osd_tree


def bucket(id_: int, type_: str, name: str, *children: int) -> dict[str, object]:
    """Return one row of a bucket."""
    return {"id": id_, "name": name, "type": type_, "type_id": 1, "children": list(children)}


def osd(id_: int, **fields: object) -> dict[str, object]:
    """Return one row of an OSD."""
    return {"id": id_, "name": f"osd.{id_}", "type": "osd", "crush_weight": 1.5, **fields}


def locations(*nodes: dict[str, object], **fields: object) -> dict[int, OsdLocation]:
    """Decode an answer with these rows."""
    (fact,) = decode_osd_tree(json.dumps({"nodes": nodes, **fields}).encode())
    assert isinstance(fact, OsdTree)
    return dict(fact.osds)


def test_racks() -> None:
    """Root, rack and host are buckets above the OSD; others may lie between them."""
    osds = locations(
        bucket(-1, "root", "default", -2),
        bucket(-2, "datacenter", "dc1", -3),
        bucket(-3, "rack", "r1", -4),
        bucket(-4, "host", "h1", 1, 0),
        osd(0, device_class="ssd"),
        osd(1),
    )
    assert osds == {
        0: OsdLocation("h1", "r1", "default", "ssd", 1.5),
        1: OsdLocation("h1", "r1", "default", "", 1.5),
    }


def test_small_cluster() -> None:
    """Without racks the rack is empty; 0.67 prints weights in quotes."""
    osds = locations(
        bucket(-1, "root", "default", -2), bucket(-2, "host", "h1", 0), osd(0, crush_weight="0.25")
    )
    assert osds == {0: OsdLocation("h1", "", "default", "", 0.25)}


def test_no_host() -> None:
    """An OSD may be directly in a root, and a host outside any root."""
    osds = locations(
        bucket(-1, "root", "default", 0), osd(0), bucket(-2, "host", "spare", 1), osd(1)
    )
    assert osds[0] == OsdLocation("", "", "default", "", 1.5)
    assert osds[1] == OsdLocation("spare", "", "", "", 1.5)


def test_topmost_bucket_of_another_type() -> None:
    """Maps from before 0.67 have a root of type "pool", which is the root as well."""
    osds = locations(bucket(-1, "pool", "default", -2), bucket(-2, "host", "h1", 0), osd(0))
    assert osds[0].root == "default"


def test_two_trees() -> None:
    """An OSD in two trees is in the first."""
    osds = locations(
        bucket(-3, "root", "fast", -4),
        bucket(-4, "host", "h1-fast", 0),
        osd(0),
        bucket(-1, "root", "default", -2),
        bucket(-2, "host", "h1", 0),
        osd(0, crush_weight=9),
    )
    assert osds == {0: OsdLocation("h1-fast", "", "fast", "", 1.5)}


def test_shadow_tree() -> None:
    """A shadow tree of one device class is ignored, even if it comes first."""
    osds = locations(
        bucket(-4, "root", "default~hdd", -3),
        bucket(-3, "host", "h1~hdd", 0),
        osd(0),
        bucket(-1, "root", "default", -2),
        bucket(-2, "host", "h1", 0),
        osd(0),
    )
    assert (osds[0].host, osds[0].root) == ("h1", "default")


def test_stray() -> None:
    """An OSD outside the CRUSH map has no location."""
    assert locations(stray=[osd(5, crush_weight=0)]) == {}


def test_other_document() -> None:
    """An answer without rows is rejected."""
    with pytest.raises(DecodeError, match="nodes"):
        decode_osd_tree(b'{"stray": []}')
