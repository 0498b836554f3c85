"""The document `orch ps`: the daemons that an orchestrator deployed (Ceph 15 and later).

Sources: DaemonDescription in orchestrator/_interface.py of Ceph 15 to 20; the dashboard's
`/api/daemon` of Ceph 18 and later (controllers/daemon.py); get_metadata_and_osd_status in
prometheus/module.py of Ceph 18 and later, which takes the labels of the RADOS Gateways from the
orchestrator. If there is no orchestrator, the command fails with ENOENT and the dashboard answers
with 503.
"""

from collections import Counter
from collections.abc import Mapping

import msgspec

from ceph_exporter.facts.dates import unix_time
from ceph_exporter.facts.decode import Decoder
from ceph_exporter.facts.fact import Fact, decodes
from ceph_exporter.facts.numbers import amount
from ceph_exporter.facts.service_dump import ServiceDump

_RGW = "rgw"
_UNKNOWN = "unknown"
STATES: Mapping[int, str] = {-2: _UNKNOWN, -1: "error", 0: "stopped", 1: "running", 2: "starting"}
"""The states of daemons (DaemonDescriptionStatus)."""


class Gateway(msgspec.Struct, frozen=True):
    """A RADOS Gateway of an orchestrator, running or not.

    id: the id with which the gateway is started, such as SERVICE.HOST.SUFFIX. version: the release,
    such as 18.2.7; an empty string until the orchestrator has seen the gateway run.
    """

    id: str
    hostname: str
    version: str

    @property
    def instance(self) -> str:
        """The label `instance_id`, as Ceph's mgr module and ceph-exporter set it."""
        parts = self.id.split(".")
        return parts[2] if len(parts) > 2 else self.id


class Daemon(msgspec.Struct, frozen=True, gc=False):
    """A daemon of an orchestrator, running or not.

    type: such as osd, rgw or haproxy. hostname, version and service are empty strings if unknown.
    status: a key of STATES, None if unknown. memory_usage, memory_request, memory_limit: in bytes,
    None if the orchestrator does not report them. started, refreshed: the unix times of the start
    and of the orchestrator's last look at the daemon, None if unknown.
    """

    type: str
    id: str
    hostname: str
    version: str = ""
    service: str = ""
    status: int | None = None
    memory_usage: int | None = None
    memory_request: int | None = None
    memory_limit: int | None = None
    started: float | None = None
    refreshed: float | None = None

    @property
    def name(self) -> str:
        """The name of the daemon, such as osd.3."""
        return f"{self.type}.{self.id}"

    @property
    def state(self) -> str:
        """The name of the state. Ceph itself calls a daemon without a status `unknown`."""
        return _UNKNOWN if self.status is None else STATES[self.status]


class Daemons(Fact, frozen=True):
    """The daemons of the orchestrator.

    complete: whether each daemon of the answer is listed, so that they can be counted.
    """

    document = "orch ps"
    slow = True

    daemons: tuple[Daemon, ...]
    complete: bool = True

    @property
    def gateways(self) -> tuple[Gateway, ...]:
        """The RADOS Gateways."""
        return tuple(
            Gateway(row.id, row.hostname, row.version) for row in self.daemons if row.type == _RGW
        )


class RawDaemon(msgspec.Struct, frozen=True, gc=False):
    """One row. The orchestrator may not yet know the host or the version.

    osdspec_affinity: of an OSD, the id of the service that created it.
    """

    daemon_type: str | None = None
    daemon_id: str | None = None
    hostname: str | None = None
    version: str | None = None
    service_name: str | None = None
    osdspec_affinity: str | None = None
    status: int | None = None
    memory_usage: int | None = None
    memory_request: int | None = None
    memory_limit: int | None = None
    started: str | None = None
    last_refresh: str | None = None


_decode = Decoder(tuple[RawDaemon | None, ...])


@decodes("orch ps", "dashboard/daemon")
def decode_daemons(body: bytes) -> tuple[Fact, ...]:
    """Decode a list of daemons; both APIs print the same rows, each daemon is kept once."""
    answer = _decode(body)
    rows = [row for row in answer if row and row.daemon_type and row.daemon_id]
    daemons = [_daemon(row, row.daemon_type or "", row.daemon_id or "") for row in rows]
    unique = {(daemon.name, daemon.hostname): daemon for daemon in daemons}
    return (Daemons(tuple(unique.values()), complete=len(rows) == len(answer)),)


def _daemon(row: RawDaemon, type_: str, id_: str) -> Daemon:
    hostname = row.hostname or ""
    return Daemon(
        type=type_,
        id=id_,
        hostname=hostname,
        version=row.version or "",
        service=row.service_name or service_of(type_, id_, hostname, row.osdspec_affinity or ""),
        status=row.status if row.status in STATES else None,
        memory_usage=amount(row.memory_usage),
        memory_request=amount(row.memory_request),
        memory_limit=amount(row.memory_limit),
        started=unix_time(row.started),
        refreshed=unix_time(row.last_refresh),
    )


# The types of daemons whose service has another name, and the services that have an id
# (daemon_type_to_service of orchestrator/_interface.py, REQUIRES_SERVICE_ID of service_spec.py).
_SERVICE_OF = {"haproxy": "ingress", "keepalived": "ingress", "crashcollector": "crash"}
_WITH_ID = {"container", "ingress", "iscsi", "mds", "nfs", "nvmeof", "rgw", "smb"}
_GATEWAY_PARTS = (3, 4)


def service_of(type_: str, id_: str, hostname: str, affinity: str = "") -> str:
    """Return the name of the service of a daemon, an empty string if unknown.

    The dashboard does not report it, so it is derived as `DaemonDescription.service_name` does.
    """
    service = _SERVICE_OF.get(type_, type_)
    if type_ == "osd" and affinity not in ("", "None"):
        return f"osd.{affinity}"
    if service not in _WITH_ID:
        return service
    id_of_service = _service_id(type_, id_, hostname.partition(".")[0])
    return f"{service}.{id_of_service}" if id_of_service else ""


def _service_id(type_: str, id_: str, host: str) -> str:
    """Return the part of a daemon's id that is the service's: SERVICE.HOST.SUFFIX is usual."""
    if not host or host == id_:
        return id_ if host else ""
    if host in id_:
        before, _, after = id_.rpartition(host)
        separated = before.endswith(".") and after[:1] in ("", ".")
        return before[:-1] if separated else ""
    parts = id_.split(".")
    if type_ == _RGW and len(parts) in _GATEWAY_PARTS:
        return ".".join(parts[:2])
    return ".".join(parts[:-1]) if type_ == "iscsi" else id_


def instances(daemons: Daemons | None, dump: ServiceDump | None) -> Mapping[str, str]:
    """Return the instance ids of RADOS Gateways, by the gateways' keys in the service map.

    A gateway without a unique instance id is missing.
    """
    if daemons is None or dump is None:
        return {}
    by_name = {gateway.id: gateway.instance for gateway in daemons.gateways}
    # If a service's name contains a dot, several gateways can have the same instance id.
    occurrences = Counter(by_name.values())
    by_name = {name: own for name, own in by_name.items() if occurrences[own] == 1}
    return {
        service.id: by_name[service.name]
        for service in dump.services
        if service.type == _RGW and service.name in by_name
    }
