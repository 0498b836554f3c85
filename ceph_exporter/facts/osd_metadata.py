"""The document `osd metadata`: host, version and devices of each OSD.

Sources: OSDMonitor.cc (before Ceph 10, the command requires an id and cannot answer for all OSDs);
OSD::_collect_metadata, BlueStore::collect_metadata and FileStore::collect_metadata. In the
dashboard's `/api/health/full`, `osd_map.osd_metadata` has the same rows by id. The metadata values
are strings.
"""

from collections.abc import Mapping

import msgspec

from ceph_exporter.facts.decode import Decoder
from ceph_exporter.facts.fact import Fact, decodes


class OsdDetails(msgspec.Struct, frozen=True, gc=False):
    """One OSD. A field that the OSD does not report is an empty string.

    version: Ceph's complete version line, "ceph version 16.2.15 (sha1) pacific (stable)". device,
    db_device and wal_device: the device nodes ("/dev/dm-0") of BlueStore's data, DB and WAL. For
    FileStore, device is the node of the data, and wal_device is the journal. devices
    ("sdb,nvme0n1") and device_ids ("sdb=VENDOR_MODEL_SERIAL,...") are unchanged from Ceph's answer.
    """

    hostname: str = ""
    version: str = ""
    front_iface: str = ""
    back_iface: str = ""
    objectstore: str = ""
    device_class: str = ""
    device: str = ""
    db_device: str = ""
    wal_device: str = ""
    devices: str = ""
    device_ids: str = ""


class OsdMetadata(Fact, frozen=True):
    """The OSDs by id. An OSD that has never booted is missing or has no details."""

    document = "osd metadata"
    slow = True

    osds: Mapping[int, OsdDetails]


class RawDetails(msgspec.Struct, frozen=True, gc=False):
    """The fields of an OSD's metadata that are used; some depend on the type of object store."""

    hostname: str = ""
    ceph_version: str = ""
    front_iface: str = ""
    back_iface: str = ""
    osd_objectstore: str = ""
    default_device_class: str = ""
    bluestore_bdev_dev_node: str = ""
    bluefs_db_dev_node: str = ""
    bluefs_wal_dev_node: str = ""
    backend_filestore_dev_node: str = ""
    osd_journal: str = ""
    devices: str = ""
    device_ids: str = ""


class RawRow(RawDetails, frozen=True, kw_only=True):
    """One row of the answer to `osd metadata`."""

    id: int


_decode = Decoder(tuple[RawRow, ...])


@decodes("osd metadata")
def decode_osd_metadata(body: bytes) -> tuple[Fact, ...]:
    """Decode the answer to `osd metadata`."""
    return (OsdMetadata({row.id: _details(row) for row in _decode(body)}),)


def from_map(answer: Mapping[str, RawDetails]) -> OsdMetadata:
    """Return the fact for the dashboard's object, which has the OSDs' ids as keys.

    Shortly after its start, the mgr of Ceph 14.2.21 returns entries whose key is not a number.
    Such entries are not OSDs and are skipped.
    """
    return OsdMetadata({int(osd): _details(row) for osd, row in answer.items() if _is_id(osd)})


def _is_id(name: str) -> bool:
    return name.isdecimal() and len(name) < 10  # no OSD id has ten digits


def _details(row: RawDetails) -> OsdDetails:
    data, db, wal = _nodes(row)
    return OsdDetails(
        hostname=row.hostname,
        version=row.ceph_version,
        front_iface=row.front_iface,
        back_iface=row.back_iface,
        objectstore=row.osd_objectstore,
        device_class=row.default_device_class,
        device="" if data == "unknown" else data,
        db_device=db,
        wal_device=wal,
        devices=row.devices,
        device_ids=row.device_ids,
    )


def _nodes(row: RawDetails) -> tuple[str, str, str]:
    if row.osd_objectstore == "bluestore":
        nodes = row.bluestore_bdev_dev_node, row.bluefs_db_dev_node, row.bluefs_wal_dev_node
        return _path(nodes[0]), _path(nodes[1]), _path(nodes[2])
    if row.osd_objectstore == "filestore":
        return _path(row.backend_filestore_dev_node), "", row.osd_journal
    return "", "", ""


def _path(node: str) -> str:
    """Return the path of a device node; Ceph 12 and 13 report only the name (KernelDevice.cc)."""
    return f"/dev/{node}" if node and node != "unknown" and "/" not in node else node
