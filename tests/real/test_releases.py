"""Each release of Ceph, over each of its HTTP APIs."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from testbed.exporter import Exporter, arguments, run
from tests.real import parity

if TYPE_CHECKING:
    from pathlib import Path

    from testbed.ceph import CephCluster

pytestmark = pytest.mark.real


def page_of(cluster: CephCluster, api: str) -> parity.Page:
    """Return the page that `once` prints, by the name of the metric and its labels."""
    done = run("once", *arguments(cluster, api))
    assert done.returncode == 0, done.stderr
    return parity.parse(done.stdout)


@pytest.mark.parametrize("api", ["dashboard", "restful"])
def test_once_reads_the_cluster(release_cluster: CephCluster, api: str) -> None:
    """Each API is detected and reports the release and the quorum; restful also latencies."""
    if api not in release_cluster.apis:
        pytest.skip(f"Ceph {release_cluster.release.name} has no {api}")
    page = page_of(release_cluster, api)
    assert list(page["ceph_up"].values()) == [1]
    (source,) = (dict(labels) for labels in page["ceph_exporter_source_info"])
    assert (source["api"], source["release"]) == (api, release_cluster.release.name)
    quorum = {
        dict(labels)["ceph_daemon"]: n for labels, n in page["ceph_mon_quorum_status"].items()
    }
    assert quorum == {"mon.a": 1, "mon.b": 1, "mon.c": 1}
    if api == "restful":
        latencies = {dict(labels)["monitor"] for labels in page["ceph_monitor_latency_seconds"]}
        assert latencies == {"a", "b", "c"}


def test_the_page_of_the_mgr_module_is_there(release_cluster: CephCluster) -> None:
    """Ceph's own exporter, to which others compare ours, runs beside the APIs."""
    assert "ceph_health_status 0.0" in release_cluster.module_page().splitlines()


def test_a_lost_quorum_is_found_out(release_cluster: CephCluster, tmp_path: Path) -> None:
    """ceph_up is 0 without a quorum, even over the dashboard, which still reports HEALTH_OK."""
    with ExitStack() as stack:
        exporters = [
            stack.enter_context(Exporter(tmp_path, *arguments(release_cluster, api)))
            for api in release_cluster.apis
        ]
        for exporter in exporters:
            exporter.wait_for("ceph_health_status", lambda rows: set(rows.values()) == {0})
        for name in "bc":
            release_cluster.stop_mon(name)
        for exporter in exporters:
            exporter.wait_for("ceph_up", lambda rows: set(rows.values()) == {0}, 90)
            exporter.wait_for("ceph_health_status", lambda rows: not rows, 60)
        for name in "bc":
            release_cluster.start_mon(name)
        for exporter in exporters:
            exporter.wait_for("ceph_up", lambda rows: set(rows.values()) == {1}, 90)
            exporter.wait_for("ceph_health_status", bool, 90)
    release_cluster.wait_until_idle()
