"""RBD over the dashboard (controllers/rbd.py, rbd_mirroring.py): its images, and their mirroring.

The pool that is mirrored has two directions: the other cluster has copies of all images except the
last, which is a copy itself.
"""

from ceph_exporter.simulator.model import Pool, State
from ceph_exporter.simulator.reef.common import VERSION, iso
from ceph_exporter.simulator.reef.daemons import service_dump
from ceph_exporter.simulator.reef.rbd import MIRROR_ID, MIRRORED, PARTS, mirror_report, pools
from ceph_exporter.simulator.waves import writes

Row = dict[str, object]

_GIB = 2**30
_DAY = 86400
_FEATURES = {
    "layering": 1,
    "exclusive-lock": 4,
    "object-map": 8,
    "fast-diff": 16,
    "deep-flatten": 32,
    "journaling": 64,
}
_PROVISIONED = 2  # times the initial data
_SNAPSHOTS = {"db1": 7, "web1": 1}
_IN_SNAPSHOT = 0.02  # of the data of an image
_COPY = "backup"
_BEHIND, _REPLAYED_SEC = 400, 50  # entries of the journal, on average


def images(state: State) -> list[Row]:
    """Return `/api/block/image` with all images, by pool."""
    return [
        {
            "pool_name": pool.plan.name,
            "value": [_image(pool, number, name) for number, name in enumerate(PARTS)],
        }
        for pool in pools(state)
    ]


def _image(pool: Pool, number: int, name: str) -> Row:
    plan, is_mirrored = pool.plan, pool.plan.name == MIRRORED
    id_ = f"{0x1200 + 16 * plan.id + number:x}8f1c"
    size = -(-int(_PROVISIONED * plan.data * PARTS[name]) // _GIB) * _GIB
    objects = int(pool.objects * PARTS[name])
    in_snapshot = int(objects * _IN_SNAPSHOT) * plan.object_bytes
    count = _SNAPSHOTS.get(name, 0)
    features = [feature for feature in _FEATURES if is_mirrored or feature != "journaling"]
    return {
        "name": name,
        "id": id_,
        "unique_id": f"{plan.name}/{id_}",
        "pool_name": plan.name,
        "namespace": "",
        "size": size,
        "obj_size": plan.object_bytes,
        "num_objs": size // plan.object_bytes,
        "block_name_prefix": f"rbd_data.{id_}",
        "mirror_mode": "journal" if is_mirrored else "Disabled",
        "primary": name != _COPY if is_mirrored else None,
        "image_format": 2,
        "features": sum(_FEATURES[feature] for feature in features),
        "features_name": sorted(features),
        "timestamp": iso(0),
        "data_pool": None,
        "parent": None,
        "snapshots": [_snapshot(day, size, in_snapshot) for day in range(count)],
        "total_disk_usage": objects * plan.object_bytes,
        "disk_usage": objects * plan.object_bytes - count * in_snapshot,
        "configuration": [],
        "metadata": {},
    }


def _snapshot(day: int, size: int, used: int) -> Row:
    return {
        "id": 4 + day,
        "size": size,
        "name": f"daily{day}",
        "namespace": 0,
        "mirror_mode": "journal",
        "timestamp": iso(-_DAY * (day + 1)),
        "is_protected": False,
        "used_bytes": None,
        "children": [],
        "disk_usage": used,
    }


def mirroring(state: State) -> Row:
    """Return `/api/block/mirroring/summary`."""
    ready: list[Row] = [
        {
            "pool_name": MIRRORED,
            "name": name,
            "state_color": "info",
            "state": "Stopped",
            "mirror_mode": "journal",
            "description": "local image is primary",
        }
        for name in PARTS
        if name != _COPY
    ]
    return {
        "site_name": state.moment.layout.fsid,
        "status": 0,
        "content_data": {
            "daemons": [_daemon(state)],
            "pools": [_pool(pool.plan.name) for pool in pools(state)],
            "image_error": [],
            "image_syncing": [_copy(state)],
            "image_ready": sorted(ready, key=lambda row: str(row["name"])),
        },
    }


def _daemon(state: State) -> Row:
    services = service_dump(state)["services"]
    assert isinstance(services, dict)  # noqa: S101 - for mypy
    metadata = services["rbd-mirror"]["daemons"][MIRROR_ID]["metadata"]
    return {
        "id": metadata["id"],
        "instance_id": MIRROR_ID,
        "version": VERSION,
        "server_hostname": metadata["hostname"],
        "metadata": metadata | {"instance_id": MIRROR_ID},
        "status": mirror_report(state),
        "health": "OK",
        "health_color": "success",
    }


def _pool(name: str) -> Row:
    if name != MIRRORED:
        off: Row = {"health": "Disabled", "mirror_mode": "disabled", "peer_uuids": []}
        return {"name": name} | off | {"health_color": "info"}
    return {
        "name": name,
        "health": "OK",
        "mirror_mode": "pool",
        "peer_uuids": ["0f6a3c8e-2b57-4d0e-9a41-7c1d5e8b9f20"],
        "leader_id": MIRROR_ID,
        "image_local_count": len(PARTS),
        "image_remote_count": len(PARTS),
        "health_color": "success",
    }


def _copy(state: State) -> Row:
    """Return the copy, which receives the writes of the other cluster later."""
    behind = int(_BEHIND * writes(state.moment.seconds))
    return {
        "pool_name": MIRRORED,
        "name": _COPY,
        "state_color": "success",
        "state": "Replaying",
        "mirror_mode": "journal",
        "bytes_per_second": 4096 * _REPLAYED_SEC,
        "seconds_until_synced": behind // _REPLAYED_SEC,
        "entries_behind_primary": behind,
    }
