"""RGW over the dashboard (controllers/rgw.py): gateways, buckets, and users with their quotas."""

from typing import NamedTuple

from ceph_exporter.simulator.model import State
from ceph_exporter.simulator.reef import daemons
from ceph_exporter.simulator.reef.common import VERSION

Row = dict[str, object]

_BLOCK = 4096
_OBJECT = 384 * 1024
_PER_SECOND = 3  # objects that clients write into the bucket that grows most


class _Bucket(NamedTuple):
    """A bucket.

    growth: its share of what clients write; quota, size: the most objects and bytes, -1 for any.
    """

    name: str
    owner: str
    objects: int
    growth: float = 0.0
    quota: int = -1
    size: int = -1


_BUCKETS = (
    _Bucket("backups", "ops", 48_000, growth=1.0),
    _Bucket("photos", "media", 120_000, growth=0.5, quota=150_000),
    _Bucket("thumbnails", "media", 360_000, growth=0.5),
    _Bucket("reports", "acme$carol", 900, size=2**30),
)
_QUOTAS = {"media": (900 * 2**30, 2_000_000), "acme$carol": (50 * 2**30, -1)}
"""The most bytes and objects of a user, -1 for any; the others have no quota."""
_BUCKET_QUOTAS = {"media": (500 * 2**30, 1_000_000)}
"""The same for each bucket of a user."""


def gateways(state: State) -> list[Row]:
    """Return `/api/rgw/daemon`."""
    services = daemons.service_dump(state)["services"]
    assert isinstance(services, dict)  # noqa: S101 - for mypy
    by_gid = services["rgw"]["daemons"]
    return [
        {
            "id": by_gid[gid]["metadata"]["id"],
            "service_map_id": gid,
            "version": VERSION,
            "server_hostname": by_gid[gid]["metadata"]["hostname"],
            "realm_name": "",
            "zonegroup_name": by_gid[gid]["metadata"]["zonegroup_name"],
            "zone_name": by_gid[gid]["metadata"]["zone_name"],
            "default": True,
        }
        for gid in by_gid
        if gid != "summary"
    ]


def buckets(state: State) -> list[Row]:
    """Return `/api/rgw/bucket?stats=true`."""
    return [_bucket(bucket, state.moment.growth, state.moment.phase) for bucket in _BUCKETS]


def _bucket(bucket: _Bucket, growth: float, phase: float) -> Row:
    # Clients delete what they wrote at the end of a cycle, as in all pools.
    written = _PER_SECOND * phase if growth > 1 else 0
    objects = bucket.objects + int(bucket.growth * written)
    size = objects * _OBJECT
    tenant, _, _user = bucket.owner.rpartition("$")
    return {
        "bucket": bucket.name,
        "bid": f"{tenant}/{bucket.name}" if tenant else bucket.name,
        "tenant": tenant,
        "owner": bucket.owner,
        "num_shards": 11,
        "placement_rule": "default-placement",
        "usage": {
            "rgw.main": {
                "size": size,
                "size_actual": -(-size // _BLOCK) * _BLOCK,
                "size_utilized": size,
                "num_objects": objects,
            }
        },
        "bucket_quota": _quota(bucket.size, bucket.quota),
    }


def users(state: State) -> Row:
    """Return the quotas of all users.

    The dashboard lists the users' names, and returns the quotas of one user at a time.
    """
    del state
    owners = sorted({bucket.owner for bucket in _BUCKETS})
    return {
        "number": len(owners),
        "users": {
            owner: {
                "user_quota": _quota(*_QUOTAS.get(owner, ())),
                "bucket_quota": _quota(*_BUCKET_QUOTAS.get(owner, ())),
            }
            for owner in owners
        },
    }


def _quota(size: int = -1, objects: int = -1) -> Row:
    return {"enabled": max(size, objects) > 0, "max_size": size, "max_objects": objects}
