"""The cluster at a glance: OSD counts, PG states, client and recovery I/O."""

from collections.abc import Iterator

from ceph_exporter.facts import Facts, Status
from ceph_exporter.metric import Family, Labels, Metric, one

_DOCUMENT = Status.document

OSDS = Metric("ceph_osds", "gauge", "Number of OSDs in the OSD map", _DOCUMENT)
OSDS_UP = Metric("ceph_osds_up", "gauge", "Number of OSDs that are up", _DOCUMENT)
OSDS_IN = Metric("ceph_osds_in", "gauge", "Number of OSDs that are in", _DOCUMENT)
REMAPPED = Metric("ceph_pgs_remapped", "gauge", "Number of remapped PGs", _DOCUMENT, since="0.94")
PG_STATE = Metric(
    "ceph_pg_state",
    "gauge",
    "Number of PGs by combined state, such as active+clean",
    _DOCUMENT,
    Labels("state"),
)
DEGRADED = Metric(
    "ceph_num_objects_degraded", "gauge", "Number of degraded object copies", _DOCUMENT
)
MISPLACED = Metric(
    "ceph_num_objects_misplaced", "gauge", "Number of misplaced object copies", _DOCUMENT
)
UNFOUND = Metric("ceph_num_objects_unfound", "gauge", "Number of unfound objects", _DOCUMENT)
READ_BYTES = Metric(
    "ceph_client_io_read_bytes",
    "gauge",
    "Client read throughput in bytes per second",
    _DOCUMENT,
    unit="bytes/s",
)
WRITE_BYTES = Metric(
    "ceph_client_io_write_bytes",
    "gauge",
    "Client write throughput in bytes per second",
    _DOCUMENT,
    unit="bytes/s",
)
READ_OPS = Metric(
    "ceph_client_io_read_ops",
    "gauge",
    "Client read operations per second",
    _DOCUMENT,
    unit="reads/s",
    since="10",
)
WRITE_OPS = Metric(
    "ceph_client_io_write_ops",
    "gauge",
    "Client write operations per second",
    _DOCUMENT,
    unit="writes/s",
    since="10",
)
OPS = Metric(
    "ceph_client_io_ops",
    "gauge",
    "Client read and write operations per second",
    _DOCUMENT,
    unit="operations/s",
)
RECOVERY_BYTES = Metric(
    "ceph_recovery_io_bytes",
    "gauge",
    "Recovery throughput in bytes per second",
    _DOCUMENT,
    unit="bytes/s",
)
RECOVERY_OBJECTS = Metric(
    "ceph_recovery_io_objects",
    "gauge",
    "Objects recovered per second",
    _DOCUMENT,
    unit="objects/s",
)


def collect(facts: Facts) -> Iterator[Family]:
    """Yield the families of `status`; nothing while it is unavailable."""
    status = facts.get(Status)
    if status is None:
        return
    yield OSDS, one(status.osds)
    yield OSDS_UP, one(status.osds_up)
    yield OSDS_IN, one(status.osds_in)
    yield REMAPPED, one(status.pgs_remapped)
    yield PG_STATE, [(PG_STATE.labels(state), n) for state, n in status.pg_states.items()]
    yield DEGRADED, one(status.objects_degraded)
    yield MISPLACED, one(status.objects_misplaced)
    yield UNFOUND, one(status.objects_unfound)
    yield READ_BYTES, one(status.read_bytes)
    yield WRITE_BYTES, one(status.write_bytes)
    yield READ_OPS, one(status.read_ops)
    yield WRITE_OPS, one(status.write_ops)
    yield OPS, one(status.ops)
    yield RECOVERY_BYTES, one(status.recovery_bytes)
    yield RECOVERY_OBJECTS, one(status.recovery_objects)
