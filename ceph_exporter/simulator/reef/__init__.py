"""The answers of a simulated cluster with Ceph 18.2 (Reef) to mon and mgr commands.

The answers have the fields of Ceph 18.2.7, except for those that are only useful for debugging.
"""

from collections.abc import Callable, Mapping

from ceph_exporter.simulator.model import State
from ceph_exporter.simulator.reef import (
    crashes,
    daemons,
    devices,
    filesystems,
    health,
    monitors,
    orchestrator,
    osds,
    perf,
    pools,
    progress,
    rbd,
    status,
)

RELEASE = "18.2"

ANSWERS: Mapping[str, Callable[[State], object]] = {
    "health": health.health,
    "health detail": health.health_detail,
    "status": status.status,
    "quorum_status": monitors.quorum_status,
    "mon dump": monitors.mon_dump,
    "time-sync-status": monitors.time_sync_status,
    "osd dump": osds.osd_dump,
    "df": pools.df,
    "df detail": pools.df,
    "osd pool stats": pools.osd_pool_stats,
    "osd perf": osds.osd_perf,
    "osd df": osds.osd_df,
    "osd tree": osds.osd_tree,
    "mgr dump": daemons.mgr_dump,
    "fs dump": daemons.fs_dump,
    "fs status": filesystems.fs_status,
    "service dump": daemons.service_dump,
    "orch ps": orchestrator.orch_ps,
    "orch ls": orchestrator.orch_ls,
    "orch host ls": orchestrator.orch_host_ls,
    "progress json": progress.progress_json,
    "service status": rbd.service_status,
    "rbd perf image counters": rbd.image_counters,
    "pg states": pools.pgs_brief,
    "pg dump pools": pools.pool_sums,
    "version": daemons.version,
    "versions": daemons.versions,
    "features": daemons.features,
    "mon metadata": daemons.mon_metadata,
    "mgr metadata": daemons.mgr_metadata,
    "mds metadata": daemons.mds_metadata,
    "osd metadata": devices.osd_metadata,
    "crash ls": crashes.crash_ls,
    "device ls": devices.device_ls,
    "balancer status": daemons.balancer_status,
    "restful/perf": perf.perf,
}
"""For each wire format (the answer's name in a recording), the function that returns the answer."""

ABSENT: Mapping[str, str] = {
    "mds dump": "it is not requested, because `fs dump` is available",
}
"""The wire formats of the release that the simulator does not answer, with the reasons."""
