"""Fills a cluster: pools of both types with a little data, and a filesystem."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from testbed.ceph import CephCluster

FILESYSTEM = "shared"
# A replicated pool with a quota, and an erasure-coded one with k=2 and m=1.
REPLICATED = "blocks"
CODED = "coded"
QUOTA = 64 * 1024**2
OBJECT_SIZE = 64 * 1024
OBJECTS = 4


def make_filesystem(cluster: CephCluster) -> None:
    """Create the filesystem. It becomes usable when an MDS runs."""
    metadata, data = f"{FILESYSTEM}.meta", f"{FILESYSTEM}.data"
    for pool in (metadata, data):
        cluster.ceph("osd", "pool", "create", pool, "8", "8")
    cluster.ceph("fs", "new", FILESYSTEM, metadata, data)


def make_pools(cluster: CephCluster) -> None:
    """Create both pools and write objects to them."""
    profile = ("plugin=jerasure", "k=2", "m=1", "crush-failure-domain=osd")
    cluster.ceph("osd", "erasure-code-profile", "set", "k2m1", *profile)
    cluster.ceph("osd", "pool", "create", CODED, "8", "8", "erasure", "k2m1")
    cluster.ceph("osd", "pool", "create", REPLICATED, "8", "8")
    cluster.ceph("osd", "pool", "application", "enable", CODED, "rgw")
    cluster.ceph("osd", "pool", "application", "enable", REPLICATED, "rbd")
    cluster.ceph("osd", "pool", "set-quota", REPLICATED, "max_bytes", str(QUOTA))
    content = cluster.folder / "object"
    content.write_bytes(b"\xce" * OBJECT_SIZE)
    for pool in (REPLICATED, CODED):
        for number in range(OBJECTS):
            put = ("rados", "-p", pool, "put", f"object-{number}", str(content))
            cluster.run(*put, timeout=60)
