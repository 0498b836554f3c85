"""A real Ceph 16.2 in which one part after the other fails, and an exporter for each API.

After each fault the same checks run: every scrape was prompt, and the exporter leaked nothing.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from testbed.bootstrap import RIGHTS, USER
from testbed.ceph import CephCluster
from testbed.client import scrape
from testbed.exporter import TIMEOUT, Exporter
from testbed.promptness import bare_server, prompt, summary
from testbed.releases import PORTS
from testbed.waiting import wait_until
from tests.real.faults.watched import Scrapes, Watched

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BASE_PORT = PORTS + 4000


@pytest.fixture(scope="package")
def failing(folder: Path) -> Iterator[CephCluster]:
    """Start three monitors, two mgrs and three OSDs for these tests only."""
    with CephCluster(folder / "failing", mgrs=2, base_port=BASE_PORT) as started:
        yield started


@pytest.fixture(scope="package")
def dashboard(failing: CephCluster, folder: Path) -> Iterator[Watched]:
    """Run an exporter with the URLs of both dashboards."""
    yield from start(failing, folder, "dashboard")


@pytest.fixture(scope="package")
def restful(failing: CephCluster, folder: Path) -> Iterator[Watched]:
    """Run an exporter with the URLs of both modules restful."""
    yield from start(failing, folder, "restful")


@pytest.fixture(scope="package")
def rados(failing: CephCluster, folder: Path) -> Iterator[Watched]:
    """Run an exporter that uses rados."""
    yield from start(failing, folder, "rados")


def start(cluster: CephCluster, folder: Path, api: str) -> Iterator[Watched]:
    """Run an exporter with its own copies of the secret and of the CA or ceph.conf."""
    secret, place = folder / f"{api}.secret", folder / f"{api}.place"
    if api == "rados":
        cluster.ceph("auth", "get-or-create", f"client.{USER}", *RIGHTS)
        secret.write_text(cluster.ceph("auth", "get", f"client.{USER}"))
        place.write_bytes((cluster.folder / "ceph.conf").read_bytes())
        flags = ["--cluster.api=rados", f"--cluster.ceph-conf={place}"]
        flags += [f"--cluster.keyring={secret}"]
    else:
        original, urls = {
            "dashboard": (cluster.password_file, cluster.dashboard_urls),
            "restful": (cluster.restful_key_file, cluster.restful_urls),
        }[api]
        secret.write_bytes(original.read_bytes())
        place.write_bytes(cluster.ca_file.read_bytes())
        flags = [f"--cluster.url={url}" for url in urls]
        flags += [f"--cluster.password-file={secret}", f"--cluster.ca-file={place}"]
    with Exporter(folder, f"--cluster.username={USER}", *flags) as exporter:
        exporter.wait_for("ceph_up", lambda rows: set(rows.values()) == {1})
        yield Watched(exporter, api, secret, place, exporter.in_use())


@pytest.fixture(scope="package")
def all_three(dashboard: Watched, restful: Watched, rados: Watched) -> tuple[Watched, ...]:
    """Return the exporters of all APIs."""
    return dashboard, restful, rados


@pytest.fixture(scope="package")
def over_http(dashboard: Watched, restful: Watched) -> tuple[Watched, Watched]:
    """Return the exporters of the APIs that a mgr serves."""
    return dashboard, restful


@pytest.fixture(scope="package")
def misled(
    failing: CephCluster, cluster: CephCluster, dashboard: Watched, folder: Path
) -> Iterator[Watched]:
    """Run an exporter with a URL of another cluster's dashboard, which accepts its password."""
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
    """Scrape all exporters while these tests run."""
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
    """Check after each fault: every scrape was prompt, the log is short, nothing leaked.

    On a machine that is too busy, the scrapes of the bare server are slow too.
    """
    start = time.monotonic()
    yield
    for one in all_three:
        one.shows("ceph_up", 1)
        text = one.exporter.log.read_text()
        assert "Traceback" not in text
        assert "please report this" not in text
        assert text.count("\n") < 100
        wait_until(one.holds_no_more, "closed threads and descriptors", 120)
    pages, bare = (scrapes.since(start, of_exporter=which) for which in (True, False))
    print(f"\n{request.node.name}: {summary(pages)}; bare server: {summary(bare)}")  # noqa: T201
    assert scrapes.faults == []
    assert prompt(pages, bare)
    assert max(pages) < TIMEOUT  # none waited for a poll
