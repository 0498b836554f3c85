"""What the page of a real Ceph 16.2 says while things fail, and after, over both of its APIs.

One cluster, one exporter an API, and one fault after the other; `scrapes` asks for the pages all
the while. The clock skew, a monitor down, and a cluster with one mgr are in test_ceph_16.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, NamedTuple

import httpx
import pytest

from tests.real.bootstrap import USER
from tests.real.ceph import CephCluster
from tests.real.exporter import Exporter
from tests.real.process import wait_until
from tests.real.releases import PORTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.real

BASE_PORT = PORTS + 4000


class Watched(NamedTuple):
    """An exporter, its own copies of the files it was given, and what it held at first."""

    exporter: Exporter
    secret: Path
    ca_file: Path
    in_use: tuple[int, int]

    def shows(
        self, metric: str, value: float | None, /, timeout: float = 120, **labels: str
    ) -> None:
        """Wait until a metric has this value in each of its samples with these labels."""
        wanted = labels.items()

        def holds() -> bool:
            found = {
                number
                for block, number in self.exporter.series(metric).items()
                if wanted <= dict(block).items()
            }
            return found == (set() if value is None else {value})

        wait_until(holds, f"{metric} {labels} {value}", timeout, [self.exporter.log])

    def polls(self, count: int) -> None:
        """Wait until so many more polls have ended."""
        ends: set[float] = set()

        def ended() -> bool:
            ends.update(self.exporter.series("ceph_exporter_poll_timestamp_seconds").values())
            return len(ends) > count

        wait_until(ended, f"{count} polls", 120, [self.exporter.log])

    def url(self) -> str:
        """Give the URL in use."""
        (labels,) = self.exporter.series("ceph_exporter_source_info")
        return dict(labels)["url"]

    def holds_no_more(self) -> bool:
        """Say whether it has no more threads and descriptors than at first, but for a scrape's."""
        pairs = zip(self.exporter.in_use(), self.in_use, strict=True)
        return all(now <= then + 2 for now, then in pairs)

    def says(self, text: str) -> None:
        """Wait until a text is in the log."""
        wait_until(lambda: self.said(text) > 0, f"{text} in the log", 120, [self.exporter.log])

    def said(self, text: str) -> int:
        """Count a text in the log."""
        return self.exporter.log.read_text().count(text)


class Scrapes(threading.Thread):
    """Asks for the pages again and again; keeps what went wrong, and the longest answer."""

    def __init__(self, exporters: list[Exporter]) -> None:
        super().__init__(daemon=True)
        self.count = 0
        self.slowest = 0.0
        self.faults: list[str] = []
        self.ended = threading.Event()
        self._exporters = exporters

    def run(self) -> None:
        """Ask until it ended."""
        while not self.ended.wait(0.1):
            for exporter in self._exporters:
                start = time.monotonic()
                try:
                    exporter.page()
                except httpx.HTTPError as error:
                    self.faults.append(repr(error))
                self.slowest = max(self.slowest, time.monotonic() - start)
                self.count += 1


@pytest.fixture(scope="module")
def failing(folder: Path) -> Iterator[CephCluster]:
    """Start three monitors, two mgrs and three OSDs, for this file alone."""
    with CephCluster(folder / "failing", mgrs=2, base_port=BASE_PORT) as started:
        yield started


def start(cluster: CephCluster, folder: Path, api: str) -> Iterator[Watched]:
    """Run an exporter that knows both mgrs, with copies of the password and the certificate."""
    given, urls = {
        "dashboard": (cluster.password_file, cluster.dashboard_urls),
        "restful": (cluster.restful_key_file, cluster.restful_urls),
    }[api]
    secret, ca_file = folder / f"{api}.secret", folder / f"{api}.crt"
    secret.write_bytes(given.read_bytes())
    ca_file.write_bytes(cluster.ca_file.read_bytes())
    flags = [f"--cluster.url={url}" for url in urls]
    flags += [
        f"--cluster.username={USER}",
        f"--cluster.password-file={secret}",
        f"--cluster.ca-file={ca_file}",
    ]
    with Exporter(folder, *flags) as exporter:
        exporter.wait_for("ceph_up", lambda rows: set(rows.values()) == {1})
        yield Watched(exporter, secret, ca_file, exporter.in_use())


@pytest.fixture(scope="module")
def dashboard(failing: CephCluster, folder: Path) -> Iterator[Watched]:
    """Run an exporter over the dashboard."""
    yield from start(failing, folder, "dashboard")


