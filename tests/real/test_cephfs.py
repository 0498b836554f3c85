"""CephFS over each API of each release, compared with Ceph's own commands at the same moment."""

from __future__ import annotations

import json
import os
import time
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any

import pytest

from testbed.exporter import arguments, run
from testbed.filesystem_client import client
from tests.real import parity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from testbed.ceph import CephCluster

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        not os.environ.get("CEPH_EXPORTER_LONG_TESTS"), reason="only in the long tests"
    ),
]

FILES = (3, 5)
"""How many files each client has open."""
OF_MDS = {
    "ceph_mds_mem_ino": "inos",
    "ceph_mds_mem_dn": "dns",
    "ceph_mds_mem_dir": "dirs",
    "ceph_mds_mem_cap": "caps",
}
SINCE_15 = {"ceph_mds_mem_dir", "ceph_mds_mem_cap"}


@pytest.fixture(scope="module")
def mounted(release_cluster: CephCluster) -> Iterator[CephCluster]:
    """Mount the file system of a cluster of each release twice."""
    with ExitStack() as stack:
        for number, files in enumerate(FILES):
            stack.enter_context(client(release_cluster, str(number), files))
        yield release_cluster
    release_cluster.wait_until_idle()


def flags(cluster: CephCluster, api: str) -> list[str]:
    """Return the flags for an API of the cluster."""
    if api != "rados":
        return arguments(cluster, api)
    return [
        "--cluster.api=rados",
        f"--cluster.ceph-conf={cluster.folder / 'ceph.conf'}",
        "--cluster.username=admin",
        f"--cluster.keyring={cluster.folder / 'keyring'}",
    ]


def page_of(cluster: CephCluster, api: str, *more: str) -> parity.Page:
    """Return the page that `once` prints."""
    done = run("once", *flags(cluster, api), *more, "--poll.timeout=30s")
    assert done.returncode == 0, done.stderr
    return parity.parse(done.stdout)


def by(page: parity.Page, name: str, *labels: str) -> dict[tuple[str, ...], float]:
    """Return the values of a metric by some of its labels; none if it is absent."""
    rows = page.get(name, {})
    return {tuple(dict(key)[label] for label in labels): value for key, value in rows.items()}


def eventually(check: Callable[[], object], timeout: float = 30.0) -> None:
    """Repeat a comparison until it holds: the two answers are not of exactly the same moment."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        with suppress(AssertionError):
            check()
            return
        time.sleep(1)
    check()


def is_14(cluster: CephCluster) -> bool:
    """Return whether the cluster has Ceph 14."""
    return cluster.release.name.startswith("14.")


def apis(cluster: CephCluster) -> list[str]:
    """Return the APIs that report the clients on a release, except restful of 14."""
    return ["dashboard"] if is_14(cluster) else [*cluster.apis, "rados"]


def sessions(cluster: CephCluster) -> list[dict[str, Any]]:
    """Return the sessions of rank 0, as `ceph tell mds.0 session ls` lists them."""
    found: list[dict[str, Any]] = json.loads(cluster.ceph("tell", "mds.0", "session", "ls"))
    return found


def check_status(cluster: CephCluster, api: str) -> None:
    """Compare the clients and each MDS with `ceph fs status`."""
    page = page_of(cluster, api)
    ours = {name: by(page, name, "ceph_daemon") for name in OF_MDS}
    assert by(page, "ceph_fs_clients", "name") == {("shared",): len(sessions(cluster))}
    if is_14(cluster):
        assert {name for name, rows in ours.items() if not rows} == SINCE_15
        return
    status = json.loads(cluster.ceph("fs", "status", "--format=json"))
    (mds,) = [row for row in status["mdsmap"] if row["state"] == "active"]
    assert ours == {name: {(f"mds.{mds['name']}",): mds[key]} for name, key in OF_MDS.items()}
    assert {row["fs"]: row["clients"] for row in status["clients"]} == {
        fs: number for (fs,), number in by(page, "ceph_fs_clients", "name").items()
    }
    pools = {(str(row["id"]), row["type"]): row["used"] for row in status["pools"]}
    assert by(page, "ceph_fs_pool_used_bytes", "pool_id", "type") == pools


def test_clients_and_load(mounted: CephCluster) -> None:
    """Over each API they are those of `ceph fs status`, and there are as many as sessions."""
    for api in apis(mounted):
        eventually(lambda api=api: check_status(mounted, api))  # type: ignore[misc]


def test_14_prints_a_table(mounted: CephCluster) -> None:
    """Over librados the document is unsupported on 14, not failed."""
    if not is_14(mounted):
        pytest.skip("only Ceph 14")
    done = run("check", *flags(mounted, "rados"))
    assert done.returncode == 0
    assert "only as a table" in done.stdout


def check_sessions(cluster: CephCluster) -> None:
    """Compare the sums and each client with `ceph tell mds.0 session ls`."""
    more = "--collector.cephfs_clients", "--collector.cephfs_clients.each"
    page = page_of(cluster, "dashboard", *more)
    rows = sessions(cluster)
    assert len(rows) >= len(FILES)
    caps = {(str(row["id"]),): row["num_caps"] for row in rows}
    assert by(page, "ceph_fs_client_caps", "client") == caps
    leases = {(str(row["id"]),): row["num_leases"] for row in rows}
    assert by(page, "ceph_fs_client_leases", "client") == leases
    assert by(page, "ceph_fs_session_caps", "name", "rank") == {("shared", "0"): sum(caps.values())}
    states = by(page, "ceph_fs_sessions", "state")
    assert states[("open",)] == sum(row["state"] == "open" for row in rows)
    roots = {(str(row["id"]), row["client_metadata"].get("root", "")) for row in rows}
    assert set(by(page, "ceph_fs_client_info", "client", "root")) == roots
    major = int(cluster.release.name.partition(".")[0])
    assert by(page, "ceph_fs_client_oldest_release", "name") == {("shared",): major}


def test_sessions(mounted: CephCluster) -> None:
    """Over the dashboard, the sums and each client are those that the MDS lists."""
    eventually(lambda: check_sessions(mounted))


def test_nobody_fails(mounted: CephCluster) -> None:
    """The number of clients that do not respond is known, and 0."""
    page = page_of(mounted, "dashboard")
    problems = by(page, "ceph_mds_clients_failing", "name", "problem")
    assert set(problems.values()) == {0}
    assert len(problems) == 3
