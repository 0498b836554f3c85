"""The data folders of real monitors: what is shown is what the system's own tools say."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.real.conftest import arguments
from tests.real.exporter import run
from tests.real.parity import parse

if TYPE_CHECKING:
    from pathlib import Path

    from tests.real.ceph import CephCluster

pytestmark = pytest.mark.real


def sum_of(folder: Path, *names: str) -> int:
    """Give the size of the files in a store by find's patterns."""
    command = ["find", str(folder / "store.db"), "-type", "f", *names, "-printf", "%s\n"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return sum(map(int, done.stdout.split()))


def test_disk_and_store_are_what_df_and_find_say(cluster: CephCluster) -> None:
    """Every monitor has its file system as df shows it, and its store by kind of file."""
    flag = f"--cluster.mon-data={cluster.folder}/mon.*"
    found = run("once", *arguments(cluster, "dashboard"), flag)
    assert found.returncode == 0, found.stderr
    page = parse(found.stdout)
    for mon in cluster.mons:
        labels = frozenset({("monitor", mon), ("ceph_daemon", f"mon.{mon}")})
        shown = {
            name.removeprefix("ceph_monitor_"): series[labels]
            for name, series in page.items()
            if name.startswith("ceph_monitor_") and labels in series
        }
        folder = cluster.folder / f"mon.{mon}"
        command = ["df", "--block-size=1", "--output=size,used,avail", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        size, used, avail = map(int, done.stdout.splitlines()[1].split())
        assert shown["capacity_bytes"] == size
        # Others write to the disk meanwhile.
        assert shown["used_bytes"] == pytest.approx(used, abs=size / 100)
        assert shown["avail_bytes"] == pytest.approx(avail, abs=size / 100)
        assert shown["avail_percent"] == pytest.approx(100 * avail / size, abs=2)
        assert shown["store_sst_bytes"] == pytest.approx(sum_of(folder, "-name", "*.sst"), rel=0.5)
        total = sum_of(folder)
        # A write-ahead log is made longer than what is in it, and cut when a new one is begun.
        assert shown["store_capacity_bytes"] == pytest.approx(total, rel=0.5)
        kinds = ("store_sst_bytes", "store_log_bytes", "store_misc_bytes")
        assert shown["store_capacity_bytes"] == sum(shown[kind] for kind in kinds)
