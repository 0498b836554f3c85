"""A real Ceph 16.2, two exporters on it (one per API), and a Prometheus that scrapes both.

And a cluster of each release that the tests can run, one after the other.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.real import prometheus
from tests.real.bootstrap import USER
from tests.real.ceph import CephCluster
from tests.real.exporter import Exporter, free_port
from tests.real.prometheus import Prometheus
from tests.real.releases import PORTS, RELEASES, SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Set where the tests on real clusters must run: then what would skip them fails them.
REQUIRED = "CEPH_EXPORTER_REQUIRE_REAL"


def demand(missing: str | None, remedy: str) -> None:
    """Skip where something is missing, or fail where nothing may be."""
    if missing and os.environ.get(REQUIRED):
        pytest.fail(f"{REQUIRED} is set, but {missing}; see {remedy}")
    if missing:
        pytest.skip(f"{missing}; see {remedy}")


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder for all that the processes write; skip where they cannot be run."""
    demand(RELEASES[SYSTEM].available() or prometheus.available(), "tests/real/install")
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
    """Start a cluster of each release after the other, with all that it can have, at rest.

    It has two mgrs, a filesystem with a standby mds, pools with data and the module prometheus.
    """
    name: str = request.param
    demand(RELEASES[name].available(), "tests/real/install-releases")
    everything = CephCluster(
        tmp_path_factory.mktemp("ceph") / name,
        release=name,
        mgrs=2,
        mds=2,
        pools=True,
        prometheus=True,
    )
    with everything as started:
        started.settled()
        yield started


def arguments(cluster: CephCluster, api: str) -> list[str]:
    """Give the flags with which a user names the cluster over an API, to be found by probing."""
    url, secret = {
        "dashboard": (cluster.dashboard_url, cluster.password_file),
        "restful": (cluster.restful_url, cluster.restful_key_file),
    }[api]
    return [
        f"--cluster.url={url}",
        f"--cluster.username={USER}",
        f"--cluster.password-file={secret}",
        f"--cluster.ca-file={cluster.ca_file}",
    ]


@pytest.fixture(scope="session")
def dashboard(cluster: CephCluster, folder: Path) -> Iterator[Exporter]:
    """Run an exporter over the dashboard's API."""
    with Exporter(folder, *arguments(cluster, "dashboard")) as started:
        yield started


@pytest.fixture(scope="session")
def restful(cluster: CephCluster, folder: Path) -> Iterator[Exporter]:
    """Run an exporter over the module restful."""
    with Exporter(folder, *arguments(cluster, "restful")) as started:
        yield started


@pytest.fixture(scope="session")
def scraped(dashboard: Exporter, restful: Exporter, folder: Path) -> Iterator[Prometheus]:
    """Run a Prometheus that scrapes both exporters each second."""
    targets = [dashboard.target, restful.target]
    with Prometheus(folder / "prometheus", port=free_port(), targets=targets) as started:
        yield started
