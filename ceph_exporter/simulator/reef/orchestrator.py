"""The daemons, services and hosts of cephadm of Reef (orchestrator/_interface.py).

An OSD that is down and the MDS that failed are in an error state, and a monitor out of quorum is
stopped. While the flag noout is set, the last host is in maintenance.
"""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from ceph_exporter.simulator.mds import FS_NAME, host_of
from ceph_exporter.simulator.model import State
from ceph_exporter.simulator.network import address
from ceph_exporter.simulator.reef.common import MGRS, VERSION, zulu
from ceph_exporter.simulator.reef.daemons import SERVICES, service_host
from ceph_exporter.simulator.waves import noise

_RUNNING, _STOPPED, _ERROR = 1, 0, -1
_DESCRIPTIONS = {_RUNNING: "running", _STOPPED: "stopped", _ERROR: "error"}
_GIB = 2**30
_REFRESH_INTERVAL = 600.0
"""Seconds between two refreshes of a host; cephadm's daemon_cache_timeout."""
_MONITORING = {"prometheus": "2.43.0", "alertmanager": "0.25.0", "grafana": "9.4.7"}
_NODE_EXPORTER = "1.5.0"
_UNMANAGED = "osd.ssd"
_LABELS = {0: ("_admin", "mon"), 1: ("mon",), 2: ("mon",)}


class _Daemon(NamedTuple):
    """A daemon. host: the index of its host. request: the memory that it should use, in bytes."""

    type: str
    id: str
    service: str
    host: int
    status: int = _RUNNING
    version: str = VERSION.split()[2]
    request: int | None = None


def orch_ps(state: State) -> list[dict[str, object]]:
    """Return `orch ps`."""
    return [_row(state, daemon) for daemon in _daemons(state)]


def orch_ls(state: State) -> list[dict[str, object]]:
    """Return `orch ls`, which shows passwords in the specifications of services."""
    size, running = Counter[str](), Counter[str]()
    types: dict[str, str] = {}
    for daemon in _daemons(state):
        types[daemon.service] = daemon.type
        size[daemon.service] += 1
        running[daemon.service] += daemon.status == _RUNNING
    rows: list[dict[str, object]] = []
    for name, type_ in sorted(types.items()):
        row: dict[str, object] = {
            "service_type": type_,
            "service_name": name,
            "placement": {"host_pattern": "*"},
            "status": {
                "size": size[name],
                "running": running[name],
                "created": zulu(0),
                "last_refresh": zulu(_refreshed(state, 0)),
            },
        }
        if type_ == "grafana":
            row["spec"] = {"initial_admin_password": "a password", "protocol": "https"}
        if name == _UNMANAGED:
            row["unmanaged"] = True
        rows.append(row)
    return rows


def orch_host_ls(state: State) -> list[dict[str, object]]:
    """Return `orch host ls`."""
    hosts = state.moment.layout.hosts
    in_maintenance = len(hosts) - 1 if state.moment.is_on("noout") else None
    return [
        {
            "hostname": host.name,
            "addr": address(1, number),
            "labels": [*_LABELS.get(number, ()), "osd"],
            "status": "maintenance" if number == in_maintenance else "",
        }
        for number, host in enumerate(hosts)
    ]


def _daemons(state: State) -> Iterator[_Daemon]:
    layout = state.moment.layout
    numbers = {host.name: number for number, host in enumerate(layout.hosts)}
    for mon in state.monitors:
        status = _RUNNING if mon.in_quorum else _STOPPED
        yield _Daemon("mon", mon.name, "mon", numbers[mon.host], status, request=2 * _GIB)
    for number, name in enumerate(MGRS):
        yield _Daemon("mgr", name, "mgr", number)
    for osd in state.osds:
        place, status = osd.place, _RUNNING if osd.up else _ERROR
        service = f"osd.{place.device_class}"
        yield _Daemon("osd", str(place.id), service, place.host, status, request=4 * _GIB)
    for name in layout.mds:
        failed = name == layout.mds[0] and state.moment.is_on("mds_failover")
        status = _ERROR if failed else _RUNNING
        yield _Daemon("mds", name, f"mds.{FS_NAME}", host_of(state, name), status)
    for type_, names in SERVICES.items():
        for name in names:
            service = f"{type_}.{name.partition('.')[0]}" if type_ == "rgw" else type_
            yield _Daemon(type_, name, service, service_host(name))
    for number, host in enumerate(layout.hosts):
        yield _Daemon("crash", host.name, "crash", number)
        yield _Daemon("node-exporter", host.name, "node-exporter", number, version=_NODE_EXPORTER)
    for type_, version in _MONITORING.items():
        yield _Daemon(type_, layout.hosts[0].name, type_, 0, version=version, request=_GIB)


def _row(state: State, daemon: _Daemon) -> dict[str, object]:
    moment = state.moment
    crashed = moment.is_on("crash") and (daemon.type, daemon.id) == (
        "osd",
        str(moment.victim("crash")),
    )
    row: dict[str, object] = {
        "daemon_type": daemon.type,
        "daemon_id": daemon.id,
        "daemon_name": f"{daemon.type}.{daemon.id}",
        "service_name": daemon.service,
        "hostname": moment.layout.hosts[daemon.host].name,
        "container_image_name": "quay.io/ceph/ceph:v18.2.7",
        "status": daemon.status,
        "status_desc": _DESCRIPTIONS[daemon.status],
        "is_active": False,
        "version": daemon.version,
        "last_refresh": zulu(_refreshed(state, daemon.host)),
        "created": zulu(0),
        "started": zulu(moment.seconds - moment.elapsed("crash") if crashed else 0),
    }
    if daemon.status == _RUNNING:
        share = noise(moment.layout.seed, daemon.host * 100 + len(daemon.id))
        row["memory_usage"] = int((daemon.request or _GIB) * (0.2 + share / 2))
    if daemon.request is not None:
        limited = daemon.type in _MONITORING
        row["memory_limit" if limited else "memory_request"] = daemon.request
    return row


def _refreshed(state: State, host: int) -> float:
    """Return when cephadm last asked a host; it asks one host after the other."""
    offset = host % 60
    seconds = max(0.0, state.moment.seconds - offset)
    return seconds // _REFRESH_INTERVAL * _REFRESH_INTERVAL + offset
