"""The collector of what mgr modules know."""

from ceph_exporter.collectors.modules import collect
from ceph_exporter.facts import Fact, Facts
from ceph_exporter.facts.mgr_modules import Balancer, Crash, CrashList, Device, DeviceList
from tests.collectors.pages import by_family

FAMILIES = (
    "ceph_crash_reports",
    "ceph_device_life_expectancy_min_timestamp_seconds",
    "ceph_device_life_expectancy_max_timestamp_seconds",
    "ceph_device_wear_ratio",
    "ceph_balancer_active",
    "ceph_balancer_mode",
    "ceph_balancer_last_optimize_duration_seconds",
)


def page(*facts: Fact) -> dict[str, list[str]]:
    """Return the sample lines by family."""
    return by_family(collect(Facts.of(*facts)), FAMILIES)


def test_no_facts_no_families() -> None:
    """Without documents there are no families."""
    assert page() == {}


def test_crashes() -> None:
    """Reports are counted by daemon and host, those that somebody has archived apart."""
    new, archived = Crash("osd.3", "h1"), Crash("osd.3", "h1", "2026-01-03 00:00:00.000000")
    assert page(CrashList((new, archived, new, Crash("mgr.x")))) == {
        "ceph_crash_reports": [
            '{entity="osd.3",hostname="h1",status="new"} 2',
            '{entity="osd.3",hostname="h1",status="archived"} 1',
            '{entity="mgr.x",hostname="",status="new"} 1',
        ]
    }


def test_disks() -> None:
    """A disk has its life expectancy as times and its wear, one series for all its OSDs."""
    disk = Device("V_M_1", "h1", "sda", ("osd.0", "osd.1"), 1_767_312_000, 1_767_400_000.5, 0.25)
    assert page(DeviceList((disk, Device("V_M_2", "h1", "sdb", (), None, None, 0)))) == {
        "ceph_device_life_expectancy_min_timestamp_seconds": [
            ('{device_id="V_M_1",hostname="h1",device="sda",ceph_daemon="osd.0,osd.1"} 1767312000')
        ],
        "ceph_device_life_expectancy_max_timestamp_seconds": [
            (
                '{device_id="V_M_1",hostname="h1",device="sda",ceph_daemon="osd.0,osd.1"} '
                "1767400000.5"
            )
        ],
        "ceph_device_wear_ratio": [
            '{device_id="V_M_1",hostname="h1",device="sda",ceph_daemon="osd.0,osd.1"} 0.25',
            '{device_id="V_M_2",hostname="h1",device="sdb",ceph_daemon=""} 0',
        ],
    }


def test_the_balancer() -> None:
    """The balancer is on or off, in one mode, and its last run took its time."""
    assert page(Balancer(active=True, mode="upmap", last_duration=0.5)) == {
        "ceph_balancer_active": [" 1"],
        "ceph_balancer_mode": ['{mode="upmap"} 1'],
        "ceph_balancer_last_optimize_duration_seconds": [" 0.5"],
    }


def test_a_balancer_that_never_ran() -> None:
    """Before the first run its time is absent, not 0."""
    assert page(Balancer(active=False, mode="none", last_duration=None)) == {
        "ceph_balancer_active": [" 0"],
        "ceph_balancer_mode": ['{mode="none"} 1'],
    }
