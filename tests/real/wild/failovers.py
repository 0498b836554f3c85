"""Failovers of mgrs, exporters that watch them, and what they must show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from testbed.bootstrap import USER
from testbed.exporter import Exporter
from tests.real.faults.watched import Watched

if TYPE_CHECKING:
    from contextlib import ExitStack
    from pathlib import Path

    from testbed.ceph import CephCluster


def watched(stack: ExitStack, wild: CephCluster, folder: Path, *urls: str) -> Watched:
    """Run an exporter until the stack is closed."""
    flags = [f"--cluster.url={url}" for url in urls]
    flags += [f"--cluster.username={USER}", f"--cluster.password-file={wild.password_file}"]
    flags += ["--poll.timeout=8s"]  # five exporters and two proxies share the machine
    exporter = stack.enter_context(Exporter(folder, *flags, f"--cluster.ca-file={wild.ca_file}"))
    return Watched(exporter, "dashboard", wild.password_file, wild.ca_file, exporter.in_use())


def fail_over(wild: CephCluster) -> str:
    """Let the standby take over; return the new active mgr's name once its dashboard answers."""
    old = wild.active_mgr()
    (other,) = set(wild.mgrs) - {old}
    wild.wait(lambda: standbys(wild) == 1, "standby", 60)
    wild.ceph("mgr", "fail", old)
    wild.wait(lambda: wild.active_mgr() == other, "other active mgr", 60)
    wild.wait(lambda: status(wild, other) == 200, "answer of its dashboard", 60)
    return other


def standbys(wild: CephCluster) -> int:
    """Return the number of standby mgrs."""
    return len(wild.ask("mgr", "dump")["standbys"])


def status(wild: CephCluster, mgr: str) -> int:
    """Return the HTTP status of the root of a mgr's dashboard, without following redirects."""
    url = wild.dashboard_urls[wild.mgrs.index(mgr)]
    return httpx.get(url, verify=False, trust_env=False).status_code  # noqa: S501 - only a status


def answer_errors(wild: CephCluster, code: int) -> None:
    """Let standby mgrs answer this status instead of a redirect."""
    options = {"standby_behaviour": "error", "standby_error_status_code": str(code)}
    for name, value in options.items():
        wild.ceph("config", "set", "mgr", f"mgr/dashboard/{name}", value)


def shows_health(one: Watched) -> None:
    """Wait until health, status and quorum are received, and nothing else says otherwise."""
    one.shows("ceph_up", 1)
    for document in ("health detail", "status", "quorum_status"):
        one.shows("ceph_exporter_document_success", 1, document=document)
    one.awaits("ceph_health_status", lambda values: bool(values) and values <= {0, 1})
