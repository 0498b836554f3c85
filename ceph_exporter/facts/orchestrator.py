"""The document `orch ps`: the RADOS Gateways that an orchestrator deployed (Ceph 15 and later).

Sources: orchestrator/module.py (`orch ps`) of Ceph 15 to 20; the dashboard's `/api/daemon` of Ceph
18 and later (controllers/daemon.py); get_metadata_and_osd_status in prometheus/module.py of Ceph 18
and later, which takes the labels of the gateways from the orchestrator. If there is no
orchestrator, the command fails with ENOENT and the dashboard answers with 503.
"""

from collections import Counter
from collections.abc import Mapping

import msgspec

from ceph_exporter.facts.decode import Decoder
from ceph_exporter.facts.fact import Fact, decodes
from ceph_exporter.facts.service_dump import ServiceDump

_RGW = "rgw"


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


class Gateways(Fact, frozen=True):
    """The RADOS Gateways of the orchestrator."""

    document = "orch ps"
    slow = True

    gateways: tuple[Gateway, ...]


class RawDaemon(msgspec.Struct, frozen=True):
    """One row. The orchestrator may not yet know the host or the version."""

    daemon_type: str = ""
    daemon_id: str | None = None
    hostname: str | None = None
    version: str | None = None


_decode = Decoder(tuple[RawDaemon, ...])


@decodes("orch ps", "dashboard/daemon?daemon_types=rgw")
def decode_daemons(body: bytes) -> tuple[Fact, ...]:
    """Decode the RADOS Gateways in a list of daemons; both APIs print the same rows."""
    return (
        Gateways(
            tuple(
                Gateway(row.daemon_id, row.hostname or "", row.version or "")
                for row in _decode(body)
                if row.daemon_type == _RGW and row.daemon_id
            )
        ),
    )


def instances(gateways: Gateways | None, dump: ServiceDump | None) -> Mapping[str, str]:
    """Return the instance ids of RADOS Gateways, by the gateways' keys in the service map.

    A gateway without a unique instance id is missing.
    """
    if gateways is None or dump is None:
        return {}
    by_name = {gateway.id: gateway.instance for gateway in gateways.gateways}
    # If a service's name contains a dot, several gateways can have the same instance id.
    occurrences = Counter(by_name.values())
    by_name = {name: own for name, own in by_name.items() if occurrences[own] == 1}
    return {
        service.id: by_name[service.name]
        for service in dump.services
        if service.type == _RGW and service.name in by_name
    }
