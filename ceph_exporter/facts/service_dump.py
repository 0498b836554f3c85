"""The document `service dump`: daemons that are neither mon, mgr, OSD nor MDS (12 and later).

Sources: ServiceMap::dump of 12 to 20, which `status` has as `servicemap`; the dashboard's
`/api/rgw/daemon`.
"""

import msgspec

from ceph_exporter.facts.decode import Decoder
from ceph_exporter.facts.fact import Fact, decodes


class Service(msgspec.Struct, frozen=True):
    """A daemon of a service. id: its key in the map; name: the id it was started with."""

    type: str
    id: str
    name: str
    hostname: str
    version: str


class ServiceDump(Fact, frozen=True):
    """The daemons of rgw, rbd-mirror, cephfs-mirror, iscsi, nfs and others.

    complete: a service that is not listed has no daemon; False where the API tells of rgw only.
    """

    document = "service dump"

    services: tuple[Service, ...]
    complete: bool = True


class RawDaemon(msgspec.Struct, frozen=True):
    """One daemon of a service."""

    metadata: dict[str, str] = {}


class RawService(msgspec.Struct, frozen=True):
    """`daemons` holds a text under `summary` beside the daemons."""

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
_ELSEWHERE = {"mds"}  # lists its tasks here, but is no service


@decodes("service dump")
def decode_service_dump(body: bytes) -> tuple[Fact, ...]:
    """Decode the mon command's answer."""
    return (from_raw(_decode(body)),)


@decodes("dashboard/rgw/daemon")
def decode_rgws(body: bytes) -> tuple[Fact, ...]:
    """Decode the dashboard's list of gateways; it has no other services."""
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
    """Make the fact of a service map."""
    return ServiceDump(
        tuple(
            _service(type_, key, daemon.metadata)
            for type_, service in answer.services.items()
            for key, daemon in service.daemons.items()
            if isinstance(daemon, RawDaemon) and type_ not in _ELSEWHERE
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
