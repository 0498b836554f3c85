"""`fs status` of Reef (status/module.py), and the health check about a client of an MDS."""

from ceph_exporter.simulator.mds import FS_NAME, is_degraded, ranked
from ceph_exporter.simulator.model import State
from ceph_exporter.simulator.reef.common import VERSION
from ceph_exporter.simulator.waves import writes

# Of each MDS; all clients have a session with each rank.
CLIENTS = 24
CAPS = 90_000
INODES = 250_000
REQUESTS_SEC = 120
"""On average."""
_DENTRIES = 240_000
_DIRECTORIES = 20_000


def fs_status(state: State) -> dict[str, object]:
    """Return `fs status`."""
    mdsmap = ranks(state)
    mdsmap += [{"name": name, "state": "standby"} for name in ranked(state)[1]]
    pools = {pool.plan.name: pool for pool in state.pools}
    types = {"cephfs_metadata": "metadata", "cephfs_data": "data"}
    return {
        "clients": [{"fs": FS_NAME, "clients": CLIENTS}],
        "mds_version": [{"daemon": [*state.moment.layout.mds], "version": VERSION}],
        "mdsmap": mdsmap,
        "pools": [
            {
                "id": pools[name].plan.id,
                "name": name,
                "type": type_,
                "used": pools[name].bytes_used,
                "avail": pools[name].max_avail,
            }
            for name, type_ in types.items()
        ],
    }


def ranks(state: State) -> list[dict[str, object]]:
    """Return the MDS of each rank with its load."""
    return [
        _rank(state, rank, name, mds_state.partition(":")[2])
        for rank, (name, mds_state) in enumerate(ranked(state)[0])
    ]


def _rank(state: State, rank: int, name: str, mds_state: str) -> dict[str, object]:
    rate = REQUESTS_SEC * writes(state.moment.seconds)
    return {
        "rank": rank,
        "name": name,
        "state": mds_state,
        "rate": round(rate, 1) if mds_state == "active" else "0",
        "dns": _DENTRIES,
        "inos": INODES,
        "dirs": _DIRECTORIES,
        "caps": CAPS,
    }


def silent_client(state: State) -> str | None:
    """Return the detail line about a client that does not respond to the MDS that took over."""
    if not state.moment.is_on("mds_failover") or is_degraded(state):
        return None
    name = ranked(state)[0][0][0]
    text = "Client web1:home failing to respond to capability release client_id: 4305"
    return f"mds.{name}(mds.0): {text}"
