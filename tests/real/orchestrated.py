"""What `ceph orch` lists, as the metrics that the exporter must have of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from testbed import orchestrator

if TYPE_CHECKING:
    from testbed.ceph import CephCluster
    from tests.real import parity


def expected(cluster: CephCluster, documents: tuple[str, ...]) -> parity.Page:
    """Return the families of some documents that `ceph orch` implies at this moment."""
    families = {"orch ps": _of_daemons, "orch ls": _of_services, "orch host ls": _of_hosts}
    page: parity.Page = {}
    for document in documents:
        if document in families:
            page |= families[document](cluster)
    return page


def _of_daemons(cluster: CephCluster) -> parity.Page:
    daemons = [
        (row, {"daemon_name": f"{row['daemon_type']}.{row['daemon_id']}"})
        for row in _rows(cluster, "ps")
    ]
    status = {
        _series(
            **name,
            service_type=row["daemon_type"],
            hostname=row["hostname"],
            service_name=orchestrator.SERVICES[name["daemon_name"]],
        ): row["status"]
        for row, name in daemons
    }
    started = {
        _series(**name, hostname=row["hostname"]): orchestrator.STARTED for row, name in daemons
    }
    page: parity.Page = {
        "ceph_cephadm_daemon_status": status,
        "ceph_orchestrator_daemon_start_time_seconds": started,
    }
    for field in ("memory_usage", "memory_request", "memory_limit"):
        page[f"ceph_orchestrator_daemon_{field}_bytes"] = {
            _series(**name, hostname=row["hostname"]): row[field]
            for row, name in daemons
            if field in row
        }
    return page


def _of_services(cluster: CephCluster) -> parity.Page:
    services = [
        (_series(service_type=row["service_type"], service_name=row["service_name"]), row)
        for row in _rows(cluster, "ls")
    ]
    return {
        "ceph_orchestrator_service_size": {block: row["status"]["size"] for block, row in services},
        "ceph_orchestrator_service_running": {
            block: row["status"]["running"] for block, row in services
        },
        "ceph_orchestrator_service_unmanaged": {
            block: row.get("unmanaged", False) for block, row in services
        },
    }


def _of_hosts(cluster: CephCluster) -> parity.Page:
    hosts = _rows(cluster, "host", "ls")
    return {
        "ceph_orchestrator_hosts": {
            _series(status="online"): len(hosts),
            _series(status="offline"): 0,
            _series(status="maintenance"): 0,
        },
        "ceph_orchestrator_label_hosts": {
            _series(label=label): sum(label in row["labels"] for row in hosts)
            for row in hosts
            for label in row["labels"]
        },
    }


def _rows(cluster: CephCluster, *command: str) -> list[dict[str, Any]]:
    """Return what a command of `ceph orch` lists."""
    return cast("list[dict[str, Any]]", cluster.ask("orch", *command))


def _series(**labels: str) -> frozenset[tuple[str, str]]:
    """Return the labels of a series."""
    return frozenset(labels.items())
