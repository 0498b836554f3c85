"""The MDSs of the file system at a point in time: their ranks, and the standbys."""

from ceph_exporter.simulator.model import State

FS_ID = 1
FS_NAME = "cephfs"

_REPLAYED = 0.5  # the new MDS becomes active after this fraction of the failover


def ranked(state: State) -> tuple[list[tuple[str, str]], list[str]]:
    """Return the name and state of the MDS of each rank, and the names of the standbys."""
    first, second, third = state.moment.layout.mds
    if not state.moment.is_on("mds_failover"):
        return [(first, "up:active"), (second, "up:active")], [third]
    mds_state = "up:replay" if is_degraded(state) else "up:active"
    return [(third, mds_state), (second, "up:active")], []


def is_degraded(state: State) -> bool:
    """Return whether the MDS that takes over a rank is not active yet."""
    progress = state.moment.progress
    return "mds_failover" in progress and progress["mds_failover"] <= _REPLAYED


def host_of(state: State, name: str) -> int:
    """Return the index of the host that an MDS runs on."""
    return state.moment.layout.mds.index(name)


def gid_of(state: State, name: str) -> int:
    """Return the global id of an MDS."""
    return _FIRST_GID + state.moment.layout.mds.index(name)


_FIRST_GID = 4300
