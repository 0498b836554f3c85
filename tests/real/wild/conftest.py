"""A real Ceph with two mgrs behind proxies and load balancers, and an exporter for each way."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import httpx
import pytest

from testbed import proxy
from testbed.bootstrap import USER
from testbed.ceph import CephCluster
from testbed.exporter import Exporter
from testbed.proxy import Proxies
from testbed.releases import PORTS
from tests.real.faults.watched import Watched
from tests.real.requirements import require

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

BASE_PORT = PORTS + 4200


@pytest.fixture(scope="package")
def wild(folder: Path) -> Iterator[CephCluster]:
    """Start a monitor, two mgrs and an OSD for these tests only."""
    with CephCluster(folder / "wild", mons=1, mgrs=2, osds=1, base_port=BASE_PORT) as started:
        yield started


@pytest.fixture(scope="package")
def proxies(wild: CephCluster, folder: Path) -> Iterator[Proxies]:
    """Start the proxies."""
    require(proxy.missing(), "testbed/install")
    place = folder / "proxies"
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


def watched(stack: ExitStack, wild: CephCluster, folder: Path, *urls: str) -> Watched:
    """Run an exporter until the stack is closed."""
    flags = [f"--cluster.url={url}" for url in urls]
    flags += [f"--cluster.username={USER}", f"--cluster.password-file={wild.password_file}"]
    flags += ["--poll.timeout=8s"]  # five exporters and two proxies share the machine
    exporter = stack.enter_context(Exporter(folder, *flags, f"--cluster.ca-file={wild.ca_file}"))
    return Watched(exporter, "dashboard", wild.password_file, wild.ca_file, exporter.in_use())


def fail_over(wild: CephCluster) -> str:
    """Let the standby take over; return the new active mgr's name once its dashboard answers."""
    old = wild.active_mgr()
    (other,) = set(wild.mgrs) - {old}
    wild.wait(lambda: standbys(wild) == 1, "standby", 60)
    wild.ceph("mgr", "fail", old)
    wild.wait(lambda: wild.active_mgr() == other, "other active mgr", 60)
    wild.wait(lambda: status(wild, other) == 200, "answer of its dashboard", 60)
    return other


def standbys(wild: CephCluster) -> int:
    """Return the number of standby mgrs."""
    return len(wild.ask("mgr", "dump")["standbys"])


def status(wild: CephCluster, mgr: str) -> int:
    """Return the HTTP status of the root of a mgr's dashboard, without following redirects."""
    url = wild.dashboard_urls[wild.mgrs.index(mgr)]
    return httpx.get(url, verify=False, trust_env=False).status_code  # noqa: S501 - only a status


def answer_errors(wild: CephCluster, code: int) -> None:
    """Let standby mgrs answer this status instead of a redirect."""
    options = {"standby_behaviour": "error", "standby_error_status_code": str(code)}
    for name, value in options.items():
        wild.ceph("config", "set", "mgr", f"mgr/dashboard/{name}", value)


def shows_health(one: Watched) -> None:
    """Wait until health, status and quorum are received, and nothing else says otherwise."""
    one.shows("ceph_up", 1)
    for document in ("health detail", "status", "quorum_status"):
        one.shows("ceph_exporter_document_success", 1, document=document)
    one.awaits("ceph_health_status", lambda values: bool(values) and values <= {0, 1})


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Return a stack of exporters, stopped at the end of a test."""
    with ExitStack() as opened:
        yield opened
