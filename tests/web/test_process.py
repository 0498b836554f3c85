"""The metrics of the process: what prometheus-client would say, or nothing."""

import os
import resource
from pathlib import Path
from types import SimpleNamespace

import pytest
from prometheus_client import CollectorRegistry, ProcessCollector

from ceph_exporter.web import process
from ceph_exporter.web.process import Process


def values(collector: object) -> dict[str, float]:
    """Give the values by the names of their series."""
    registry = CollectorRegistry()
    registry.register(collector)  # type: ignore[arg-type]
    samples = [sample for family in registry.collect() for sample in family.samples]
    return {sample.name: sample.value for sample in samples}


def test_the_values_are_those_of_prometheus_client() -> None:
    """Names are the library's; constants are equal to its, and memory and CPU are near."""
    ours, theirs = values(Process()), values(ProcessCollector(registry=None))
    assert ours.keys() == theirs.keys()
    for name in ("process_max_fds", "process_start_time_seconds"):
        assert ours[name] == theirs[name]
    for name in ("process_virtual_memory_bytes", "process_resident_memory_bytes"):
        assert ours[name] == pytest.approx(theirs[name], rel=0.2)
    assert (
        0
        < ours["process_cpu_seconds_total"]
        == pytest.approx(theirs["process_cpu_seconds_total"], abs=1)
    )


def test_open_descriptors_are_counted() -> None:
    """One more that is open is one more."""
    before = values(Process())["process_open_fds"]
    with Path(os.devnull).open():
        assert values(Process())["process_open_fds"] == before + 1


def test_linux_before_6_2_gives_the_same_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the folder's size is 0 its entries are counted, the one for looking into it aside."""
    folder = Path("/proc/self/fd")
    expected = len(list(folder.iterdir())) - 1
    sizeless = SimpleNamespace(stat=lambda: SimpleNamespace(st_size=0), iterdir=folder.iterdir)
    monkeypatch.setattr(process, "_DESCRIPTORS", sizeless)
    assert values(Process())["process_open_fds"] == expected


def test_what_cannot_be_read_is_absent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """On a system without /proc, or out of descriptors, memory and descriptors are left out."""
    monkeypatch.setattr(process, "_MEMORY", str(tmp_path / "none"))
    monkeypatch.setattr(process, "_DESCRIPTORS", tmp_path / "none")
    expected = {"process_cpu_seconds_total", "process_max_fds", "process_start_time_seconds"}
    assert values(Process()).keys() == expected


def test_no_limit_is_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a limit of descriptors there is no `process_max_fds`."""
    unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    monkeypatch.setattr(resource, "getrlimit", lambda _: unlimited)
    assert "process_max_fds" not in values(Process())
