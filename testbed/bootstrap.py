"""What a new cluster needs before use: OSDs, settings of mgr modules, users of its APIs."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from testbed.ceph import CephCluster

USER = "exporter"
RIGHTS = ("mon", "allow r", "mgr", "allow r")
"""Capabilities with which the exporter reads a cluster over rados."""


def make_osd(cluster: CephCluster, number: int) -> None:
    """Make an OSD known to the monitors, and its store."""
    (cluster.folder / f"osd.{number}").mkdir()
    identity = str(uuid.uuid4())
    cluster.ceph("osd", "new", identity, str(number))
    cluster.run("ceph-osd", "--mkfs", "-i", str(number), "--osd-uuid", identity)


def configure_modules(cluster: CephCluster) -> None:
    """Do it before the first mgr runs, so that the modules need not start twice.

    The monitors do not know the options of modules then, and take them by force only.
    """

    def force(option: str, value: str) -> None:
        cluster.ceph("config", "set", "mgr", option, value, "--force")

    for name, (port_option, urls) in cluster.modules.items():
        module = f"mgr/{name}"
        force(f"{module}/server_addr", "127.0.0.1")
        for mgr, url in zip(cluster.mgrs, urls, strict=True):
            force(f"{module}/{mgr}/{port_option}", str(httpx.URL(url).port))
        if name == "prometheus":
            # The page is made anew when it is as old as that, by default 15 s.
            force(f"{module}/scrape_interval", "1")
            # From 18 on its performance counters are left out unless asked for.
            force(f"{module}/exclude_perf_counters", "false")
            continue
        for kind, file in (("crt", cluster.ca_file), ("key", cluster.key_file)):
            cluster.ceph("config-key", "set", f"{module}/{kind}", "-i", str(file))


def make_users(cluster: CephCluster) -> None:
    """Make one user of each API.

    The monitors learn the commands of a module from the mgr, some time after it serves HTTP.
    """
    cluster.wait(lambda: bool(cluster.ceph("dashboard", "ac-role-show")), "commands of modules", 30)
    cluster.password_file.write_text(uuid.uuid4().hex)
    create = ("dashboard", "ac-user-create", USER, "-i", str(cluster.password_file), "read-only")
    forced = ("--force-password",) if cluster.release.checks_passwords else ()
    cluster.ceph(*create, *forced)
    if cluster.release.has_restful:
        cluster.wait(lambda: bool(cluster.ceph("restful", "list-keys")), "commands of restful", 30)
        cluster.restful_key_file.write_text(cluster.ceph("restful", "create-key", USER).strip())
