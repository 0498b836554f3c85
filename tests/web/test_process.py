"""The metrics of the process: what prometheus-client would say, or nothing."""

import os
import resource
from pathlib import Path
from types import SimpleNamespace

import pytest
from prometheus_client import CollectorRegistry, ProcessCollector

from ceph_exporter.web import process


def values() -> dict[str, float]:
    """Give the values by the names of their metrics."""
    return {metric.name: float(text.split()[-1]) for metric, text in process.lines().items()}


def test_the_values_are_those_of_prometheus_client() -> None:
    """Names are the library's; constants are equal to its, and memory and CPU are near."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    theirs = {one.name: one.value for family in registry.collect() for one in family.samples}
    ours = {name: value for name, value in values().items() if name.startswith("process_")}
    assert ours.keys() == theirs.keys()
    assert ours["process_max_fds"] == theirs["process_max_fds"]
    for name in ("process_virtual_memory_bytes", "process_resident_memory_bytes"):
        assert ours[name] == pytest.approx(theirs[name], rel=0.2)
    # To the second: the library takes the time of boot from a file without fractions.
    for name in ("process_start_time_seconds", "process_cpu_seconds_total"):
        assert ours[name] == pytest.approx(theirs[name], abs=1.5)
    assert ours["process_cpu_seconds_total"] > 0


def test_open_descriptors_are_counted() -> None:
    """One more that is open is one more."""
    before = values()["process_open_fds"]
    with Path(os.devnull).open():
        assert values()["process_open_fds"] == before + 1


def test_linux_before_6_2_gives_the_same_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the folder's size is 0 its entries are counted, the one for looking into it aside."""
    folder = Path("/proc/self/fd")
    expected = len(list(folder.iterdir())) - 1
    sizeless = SimpleNamespace(stat=lambda: SimpleNamespace(st_size=0), iterdir=folder.iterdir)
    monkeypatch.setattr(process, "_DESCRIPTORS", sizeless)
    assert values()["process_open_fds"] == expected


def test_what_cannot_be_read_is_absent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """On a system without /proc memory, open descriptors and the start are left out."""
    everywhere = set(values()) - {
        *("process_virtual_memory_bytes", "process_resident_memory_bytes", "process_open_fds")
    }
    for name in ("_MEMORY", "_STAT"):
        monkeypatch.setattr(process, name, str(tmp_path / "none"))
    assert values().keys() == everywhere
    assert process._started() is None


def test_no_limit_is_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a limit of descriptors there is no `process_max_fds`."""
    unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    monkeypatch.setattr(resource, "getrlimit", lambda _: unlimited)
    assert "process_max_fds" not in values()
