"""The answers of a simulated cluster with Ceph 10.2 (Jewel) to mon commands.

Jewel is simulated because its `health` includes the monitors' disks, stores and clocks.
"""

from collections.abc import Callable, Mapping

from ceph_exporter.simulator.jewel import health, maps, osds, pools, status
from ceph_exporter.simulator.model import State

RELEASE = "10.2"

ANSWERS: Mapping[str, Callable[[State], object]] = {
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
"""For each wire format (the answer's name in a recording), the function that returns the answer."""

ABSENT: Mapping[str, str] = {
    "osd metadata": "the metadata of OSDs is not simulated, so labels with metadata are empty",
    "mds dump": "it is not requested, because `fs dump` is available",
}
"""The wire formats of the release that the simulator does not answer, with the reasons."""
