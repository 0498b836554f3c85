"""Each release from 16 on with an orchestrator: with data, failing, and working again.

The orchestrator is switched on in the cluster of the other tests after they are done, and off
again. The mgr module labels RADOS Gateways with what it says only while it exports no performance
counters, which is Ceph's default.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from ceph_exporter.collectors import COLLECTORS
from testbed import orchestrator
from testbed.exporter import arguments, run
from tests.real import parity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from testbed.ceph import CephCluster

pytestmark = pytest.mark.real

DECLARED = {metric.name for collector in COLLECTORS.values() for metric in collector.metrics}
DOCUMENTS = ("versions", "mon metadata", "mgr metadata", "mds metadata")
FAMILIES = ("ceph_versions", "ceph_mon_metadata", "ceph_mgr_metadata", "ceph_mds_metadata")
GATEWAY = {
    frozenset(
        {
            ("ceph_daemon", f"rgw.{orchestrator.GATEWAY}"),
            ("hostname", "host1"),
            ("ceph_version", orchestrator.VERSION),
            ("instance_id", "kzwqdx"),
        }
    ): 1.0
}


class Once(NamedTuple):
    """What `once` says over an API."""

    page: parity.Page
    log: str

    def success(self, document: str) -> float | None:
        """Return whether a document was received, None if the API does not offer it."""
        rows = self.page["ceph_exporter_document_success"]
        return rows.get(frozenset({("document", document)}))

    def hosts(self) -> dict[str, dict[frozenset[tuple[str, str]], float]]:
        """Return the families of hosts and versions."""
        return {name: self.page.get(name, {}) for name in FAMILIES}


def once(cluster: CephCluster, api: str) -> Once:
    """Poll the cluster once; it is up in any case."""
    done = run("once", *arguments(cluster, api))
    assert done.returncode == 0, done.stderr
    page = parity.parse(done.stdout)
    assert page["ceph_up"] == {frozenset(): 1.0}
    return Once(page, done.stderr)


def of_counters(cluster: CephCluster, value: str) -> None:
    """Set whether the mgr module exports no performance counters; 16 has no such option."""
    if cluster.release.name != "16.2.15":
        cluster.ceph("config", "set", "mgr", "mgr/prometheus/exclude_perf_counters", value)


@pytest.fixture
def without(release_cluster: CephCluster) -> Iterator[dict[str, Once]]:
    """Return the page of each API without an orchestrator, then switch one on."""
    if release_cluster.release.name == "14.2.21":
        pytest.skip("14 has no module orchestrator")
    pages = {api: once(release_cluster, api) for api in release_cluster.apis}
    of_counters(release_cluster, "true")
    try:
        with orchestrator.orchestrated(release_cluster):
            yield pages
    finally:
        of_counters(release_cluster, "false")


def check_parity(cluster: CephCluster, api: str) -> None:
    """Compare the declared families with those of the module, as tests/real/test_parity.py does."""
    before = parity.parse(cluster.module_page())
    ours = once(cluster, api).page
    after = parity.parse(cluster.module_page())
    major = cluster.release.name.partition(".")[0]
    documented = (
        *parity.allowed(parity.NOT_EXPORTED, major),
        *parity.allowed(parity.NOT_GIVEN, api),
        *parity.allowed(parity.OTHERWISE, major),
    )
    before = parity.without(before, documented)
    before = {name: series for name, series in before.items() if name in DECLARED}
    assert len(before) > 40
    lines = [*parity.missing(before, after, ours), *parity.otherwise(before, after, ours)]
    assert not lines, "\n".join(lines)


def check_working(cluster: CephCluster, pages: dict[str, Once]) -> None:
    """Hosts and versions are those without an orchestrator; its gateway is on both pages."""
    for api, before in pages.items():
        now = once(cluster, api)
        assert now.hosts() == before.hosts()
        assert [now.success(name) for name in DOCUMENTS] == [1, 1, 1, 1]
        has_list = (cluster.release.name, api) != ("16.2.15", "dashboard")
        assert now.success("orch ps") == (1 if has_list else None)
        assert now.page.get("ceph_rgw_metadata") == (GATEWAY if has_list else None)
        check_parity(cluster, api)


def check_failing(cluster: CephCluster, pages: dict[str, Once]) -> None:
    """Check that what the dashboard of 18 cannot answer then is absent and said to have failed."""
    for api, before in pages.items():
        now = once(cluster, api)
        assert not now.page.get("ceph_rgw_metadata")
        assert "Traceback" not in now.log
        if (cluster.release.name, api) == ("18.2.7", "dashboard"):
            assert [now.success(name) for name in DOCUMENTS] == [0, 0, 0, 0]
            assert not any(now.hosts()[name] for name in FAMILIES[:3])
        else:
            assert [now.success(name) for name in DOCUMENTS] == [1, 1, 1, 1]
            assert now.hosts() == before.hosts()


def test_with_an_orchestrator(release_cluster: CephCluster, without: dict[str, Once]) -> None:
    """Hosts, versions and gateways are right with data, while it fails, and with data again."""
    assert all(page.success("orch ps") is None for page in without.values())
    release_cluster.wait_until_idle()
    if release_cluster.release.name != "16.2.15":
        release_cluster.wait(
            lambda: GATEWAY.keys() == gateways(release_cluster), "gateway of the module", 60
        )
    check_working(release_cluster, without)
    orchestrator.lose_data(release_cluster)
    check_failing(release_cluster, without)
    orchestrator.load(release_cluster)
    release_cluster.wait_until_idle()
    check_working(release_cluster, without)


def gateways(cluster: CephCluster) -> set[frozenset[tuple[str, str]]]:
    """Return the labels of the gateways on the module's page."""
    return set(parity.parse(cluster.module_page()).get("ceph_rgw_metadata", {}))
