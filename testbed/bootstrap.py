"""Sets up a new cluster: OSDs, options of mgr modules, and users of the APIs."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from testbed.ceph import CephCluster

USER = "exporter"
RIGHTS = ("mon", "allow r", "mgr", "allow r")
"""The capabilities that the exporter needs to read a cluster over rados."""


def make_osd(cluster: CephCluster, number: int) -> None:
    """Register an OSD with the monitors and create its store."""
    (cluster.folder / f"osd.{number}").mkdir()
    identity = str(uuid.uuid4())
    cluster.ceph("osd", "new", identity, str(number))
    cluster.run("ceph-osd", "--mkfs", "-i", str(number), "--osd-uuid", identity)


def configure_modules(cluster: CephCluster) -> None:
    """Set the options of mgr modules before the first mgr starts, to avoid restarts of the mgrs.

    At that time, the monitors do not know these options yet and accept them only with --force.
    """

    def force(option: str, value: str) -> None:
        cluster.ceph("config", "set", "mgr", option, value, "--force")

    for name, (port_option, urls) in cluster.modules.items():
        module = f"mgr/{name}"
        force(f"{module}/server_addr", "127.0.0.1")
        for mgr, url in zip(cluster.mgrs, urls, strict=True):
            force(f"{module}/{mgr}/{port_option}", str(httpx.URL(url).port))
        if name == "prometheus":
            # Seconds for which the module caches its page, by default 15.
            force(f"{module}/scrape_interval", "1")
            # From Ceph 18 on, the page has no performance counters by default.
            force(f"{module}/exclude_perf_counters", "false")
            continue
        for kind, file in (("crt", cluster.ca_file), ("key", cluster.key_file)):
            cluster.ceph("config-key", "set", f"{module}/{kind}", "-i", str(file))


def make_users(cluster: CephCluster) -> None:
    """Create a user for each API.

    A module may serve HTTP before the monitors know its commands, so this waits for the commands.
    """
    cluster.wait(lambda: bool(cluster.ceph("dashboard", "ac-role-show")), "commands of modules", 30)
    cluster.password_file.write_text(uuid.uuid4().hex)
    create = ("dashboard", "ac-user-create", USER, "-i", str(cluster.password_file), "read-only")
    forced = ("--force-password",) if cluster.release.checks_passwords else ()
    cluster.ceph(*create, *forced)
    if cluster.release.has_restful:
        cluster.wait(lambda: bool(cluster.ceph("restful", "list-keys")), "commands of restful", 30)
        cluster.restful_key_file.write_text(cluster.ceph("restful", "create-key", USER).strip())
