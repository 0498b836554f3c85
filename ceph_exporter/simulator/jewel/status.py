"""`status` of Jewel (Monitor::get_cluster_status, OSDMap and PGMap::print_summary)."""

from ceph_exporter.simulator import fs_map
from ceph_exporter.simulator.jewel.health import health
from ceph_exporter.simulator.jewel.maps import monmap
from ceph_exporter.simulator.model import State
from ceph_exporter.simulator.summary import (
    client_rates,
    degraded_objects,
    quorum,
    recovery_rate,
    sums,
)


def status(state: State) -> dict[str, object]:
    """Return `status`: `health` and summaries of all maps."""
    return {
        "health": health(state),
        "fsid": state.moment.layout.fsid,
        **quorum(state),
        "monmap": monmap(state),
        "osdmap": {
            "osdmap": {
                "epoch": state.osdmap_epoch,
                "num_osds": len(state.osds),
                "num_up_osds": len(state.osds) - len(state.down),
                "num_in_osds": len(state.osds),
                "full": False,
                "nearfull": state.moment.is_on("nearfull"),
                "num_remapped_pgs": 0,
            },
        },
        "pgmap": _pgmap(state),
        "fsmap": fs_map.summary(state),
    }


def _pgmap(state: State) -> dict[str, object]:
    """Return `pgmap`. As in Ceph, fields that are 0 are omitted."""
    return {
        **sums(state),
        "version": 1000 + int(state.moment.seconds),
        **degraded_objects(state.pools),
        **recovery_rate(state.pools),
        **client_rates(state.pools),
    }
