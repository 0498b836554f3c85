"""The document `service dump`: daemons other than mon, mgr, OSD and MDS (Ceph 12 and later).

Sources: ServiceMap::dump of Ceph 12 to 20, also in `status` as `servicemap`; the dashboard's
`/api/rgw/daemon`.
"""

import msgspec

from ceph_exporter.facts.decode import Decoder
from ceph_exporter.facts.fact import Fact, decodes


class Service(msgspec.Struct, frozen=True):
    """A daemon of a service.

    type: the name of the service, even if the service map contains the name of the program instead.
    id: the daemon's key in the map; for iSCSI, the gateway. name: the id with which the daemon was
    started; for iSCSI, the gateway. hostname and version are empty strings if unknown. zone,
    zonegroup: only of a RADOS Gateway.
    """

    type: str
    id: str
    name: str
    hostname: str
    version: str
    zone: str = ""
    zonegroup: str = ""


class ServiceDump(Fact, frozen=True):
    """The daemons of rgw, rbd-mirror, cephfs-mirror, iscsi, nfs and others.

    complete: whether all services are listed; False if the API lists only rgw.
    """

    document = "service dump"

    services: tuple[Service, ...]
    complete: bool = True


class RawDaemon(msgspec.Struct, frozen=True):
    """One daemon of a service."""

    metadata: dict[str, str] = {}


class RawService(msgspec.Struct, frozen=True):
    """One service. Besides the daemons, `daemons` has a string under the key `summary`."""

    daemons: dict[str, RawDaemon | str] = {}


class RawServiceMap(msgspec.Struct, frozen=True):
    """The answer to `service dump`, and `servicemap` in the answer to `status`."""

    services: dict[str, RawService] = {}


class RawRgw(msgspec.Struct, frozen=True):
    """One row of `/api/rgw/daemon`. `service_map_id` exists in Ceph 16 and later."""

    id: str = ""
    service_map_id: str = ""
    server_hostname: str = ""
    version: str = ""
    zone_name: str = ""
    zonegroup_name: str = ""


_decode = Decoder(RawServiceMap)
_decode_rgws = Decoder(tuple[RawRgw, ...])
# The types in ServiceMap::is_normal_ceph_entity. The map contains their tasks, not their daemons.
_NOT_A_SERVICE = {"osd", "client", "mon", "mds", "mgr"}
# The program that serves iSCSI registers once for each image, as GATEWAY:POOL/IMAGE (rbd.c of
# tcmu-runner) or portal/GATEWAY:POOL/IMAGE (Ceph's PR 39290).
_ISCSI = "tcmu-runner"
# Programs that register under their own names, and their services. nfs-ganesha registers since
# Ceph's PR 67999 (after Ceph 20.2.4).
_SERVICE_OF = {"nfs-ganesha": "nfs"}


@decodes("service dump")
def decode_service_dump(body: bytes) -> tuple[Fact, ...]:
    """Decode the answer to `service dump`."""
    return (from_raw(_decode(body)),)


@decodes("dashboard/rgw/daemon")
def decode_rgws(body: bytes) -> tuple[Fact, ...]:
    """Decode the dashboard's list of RADOS Gateways. The dashboard lists no other services."""
    return (
        ServiceDump(
            tuple(
                Service(
                    "rgw",
                    row.service_map_id or row.id,
                    row.id,
                    row.server_hostname,
                    row.version,
                    row.zone_name,
                    row.zonegroup_name,
                )
                for row in _decode_rgws(body)
            ),
            complete=False,
        ),
    )


def from_raw(answer: RawServiceMap) -> ServiceDump:
    """Return the fact for a service map, with each daemon only once."""
    return ServiceDump(
        tuple(
            dict.fromkeys(
                _service(type_, key, daemon.metadata)
                for type_, service in answer.services.items()
                for key, daemon in service.daemons.items()
                if isinstance(daemon, RawDaemon)
                and key != "summary"
                and type_ not in _NOT_A_SERVICE
            )
        )
    )


def _service(type_: str, key: str, metadata: dict[str, str]) -> Service:
    hostname, version = metadata.get("hostname", ""), metadata.get("ceph_version", "")
    if type_ == _ISCSI:
        from_key = key.partition(":")[0].rpartition("/")[2]
        gateway = metadata.get("daemon_prefix") or hostname or from_key
        return Service("iscsi", gateway, gateway, hostname, version)
    type_ = _SERVICE_OF.get(type_, type_)
    zone, zonegroup = metadata.get("zone_name", ""), metadata.get("zonegroup_name", "")
    return Service(type_, key, metadata.get("id", key), hostname, version, zone, zonegroup)
