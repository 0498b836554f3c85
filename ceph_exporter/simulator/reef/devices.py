"""`osd metadata` and `device ls` of Reef (OSD.cc, BlueStore.cc, DaemonServer.cc)."""

from ceph_exporter.simulator.layout import Layout, Place
from ceph_exporter.simulator.model import State
from ceph_exporter.simulator.network import address, port
from ceph_exporter.simulator.reef.common import date, metadata
from ceph_exporter.simulator.waves import noise

_DAY = 86400.0
_LIFE = 9 * 365 * _DAY  # seconds from the cluster's start to the first predicted failure
_PREDICTED = 4  # one of this many disks has a prediction


def osd_metadata(state: State) -> list[dict[str, object]]:
    """Return `osd metadata`."""
    layout = state.moment.layout
    rows = []
    for place in layout.osds:
        disk, device_id = _device(layout, place)
        row: dict[str, object] = {"id": place.id}
        row |= metadata("", layout.hosts[place.host].name)
        del row["name"]
        rows.append(
            row
            | {
                "back_addr": f"{address(2, place.host)}:{port(layout, place) + 2}",
                "back_iface": "bond1",
                "bluefs": "1",
                "bluefs_dedicated_db": "0",
                "bluefs_dedicated_wal": "0",
                "bluestore_bdev_dev_node": f"/dev/{disk}",
                "bluestore_bdev_size": str(place.bytes_total),
                "bluestore_bdev_type": place.device_class,
                "ceph_version_when_created": row["ceph_version"],
                "created_at": date(0),
                "default_device_class": place.device_class,
                "device_ids": f"{disk}={device_id}",
                "device_paths": f"{disk}=/dev/disk/by-path/pci-0000:3b:00.0-sas-{disk}",
                "devices": disk,
                "front_addr": f"{address(1, place.host)}:{port(layout, place) + 4}",
                "front_iface": "bond0",
                "journal_rotational": str(int(place.device_class == "hdd")),
                "osd_data": f"/var/lib/ceph/osd/ceph-{place.id}",
                "osd_objectstore": "bluestore",
                "rotational": str(int(place.device_class == "hdd")),
            }
        )
    return rows


def device_ls(state: State) -> list[dict[str, object]]:
    """Return `device ls`; each OSD has its own disk."""
    layout = state.moment.layout
    rows = []
    for place in layout.osds:
        disk, device_id = _device(layout, place)
        row: dict[str, object] = {
            "devid": device_id,
            "location": [{"host": layout.hosts[place.host].name, "dev": disk, "path": ""}],
            "daemons": [f"osd.{place.id}"],
        }
        if place.device_class == "ssd":
            row["wear_level"] = round(0.02 + 0.2 * noise(layout.seed, place.id, 3), 6)
        if place.id % _PREDICTED == 0:
            row["life_expectancy_min"] = date(_LIFE + place.id * _DAY)
            row["life_expectancy_max"] = date(_LIFE + (place.id + 90) * _DAY)
        rows.append(row)
    return rows


def _device(layout: Layout, place: Place) -> tuple[str, str]:
    """Return a disk's name on its host, and its id, which is made up of model and serial number."""
    disk = f"sd{chr(ord('b') + place.id - layout.hosts[place.host].osds[0])}"
    model = "ST4000NM0295" if place.device_class == "hdd" else "SAMSUNG_MZ7LH960HAJR"
    return disk, f"{model}_S{place.id:08d}"
