"""The document `osd metadata`: host, version and devices."""

import json

import pytest

from ceph_exporter.facts import DecodeError, OsdDump, OsdTree
from ceph_exporter.facts.health_full import decode_full
from ceph_exporter.facts.osd_metadata import (
    OsdDetails,
    OsdMetadata,
    RawDetails,
    decode_osd_metadata,
    from_map,
)

VERSION = "ceph version 16.2.15 (618f44) pacific (stable)"


def details(**fields: object) -> OsdDetails:
    """Decode one row with these fields."""
    (fact,) = decode_osd_metadata(json.dumps([{"id": 3, **fields}]).encode())
    assert isinstance(fact, OsdMetadata)
    return fact.osds[3]


def test_bluestore() -> None:
    """A BlueStore OSD has device nodes for data, DB and WAL."""
    decoded = details(
        hostname="h1",
        ceph_version=VERSION,
        front_iface="eth0",
        back_iface="eth1",
        osd_objectstore="bluestore",
        default_device_class="hdd",
        bluestore_bdev_dev_node="/dev/dm-0",
        bluefs_db_dev_node="/dev/dm-1",
        bluefs_wal_dev_node="/dev/dm-2",
        devices="sda,sdb",
        device_ids="sda=V_M_1,sdb=V_M_2",
        rotational="1",
    )
    assert decoded == OsdDetails(
        hostname="h1",
        version=VERSION,
        front_iface="eth0",
        back_iface="eth1",
        objectstore="bluestore",
        device_class="hdd",
        device="/dev/dm-0",
        db_device="/dev/dm-1",
        wal_device="/dev/dm-2",
        devices="sda,sdb",
        device_ids="sda=V_M_1,sdb=V_M_2",
    )


def test_filestore() -> None:
    """A FileStore OSD has device nodes for data and journal."""
    decoded = details(
        osd_objectstore="filestore",
        backend_filestore_dev_node="/dev/sda",
        osd_journal="/var/lib/ceph/osd/ceph-3/journal",
    )
    assert (decoded.device, decoded.db_device) == ("/dev/sda", "")
    assert decoded.wal_device == "/var/lib/ceph/osd/ceph-3/journal"


def test_unknown_device() -> None:
    """A device node that Ceph reports as unknown is empty."""
    assert details(osd_objectstore="bluestore", bluestore_bdev_dev_node="unknown").device == ""


def test_memory_store() -> None:
    """Other object stores have no device."""
    decoded = details(osd_objectstore="memstore", hostname="h1", devices="")
    assert decoded == OsdDetails(hostname="h1", objectstore="memstore")


def test_never_booted() -> None:
    """An OSD that never booted only has an id."""
    assert details() == OsdDetails()


def test_by_id() -> None:
    """Rows by id become the same fact as rows with an id."""
    assert from_map({"3": RawDetails(hostname="h1")}).osds == {3: details(hostname="h1")}


@pytest.mark.parametrize("name", ["", "a", "-1", "3.a", "\u00b2", "9" * 5000])
def test_a_name_that_is_no_id_costs_its_own_entry(name: str) -> None:
    """An entry in the dashboard's answer that is not an OSD does not affect the others."""
    entries = {name: {"hostname": "h2"}, "3": {"hostname": "h1"}}
    health = {"status": "HEALTH_OK"}
    osd_map = {"osds": [], "tree": {"nodes": []}, "osd_metadata": entries}
    facts = decode_full(json.dumps({"health": health, "osd_map": osd_map}).encode())
    assert {type(fact) for fact in facts} >= {OsdDump, OsdTree}
    assert OsdMetadata({3: details(hostname="h1")}) in facts


def test_other_document() -> None:
    """An answer that is not a list is rejected."""
    with pytest.raises(DecodeError, match="array"):
        decode_osd_metadata(b'{"id": 3}')


@pytest.mark.parametrize(
    ("node", "path"),
    [("dm-7", "/dev/dm-7"), ("nvme1n1", "/dev/nvme1n1"), ("/dev/vdc", "/dev/vdc"), ("", "")],
)
def test_one_form_of_device(node: str, path: str) -> None:
    """Device nodes have their path in every release; 12 and 13 report the name only."""
    nodes = dict.fromkeys(
        ("bluestore_bdev_dev_node", "bluefs_db_dev_node", "bluefs_wal_dev_node"), node
    )
    decoded = details(osd_objectstore="bluestore", **nodes)
    assert [decoded.device, decoded.db_device, decoded.wal_device] == [path] * 3
    decoded = details(
        osd_objectstore="filestore", backend_filestore_dev_node=node, osd_journal="/j/journal"
    )
    assert (decoded.device, decoded.wal_device) == (path, "/j/journal")