@pytest.fixture(scope="module")
def restful(failing: CephCluster, folder: Path) -> Iterator[Watched]:
    """Run an exporter over the module restful."""
    yield from start(failing, folder, "restful")


@pytest.fixture(scope="module")
def both(dashboard: Watched, restful: Watched) -> tuple[Watched, Watched]:
    """Give the exporters over both APIs."""
    return dashboard, restful


@pytest.fixture(scope="module", autouse=True)
def scrapes(both: tuple[Watched, Watched]) -> Iterator[Scrapes]:
    """Ask for the pages while the tests of this file run."""
    thread = Scrapes([one.exporter for one in both])
    thread.start()
    yield thread
    thread.ended.set()
    thread.join(20)


def test_an_osd_down(failing: CephCluster, both: tuple[Watched, Watched]) -> None:
    """An OSD that is stopped is down, with its health check, and comes back."""
    failing.stop_osd(2)
    for one in both:
        one.shows("ceph_osd_up", 0, ceph_daemon="osd.2")
        one.shows("ceph_osd_up", 1, ceph_daemon="osd.1")
        one.shows("ceph_health_detail", 1, name="OSD_DOWN")
    failing.start_osd(2)
    for one in both:
        one.shows("ceph_osd_up", 1, ceph_daemon="osd.2")
        one.shows("ceph_health_detail", 0, name="OSD_DOWN")


def test_a_full_pool(failing: CephCluster, both: tuple[Watched, Watched]) -> None:
    """A pool that reached its quota shows it, and its health check."""
    failing.ceph("osd", "pool", "create", "small", "1")
    failing.ceph("osd", "pool", "application", "enable", "small", "test")
    failing.ceph("osd", "pool", "set-quota", "small", "max_objects", "1")
    for name in "ab":
        failing.run("rados", "-p", "small", "put", name, str(failing.ca_file))
    for one in both:
        one.shows("ceph_health_detail", 1, name="POOL_FULL")
        one.shows("ceph_pool_quota_objects", 1, pool_id=pool_id(failing, "small"))
    failing.ceph("osd", "pool", "set-quota", "small", "max_objects", "0")
    for one in both:
        one.shows("ceph_health_detail", 0, name="POOL_FULL")


def pool_id(cluster: CephCluster, name: str) -> str:
    """Give the number of a pool."""
    rows = cluster.ask("osd", "dump")["pools"]
    return next(str(row["pool"]) for row in rows if row["pool_name"] == name)


def test_the_quorum_lost_and_back(failing: CephCluster, both: tuple[Watched, Watched]) -> None:
    """Without a quorum neither API is up, nothing is HEALTH_OK, and it all comes back."""
    for name in "bc":
        failing.stop_mon(name)
    for one in both:
        one.shows("ceph_up", 0)
        one.shows("ceph_health_status", None)
        one.shows("ceph_mon_quorum_status", None)
    for name in "bc":
        failing.start_mon(name)
    for one in both:
        one.shows("ceph_up", 1)
        one.shows("ceph_health_status", 0)
        one.shows("ceph_mon_quorum_status", 1)


def test_a_failover_is_followed(failing: CephCluster, both: tuple[Watched, Watched]) -> None:
    """After `ceph mgr fail` the other mgr's URL is used, with the same series, in few polls."""
    before = {one: set(one.exporter.series("ceph_osd_up")) for one in both}
    old = failing.active_mgr()
    failing.ceph("mgr", "fail", old)
    failing.wait(lambda: failing.active_mgr() not in ("", old), "other active mgr", 120)
    active = failing.active_mgr()
    failing.wait(lambda: failing.apis_answer(active), "answer of its APIs", 120)
    for one, urls in zip(both, (failing.dashboard_urls, failing.restful_urls), strict=True):
        url = urls[failing.mgrs.index(active)]
        wait_until(lambda one=one, url=url: one.url() == url, url, 120)  # type: ignore[misc]
        one.shows("ceph_up", 1)
        one.shows("ceph_exporter_foreign_cluster", 0)
        wait_until(
            lambda one=one: set(one.exporter.series("ceph_osd_up")) == before[one],  # type: ignore[misc]
            "same series",
            120,
        )


