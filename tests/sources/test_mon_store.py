"""The monitors' data folders on this host: what is measured, and what it says when it cannot be."""

import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from ceph_exporter.sources import Answer, MonStore, mon_store

FSID = "11111111-2222-3333-4444-555555555555"


def folder(path: Path, **files: int) -> Path:
    """Make a monitor's folder with files of some sizes in its store."""
    (path / "store.db").mkdir(parents=True)
    for name, size in files.items():
        (path / "store.db" / name.replace("_", ".")).write_bytes(bytes(size))
    return path


def answer(*patterns: Path) -> Answer:
    """Get the document."""
    (found,) = MonStore(tuple(map(str, patterns))).fetch(["mon store", "status"])
    assert (found.documents, found.wire_format) == (("mon store",), "mon store")
    return found


def stores(*patterns: Path) -> list[dict[str, Any]]:
    """Get the document's content."""
    found = answer(*patterns)
    assert found.error is None
    stores: list[dict[str, Any]] = json.loads(found.body)["stores"]
    return stores


def test_files_count_by_their_endings(tmp_path: Path) -> None:
    """Tables and logs are told apart from the rest as Ceph did; the disk is the folder's own."""
    here = folder(
        tmp_path / "ceph-a", **{"1_sst": 70, "2_sst": 5, "3_log": 20, "LOG": 4, "x_old": 1}
    )
    (store,) = stores(here)
    assert (store["name"], store["fsid"]) == ("a", "")
    assert (store["sst"], store["log"], store["misc"]) == (75, 20, 5)
    disk = os.statvfs(here)
    assert store["total"] == disk.f_blocks * disk.f_frsize
    assert store["total"] >= store["used"] + store["avail"] > 0


def test_patterns_find_the_folders(tmp_path: Path) -> None:
    """Both layouts are found, each monitor once, with the name and the cluster of its path."""
    folder(tmp_path / "mon" / "ceph-ceph-node1")
    folder(tmp_path / FSID / "mon.b")
    folder(tmp_path / FSID / "mon.c")
    folder(tmp_path / "mon" / "lost+found")
    (tmp_path / "mon" / "ceph-empty").mkdir()
    (tmp_path / "mon" / "ceph-odd").mkdir()
    (tmp_path / "mon" / "ceph-odd" / "store.db").touch()
    (tmp_path / "a-file").touch()
    found = stores(tmp_path / "mon" / "*", tmp_path / "*" / "mon.*", tmp_path / FSID / "mon.b")
    assert [(store["fsid"], store["name"]) for store in found] == [
        ("", "ceph-node1"),
        (FSID, "b"),
        (FSID, "c"),
    ]


def test_without_patterns_there_is_no_document() -> None:
    """It is off unless folders are given, and not asked for unless it is due."""
    assert MonStore(()).documents == frozenset()
    assert list(MonStore(()).fetch(["mon store"])) == []
    assert list(MonStore(("/x",)).fetch(["status"])) == []


def test_no_monitor_here_says_what_to_do(tmp_path: Path) -> None:
    """A pattern that fits no store is an error that names it."""
    text = (
        f"no monitor's data directory with a store.db matches {tmp_path}/*; check "
        "--cluster.mon-data, and that a monitor runs on this host"
    )
    assert text in str(answer(tmp_path / "*").error)
    assert "No such file" in str(answer(tmp_path / "none" / "*").error)


@pytest.mark.parametrize("hidden", ["listing", "store"])
def test_a_missing_right_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hidden: str
) -> None:
    """What may not be read is named, with the right that is missing."""
    here = folder(tmp_path / "ceph-a")
    closed = tmp_path if hidden == "listing" else here / "store.db"
    iterdir = Path.iterdir

    def refusing(path: Path) -> Any:  # noqa: ANN401 - as the original
        if path == closed:
            raise PermissionError(13, "Permission denied", str(path))
        return iterdir(path)

    monkeypatch.setattr(Path, "iterdir", refusing)  # root may read everything
    assert str(answer(tmp_path / "*").error) == (
        f"cannot read {closed}: Permission denied; run the exporter as the directory's owner "
        "(ceph) or with CAP_DAC_READ_SEARCH"
    )


def test_a_file_that_vanishes_is_left_out(tmp_path: Path) -> None:
    """A monitor compacts its store while it is read."""
    here = folder(tmp_path / "ceph-a", **{"1_sst": 70})
    (here / "store.db" / "2.sst").symlink_to(tmp_path / "gone")
    (store,) = stores(here)
    assert store["sst"] == 70


def test_a_disk_that_hangs_costs_one_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is an error within the patience, no second thread is begun, and it ends with the hang."""
    here, freed, calls = folder(tmp_path / "ceph-a"), threading.Event(), []
    statvfs = os.statvfs

    def hanging(path: Path) -> os.statvfs_result:
        calls.append(path)
        freed.wait(60)
        return statvfs(path)

    monkeypatch.setattr(mon_store, "PATIENCE", 0.1)
    monkeypatch.setattr(os, "statvfs", hanging)
    source = MonStore((str(here),))
    for _ in range(3):
        (found,) = source.fetch(["mon store"])
        assert "the file system does not answer" in str(found.error)
    assert len(calls) == 1
    freed.set()
    (thread,) = [one for one in threading.enumerate() if one.name == "mon store"]
    thread.join(60)
    monkeypatch.setattr(mon_store, "PATIENCE", 60)
    (found,) = source.fetch(["mon store"])
    assert found.error is None
    assert len(calls) == 2
