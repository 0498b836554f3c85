"""Faults of mgrs, over both APIs that they serve, and over rados."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from testbed.waiting import wait_until

if TYPE_CHECKING:
    from testbed.ceph import CephCluster
    from tests.real.faults.watched import Watched

pytestmark = pytest.mark.real


def test_a_failover_is_followed(
    failing: CephCluster, over_http: tuple[Watched, Watched], rados: Watched
) -> None:
    """After `ceph mgr fail` the other mgr's URL is used within two polls, with the same series.

    The polls that count are those that ended after its APIs answered; one may have started earlier.
    """
    before = {one.api: set(one.exporter.series("ceph_osd_up")) for one in (*over_http, rados)}
    old = failing.active_mgr()
    failing.ceph("mgr", "fail", old)
    wait_for_another(failing, old)
    active = failing.active_mgr()
    failing.wait(lambda: failing.apis_answer(active), "answer of its APIs", 120)
    for one, urls in zip(over_http, (failing.dashboard_urls, failing.restful_urls), strict=True):
        url = urls[failing.mgrs.index(active)]
        assert one.polls_until(lambda _, one=one, url=url: one.url() == url) <= 2 + 1  # type: ignore[misc]
    for one in (*over_http, rados):
        one.shows("ceph_up", 1)
        one.shows("ceph_exporter_foreign_cluster", 0)
        wait_until(
            lambda one=one: set(one.exporter.series("ceph_osd_up")) == before[one.api],  # type: ignore[misc]
            "same series",
            120,
        )


def wait_for_another(cluster: CephCluster, mgr: str) -> None:
    """Wait until another mgr is active."""
    cluster.wait(lambda: cluster.active_mgr() not in ("", mgr), "other active mgr", 120)


def test_the_active_mgr_killed(
    failing: CephCluster, over_http: tuple[Watched, Watched], rados: Watched
) -> None:
    """When the active mgr dies, ceph_up is 0 until the standby's URL takes over."""
    dead = failing.active_mgr()
    failing.stop_mgr(dead)
    for one in over_http:
        one.shows("ceph_up", 0)
    rados.shows("ceph_up", 1)
    wait_for_another(failing, dead)
    for one in over_http:
        one.shows("ceph_up", 1)
    failing.start_mgr(dead)


def test_all_mgrs_dead(
    failing: CephCluster,
    cluster: CephCluster,
    over_http: tuple[Watched, Watched],
    rados: Watched,
    misled: Watched,
) -> None:
    """Without a mgr ceph_up is 0, and another cluster is not shown instead; rados still works."""
    for name in failing.mgrs:
        failing.stop_mgr(name)
    for one in over_http:
        one.shows("ceph_up", 0)
        one.shows("ceph_health_status", None)
    misled.shows("ceph_exporter_foreign_cluster", 1, url=cluster.dashboard_url)
    misled.shows("ceph_up", 0)
    misled.polls(3)
    assert misled.times_logged("rejected answers from another cluster") == 1
    assert misled.url() != cluster.dashboard_url
    rados.shows("ceph_health_detail", 1, name="MGR_DOWN")
    rados.shows("ceph_up", 1)
    for name in failing.mgrs:
        failing.start_mgr(name)
    for one in (*over_http, misled):
        one.shows("ceph_up", 1)


def test_another_certificate(
    failing: CephCluster, over_http: tuple[Watched, Watched], misled: Watched
) -> None:
    """A new certificate is refused until it is in the CA file; no restart is needed."""
    failing.run(*failing.make_certificate_command())
    for module in ("dashboard", "restful"):
        for kind, file in (("crt", failing.ca_file), ("key", failing.key_file)):
            failing.ceph("config-key", "set", f"mgr/{module}/{kind}", "-i", str(file))
    for name in failing.mgrs:
        failing.stop_mgr(name)
        failing.start_mgr(name)
    for one in over_http:
        one.wait_for_log("--cluster.ca-file")
        one.shows("ceph_up", 0)
        one.place.write_bytes(failing.ca_file.read_bytes())
        one.shows("ceph_up", 1)
    misled.place.write_bytes(failing.ca_file.read_bytes())
    misled.shows("ceph_up", 1)
    misled.shows("ceph_health_status", 0)
