"""`fs dump` of Reef (FSMap.cc, MDSMap.cc): one filesystem with two ranks and a standby."""

from ceph_exporter.simulator.mds import FS_ID, FS_NAME, gid_of, host_of, ranked
from ceph_exporter.simulator.model import State
from ceph_exporter.simulator.network import address
from ceph_exporter.simulator.reef.common import FEATURES, addrvec, date

_PORT = 6804


def fs_dump(state: State) -> dict[str, object]:
    """Give `fs dump`."""
    ranks, standbys = ranked(state)
    pools = {plan.name: plan.id for plan in state.moment.layout.pools}
    up = {f"mds_{rank}": gid_of(state, name) for rank, (name, _) in enumerate(ranks)}
    info = {
        f"gid_{gid_of(state, name)}": _mds(state, name, rank, at)
        for rank, (name, at) in enumerate(ranks)
    }
    return {
        "epoch": 12,
        "default_fscid": FS_ID,
        "feature_flags": {"enable_multiple": True, "ever_enabled_multiple": True},
        "standbys": [_mds(state, name, -1, "up:standby") for name in standbys],
        "filesystems": [
            {
                "mdsmap": {
                    "epoch": 12,
                    "flags": 18,
                    "created": date(0),
                    "modified": date(0),
                    "root": 0,
                    "session_timeout": 60,
                    "session_autoclose": 300,
                    "max_file_size": 2**40,
                    "max_mds": len(ranks),
                    "in": list(range(len(ranks))),
                    "up": up,
                    "failed": [],
                    "damaged": [],
                    "stopped": [],
                    "info": info,
                    "data_pools": [pools["cephfs_data"]],
                    "metadata_pool": pools["cephfs_metadata"],
                    "enabled": True,
                    "fs_name": FS_NAME,
                    "balancer": "",
                    "standby_count_wanted": 1,
                },
                "id": FS_ID,
            }
        ],
    }


def summary(state: State) -> dict[str, object]:
    """Give `fsmap` of `status`."""
    ranks, standbys = ranked(state)
    return {
        "epoch": 12,
        "id": FS_ID,
        "up": len(ranks),
        "in": len(ranks),
        "max": len(ranks),
        "by_rank": [
            {
                "filesystem_id": FS_ID,
                "rank": rank,
                "name": name,
                "status": at,
                "gid": gid_of(state, name),
            }
            for rank, (name, at) in enumerate(ranks)
        ],
        "up:standby": len(standbys),
    }


def _mds(state: State, name: str, rank: int, at: str) -> dict[str, object]:
    ip, gid = address(1, host_of(state, name)), gid_of(state, name)
    return {
        "gid": gid,
        "name": name,
        "rank": rank,
        "incarnation": max(0, rank * 4),
        "state": at,
        "state_seq": 2,
        "addr": f"{ip}:{_PORT + 1}/{gid}",
        "addrs": addrvec(ip, _PORT, gid),
        "join_fscid": -1,
        "export_targets": [],
        "features": FEATURES,
        "flags": 0,
    }
