"""`quorum_status`, `mon dump`, `fs dump`, `fsid` and `version` of Jewel (MonMap.cc, FSMap.cc)."""

from ceph_exporter.simulator.jewel.common import VERSION, stamp
from ceph_exporter.simulator.mds import FS_ID, FS_NAME, gid_of, host_of, ranked
from ceph_exporter.simulator.model import Monitor, State
from ceph_exporter.simulator.network import address


def quorum_status(state: State) -> dict[str, object]:
    """Give `quorum_status`."""
    return {
        **quorum(state),
        "quorum_leader_name": state.quorum[0].name,
        "monmap": monmap(state),
    }


def mon_dump(state: State) -> dict[str, object]:
    """Give `mon dump`."""
    return {**monmap(state), "quorum": [mon.rank for mon in state.quorum]}


def fs_dump(state: State) -> dict[str, object]:
    """Give `fs dump`."""
    ranks, standbys = ranked(state)
    pools = {plan.name: plan.id for plan in state.moment.layout.pools}
    return {
        "epoch": 12,
        "feature flags": {"enable_multiple": False, "ever_enabled_multiple": False},
        "standbys": [_mds(state, name, -1, "up:standby") for name in standbys],
        "filesystems": [
            {
                "mdsmap": {
                    "epoch": 12,
                    "flags": 0,
                    "created": stamp(0),
                    "modified": stamp(0),
                    "root": 0,
                    "session_timeout": 60,
                    "session_autoclose": 300,
                    "max_file_size": 2**40,
                    "max_mds": len(ranks),
                    "in": list(range(len(ranks))),
                    "up": {
                        f"mds_{rank}": gid_of(state, name) for rank, (name, _) in enumerate(ranks)
                    },
                    "failed": [],
                    "damaged": [],
                    "stopped": [],
                    "info": {
                        f"gid_{gid_of(state, name)}": _mds(state, name, rank, at)
                        for rank, (name, at) in enumerate(ranks)
                    },
                    "data_pools": [pools["cephfs_data"]],
                    "metadata_pool": pools["cephfs_metadata"],
                    "enabled": True,
                    "fs_name": FS_NAME,
                },
                "id": FS_ID,
            }
        ],
    }


def fsid(state: State) -> dict[str, object]:
    """Give `fsid`."""
    return {"fsid": state.moment.layout.fsid}


def version(state: State) -> dict[str, object]:
    """Give `version`."""
    del state
    return {"version": VERSION}


def quorum(state: State) -> dict[str, object]:
    """Give the fields that `quorum_status` and `status` begin with."""
    return {
        "election_epoch": state.election_epoch,
        "quorum": [mon.rank for mon in state.quorum],
        "quorum_names": [mon.name for mon in state.quorum],
    }


def monmap(state: State) -> dict[str, object]:
    """Give the monmap."""
    mons = [{"rank": mon.rank, "name": mon.name, "addr": mon_addr(mon)} for mon in state.monitors]
    return {
        "epoch": 3,
        "fsid": state.moment.layout.fsid,
        "modified": stamp(0),
        "created": stamp(0),
        "mons": mons,
    }


def mon_addr(mon: Monitor) -> str:
    """Give a monitor's address."""
    return f"{address(1, mon.rank)}:6789/0"


def mds_addr(state: State, name: str) -> str:
    """Give an MDS's address."""
    return f"{address(1, host_of(state, name))}:6804/{gid_of(state, name)}"


def _mds(state: State, name: str, rank: int, at: str) -> dict[str, object]:
    return {
        "gid": gid_of(state, name),
        "name": name,
        "rank": rank,
        "incarnation": max(0, rank * 4),
        "state": at,
        "state_seq": 2,
        "addr": mds_addr(state, name),
        "standby_for_rank": -1,
        "standby_for_name": "",
        "export_targets": [],
    }
