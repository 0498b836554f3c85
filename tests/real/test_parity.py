"""The exporter's page beside that of Ceph's mgr module, on each release, healthy and degraded.

The module is asked before and after: what it says both times must be on ours. The performance
counters on its page count on meanwhile, so that of these only names and labels are compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ceph_exporter.collectors import COLLECTORS
from testbed.exporter import arguments, run
from tests.real import parity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from testbed.ceph import CephCluster

pytestmark = pytest.mark.real

DECLARED = {metric.name for collector in COLLECTORS.values() for metric in collector.metrics}


@pytest.fixture
def degraded(release_cluster: CephCluster) -> Iterator[CephCluster]:
    """Stop an OSD with the flag noout set, and start it afterwards."""
    release_cluster.ceph("osd", "set", "noout")
    release_cluster.stop_osd(2)
    release_cluster.wait_until_idle()
    try:
        yield release_cluster
    finally:
        release_cluster.start_osd(2)
        release_cluster.ceph("osd", "unset", "noout")
        release_cluster.wait_until_idle()


def differences(cluster: CephCluster, api: str) -> list[str]:
    """Return the differences between both pages, without the documented ones."""
    before = parity.parse(cluster.module_page())
    done = run("once", *arguments(cluster, api), "--collector.perf_counters")
    assert done.returncode == 0, done.stderr
    ours = parity.parse(done.stdout)
    after = parity.parse(cluster.module_page())
    major = cluster.release.name.partition(".")[0]
    documented = (
        *parity.allowed(parity.NOT_EXPORTED, major),
        *parity.allowed(parity.NOT_GIVEN, api),
        *parity.allowed(parity.OTHERWISE, major),
    )
    before = parity.without(before, documented)
    declared = {name: series for name, series in before.items() if name in DECLARED}
    assert len(declared) > 40
    assert len(before) - len(declared) > 200  # performance counters
    return [*parity.missing(before, after, ours), *parity.otherwise(declared, after, ours)]


def all_differences(cluster: CephCluster) -> list[str]:
    """Compare both pages over each API of the release."""
    return [f"{api}: {line}" for api in cluster.apis for line in differences(cluster, api)]


def test_at_rest_all_is_equal(release_cluster: CephCluster) -> None:
    """Every metric of the module is on our page with the same labels and value, over each API."""
    differences = all_differences(release_cluster)
    assert not differences, "\n".join(differences)


def test_with_an_osd_down_all_is_equal(degraded: CephCluster) -> None:
    """The same holds with an OSD down, undersized PGs and the flag noout set."""
    differences = all_differences(degraded)
    assert not differences, "\n".join(differences)
