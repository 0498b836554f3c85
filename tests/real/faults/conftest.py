"""A real Ceph 16.2 in which one thing after the other fails, and an exporter on it over each API.

After each fault the same is asked of all: was every page there at once, is nothing left behind.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from testbed.bootstrap import RIGHTS, USER
from testbed.ceph import CephCluster
from testbed.client import scrape
from testbed.exporter import TIMEOUT, Exporter
from testbed.promptness import at_once, bare_server, said
from testbed.releases import PORTS
from testbed.waiting import wait_until
from tests.real.faults.watched import Scrapes, Watched

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BASE_PORT = PORTS + 4000


@pytest.fixture(scope="package")
def failing(folder: Path) -> Iterator[CephCluster]:
    """Start three monitors, two mgrs and three OSDs, for these tests alone."""
    with CephCluster(folder / "failing", mgrs=2, base_port=BASE_PORT) as started:
        yield started


@pytest.fixture(scope="package")
def dashboard(failing: CephCluster, folder: Path) -> Iterator[Watched]:
    """Run an exporter that knows the dashboards of both mgrs."""
    yield from start(failing, folder, "dashboard")


@pytest.fixture(scope="package")
def restful(failing: CephCluster, folder: Path) -> Iterator[Watched]:
    """Run an exporter that knows the module restful of both mgrs."""
    yield from start(failing, folder, "restful")


@pytest.fixture(scope="package")
def rados(failing: CephCluster, folder: Path) -> Iterator[Watched]:
    """Run an exporter that knows the monitors."""
    yield from start(failing, folder, "rados")


def start(cluster: CephCluster, folder: Path, api: str) -> Iterator[Watched]:
    """Run an exporter with copies of its own of the secret and of what says where Ceph is."""
    secret, place = folder / f"{api}.secret", folder / f"{api}.place"
    if api == "rados":
        cluster.ceph("auth", "get-or-create", f"client.{USER}", *RIGHTS)
        secret.write_text(cluster.ceph("auth", "get", f"client.{USER}"))
        place.write_bytes((cluster.folder / "ceph.conf").read_bytes())
        flags = ["--cluster.api=rados", f"--cluster.ceph-conf={place}"]
        flags += [f"--cluster.keyring={secret}"]
    else:
        given, urls = {
            "dashboard": (cluster.password_file, cluster.dashboard_urls),
            "restful": (cluster.restful_key_file, cluster.restful_urls),
        }[api]
        secret.write_bytes(given.read_bytes())
        place.write_bytes(cluster.ca_file.read_bytes())
        flags = [f"--cluster.url={url}" for url in urls]
        flags += [f"--cluster.password-file={secret}", f"--cluster.ca-file={place}"]
    with Exporter(folder, f"--cluster.username={USER}", *flags) as exporter:
        exporter.wait_for("ceph_up", lambda rows: set(rows.values()) == {1})
        yield Watched(exporter, api, secret, place, exporter.in_use())


@pytest.fixture(scope="package")
def all_three(dashboard: Watched, restful: Watched, rados: Watched) -> tuple[Watched, ...]:
    """Give the exporters over all APIs."""
    return dashboard, restful, rados


@pytest.fixture(scope="package")
def over_http(dashboard: Watched, restful: Watched) -> tuple[Watched, Watched]:
    """Give the exporters over the APIs that a mgr serves."""
    return dashboard, restful


@pytest.fixture(scope="package")
def misled(
    failing: CephCluster, cluster: CephCluster, dashboard: Watched, folder: Path
) -> Iterator[Watched]:
    """Run an exporter that was also given the dashboard of another cluster, which lets it in."""
    secret, bundle = folder / "shared.secret", folder / "bundle.crt"
    secret.write_text(dashboard.secret.read_text())
    bundle.write_text(failing.ca_file.read_text() + cluster.ca_file.read_text())
    flags = [f"--cluster.url={url}" for url in (*failing.dashboard_urls, cluster.dashboard_url)]
    flags += [f"--cluster.username={USER}", f"--cluster.password-file={secret}"]
    with Exporter(folder, *flags, f"--cluster.ca-file={bundle}") as exporter:
        one = Watched(exporter, "dashboard", secret, bundle, exporter.in_use())
        one.shows("ceph_up", 1)
        one.shows("ceph_exporter_foreign_cluster", 0)
        yield one


@pytest.fixture(scope="package")
def scrapes(all_three: tuple[Watched, ...], folder: Path) -> Iterator[Scrapes]:
    """Ask for the pages while these tests run."""
    ports = [one.exporter.port for one in all_three]
    with bare_server(scrape(ports[0]), folder) as bare:
        thread = Scrapes(ports, bare)
        thread.start()
        yield thread
        thread.close()


@pytest.fixture(autouse=True)
def unharmed(
    all_three: tuple[Watched, ...], scrapes: Scrapes, request: pytest.FixtureRequest
) -> Iterator[None]:
    """After a fault: every page was there at once, few lines were logged, nothing is held.

    A machine that is itself too busy shows it by the bare server.
    """
    begun = time.monotonic()
    yield
    for one in all_three:
        one.shows("ceph_up", 1)
        text = one.exporter.log.read_text()
        assert "Traceback" not in text
        assert "please report this" not in text
        assert text.count("\n") < 100
        wait_until(one.holds_no_more, "threads and descriptors given back", 120)
    pages, bare = (scrapes.since(begun, of_exporter=which) for which in (True, False))
    print(f"\n{request.node.name}: {said(pages)}; bare server: {said(bare)}")  # noqa: T201
    assert scrapes.faults == []
    assert at_once(pages, bare)
    assert max(pages) < TIMEOUT  # none waited for a poll
