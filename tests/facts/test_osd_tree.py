"""The document `osd tree`: the place of each OSD."""

import json

import pytest

from ceph_exporter.facts import DecodeError
from ceph_exporter.facts.osd_tree import OsdLocation, OsdTree, decode_osd_tree


def bucket(id_: int, type_: str, name: str, *children: int) -> dict[str, object]:
    """Make one row of a bucket."""
    return {"id": id_, "name": name, "type": type_, "type_id": 1, "children": list(children)}


def osd(id_: int, **more: object) -> dict[str, object]:
    """Make one row of an OSD."""
    return {"id": id_, "name": f"osd.{id_}", "type": "osd", "crush_weight": 1.5, **more}


def places(*nodes: dict[str, object], **more: object) -> dict[int, OsdLocation]:
    """Decode an answer of these rows."""
    (fact,) = decode_osd_tree(json.dumps({"nodes": nodes, **more}).encode())
    assert isinstance(fact, OsdTree)
    return dict(fact.osds)


def test_racks() -> None:
    """Root, rack and host are those above the OSD, with whatever lies between."""
    found = places(
        bucket(-1, "root", "default", -2),
        bucket(-2, "datacenter", "dc1", -3),
        bucket(-3, "rack", "r1", -4),
        bucket(-4, "host", "h1", 1, 0),
        osd(0, device_class="ssd"),
        osd(1),
    )
    assert found == {
        0: OsdLocation("h1", "r1", "default", "ssd", 1.5),
        1: OsdLocation("h1", "r1", "default", "", 1.5),
    }


def test_small_cluster() -> None:
    """Without racks there is no rack; weights of 0.67 stand in quotes."""
    found = places(
        bucket(-1, "root", "default", -2), bucket(-2, "host", "h1", 0), osd(0, crush_weight="0.25")
    )
    assert found == {0: OsdLocation("h1", "", "default", "", 0.25)}


def test_no_host() -> None:
    """An OSD may lie in a root directly, a host outside of any root."""
    found = places(bucket(-1, "root", "default", 0), osd(0), bucket(-2, "host", "spare", 1), osd(1))
    assert found[0] == OsdLocation("", "", "default", "", 1.5)
    assert found[1] == OsdLocation("spare", "", "", "", 1.5)


def test_topmost_bucket_of_another_type() -> None:
    """Maps from before 0.67 call the type of the root "pool"; it is the root all the same."""
    found = places(bucket(-1, "pool", "default", -2), bucket(-2, "host", "h1", 0), osd(0))
    assert found[0].root == "default"


def test_two_trees() -> None:
    """An OSD in two trees is in the first."""
    found = places(
        bucket(-3, "root", "fast", -4),
        bucket(-4, "host", "h1-fast", 0),
        osd(0),
        bucket(-1, "root", "default", -2),
        bucket(-2, "host", "h1", 0),
        osd(0, crush_weight=9),
    )
    assert found == {0: OsdLocation("h1-fast", "", "fast", "", 1.5)}


def test_shadow_tree() -> None:
    """A shadow tree of one device class is not where an OSD is, though it may come first."""
    found = places(
        bucket(-4, "root", "default~hdd", -3),
        bucket(-3, "host", "h1~hdd", 0),
        osd(0),
        bucket(-1, "root", "default", -2),
        bucket(-2, "host", "h1", 0),
        osd(0),
    )
    assert (found[0].host, found[0].root) == ("h1", "default")


def test_stray() -> None:
    """An OSD outside of the CRUSH map has no place."""
    assert places(stray=[osd(5, crush_weight=0)]) == {}


def test_other_document() -> None:
    """An answer without rows is refused."""
    with pytest.raises(DecodeError, match="nodes"):
        decode_osd_tree(b'{"stray": []}')
