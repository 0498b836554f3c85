"""The monitors' data directories on this host: the figures, and the errors."""

import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from ceph_exporter.sources import Answer, MonStore, mon_store

FSID = "11111111-2222-3333-4444-555555555555"


def directory(path: Path, **files: int) -> Path:
    """Create a monitor's data directory with files of these sizes in its store."""
    (path / "store.db").mkdir(parents=True)
    for name, size in files.items():
        (path / "store.db" / name.replace("_", ".")).write_bytes(bytes(size))
    return path


def answer(*patterns: Path) -> Answer:
    """Return the answer of the source."""
    (result,) = MonStore(tuple(map(str, patterns))).fetch(["mon store", "status"])
    assert (result.documents, result.wire_format) == (("mon store",), "mon store")
    return result


def stores(*patterns: Path) -> list[dict[str, Any]]:
    """Return the content of the document."""
    result = answer(*patterns)
    assert result.error is None
    stores: list[dict[str, Any]] = json.loads(result.body)["stores"]
    return stores


def test_files_count_by_their_extensions(tmp_path: Path) -> None:
    """Tables, logs and other files are separate as in Ceph; the disk is that of the directory."""
    here = directory(
        tmp_path / "ceph-a", **{"1_sst": 70, "2_sst": 5, "3_log": 20, "LOG": 4, "x_old": 1}
    )
    (store,) = stores(here)
    assert (store["name"], store["fsid"]) == ("a", "")
    assert (store["sst"], store["log"], store["misc"]) == (75, 20, 5)
    disk = os.statvfs(here)
    assert store["total"] == disk.f_blocks * disk.f_frsize
    assert store["total"] >= store["used"] + store["avail"] > 0


def test_patterns_match_the_directories(tmp_path: Path) -> None:
    """Both layouts are found, each monitor once, with name and cluster from its path."""
    directory(tmp_path / "mon" / "ceph-ceph-node1")
    directory(tmp_path / FSID / "mon.b")
    directory(tmp_path / FSID / "mon.c")
    directory(tmp_path / "mon" / "lost+found")
    (tmp_path / "mon" / "ceph-empty").mkdir()
    (tmp_path / "mon" / "ceph-odd").mkdir()
    (tmp_path / "mon" / "ceph-odd" / "store.db").touch()
    (tmp_path / "a-file").touch()
    result = stores(tmp_path / "mon" / "*", tmp_path / "*" / "mon.*", tmp_path / FSID / "mon.b")
    assert [(store["fsid"], store["name"]) for store in result] == [
        ("", "ceph-node1"),
        (FSID, "b"),
        (FSID, "c"),
    ]


def test_without_patterns_there_is_no_document() -> None:
    """Without patterns the document does not exist, and it is only read if it is wanted."""
    assert MonStore(()).documents == frozenset()
    assert list(MonStore(()).fetch(["mon store"])) == []
    assert list(MonStore(("/x",)).fetch(["status"])) == []


def test_no_monitor_here_says_what_to_do(tmp_path: Path) -> None:
    """A pattern without a matching store is an error that names the pattern."""
    text = (
        f"no monitor's data directory with a store.db matches {tmp_path}/*; check "
        "--cluster.mon-data, and that a monitor runs on this host"
    )
    assert text in str(answer(tmp_path / "*").error)
    assert "No such file" in str(answer(tmp_path / "none" / "*").error)


@pytest.mark.parametrize("hidden", ["listing", "store"])
def test_a_missing_permission_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hidden: str
) -> None:
    """The error names the unreadable directory and the missing permission."""
    here = directory(tmp_path / "ceph-a")
    closed = tmp_path if hidden == "listing" else here / "store.db"
    iterdir = Path.iterdir

    def refusing(path: Path) -> Any:  # noqa: ANN401 - like the original
        if path == closed:
            raise PermissionError(13, "Permission denied", str(path))
        return iterdir(path)

    monkeypatch.setattr(Path, "iterdir", refusing)  # because root may read everything
    assert str(answer(tmp_path / "*").error) == (
        f"cannot read {closed}: Permission denied; run the exporter as the directory's owner "
        "(ceph) or with CAP_DAC_READ_SEARCH"
    )


def test_a_file_that_vanishes_is_left_out(tmp_path: Path) -> None:
    """A monitor may compact its store while it is read."""
    here = directory(tmp_path / "ceph-a", **{"1_sst": 70})
    (here / "store.db" / "2.sst").symlink_to(tmp_path / "gone")
    (store,) = stores(here)
    assert store["sst"] == 70


def test_a_disk_that_hangs_costs_one_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is an error after the patience, starts no second thread, and recovers with the disk."""
    here, freed, calls = directory(tmp_path / "ceph-a"), threading.Event(), []
    statvfs = os.statvfs

    def hanging(path: Path) -> os.statvfs_result:
        calls.append(path)
        freed.wait(60)
        return statvfs(path)

    monkeypatch.setattr(mon_store, "PATIENCE", 0.1)
    monkeypatch.setattr(os, "statvfs", hanging)
    source = MonStore((str(here),))
    for _ in range(3):
        (result,) = source.fetch(["mon store"])
        assert "the file system does not answer" in str(result.error)
    assert len(calls) == 1
    freed.set()
    (thread,) = [one for one in threading.enumerate() if one.name == "mon store"]
    thread.join(60)
    monkeypatch.setattr(mon_store, "PATIENCE", 60)
    (result,) = source.fetch(["mon store"])
    assert result.error is None
    assert len(calls) == 2
