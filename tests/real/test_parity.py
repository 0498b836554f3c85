"""Our page against that of Ceph's mgr module, on each release, at rest and with an OSD down.

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
    """Stop an OSD of which Ceph is told that it comes back, and let it come back."""
    release_cluster.ceph("osd", "set", "noout")
    release_cluster.stop_osd(2)
    release_cluster.settled()
    try:
        yield release_cluster
    finally:
        release_cluster.start_osd(2)
        release_cluster.ceph("osd", "unset", "noout")
        release_cluster.settled()


def differences(cluster: CephCluster, api: str) -> list[str]:
    """Give what the module has and we have not or otherwise, the documented things apart."""
    before = parity.parse(cluster.module_page())
    found = run("once", *arguments(cluster, api), "--collector.perf_counters")
    assert found.returncode == 0, found.stderr
    ours = parity.parse(found.stdout)
    after = parity.parse(cluster.module_page())
    major = cluster.release.name.partition(".")[0]
    known = (
        *parity.OWN,
        *parity.allowed(parity.NOT_GIVEN, api),
        *parity.allowed(parity.OTHERWISE, major),
    )
    before = parity.without(before, known)
    declared = {name: series for name, series in before.items() if name in DECLARED}
    assert len(declared) > 40
    assert len(before) - len(declared) > 200  # performance counters
    return [*parity.missing(before, after, ours), *parity.otherwise(declared, after, ours)]


def all_differences(cluster: CephCluster) -> list[str]:
    """Compare over each API of the release."""
    return [f"{api}: {line}" for api in cluster.apis for line in differences(cluster, api)]


def test_at_rest_all_is_equal(release_cluster: CephCluster) -> None:
    """Every metric of the module is there under the same name, labels and value, over each API."""
    found = all_differences(release_cluster)
    assert not found, "\n".join(found)


def test_with_an_osd_down_all_is_equal(degraded: CephCluster) -> None:
    """So it is with an OSD down, PGs undersized and the flag noout set."""
    found = all_differences(degraded)
    assert not found, "\n".join(found)
