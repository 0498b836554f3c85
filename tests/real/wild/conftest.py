"""A real Ceph with two mgrs behind proxies and load balancers, and an exporter for each way."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from testbed import proxy
from testbed.ceph import CephCluster
from testbed.proxy import Proxies
from testbed.releases import PORTS, SYSTEM
from tests.real.requirements import require
from tests.real.wild.failovers import watched

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.real.faults.watched import Watched

BASE_PORT = PORTS + 4200
NEWER = ["18.2.7", "20.2.4"] if os.environ.get("CEPH_EXPORTER_LONG_TESTS") else []
"""Releases that only the long tests use, because each takes minutes."""


@pytest.fixture(scope="package", params=[SYSTEM, *NEWER])
def wild(request: pytest.FixtureRequest, folder: Path) -> Iterator[CephCluster]:
    """Start a monitor, two mgrs and an OSD for these tests only."""
    place = folder / f"wild-{request.param}"
    started = CephCluster(place, release=request.param, mons=1, mgrs=2, osds=1, base_port=BASE_PORT)
    with started:
        yield started


@pytest.fixture(scope="package")
def proxies(wild: CephCluster) -> Iterator[Proxies]:
    """Start the proxies."""
    require(proxy.missing(), "testbed/install")
    place = wild.folder / "proxies"
    place.mkdir()
    with Proxies(place, wild) as started:
        yield started


@pytest.fixture(scope="package")
def both(wild: CephCluster, folder: Path) -> Iterator[Watched]:
    """Run an exporter with the URLs of both mgrs."""
    with ExitStack() as stack:
        yield watched(stack, wild, folder, *wild.dashboard_urls)


@pytest.fixture(scope="package")
def behind(wild: CephCluster, proxies: Proxies, folder: Path) -> Iterator[Mapping[str, Watched]]:
    """Run an exporter with one URL for each proxy."""
    urls = {name: getattr(proxies, name) for name in ("prefix", "ingress", "balanced", "checked")}
    with ExitStack() as stack:
        yield {name: watched(stack, wild, folder, url) for name, url in urls.items()}


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Return a stack of exporters, stopped at the end of a test."""
    with ExitStack() as opened:
        yield opened
