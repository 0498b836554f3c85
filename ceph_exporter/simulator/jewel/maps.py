"""`quorum_status`, `mon dump`, `fs dump`, `fsid` and `version` of Jewel (MonMap.cc, FSMap.cc)."""

from ceph_exporter.simulator import fs_map
from ceph_exporter.simulator.jewel.common import VERSION, stamp
from ceph_exporter.simulator.mds import gid_of, host_of
from ceph_exporter.simulator.model import Monitor, State
from ceph_exporter.simulator.network import address
from ceph_exporter.simulator.summary import quorum


def quorum_status(state: State) -> dict[str, object]:
    """Return `quorum_status`."""
    return {
        **quorum(state),
        "quorum_leader_name": state.quorum[0].name,
        "monmap": monmap(state),
    }


def mon_dump(state: State) -> dict[str, object]:
    """Return `mon dump`."""
    return {**monmap(state), "quorum": [mon.rank for mon in state.quorum]}


def fs_dump(state: State) -> dict[str, object]:
    """Return `fs dump`."""
    dump = fs_map.fs_dump(
        state,
        lambda name: {
            "addr": mds_addr(state, name),
            "standby_for_rank": -1,
            "standby_for_name": "",
        },
        {"flags": 0, "created": stamp(0), "modified": stamp(0)},
    )
    return dump | {"feature flags": {"enable_multiple": False, "ever_enabled_multiple": False}}


def fsid(state: State) -> dict[str, object]:
    """Return `fsid`."""
    return {"fsid": state.moment.layout.fsid}


def version(state: State) -> dict[str, object]:
    """Return `version`."""
    del state
    return {"version": VERSION}


def monmap(state: State) -> dict[str, object]:
    """Return the monmap."""
    mons = [{"rank": mon.rank, "name": mon.name, "addr": mon_addr(mon)} for mon in state.monitors]
    return {
        "epoch": 3,
        "fsid": state.moment.layout.fsid,
        "modified": stamp(0),
        "created": stamp(0),
        "mons": mons,
    }


def mon_addr(mon: Monitor) -> str:
    """Return a monitor's address."""
    return f"{address(1, mon.rank)}:6789/0"


def mds_addr(state: State, name: str) -> str:
    """Return an MDS's address."""
    return f"{address(1, host_of(state, name))}:6804/{gid_of(state, name)}"
