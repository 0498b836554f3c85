"""The document `service dump`: daemons other than mon, mgr, OSD and MDS (12 and later).

Sources: ServiceMap::dump of 12 to 20, which `status` contains as `servicemap`; the dashboard's
`/api/rgw/daemon`.
"""

import msgspec

from ceph_exporter.facts.decode import Decoder
from ceph_exporter.facts.fact import Fact, decodes


class Service(msgspec.Struct, frozen=True):
    """A daemon of a service. id: its key in the map; name: the id that it was started with."""

    type: str
    id: str
    name: str
    hostname: str
    version: str


class ServiceDump(Fact, frozen=True):
    """The daemons of rgw, rbd-mirror, cephfs-mirror, iscsi, nfs and others.

    complete: whether a service that is not listed has no daemons; False if the API lists only rgw.
    """

    document = "service dump"

    services: tuple[Service, ...]
    complete: bool = True


class RawDaemon(msgspec.Struct, frozen=True):
    """One daemon of a service."""

    metadata: dict[str, str] = {}


class RawService(msgspec.Struct, frozen=True):
    """`daemons` also has a string under `summary`."""

    daemons: dict[str, RawDaemon | str] = {}


class RawServiceMap(msgspec.Struct, frozen=True):
    """The answer of `service dump`, and `servicemap` of `status`."""

    services: dict[str, RawService] = {}


class RawRgw(msgspec.Struct, frozen=True):
    """One row of `/api/rgw/daemon`; `service_map_id` from 16 on."""

    id: str = ""
    service_map_id: str = ""
    server_hostname: str = ""
    version: str = ""


_decode = Decoder(RawServiceMap)
_decode_rgws = Decoder(tuple[RawRgw, ...])
_NOT_A_SERVICE = {"mds"}  # lists its tasks in the map; its daemons are in `fs dump`


@decodes("service dump")
def decode_service_dump(body: bytes) -> tuple[Fact, ...]:
    """Decode the mon command's answer."""
    return (from_raw(_decode(body)),)


@decodes("dashboard/rgw/daemon")
def decode_rgws(body: bytes) -> tuple[Fact, ...]:
    """Decode the dashboard's list of gateways; it has no list of other services."""
    return (
        ServiceDump(
            tuple(
                Service(
                    "rgw", row.service_map_id or row.id, row.id, row.server_hostname, row.version
                )
                for row in _decode_rgws(body)
            ),
            complete=False,
        ),
    )


def from_raw(answer: RawServiceMap) -> ServiceDump:
    """Return the fact for a service map."""
    return ServiceDump(
        tuple(
            _service(type_, key, daemon.metadata)
            for type_, service in answer.services.items()
            for key, daemon in service.daemons.items()
            if isinstance(daemon, RawDaemon) and key != "summary" and type_ not in _NOT_A_SERVICE
        )
    )


def _service(type_: str, key: str, metadata: dict[str, str]) -> Service:
    return Service(
        type=type_,
        id=key,
        name=metadata.get("id", key),
        hostname=metadata.get("hostname", ""),
        version=metadata.get("ceph_version", ""),
    )
