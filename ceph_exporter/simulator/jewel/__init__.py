"""What a simulated cluster of Ceph 10.2 (Jewel) answers to mon commands.

Jewel is the release of choice because its `health` has everything: the monitors' disks, stores and
clocks. A command is one entry of `DOCUMENTS`, by the name that its answer has in a recording.
"""

from collections.abc import Callable

from ceph_exporter.simulator.jewel import health, maps, osds, pools, status
from ceph_exporter.simulator.model import State

DOCUMENTS: dict[str, Callable[[State], object]] = {
    "health": health.health,
    "health detail": health.health_detail,
    "status": status.status,
    "quorum_status": maps.quorum_status,
    "mon dump": maps.mon_dump,
    "osd dump": osds.osd_dump,
    "df": pools.df,
    "df detail": pools.df_detail,
    "osd pool stats": pools.osd_pool_stats,
    "osd perf": osds.osd_perf,
    "osd df": osds.osd_df,
    "osd tree": osds.osd_tree,
    "fs dump": maps.fs_dump,
    "pg states": pools.pgs_brief,
    "pg dump pools": pools.pool_sums,
    "fsid": maps.fsid,
    "version": maps.version,
}
