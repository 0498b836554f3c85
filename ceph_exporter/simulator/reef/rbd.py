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
_PARTS = {"db1": 0.5, "web1": 0.3, "web2": 0.15, "backup": 0.05}
"""The images of each pool, and their parts of its requests."""
_REPORTED = 64  # REPORT_MAX_RESULTS of the module
_WRITE_NS, _READ_NS = 2_500_000, 800_000  # the latency of each request


def image_counters(state: State) -> dict[str, object]:
    """Return `rbd perf image counters`."""
    pools = _pools(state)
    rows = [
        {f"{index}/{name}": _counters(pool, part)}
        for index, pool in enumerate(pools)
        for name, part in _PARTS.items()
    ]
    return {
        "timestamp": float(int(state.moment.seconds)),
        "counter_descriptors": _DESCRIPTORS,
        "pool_descriptors": {str(index): pool.plan.name for index, pool in enumerate(pools)},
        "counters": rows[:_REPORTED],
    }


def service_status(state: State) -> dict[str, object]:
    """Return `service status` of the mirror daemon, which mirrors the pool vms."""
    (pool,) = [pool.plan for pool in state.pools if pool.plan.name == "vms"]
    report = {
        str(pool.id): {
            "name": pool.name,
            "callouts": {},
            "image_assigned_count": len(_PARTS),
            "image_error_count": 0,
            "image_local_count": len(_PARTS),
            "image_remote_count": len(_PARTS),
            "image_warning_count": 0,
            "instance_id": "4502",
            "leader": True,
        }
    }
    status = {"json": json.dumps(report)}
    stamp = date(state.moment.seconds)
    return {"rbd-mirror": {"4502": {"status_stamp": stamp, "last_beacon": stamp, "status": status}}}


def _pools(state: State) -> list[Pool]:
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
