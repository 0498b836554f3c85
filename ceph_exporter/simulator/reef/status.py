"""`status` of Reef (Monitor::get_cluster_status, PGMapDigest::print_summary)."""

from ceph_exporter.simulator import fs_map
from ceph_exporter.simulator.model import State
from ceph_exporter.simulator.reef import daemons, progress
from ceph_exporter.simulator.reef.common import RELEASE, unix
from ceph_exporter.simulator.reef.health import health
from ceph_exporter.simulator.reef.monitors import quorum_age
from ceph_exporter.simulator.summary import (
    client_rates,
    degraded_objects,
    quorum,
    recovery_rate,
    sums,
)


def status(state: State) -> dict[str, object]:
    """Return `status`."""
    return {
        "fsid": state.moment.layout.fsid,
        "health": health(state),
        **quorum(state),
        "quorum_age": quorum_age(state),
        "monmap": {
            "epoch": 3,
            "min_mon_release_name": RELEASE,
            "num_mons": len(state.monitors),
        },
        "osdmap": {
            "epoch": state.osdmap_epoch,
            "num_osds": len(state.osds),
            "num_up_osds": len(state.osds) - len(state.down),
            "osd_up_since": unix(state.moment.cycle),
            "num_in_osds": len(state.osds),
            "osd_in_since": unix(0),
            "num_remapped_pgs": 0,
        },
        "pgmap": _pgmap(state),
        "fsmap": fs_map.summary(state),
        "mgrmap": daemons.mgr_summary(),
        "servicemap": daemons.service_dump(state),
        "progress_events": progress.progress_events(state),
    }


def _pgmap(state: State) -> dict[str, object]:
    return {
        **sums(state),
        "num_pools": len(state.pools),
        "num_objects": sum(pool.objects for pool in state.pools),
        **degraded_objects(state.pools),
        **recovery_rate(state.pools),
        **client_rates(state.pools),
    }
