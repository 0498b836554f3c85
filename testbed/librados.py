"""Connects to a real cluster with the librados of its own release."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from ceph_exporter.deadline import Deadline
from ceph_exporter.sources import Credentials
from ceph_exporter.sources.rados import Rados

if TYPE_CHECKING:
    from pathlib import Path

    from testbed.ceph import CephCluster


def open_source(cluster: CephCluster, folder: Path, user: str, *caps: str) -> Rados:
    """Make a user and connect with the librados of the cluster's release."""
    cluster.ceph("auth", "get-or-create", f"client.{user}", *caps)
    keyring, python = folder / "keyring", folder / "python"
    keyring.write_text(cluster.ceph("auth", "get", f"client.{user}"))
    command = shlex.join(cluster.release.command("/usr/bin/python3"))
    python.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
    python.chmod(0o755)
    conf = str(cluster.folder / "ceph.conf")
    return Rados(conf, Credentials(user, keyring=str(keyring)), Deadline(30), [str(python)])
