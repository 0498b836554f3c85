"""OSDs in depth on real clusters: flags of single OSDs, required releases, and BlueStore."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from ceph_exporter.collectors._perf_presets import PRESETS
from testbed.bluestore import bluestore_osd
from testbed.exporter import arguments, run
from tests.real import parity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from testbed.ceph import CephCluster

pytestmark = pytest.mark.real

LONG = pytest.mark.skipif(
    not os.environ.get("CEPH_EXPORTER_LONG_TESTS"), reason="CEPH_EXPORTER_LONG_TESTS is not set"
)
PARTS = ("data", "omap", "meta")
BLUESTORE = 3
"""The number of the OSD with BlueStore."""


def page_of(cluster: CephCluster, api: str, *flags: str) -> parity.Page:
    """Return the page that `once` prints over an API."""
    done = run("once", *arguments(cluster, api), *flags)
    assert done.returncode == 0, done.stderr
    return parity.parse(done.stdout)


def value(page: parity.Page, name: str, **labels: str) -> float | None:
    """Return the value of a series, None if it is absent."""
    return page.get(name, {}).get(frozenset(labels.items()))


@pytest.fixture
def flagged(release_cluster: CephCluster) -> Iterator[CephCluster]:
    """Set flags for an OSD, for the host of all OSDs and for their device class."""
    nodes = release_cluster.ask("osd", "tree")["nodes"]
    host = next(node["name"] for node in nodes if node["type"] == "host")
    groups = (("noout", "osd.1"), ("nodown", host), ("noin", "hdd"))
    for flag, group in groups:
        release_cluster.ceph("osd", "set-group", flag, group)
    try:
        yield release_cluster
    finally:
        for flag, group in groups:
            release_cluster.ceph("osd", "unset-group", flag, group)
        release_cluster.wait_until_idle()


def test_the_page_has_what_the_osd_map_has(flagged: CephCluster) -> None:
    """Flags of single OSDs, nodes and classes, releases and stretch mode are those of the map."""
    dump = flagged.ask("osd", "dump")
    (host,) = dump["crush_node_flags"]
    expected = {("osd", "osd.1", "noout"), ("crush_node", host, "nodown")}
    expected |= {("device_class", "hdd", "noin")}
    for api in flagged.apis:
        page = page_of(flagged, api)
        rows = [dict(labels) for labels in page["ceph_osd_individual_flag"]]
        assert {(row["scope"], row["name"], row["flag"]) for row in rows} == expected
        counted = page["ceph_osd_individually_flagged"]
        set_ = [dict(labels) for labels, number in counted.items() if number]
        assert {(row["scope"], row["flag"]) for row in set_} == {(a, c) for a, _, c in expected}
        release = flagged.release.name.partition(".")[0]
        names = {"release": dump["require_osd_release"]}
        assert value(page, "ceph_require_osd_release", **names) == int(release)
        for metric in ("require_min_compat_client", "min_compat_client"):
            assert value(page, f"ceph_{metric}", release=dump[metric]) is not None
        below = page["ceph_daemons_below_required_release"]
        assert {dict(labels)["daemon"] for labels in below} >= {"mon", "mgr", "osd", "mds"}
        assert set(below.values()) == {0}
        stretch = dump.get("stretch_mode")
        assert value(page, "ceph_stretch_mode_enabled") == (0 if stretch else None)


def test_osds_in_memory_do_not_report_parts(release_cluster: CephCluster) -> None:
    """For an OSD without BlueStore, `osd df` has zeros, and the page nothing."""
    rows = release_cluster.ask("osd", "df")["nodes"]
    assert {row["kb_used_meta"] for row in rows} == {0}
    page = page_of(release_cluster, "dashboard")
    assert "ceph_osd_used_bytes" in page
    assert "ceph_osd_used_meta_bytes" not in page


@LONG
def test_an_osd_with_bluestore(release_cluster: CephCluster) -> None:
    """The parts of its use are those of `osd df`, and it has the counters of the preset."""
    with bluestore_osd(release_cluster, BLUESTORE) as name:
        release_cluster.wait(lambda: used(release_cluster)["meta"] > 0, "use of BlueStore", 60)
        release_cluster.wait_until_idle()
        for api in release_cluster.apis:
            flags = ("--collector.perf_counters", "--collector.perf_counters.preset=bluestore")
            before = used(release_cluster)
            page = page_of(release_cluster, api, *flags)
            after = used(release_cluster)
            for part in PARTS:
                found = value(page, f"ceph_osd_used_{part}_bytes", ceph_daemon=name)
                assert found in (before[part] * 1024, after[part] * 1024)
            expected = counters(release_cluster.release.name)
            assert expected == {metric for metric in page if metric in PRESETS["bluestore"]}
            assert value(page, "ceph_bluefs_db_used_bytes", ceph_daemon=name)
            assert len(expected) <= 18
    release_cluster.wait_until_idle()


def used(cluster: CephCluster) -> dict[str, int]:
    """Return the parts of the use of the OSD with BlueStore, in KiB."""
    rows = cluster.ask("osd", "df")["nodes"]
    (row,) = [row for row in rows if row["id"] == BLUESTORE]
    return {part: row[f"kb_used_{part}"] for part in PARTS}


def counters(release: str) -> set[str]:
    """Return the names of the preset that a release reports by default."""
    absent = {"rocksdb_write_delay_time", "bluestore_bluestore_fragmentation_micros"}
    if release < "18":
        absent |= {"txc_", "_slow_", "fragmentation"}
    else:
        absent |= {"bluestore_throttle", "bluestore_commit"}
    names = PRESETS["bluestore"]
    return {
        name
        for name in names
        if not any(part in name for part in absent) or name.startswith("ceph_bluefs_")
    }
