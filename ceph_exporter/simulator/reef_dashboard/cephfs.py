"""File systems over the dashboard (controllers/cephfs.py): their states, and their clients."""

from typing import NamedTuple

from ceph_exporter.simulator.mds import FS_ID, FS_NAME, is_degraded, ranked
from ceph_exporter.simulator.model import State
from ceph_exporter.simulator.network import address
from ceph_exporter.simulator.reef.common import VERSION
from ceph_exporter.simulator.reef.filesystems import CAPS, CLIENTS, ranks
from ceph_exporter.simulator.waves import writes

Row = dict[str, object]

_KERNEL = "6.1.0-18-amd64"
_OLD = "ceph version 17.2.7 (b12291d110049b2f35e32e0de30d70e9a4c060d2) quincy (stable)"
_FIRST_ID = 4305  # that of the client in filesystems.silent_client
_FIRST_HOST = 200  # of the addresses of clients


class _Mount(NamedTuple):
    """A directory that each host of clients mounts, and its user.

    mount_point: if the client is a process; the kernel does not report it.
    """

    user: str
    root: str
    mount_point: str = ""


_MOUNTS = (_Mount("home", "/home"), _Mount("www", "/www"), _Mount("logs", "/logs", "/var/log/web"))


def filesystems(state: State) -> list[Row]:
    """Return `/api/cephfs/ID` of each file system."""
    active, standbys = ranked(state)
    pools = {pool.plan.name: pool for pool in state.pools}
    types = {"cephfs_metadata": "metadata", "cephfs_data": "data"}
    filesystem = {
        "id": FS_ID,
        "name": FS_NAME,
        "client_count": CLIENTS,
        "ranks": [_rank(row) for row in ranks(state)],
        "pools": [
            {
                "pool": name,
                "type": type_,
                "used": pools[name].stored,
                "avail": pools[name].max_avail,
            }
            for name, type_ in types.items()
        ],
        "flags": {"joinable": True, "allow_snaps": True, "allow_standby_replay": False},
    }
    return [
        {
            "cephfs": filesystem,
            "standbys": [{"name": name} for name in standbys],
            "versions": {VERSION: [*(name for name, _ in active), *standbys]},
        }
    ]


def _rank(row: Row) -> Row:
    """Return an MDS as the dashboard names its figures."""
    names = ("rank", "state", "dns", "inos", "dirs", "caps")
    activity = row["rate"] if row["state"] == "active" else 0.0
    return {name: row[name] for name in names} | {"mds": row["name"], "activity": activity}


def clients(state: State) -> list[Row]:
    """Return the sessions of each file system, each as in `/api/cephfs/ID/clients`."""
    sessions = [_session(state, number) for number in range(CLIENTS)]
    return [{"id": FS_ID, "name": FS_NAME, "clients": {"status": 0, "data": sessions}}]


def _session(state: State, number: int) -> Row:
    """Return a session. Requests wait for an MDS that has taken over and is not active yet."""
    host, mount = divmod(number, len(_MOUNTS))
    id_, nonce, mounted = _FIRST_ID + number, 10_000_000 + number, _MOUNTS[mount]
    ip = address(1, _FIRST_HOST + host)
    requests = int(2 * writes(state.moment.seconds + 10 * number))
    client = _client(host, mounted)
    return {
        "id": id_,
        "entity": {
            "name": {"type": "client", "num": id_},
            "addr": {"type": "any", "addr": f"{ip}:0", "nonce": nonce},
        },
        "state": "open",
        "num_leases": number % 5,
        "num_caps": 2 * CAPS * (CLIENTS - number) // (CLIENTS * (CLIENTS + 1)),
        "request_load_avg": 100 * requests,
        "uptime": state.moment.seconds,
        "requests_in_flight": requests + 4 * is_degraded(state),
        "inst": f"client.{id_} {ip}:0/{nonce}",
        **client,
    }


def _client(host: int, mount: _Mount) -> Row:
    """Return what a client reports, and the fields that the dashboard derives from it."""
    metadata = {"entity_id": mount.user, "hostname": f"web{host + 1}", "root": mount.root}
    if mount.mount_point:
        type_, version = "userspace", _OLD if host == 0 else VERSION
        metadata |= {"ceph_version": version, "mount_point": mount.mount_point}
    else:
        type_, version = "kernel", _KERNEL
        metadata |= {"kernel_version": version}
    of_all = {"hostname": metadata["hostname"], "root": metadata["root"]}
    return {"client_metadata": metadata, "type": type_, "version": version, **of_all}
