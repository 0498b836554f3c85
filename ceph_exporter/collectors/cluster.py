"""The cluster in one page: OSD counts, PG states, client and recovery IO."""

from collections.abc import Iterator

from ceph_exporter.facts import Facts, Status
from ceph_exporter.metric import Family, Labels, Metric, one

_DOCUMENT = Status.document

OSDS = Metric("ceph_osds", "gauge", "Number of OSDs in the map", _DOCUMENT)
OSDS_UP = Metric("ceph_osds_up", "gauge", "Number of OSDs that are up", _DOCUMENT)
OSDS_IN = Metric("ceph_osds_in", "gauge", "Number of OSDs that are in", _DOCUMENT)
REMAPPED = Metric(
    "ceph_pgs_remapped", "gauge", "Number of PGs that are remapped (Ceph 0.94 and later)", _DOCUMENT
)
PG_STATE = Metric(
    "ceph_pg_state",
    "gauge",
    "Number of PGs in a state as Ceph joins it, such as active+clean",
    _DOCUMENT,
    Labels("state"),
)
DEGRADED = Metric("ceph_num_objects_degraded", "gauge", "Number of degraded objects", _DOCUMENT)
MISPLACED = Metric("ceph_num_objects_misplaced", "gauge", "Number of misplaced objects", _DOCUMENT)
UNFOUND = Metric("ceph_num_objects_unfound", "gauge", "Number of unfound objects", _DOCUMENT)
READ_BYTES = Metric("ceph_client_io_read_bytes", "gauge", "Client reads, bytes/s", _DOCUMENT)
WRITE_BYTES = Metric("ceph_client_io_write_bytes", "gauge", "Client writes, bytes/s", _DOCUMENT)
READ_OPS = Metric(
    "ceph_client_io_read_ops", "gauge", "Client reads/s (Ceph 10 and later)", _DOCUMENT
)
WRITE_OPS = Metric(
    "ceph_client_io_write_ops", "gauge", "Client writes/s (Ceph 10 and later)", _DOCUMENT
)
OPS = Metric("ceph_client_io_ops", "gauge", "Client reads and writes/s", _DOCUMENT)
RECOVERY_BYTES = Metric("ceph_recovery_io_bytes", "gauge", "Recovery, bytes/s", _DOCUMENT)
RECOVERY_OBJECTS = Metric("ceph_recovery_io_objects", "gauge", "Recovery, objects/s", _DOCUMENT)


def collect(facts: Facts) -> Iterator[Family]:
    """Give what `status` says; nothing while it is not to be had."""
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
