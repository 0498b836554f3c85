"""Faults of monitors and OSDs, as each API reports them, and the recovery from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from testbed.ceph import CephCluster
    from tests.real.faults.watched import Watched

pytestmark = pytest.mark.real


def test_an_osd_down(failing: CephCluster, all_three: tuple[Watched, ...]) -> None:
    """A stopped OSD is shown as down with its health check, and as up after it started."""
    failing.stop_osd(2)
    for one in all_three:
        one.shows("ceph_osd_up", 0, ceph_daemon="osd.2")
        one.shows("ceph_osd_up", 1, ceph_daemon="osd.1")
        one.shows("ceph_health_detail", 1, name="OSD_DOWN")
    failing.start_osd(2)
    for one in all_three:
        one.shows("ceph_osd_up", 1, ceph_daemon="osd.2")
        one.shows("ceph_health_detail", 0, name="OSD_DOWN")


def test_a_full_pool(failing: CephCluster, all_three: tuple[Watched, ...]) -> None:
    """A pool that reached its quota has its health check."""
    failing.ceph("osd", "pool", "create", "small", "1")
    failing.ceph("osd", "pool", "application", "enable", "small", "test")
    failing.ceph("osd", "pool", "set-quota", "small", "max_objects", "1")
    for name in "ab":
        failing.run("rados", "-p", "small", "put", name, str(failing.ca_file))
    pools = failing.ask("osd", "dump")["pools"]
    number = next(str(pool["pool"]) for pool in pools if pool["pool_name"] == "small")
    for one in all_three:
        one.shows("ceph_health_detail", 1, name="POOL_FULL")
        one.shows("ceph_pool_quota_objects", 1, pool_id=number)
    failing.ceph("osd", "pool", "set-quota", "small", "max_objects", "0")
    for one in all_three:
        one.shows("ceph_health_detail", 0, name="POOL_FULL")


def test_a_monitor_down(failing: CephCluster, all_three: tuple[Watched, ...]) -> None:
    """A stopped monitor leaves the quorum, the others stay in it, and it joins again."""
    failing.stop_mon("c")
    for one in all_three:
        one.shows("ceph_mon_quorum_status", 0, ceph_daemon="mon.c")
        one.shows("ceph_mon_quorum_status", 1, ceph_daemon="mon.a")
        one.shows("ceph_health_detail", 1, name="MON_DOWN")
        one.shows("ceph_up", 1)
    failing.start_mon("c")
    for one in all_three:
        one.shows("ceph_mon_quorum_status", 1)
        one.shows("ceph_health_detail", 0, name="MON_DOWN")


def test_a_clock_ahead(failing: CephCluster, all_three: tuple[Watched, ...]) -> None:
    """A clock that is 0.4 s ahead is shown; over the dashboard once Ceph warns of it."""
    failing.stop_mon("b")
    failing.start_mon("b", faketime="+0.4s")
    for one in all_three:
        one.awaits(
            "ceph_monitor_clock_skew_seconds",
            lambda rows: all(0.3 < skew < 0.5 for skew in rows) and bool(rows),
            monitor="b",
        )
        one.shows("ceph_health_detail", 1, name="MON_CLOCK_SKEW")
    failing.stop_mon("b")
    failing.start_mon("b")
    for one in all_three:
        if one.api == "dashboard":
            one.shows("ceph_monitor_clock_skew_seconds", None, monitor="b")
        else:
            one.awaits(
                "ceph_monitor_clock_skew_seconds",
                lambda rows: all(abs(skew) < 0.1 for skew in rows) and bool(rows),
                monitor="b",
            )
        one.shows("ceph_health_detail", 0, name="MON_CLOCK_SKEW")


def test_the_quorum_lost_and_back(failing: CephCluster, all_three: tuple[Watched, ...]) -> None:
    """Without a quorum ceph_up is 0 over every API and no health is shown; both return with it."""
    for name in "bc":
        failing.stop_mon(name)
    for one in all_three:
        one.shows("ceph_up", 0)
        one.shows("ceph_health_status", None)
        one.shows("ceph_mon_quorum_status", None)
    for name in "bc":
        failing.start_mon(name)
    for one in all_three:
        one.shows("ceph_up", 1)
        one.shows("ceph_health_status", 0)
        one.shows("ceph_mon_quorum_status", 1)
