"""Damages a cluster so that it reports problems, and repairs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from testbed.contents import OBJECTS, REPLICATED

if TYPE_CHECKING:
    from testbed.ceph import CephCluster

MONITOR, OSD = "c", 2
# Recovering this many objects, at this pace, takes many polls.
MORE_OBJECTS, SECONDS_AN_OBJECT = 40, 0.5


def hurt(cluster: CephCluster) -> None:
    """Set a flag and a quota, cause an election, stop an OSD, and write objects meanwhile."""
    cluster.ceph("osd", "set", "noout")
    cluster.ceph("osd", "pool", "set-quota", REPLICATED, "max_objects", "1000")
    cluster.ceph("config", "set", "osd", "osd_recovery_sleep", str(SECONDS_AN_OBJECT))
    cluster.ceph("config", "set", "osd", "osd_recovery_max_active", "1")
    cluster.stop_mon(MONITOR)
    cluster.stop_osd(OSD)
    cluster.wait(lambda: MONITOR not in cluster.quorum(), "quorum without one", 60)
    cluster.start_mon(MONITOR)
    cluster.wait(lambda: cluster.osds_up() < len(cluster.osds), "OSD that is down", 60)
    for number in range(OBJECTS, OBJECTS + MORE_OBJECTS):
        content = str(cluster.folder / "object")
        cluster.run("rados", "-p", REPLICATED, "put", f"object-{number}", content, timeout=60)


def repair(cluster: CephCluster) -> None:
    """Start the OSD again; it recovers the objects that were written while it was down."""
    cluster.start_osd(OSD)
