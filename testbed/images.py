"""RBD images in a cluster, and requests to them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from testbed.ceph import CephCluster

POOL = "vms"
NAMESPACE = "tenant"
BLOCK = 4096

# Runs with librbd of the cluster's release, because the tool `rbd` splits names at slashes.
_SCRIPT = """
import json, os, sys
import rados, rbd
images, writes, reads = json.loads(sys.argv[1])
with rados.Rados(conffile=os.environ["CEPH_CONF"]) as cluster:
    with cluster.open_ioctx("vms") as ioctx:
        if not rbd.RBD().namespace_exists(ioctx, "tenant"):
            rbd.RBD().namespace_create(ioctx, "tenant")
        for namespace, name, size, snapshots in images:
            ioctx.set_namespace(namespace)
            if name not in rbd.RBD().list(ioctx):
                rbd.RBD().create(ioctx, name, size, old_format=False, features=29)
            with rbd.Image(ioctx, name) as image:
                for number in range(writes):
                    image.write(b"x" * 4096, 4096 * number)
                for number in range(reads):
                    image.read(4096 * number, 4096)
                for number in range(snapshots - len(list(image.list_snaps()))):
                    image.create_snap(str(number))
"""


class Image(NamedTuple):
    """An image of the pool; a namespace is empty or `NAMESPACE`."""

    namespace: str
    name: str
    size: int
    snapshots: int = 0


def make_pool(cluster: CephCluster) -> None:
    """Create the pool of the images."""
    cluster.ceph("osd", "pool", "create", POOL, "8", "8")
    cluster.ceph("osd", "pool", "application", "enable", POOL, "rbd")


def use(cluster: CephCluster, images: tuple[Image, ...], writes: int = 0, reads: int = 0) -> None:
    """Create the images that are missing; write and read blocks at the start of each."""
    argument = json.dumps([images, writes, reads])
    cluster.run("/usr/bin/python3", "-c", _SCRIPT, argument, timeout=120)


def counters(cluster: CephCluster) -> dict[tuple[str, ...], dict[str, float]]:
    """Return what `ceph rbd perf image counters` reports, by pool, namespace and image."""
    answer = cluster.ask("rbd", "perf", "image", "counters")
    by_image: dict[tuple[str, ...], dict[str, float]] = {}
    for row in answer["counters"]:
        for key, values in row.items():
            index, _, name = key.partition("/")
            pool, _, namespace = answer["pool_descriptors"][index].partition("/")
            numbers = dict(zip(answer["counter_descriptors"], values, strict=True))
            by_image[pool, namespace, name] = numbers
    return by_image


def used(cluster: CephCluster, namespace: str) -> dict[str, Any]:
    """Return the rows of `rbd du` that are images, by name; `used_size` includes snapshots."""
    command = ("rbd", "du", "--pool", POOL, "--namespace", namespace, "--format=json")
    output = json.loads(cluster.run(*command, timeout=120))
    rows: dict[str, Any] = {}
    for row in output["images"]:
        last = rows.setdefault(row["name"], row | {"used_size": 0})
        last["used_size"] += row["used_size"]
        last["provisioned_size"] = row["provisioned_size"]
    return rows
