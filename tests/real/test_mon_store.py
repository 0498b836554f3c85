"""The data folders of real monitors: the figures agree with those of the system's tools."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from testbed.exporter import arguments, run
from testbed.waiting import wait_until
from tests.real.parity import parse

if TYPE_CHECKING:
    from pathlib import Path

    from testbed.ceph import CephCluster

pytestmark = pytest.mark.real

# Tests of find that select the files, by the end of the metric's name.
KINDS = {
    "store_sst_bytes": ("-name", "*.sst"),
    "store_log_bytes": ("-name", "*.log"),
    "store_misc_bytes": ("!", "-name", "*.sst", "!", "-name", "*.log"),
    "store_capacity_bytes": (),
}


def numbers(*command: str) -> list[int]:
    """Return the numbers that a tool prints."""
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [int(word) for word in done.stdout.split() if word.isdecimal()]


def measured(folder: Path) -> dict[str, int]:
    """Measure a monitor's folder with df and find."""
    size, used, avail = numbers("df", "--block-size=1", "--output=size,used,avail", str(folder))
    disk = {"capacity_bytes": size, "used_bytes": used, "avail_bytes": avail}
    find = ("find", str(folder / "store.db"), "-type", "f")
    return disk | {
        name: sum(numbers(*find, *test, "-printf", "%s\n")) for name, test in KINDS.items()
    }


def shown(cluster: CephCluster) -> dict[str, dict[str, float]]:
    """Return the figures on the page by monitor."""
    flag = f"--cluster.mon-data={cluster.folder}/mon.*"
    done = run("once", *arguments(cluster, "dashboard"), flag)
    assert done.returncode == 0, done.stderr
    page = parse(done.stdout)
    figures: dict[str, dict[str, float]] = {}
    for name in (*KINDS, "capacity_bytes", "used_bytes", "avail_bytes", "avail_percent"):
        for labels, value in page[f"ceph_monitor_{name}"].items():
            figures.setdefault(dict(labels)["monitor"], {})[name] = value
    return figures


def test_disk_and_store_are_what_df_and_find_say(cluster: CephCluster) -> None:
    """Each figure of every monitor lies between those of the tools just before and just after."""
    folders = {mon: cluster.folder / f"mon.{mon}" for mon in cluster.mons}

    def fits() -> bool:
        # A monitor may compact its store meanwhile; then the figures are compared again.
        before = {mon: measured(folder) for mon, folder in folders.items()}
        page = shown(cluster)
        after = {mon: measured(folder) for mon, folder in folders.items()}
        assert page.keys() == folders.keys()
        return all(
            min(value, after[mon][name]) <= page[mon][name] <= max(value, after[mon][name])
            for mon, figures in before.items()
            for name, value in figures.items()
        )

    wait_until(fits, "figures that df and find give too", 90)
    for figures in shown(cluster).values():
        share = figures["avail_bytes"] / figures["capacity_bytes"]
        assert figures["avail_percent"] == int(100 * share)