def test_tokens_that_expire_are_renewed(failing: CephCluster, dashboard: Watched) -> None:
    """With tokens that live six seconds new ones are got again and again, and none is refused."""
    failing.ceph("config", "set", "mgr", "mgr/dashboard/jwt_token_ttl", "6")
    # Which ends the token that was to live for hours.
    set_password(failing, dashboard.secret.read_text(), dashboard.secret)
    refusals = dashboard.said("refused")
    start = time.monotonic()
    while time.monotonic() < start + 15:
        dashboard.polls(3)
        dashboard.shows("ceph_up", 1)
    # "connection refused" is not what is counted here: the mgrs all run.
    assert dashboard.said("refused") == refusals
    failing.ceph("config", "rm", "mgr", "mgr/dashboard/jwt_token_ttl")


def test_a_changed_password(failing: CephCluster, cluster: CephCluster, dashboard: Watched) -> None:
    """The old password is refused, once; the new one is taken from the file as it appears.

    It is that of another cluster, as for the sake of a later test.
    """
    secret = cluster.password_file.read_text()
    refusals = dashboard.said("refused the login of user")
    set_password(failing, secret, dashboard.secret.with_suffix(".new"))
    dashboard.shows("ceph_up", 0)
    dashboard.polls(3)
    dashboard.secret.write_text(secret)
    dashboard.shows("ceph_up", 1)
    assert dashboard.said("refused the login of user") <= refusals + 1
    assert dashboard.said(secret) == 0


def set_password(cluster: CephCluster, secret: str, file: Path) -> None:
    """Give the user of the dashboard a password."""
    file.write_text(secret)
    name = ("dashboard", "ac-user-set-password", USER)
    cluster.ceph(*name, "-i", str(file), "--force-password")


@pytest.fixture(scope="module")
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
        one = Watched(exporter, secret, bundle, (0, 0))
        one.shows("ceph_up", 1)
        one.shows("ceph_exporter_foreign_cluster", 0)
        yield one


def test_the_active_mgr_killed(failing: CephCluster, both: tuple[Watched, Watched]) -> None:
    """A mgr that dies is missed for a while, then the standby's URL is used."""
    dead = failing.active_mgr()
    failing.stop_mgr(dead)
    for one in both:
        one.shows("ceph_up", 0)
    failing.wait(lambda: failing.active_mgr() not in ("", dead), "other active mgr", 120)
    for one in both:
        one.shows("ceph_up", 1)


def test_all_mgrs_dead(
    failing: CephCluster, cluster: CephCluster, both: tuple[Watched, Watched], misled: Watched
) -> None:
    """Without a mgr the cluster is not up, and another cluster's dashboard does not stand in."""
    failing.stop_mgr(failing.active_mgr())
    for one in both:
        one.shows("ceph_up", 0)
        one.shows("ceph_health_status", None)
    misled.shows("ceph_exporter_foreign_cluster", 1, url=cluster.dashboard_url)
    misled.shows("ceph_up", 0)
    misled.polls(3)
    assert misled.said("answers of another cluster are not shown") == 1
    assert misled.url() != cluster.dashboard_url


def test_mgrs_are_back_with_another_certificate(
    failing: CephCluster, both: tuple[Watched, Watched], misled: Watched
) -> None:
    """A new certificate is refused until the exporter is given it, without a restart."""
    failing.run(*failing.make_certificate_command())
    for module in ("dashboard", "restful"):
        for kind, file in (("crt", failing.ca_file), ("key", failing.key_file)):
            failing.ceph("config-key", "set", f"mgr/{module}/{kind}", "-i", str(file))
    for name in failing.mgrs:
        failing.start_mgr(name)
    for one in both:
        one.says("--cluster.ca-file")
        one.shows("ceph_up", 0)
        one.ca_file.write_bytes(failing.ca_file.read_bytes())
        one.shows("ceph_up", 1)
    misled.ca_file.write_bytes(failing.ca_file.read_bytes())
    misled.shows("ceph_up", 1)
    misled.shows("ceph_health_status", 0)


def test_nothing_is_left_behind(both: tuple[Watched, Watched], scrapes: Scrapes) -> None:
    """After all of that: every scrape was answered, few lines were logged, nothing is held."""
    for one in both:
        one.shows("ceph_up", 1)
        text = one.exporter.log.read_text()
        assert "Traceback" not in text
        assert "please report this" not in text
        assert text.count("\n") < 100
        wait_until(one.holds_no_more, "threads and descriptors given back", 120)
    print(f"{scrapes.count} scrapes, the slowest {scrapes.slowest:.3f} s")  # noqa: T201
    assert scrapes.faults == []
    assert scrapes.count > 100
    assert scrapes.slowest < 5
