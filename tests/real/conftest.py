"""A real Ceph 16.2, one exporter per HTTP API, and a Prometheus that scrapes both.

And a cluster of each release that can run here, one after the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from testbed import prometheus
from testbed.ceph import CephCluster
from testbed.exporter import Exporter, arguments
from testbed.process import free_port
from testbed.prometheus import Prometheus
from testbed.releases import PORTS, RELEASES, SYSTEM
from tests.real.requirements import require

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder for everything that the processes write; skip if they cannot run."""
    require(RELEASES[SYSTEM].available() or prometheus.available(), "testbed/install")
    return tmp_path_factory.mktemp("real")


@pytest.fixture(scope="session")
def cluster(folder: Path) -> Iterator[CephCluster]:
    """Start three monitors, a mgr with dashboard and restful, three OSDs."""
    with CephCluster(folder / "ceph", base_port=PORTS) as started:
        yield started


@pytest.fixture(scope="session", params=list(RELEASES))
def release_cluster(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CephCluster]:
    """Start a cluster of each release, one after the other, and wait until it is idle.

    It has two mgrs, a filesystem with a standby MDS, pools with data and the module prometheus.
    """
    name: str = request.param
    require(RELEASES[name].available(), "testbed/install-releases")
    everything = CephCluster(
        tmp_path_factory.mktemp("ceph") / name,
        release=name,
        mgrs=2,
        mds=2,
        pools=True,
        prometheus=True,
    )
    with everything as started:
        started.wait_until_idle()
        yield started


@pytest.fixture(scope="session")
def dashboard(cluster: CephCluster, folder: Path) -> Iterator[Exporter]:
    """Run an exporter that uses the dashboard's API."""
    with Exporter(folder, *arguments(cluster, "dashboard")) as started:
        yield started


@pytest.fixture(scope="session")
def restful(cluster: CephCluster, folder: Path) -> Iterator[Exporter]:
    """Run an exporter that uses the module restful."""
    with Exporter(folder, *arguments(cluster, "restful")) as started:
        yield started


@pytest.fixture(scope="session")
def scraped(dashboard: Exporter, restful: Exporter, folder: Path) -> Iterator[Prometheus]:
    """Run a Prometheus that scrapes both exporters each second."""
    targets = [dashboard.target, restful.target]
    with Prometheus(folder / "prometheus", port=free_port(), targets=targets) as started:
        yield started
