"""The document `orch ps`: the RADOS Gateways that an orchestrator deployed (15 and later).

Sources: orchestrator/module.py (`orch ps`) of 15 to 20; the dashboard's `/api/daemon` of 18 and
later (controllers/daemon.py); get_metadata_and_osd_status of prometheus/module.py of 18 and later,
which labels the gateways with what the orchestrator says. Without an orchestrator the command ends
with ENOENT, and the dashboard answers 503.
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

    id: the id that it is started with, such as SERVICE.HOST.SUFFIX; version: the short one, such as
    18.2.7, empty until the orchestrator has seen it run.
    """

    id: str
    hostname: str
    version: str

    @property
    def instance(self) -> str:
        """The label `instance_id` of Ceph's mgr module and of ceph-exporter."""
        parts = self.id.split(".")
        return parts[2] if len(parts) > 2 else self.id


class Gateways(Fact, frozen=True):
    """The RADOS Gateways of the orchestrator."""

    document = "orch ps"
    slow = True

    gateways: tuple[Gateway, ...]


class RawDaemon(msgspec.Struct, frozen=True):
    """One row; the orchestrator may not know host or version yet."""

    daemon_type: str = ""
    daemon_id: str | None = None
    hostname: str | None = None
    version: str | None = None


_decode = Decoder(tuple[RawDaemon, ...])


@decodes("orch ps", "dashboard/daemon?daemon_types=rgw")
def decode_daemons(body: bytes) -> tuple[Fact, ...]:
    """Decode the list; both APIs print the same rows."""
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
    """Return the orchestrator's instance ids of RADOS Gateways by their keys in the service map."""
    if gateways is None or dump is None:
        return {}
    by_name = {gateway.id: gateway.instance for gateway in gateways.gateways}
    # The instance id is not unique if the name of a service has a dot: then it may be the host.
    times = Counter(by_name.values())
    by_name = {name: instance for name, instance in by_name.items() if times[instance] == 1}
    return {
        service.id: by_name[service.name]
        for service in dump.services
        if service.type == _RGW and service.name in by_name
    }
