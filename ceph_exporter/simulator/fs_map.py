"""`fs dump` and `fsmap` of `status`: one filesystem with two ranks and a standby (FSMap.cc)."""

from collections.abc import Callable

from ceph_exporter.simulator.mds import FS_ID, FS_NAME, gid_of, ranked
from ceph_exporter.simulator.model import State

Row = dict[str, object]

_EPOCH = 12


def fs_dump(state: State, daemon: Callable[[str], Row], mdsmap: Row) -> Row:
    """Return `fs dump` without the top-level fields that only one release has.

    daemon: a function that returns the fields that the release adds to the row of an MDS. mdsmap:
    the fields that the release adds to the MDS map.
    """
    ranks, standbys = ranked(state)
    pools = {plan.name: plan.id for plan in state.moment.layout.pools}
    gids = {name: gid_of(state, name) for name in state.moment.layout.mds}

    def row(name: str, rank: int, mds_state: str) -> Row:
        mds: Row = {
            "gid": gids[name],
            "name": name,
            "rank": rank,
            "state": mds_state,
            "state_seq": 2,
        }
        return mds | {"incarnation": max(0, rank * 4), "export_targets": []} | daemon(name)

    active = [row(name, rank, mds_state) for rank, (name, mds_state) in enumerate(ranks)]
    common: Row = {
        "epoch": _EPOCH,
        "root": 0,
        "session_timeout": 60,
        "session_autoclose": 300,
        "max_file_size": 2**40,
        "max_mds": len(ranks),
        "in": list(range(len(ranks))),
        "up": {f"mds_{rank}": gids[name] for rank, (name, _) in enumerate(ranks)},
        "failed": [],
        "damaged": [],
        "stopped": [],
        "info": {f"gid_{mds['gid']}": mds for mds in active},
        "data_pools": [pools["cephfs_data"]],
        "metadata_pool": pools["cephfs_metadata"],
        "enabled": True,
        "fs_name": FS_NAME,
    }
    return {
        "epoch": _EPOCH,
        "standbys": [row(name, -1, "up:standby") for name in standbys],
        "filesystems": [{"mdsmap": common | mdsmap, "id": FS_ID}],
    }


def summary(state: State) -> Row:
    """Return `fsmap` of `status`."""
    ranks, standbys = ranked(state)
    return {
        "epoch": _EPOCH,
        "id": FS_ID,
        "up": len(ranks),
        "in": len(ranks),
        "max": len(ranks),
        "by_rank": [
            {"filesystem_id": FS_ID, "rank": rank, "name": name, "status": mds_state}
            for rank, (name, mds_state) in enumerate(ranks)
        ],
        "up:standby": len(standbys),
    }
