"""The metrics of the process: those of prometheus-client, or absent."""

import os
import resource
from pathlib import Path
from types import SimpleNamespace

import pytest
from prometheus_client import CollectorRegistry, ProcessCollector

from ceph_exporter.web import process


def values() -> dict[str, float]:
    """Return the value of each metric by name."""
    return {metric.name: float(text.split()[-1]) for metric, text in process.lines().items()}


def test_the_values_are_those_of_prometheus_client() -> None:
    """Names and constants equal those of prometheus-client; memory and CPU time are close."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    theirs = {one.name: one.value for family in registry.collect() for one in family.samples}
    ours = {name: value for name, value in values().items() if name.startswith("process_")}
    assert ours.keys() == theirs.keys()
    assert ours["process_max_fds"] == theirs["process_max_fds"]
    for name in ("process_virtual_memory_bytes", "process_resident_memory_bytes"):
        assert ours[name] == pytest.approx(theirs[name], rel=0.2)
    # To the second, because prometheus-client reads the boot time from a file in whole seconds.
    for name in ("process_start_time_seconds", "process_cpu_seconds_total"):
        assert ours[name] == pytest.approx(theirs[name], abs=1.5)
    assert ours["process_cpu_seconds_total"] > 0


def test_open_descriptors_are_counted() -> None:
    """Each further open descriptor is counted."""
    before = values()["process_open_fds"]
    with Path(os.devnull).open():
        assert values()["process_open_fds"] == before + 1


def test_linux_before_6_2_has_the_same_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the directory has size 0, its entries are counted, except the one of this listing."""
    directory = Path("/proc/self/fd")
    expected = len(list(directory.iterdir())) - 1
    sizeless = SimpleNamespace(stat=lambda: SimpleNamespace(st_size=0), iterdir=directory.iterdir)
    monkeypatch.setattr(process, "_DESCRIPTORS", sizeless)
    assert values()["process_open_fds"] == expected


def test_what_cannot_be_read_is_absent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without /proc, the metrics of memory, open descriptors and the start are absent."""
    everywhere = set(values()) - {
        *("process_virtual_memory_bytes", "process_resident_memory_bytes", "process_open_fds")
    }
    for name in ("_MEMORY", "_STAT"):
        monkeypatch.setattr(process, name, str(tmp_path / "none"))
    assert values().keys() == everywhere
    assert process._started() is None


def test_no_limit_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    """If descriptors are unlimited, `process_max_fds` is absent."""
    unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    monkeypatch.setattr(resource, "getrlimit", lambda _: unlimited)
    assert "process_max_fds" not in values()
