"""The services that register with the mgr: gateways, mirrors and others."""

from collections import Counter
from collections.abc import Iterator

from ceph_exporter.facts import Facts
from ceph_exporter.facts.orchestrator import Daemons
from ceph_exporter.facts.service_dump import ServiceDump
from ceph_exporter.metric import Family, Labels, Metric, Samples

_DOCUMENT = ServiceDump.document

RGW_METADATA = Metric(
    "ceph_rgw_metadata",
    "untyped",
    "Host and version of the RADOS Gateway; always 1",
    _DOCUMENT,
    Labels("ceph_daemon", "hostname", "ceph_version", "instance_id"),
)
MIRROR_METADATA = Metric(
    "ceph_rbd_mirror_metadata",
    "untyped",
    "Host and version of the RBD mirror daemon; always 1",
    _DOCUMENT,
    Labels("ceph_daemon", "id", "instance_id", "hostname", "ceph_version"),
)
DAEMONS = Metric(
    "ceph_service_daemons",
    "gauge",
    "Number of daemons by service, such as rgw, rbd-mirror or nfs",
    _DOCUMENT,
    Labels("service"),
)
# Alert rules use these services. Without daemons, they are exported as 0 if the list is complete.
_WATCHED = ("rgw", "rbd-mirror", "cephfs-mirror", "iscsi", "nfs")


def collect(facts: Facts) -> Iterator[Family]:
    """Yield the families of `service dump` and the gateways of `orch ps`.

    Yield nothing while `service dump` is unavailable.
    """
    dump, gateways = facts.get(ServiceDump), facts.get(Daemons)
    if dump is None:
        return
    yield RGW_METADATA, _gateways(dump, gateways)
    yield (
        MIRROR_METADATA,
        [
            (
                MIRROR_METADATA.labels(
                    f"rbd-mirror.{row.id}", row.name, row.id, row.hostname, row.version
                ),
                1,
            )
            for row in dump.services
            if row.type == "rbd-mirror"
        ],
    )
    running = Counter(row.type for row in dump.services)
    counts = dict.fromkeys(_WATCHED, 0) | running if dump.complete else running
    yield DAEMONS, [(DAEMONS.labels(type_), number) for type_, number in counts.items()]


def _gateways(dump: ServiceDump, orchestrated: Daemons | None) -> Samples:
    """Yield the orchestrator's gateways, running or not, then the others in the service map."""
    gateways = {row.id: row for row in orchestrated.gateways} if orchestrated else {}
    for name, gateway in gateways.items():
        place = gateway.hostname, gateway.version, gateway.instance
        yield RGW_METADATA.labels(f"rgw.{name}", *place), 1
    for row in dump.services:
        if row.type == "rgw" and row.name not in gateways:
            yield RGW_METADATA.labels(f"rgw.{row.name}", row.hostname, row.version, row.id), 1
