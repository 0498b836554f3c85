"""An OSD with BlueStore in a cluster whose other OSDs are in memory."""

from __future__ import annotations

import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING

from testbed.process import Daemon

if TYPE_CHECKING:
    from collections.abc import Iterator

    from testbed.ceph import CephCluster

_SIZE, _DB_SIZE = 2 << 30, 64 << 20


@contextmanager
def bluestore_osd(cluster: CephCluster, number: int) -> Iterator[str]:
    """Run an OSD with a DB of its own, on files, until the end of the block; yield its name.

    The type of store is an option of --mkfs only; the OSD then finds it in its folder.
    """
    name, folder = f"osd.{number}", cluster.folder / f"osd.{number}"
    folder.mkdir()
    identity = str(uuid.uuid4())
    cluster.ceph("osd", "new", identity, str(number))
    store = (
        "--osd-objectstore=bluestore",
        f"--bluestore-block-size={_SIZE}",
        "--bluestore-block-db-create=true",
        f"--bluestore-block-db-size={_DB_SIZE}",
    )
    cluster.run("ceph-osd", "--mkfs", "-i", str(number), "--osd-uuid", identity, *store)
    command = ("ceph-osd", "-d", "-i", str(number), "-c", str(cluster.folder / "ceph.conf"))
    before = cluster.osds_up()
    daemon = Daemon(*cluster.release.command(*command), log=cluster.folder / "log" / name)
    try:
        cluster.wait(lambda: cluster.osds_up() > before, f"{name} up", 60)
        yield name
    finally:
        daemon.stop()
        cluster.ceph("osd", "down", name)
        cluster.ceph("osd", "purge", name, "--force", "--yes-i-really-mean-it")
