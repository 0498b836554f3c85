"""A client of the file system of a cluster, in userspace and without FUSE."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from testbed.process import Daemon

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from testbed.ceph import CephCluster

# Runs in the Python of the cluster's release. An open file keeps its capabilities.
_MOUNT = """
import signal, sys
import cephfs
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
client = cephfs.LibCephFS(conffile=sys.argv[1], auth_id="admin")
client.conf_set("keyring", sys.argv[2])
client.mount()
for number in range(int(sys.argv[3])):
    file = client.open("/file-%d" % number, "w", 0o644)
    client.write(file, b"content", 0)
    client.fsync(file, 0)
print("mounted", flush=True)
signal.sigwait([signal.SIGTERM])
client.shutdown()
"""


@contextmanager
def client(cluster: CephCluster, name: str, files: int) -> Iterator[Daemon]:
    """Mount the file system and keep files open until the end of the block."""
    folder = cluster.folder
    log = folder / f"client-{name}.log"
    paths = str(folder / "ceph.conf"), str(folder / "keyring")
    command = cluster.release.command("/usr/bin/python3", "-c", _MOUNT, *paths, str(files))
    daemon = Daemon(*command, log=log)
    try:
        cluster.wait(partial(_is_mounted, log), f"mount of client {name}", 60)
        yield daemon
    finally:
        daemon.stop()


def _is_mounted(log: Path) -> bool:
    return "mounted" in log.read_text(encoding="utf-8")
