"""The answers of a simulated cluster with Ceph 18.2 (Reef) over the REST API of the mgr dashboard.

The answers have the fields of Ceph 18.2.7 that the exporter uses, and some that it does not.
"""

from collections.abc import Callable, Mapping

from ceph_exporter.simulator.model import State
from ceph_exporter.simulator.reef import orchestrator, perf
from ceph_exporter.simulator.reef_dashboard import (
    cephfs,
    health,
    hosts,
    osds,
    pools,
    rbd,
    rgw,
    tasks,
)

RELEASE = "18.2"

ANSWERS: Mapping[str, Callable[[State], object]] = {
    "dashboard/monitor": hosts.monitor,
    "dashboard/health/full": health.full,
    "dashboard/health/minimal": health.minimal,
    "dashboard/pool?stats=true": pools.pools,
    "dashboard/osd": osds.osds,
    "dashboard/host": hosts.hosts,
    "dashboard/daemon": orchestrator.orch_ps,
    "dashboard/service": orchestrator.orch_ls,
    "dashboard/host?sources=orchestrator": hosts.orchestrator_hosts,
    "dashboard/task": tasks.tasks,
    "dashboard/perf_counters": perf.perf,
    "dashboard/summary": hosts.summary,
    "dashboard/cephfs": cephfs.filesystems,
    "dashboard/cephfs/clients": cephfs.clients,
    "dashboard/block/image": rbd.images,
    "dashboard/block/mirroring/summary": rbd.mirroring,
    "dashboard/rgw/daemon": rgw.gateways,
    "dashboard/rgw/bucket?stats=true": rgw.buckets,
    "dashboard/rgw/user": rgw.users,
}
"""For each wire format (the answer's name in a recording), the function that returns the answer."""

ABSENT: Mapping[str, str] = {
    "dashboard/logs/all": "it is only requested of large clusters",
    "dashboard/health/snapshot/signs": "only Ceph 20 and later have it",
    "dashboard/health/snapshot": "only Ceph 20 and later have it",
    "dashboard/summary/health": "it is only requested while `health/minimal` fails",
}
"""The wire formats of the API that the simulator does not answer, with the reasons."""
