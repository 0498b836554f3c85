"""The collector of mgrs and their modules."""

from ceph_exporter.collectors.managers import collect
from ceph_exporter.facts import Fact, Facts
from ceph_exporter.facts.daemons import Daemon, MgrMetadata
from ceph_exporter.facts.mgr_dump import MgrDump, Module
from tests.collectors.pages import by_family

REEF = "ceph version 18.2.7 (6b0e98) reef (stable)"
DUMP = MgrDump(active="y", available=True, standbys=("z", "x"), modules=())

FAMILIES = (
    "ceph_mgr_status",
    "ceph_mgr_metadata",
    "ceph_mgr_available",
    "ceph_mgr_module_status",
    "ceph_mgr_module_can_run",
)


def page(*facts: Fact) -> dict[str, list[str]]:
    """Return the sample lines by family."""
    return by_family(collect(Facts.of(*facts)), FAMILIES)


def test_no_facts_no_families() -> None:
    """Without documents there are no families."""
    assert page() == {}


def test_status() -> None:
    """The active mgr has 1, standbys have 0, in an order that a failover does not change."""
    assert page(DUMP) == {
        "ceph_mgr_status": [
            '{ceph_daemon="mgr.x"} 0',
            '{ceph_daemon="mgr.y"} 1',
            '{ceph_daemon="mgr.z"} 0',
        ],
        "ceph_mgr_available": [" 1"],
    }


def test_no_active_mgr() -> None:
    """While no mgr is active there is none without a name, and none is available."""
    assert page(MgrDump(active="", available=False, standbys=(), modules=())) == {
        "ceph_mgr_available": [" 0"]
    }


def test_metadata() -> None:
    """The mgrs of the map have metadata, empty where it is unavailable; other mgrs are absent."""
    metadata = MgrMetadata({"y": Daemon("h1", REEF), "x": Daemon("h2", REEF), "old": Daemon()})
    assert page(DUMP, metadata)["ceph_mgr_metadata"] == [
        f'{{ceph_daemon="mgr.x",hostname="h2",ceph_version="{REEF}"}} 1',
        f'{{ceph_daemon="mgr.y",hostname="h1",ceph_version="{REEF}"}} 1',
        '{ceph_daemon="mgr.z",hostname="",ceph_version=""} 1',
    ]


def test_metadata_without_the_map() -> None:
    """While the map is unavailable, all mgrs that have metadata are on the page."""
    assert page(MgrMetadata({"y": Daemon("h1", REEF), "x": Daemon("h2", REEF)})) == {
        "ceph_mgr_metadata": [
            f'{{ceph_daemon="mgr.x",hostname="h2",ceph_version="{REEF}"}} 1',
            f'{{ceph_daemon="mgr.y",hostname="h1",ceph_version="{REEF}"}} 1',
        ]
    }


def test_modules() -> None:
    """A module is disabled, enabled or always on, as the mgr module has it, and can run or not."""
    modules = (
        Module("balancer", can_run=True, enabled=True, always_on=True),
        Module("dashboard", can_run=False, enabled=True),
        Module("influx", can_run=True),
        Module("restful"),
    )
    families = page(MgrDump(active="y", available=True, standbys=(), modules=modules))
    assert families["ceph_mgr_module_status"] == [
        '{name="balancer"} 2',
        '{name="dashboard"} 1',
        '{name="influx"} 0',
        '{name="restful"} 0',
    ]
    assert families["ceph_mgr_module_can_run"] == [
        '{name="balancer"} 1',
        '{name="dashboard"} 0',
        '{name="influx"} 1',
    ]
