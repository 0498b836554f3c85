"""Runs Ceph's own test orchestrator in a cluster, and can make it fail.

The module test_orchestrator manages no hosts: it returns the data that was loaded into it. The data
is in the memory of the active mgr. So after a failover the module runs without data, and fails.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from testbed.ceph import CephCluster

GATEWAY = "s3.host1.kzwqdx"
"""The id of a RADOS Gateway, as cephadm chooses it: SERVICE.HOST.SUFFIX."""
VERSION = "20.2.4"
_STAMP = "2020-04-16T05:44:41.551646Z"
_MODULE = "test_orchestrator"
PASSWORD = "pa55-of-iscsi"  # noqa: S105 - of a service that does not exist
"""The orchestrator shows it to everyone who may list its services."""


def _daemon(type_: str, id_: str, hostname: str, status: int, **more: object) -> dict[str, object]:
    return {
        "daemon_type": type_,
        "daemon_id": id_,
        "hostname": hostname,
        "container_id": "e695cd698d8a",
        "container_image_id": "36114e384941",
        "container_image_name": "quay.io/ceph/ceph:v20",
        "version": VERSION,
        "status": status,
        "status_desc": "running",
        "created": _STAMP,
        "started": _STAMP,
        "last_refresh": _STAMP,
        **more,
    }


def _service(type_: str, id_: str, size: int, running: int, **more: object) -> dict[str, object]:
    status = {"size": size, "running": running, "created": _STAMP, "last_refresh": _STAMP}
    return {
        "service_type": type_,
        "service_id": id_,
        "service_name": f"{type_}.{id_}",
        "placement": {"count": size},
        "status": status,
        **more,
    }


_ISCSI = {"pool": "rbd", "api_user": "admin", "api_password": PASSWORD, "api_port": 5000}
DATA = {
    "inventory": [
        {"name": "host1", "addr": "192.0.2.1", "labels": ["rgw"], "devices": []},
        {"name": "host2", "addr": "192.0.2.2", "labels": ["osd", "rgw"], "devices": []},
    ],
    "services": [
        _service("rgw", "s3", 2, 1),
        _service("iscsi", "iscsi", 1, 1, unmanaged=True, spec=_ISCSI),
    ],
    "daemons": [
        _daemon("rgw", GATEWAY, "host1", 1),
        _daemon("osd", "7", "host2", -1, memory_usage=10**9, memory_request=4 * 10**9),
        _daemon("haproxy", "nfs.host2.xyzabc", "host2", 0, memory_limit=10**8),
    ],
}
SERVICES = {f"rgw.{GATEWAY}": "rgw.s3", "osd.7": "osd", "haproxy.nfs.host2.xyzabc": "ingress.nfs"}
"""The services of these daemons."""
STARTED = 1587015881.551646
"""The unix time at which the daemons were started."""


@contextmanager
def orchestrated(cluster: CephCluster) -> Iterator[None]:
    """Run an orchestrator with these daemons, services and hosts until the end of the block."""
    cluster.ceph("mgr", "module", "enable", _MODULE, "--force")
    try:
        cluster.wait(partial(_is_available, cluster), "test orchestrator", 180)
        make_active(cluster, "x")
        load(cluster)
        yield
    finally:
        cluster.ceph("orch", "set", "backend", "")
        cluster.ceph("mgr", "module", "disable", _MODULE)
        make_active(cluster, "x")


def load(cluster: CephCluster) -> None:
    """Load the orchestrator's data, without which it fails."""
    file = cluster.folder / "orchestrator.json"
    file.write_text(json.dumps(DATA))
    cluster.ceph(_MODULE, "load_data", "-i", str(file))


def lose_data(cluster: CephCluster) -> None:
    """Make the orchestrator fail: let mgr y take over, and then mgr x again."""
    make_active(cluster, "y")
    make_active(cluster, "x")


def make_active(cluster: CephCluster, name: str) -> None:
    """Let a mgr take over. Both mgrs restart when modules change, so either may be active.

    While the orchestrator fails, the page of the module prometheus takes longer than a second, so
    on a busy machine it is always too old, and the module answers 503.
    """
    cluster.wait(partial(_is_active, cluster, name), f"active mgr {name}", 180)
    answer = partial(cluster.apis_answer, name, but="prometheus")
    cluster.wait(answer, "answer of the HTTP APIs", 180)


def _is_available(cluster: CephCluster) -> bool:
    cluster.ceph("orch", "set", "backend", _MODULE)
    return bool(cluster.ask("orch", "status")["available"])


def _is_active(cluster: CephCluster, name: str) -> bool:
    """Return whether a mgr is active; if it is a standby, make the active mgr fail."""
    mgrs = cluster.ask("mgr", "dump")
    ready = mgrs["available"] and len(mgrs["standbys"]) == 1
    if ready and mgrs["active_name"] != name:
        cluster.ceph("mgr", "fail")
    return bool(ready and mgrs["active_name"] == name)
