"""The document `osd tree`: the location of each OSD in the CRUSH map.

Sources: CrushTreeDumper.h and OSDMap::print_tree of Ceph 0.67 to 20, which print a bucket before
its children. In the dashboard's `/api/health/full`, the field `osd_map.tree` has the same contents.
"""

from collections.abc import Mapping
from typing import Annotated

import msgspec

from ceph_exporter.facts.decode import Decoder
from ceph_exporter.facts.fact import Fact, decodes
from ceph_exporter.facts.numbers import amount
from ceph_exporter.facts.odd_fields import EACH


class OsdLocation(msgspec.Struct, frozen=True, gc=False):
    """An OSD's location: the names of its host, rack and topmost bucket (root).

    A name is an empty string if there is no such bucket. device_class is an empty string if the OSD
    has none, and before Ceph 12. crush_weight is None if unknown.
    """

    host: str = ""
    rack: str = ""
    root: str = ""
    device_class: str = ""
    crush_weight: float | None = None


class OsdTree(Fact, frozen=True):
    """The OSDs of the CRUSH map by id; OSDs outside the map are missing."""

    document = "osd tree"
    of_osd_map = True

    osds: Mapping[int, OsdLocation]


class RawNode(msgspec.Struct, frozen=True, gc=False):
    """One row, which is a bucket (id below 0) or an OSD."""

    id: int
    name: str = ""
    type: str = ""
    device_class: str = ""
    crush_weight: float | None = None
    children: Annotated[tuple[int, ...], EACH] = ()


class RawOsdTree(msgspec.Struct, frozen=True):
    """The answer to `osd tree`. Its `stray` OSDs have no location and are not decoded."""

    nodes: tuple[RawNode, ...]


_decode = Decoder(RawOsdTree)
_NOWHERE = OsdLocation()


@decodes("osd tree")
def decode_osd_tree(body: bytes) -> tuple[Fact, ...]:
    """Decode the answer to `osd tree`."""
    return (from_raw(_decode(body)),)


def from_raw(answer: RawOsdTree) -> OsdTree:
    """Return the fact for a tree. If an OSD is in several trees, its first row is used."""
    locations: dict[int, OsdLocation] = {}
    for node in answer.nodes:
        # "default~hdd" is a shadow of "default" with the OSDs of one class. Real names have no ~.
        if node.id < 0 and "~" not in node.name:
            location = _location_in(node, locations.get(node.id))
            for child in node.children:
                locations.setdefault(child, location)
    osds: dict[int, OsdLocation] = {}
    for node in answer.nodes:
        if node.id >= 0 and node.id not in osds:
            osds[node.id] = _osd(node, locations.get(node.id, _NOWHERE))
    return OsdTree(osds)


def _location_in(bucket: RawNode, parent: OsdLocation | None) -> OsdLocation:
    host, rack, root = (parent.host, parent.rack, parent.root) if parent else ("", "", "")
    if bucket.type == "host":
        host = bucket.name
    elif bucket.type == "rack":
        rack = bucket.name
    elif parent is None:  # its type is "root" or one that the operator defined
        root = bucket.name
    return OsdLocation(host, rack, root)


def _osd(node: RawNode, parent: OsdLocation) -> OsdLocation:
    weight = amount(node.crush_weight)
    return OsdLocation(parent.host, parent.rack, parent.root, node.device_class, weight)
