"""RBD images and their mirror daemon in Reef (rbd_support/perf.py, ServiceDaemon.cc of rbd_mirror).

Over restful, Ceph itself refuses both commands; the simulator answers them for the dashboards.
"""

import json

from ceph_exporter.simulator.model import Pool, State
from ceph_exporter.simulator.reef.common import date

_DESCRIPTORS = (
    "write_ops",
    "read_ops",
    "write_bytes",
    "read_bytes",
    "write_latency",
    "read_latency",
)
PARTS = {"db1": 0.5, "web1": 0.3, "web2": 0.15, "backup": 0.05}
"""The images of each pool, and their parts of its requests and of its data."""
MIRRORED = "vms"
"""The pool that the mirror daemon mirrors."""
MIRROR_ID = "4502"
"""The key of the mirror daemon in the service map."""
_REPORTED = 64  # REPORT_MAX_RESULTS of the module
_WRITE_NS, _READ_NS = 2_500_000, 800_000  # the latency of each request


def image_counters(state: State) -> dict[str, object]:
    """Return `rbd perf image counters`."""
    with_images = pools(state)
    rows = [
        {f"{index}/{name}": _counters(pool, part)}
        for index, pool in enumerate(with_images)
        for name, part in PARTS.items()
    ]
    return {
        "timestamp": float(int(state.moment.seconds)),
        "counter_descriptors": _DESCRIPTORS,
        "pool_descriptors": {str(index): pool.plan.name for index, pool in enumerate(with_images)},
        "counters": rows[:_REPORTED],
    }


def service_status(state: State) -> dict[str, object]:
    """Return `service status` of the mirror daemon."""
    status = {"json": json.dumps(mirror_report(state))}
    stamp = date(state.moment.seconds)
    daemon = {"status_stamp": stamp, "last_beacon": stamp, "status": status}
    return {"rbd-mirror": {MIRROR_ID: daemon}}


def mirror_report(state: State) -> dict[str, dict[str, object]]:
    """Return what the mirror daemon reports about the pool that it mirrors, by the pool's id."""
    (pool,) = [pool.plan for pool in state.pools if pool.plan.name == MIRRORED]
    return {
        str(pool.id): {
            "name": pool.name,
            "callouts": {},
            "image_assigned_count": len(PARTS),
            "image_error_count": 0,
            "image_local_count": len(PARTS),
            "image_remote_count": len(PARTS),
            "image_warning_count": 0,
            "instance_id": MIRROR_ID,
            "leader": True,
        }
    }


def pools(state: State) -> list[Pool]:
    """Return the pools with images."""
    return [pool for pool in state.pools if pool.plan.application == "rbd"]


def _counters(pool: Pool, part: float) -> list[int]:
    writes, reads = int(pool.write_ops * part), int(pool.read_ops * part)
    return [
        writes,
        reads,
        int(pool.write_bytes * part),
        int(pool.read_bytes * part),
        writes * _WRITE_NS,
        reads * _READ_NS,
    ]
