"""Each release from 16 on with an orchestrator: with data, failing, and working again.

The orchestrator is switched on in the cluster of the other tests after they are done, and off
again. The mgr module labels RADOS Gateways with what it says only while it exports no performance
counters, which is Ceph's default.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

import pytest

from ceph_exporter import exposition, facts
from ceph_exporter.collectors import COLLECTORS
from ceph_exporter.deadline import Deadline
from ceph_exporter.facts import Facts
from testbed import orchestrator
from testbed.bootstrap import RIGHTS
from testbed.exporter import arguments, run
from testbed.librados import open_source
from tests.real import parity
from tests.real.orchestrated import expected

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from testbed.ceph import CephCluster

pytestmark = pytest.mark.real

DECLARED = {metric.name for collector in COLLECTORS.values() for metric in collector.metrics}
DOCUMENTS = ("versions", "mon metadata", "mgr metadata", "mds metadata")
FAMILIES = ("ceph_versions", "ceph_mon_metadata", "ceph_mgr_metadata", "ceph_mds_metadata")
OF_ORCHESTRATOR = ("orch ps", "orch ls", "orch host ls")
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
    if release_cluster.release.name == "18.2.7" and not os.environ.get("CEPH_EXPORTER_LONG_TESTS"):
        pytest.skip("CEPH_EXPORTER_LONG_TESTS is not set")
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


def check_working(
    cluster: CephCluster, pages: dict[str, Once], documents: tuple[str, ...] = OF_ORCHESTRATOR
) -> None:
    """Hosts and versions are those without an orchestrator; its gateway is on both pages.

    documents: those whose metrics are compared with what `ceph orch` lists.
    """
    for api, before in pages.items():
        now = once(cluster, api)
        assert now.hosts() == before.hosts()
        assert [now.success(name) for name in DOCUMENTS] == [1, 1, 1, 1]
        has_list = (cluster.release.name, api) != ("16.2.15", "dashboard")
        offered = tuple(name for name in documents if has_list or name != "orch ps")
        assert [now.success(name) for name in offered] == [1] * len(offered)
        assert has_list or now.success("orch ps") is None
        implied = expected(cluster, offered)
        assert {name: now.page.get(name) for name in implied} == implied
        assert now.page.get("ceph_rgw_metadata") == (GATEWAY if has_list else None)
        check_parity(cluster, api)


def check_failing(cluster: CephCluster, pages: dict[str, Once]) -> None:
    """Check that what the dashboard of 18 cannot answer then is absent and said to have failed."""
    for api, before in pages.items():
        now = once(cluster, api)
        assert not now.page.get("ceph_rgw_metadata")
        assert not now.page.get("ceph_cephadm_daemon_status")
        # Without data, the test orchestrator of 16 lists the services of the cluster's own daemons.
        if cluster.release.name != "16.2.15":
            assert not now.page.get("ceph_orchestrator_service_size")
        assert "Traceback" not in now.log
        if (cluster.release.name, api) == ("18.2.7", "dashboard"):
            assert [now.success(name) for name in DOCUMENTS] == [0, 0, 0, 0]
            assert not any(now.hosts()[name] for name in FAMILIES[:3])
        else:
            assert [now.success(name) for name in DOCUMENTS] == [1, 1, 1, 1]
            assert now.hosts() == before.hosts()


def over_rados(cluster: CephCluster, folder: Path) -> parity.Page:
    """Return the metrics of the collector `orchestrator` over librados."""
    source = open_source(cluster, folder, "orchestrated", *RIGHTS)
    try:
        answers = list(source.fetch(OF_ORCHESTRATOR, Deadline(60)))
    finally:
        source.close()
    decoded = [fact for one in answers for fact in facts.decode(one.wire_format, one.body)]
    families = COLLECTORS["orchestrator"].collect(Facts.of(*decoded))
    page = exposition.page([exposition.lines(families)], exposition.Format.TEXT)
    return parity.parse(page.decode())


def check_passwords(cluster: CephCluster, folder: Path) -> None:
    """Check that a password that the orchestrator shows is nowhere in a recording or a log."""
    assert orchestrator.PASSWORD in cluster.ceph("orch", "ls", "--format=json")
    for api in cluster.apis:
        done = run("record", str(folder / api), *arguments(cluster, api), "--log.level=debug")
        assert done.returncode == 0, done.stderr
        files = [file for file in (folder / api).rglob("*") if file.is_file()]
        assert {"orch_ls.json", "service.json"} & {file.name for file in files}
        texts = [done.stdout, done.stderr, *(file.read_text() for file in files)]
        assert not [text for text in texts if orchestrator.PASSWORD in text]


def test_with_an_orchestrator(
    release_cluster: CephCluster, without: dict[str, Once], tmp_path: Path
) -> None:
    """All that it reports is right with data, absent while it fails, and right with data again."""
    assert {page.success(name) for page in without.values() for name in OF_ORCHESTRATOR} == {None}
    release_cluster.wait_until_idle()
    if release_cluster.release.name != "16.2.15":
        release_cluster.wait(
            lambda: GATEWAY.keys() == gateways(release_cluster), "gateway of the module", 60
        )
    check_working(release_cluster, without)
    check_passwords(release_cluster, tmp_path)
    implied = expected(release_cluster, OF_ORCHESTRATOR)
    page = over_rados(release_cluster, tmp_path)
    assert {name: page.get(name) for name in implied} == implied
    orchestrator.lose_data(release_cluster)
    check_failing(release_cluster, without)
    orchestrator.load(release_cluster)
    release_cluster.wait_until_idle()
    # From 18 on, the dashboard keeps its list of hosts for a minute.
    check_working(release_cluster, without, OF_ORCHESTRATOR[:2])


def gateways(cluster: CephCluster) -> set[frozenset[tuple[str, str]]]:
    """Return the labels of the gateways on the module's page."""
    return set(parity.parse(cluster.module_page()).get("ceph_rgw_metadata", {}))
