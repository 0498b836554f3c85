"""The metrics `process_*`, with the names and meanings that Prometheus' client libraries give them.

prometheus-client's own collector makes about thirty system calls in each scrape, and each lets go
of the interpreter's lock. With 50 clients at once that was half of all the time; this makes five.
"""

import os
import resource
from collections.abc import Iterator
from pathlib import Path

from prometheus_client import ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

_MEMORY, _DESCRIPTORS = "/proc/self/statm", Path("/proc/self/fd")


class Process(Collector):
    """CPU, memory, descriptors and start of this process; what the system does not tell is absent.

    Sources: getrusage(2), getrlimit(2), and proc(5).
    """

    def __init__(self) -> None:
        known = ProcessCollector(registry=None).collect()
        self._start = [family for family in known if family.name == "process_start_time_seconds"]

    def collect(self) -> Iterator[Metric]:
        """Give the families of this moment."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        yield CounterMetricFamily(
            "process_cpu_seconds",
            "CPU time of the process, in user and in system mode",
            used.ru_utime + used.ru_stime,
        )
        for name, text, value in (*_memory(), *_descriptors()):
            yield GaugeMetricFamily(name, text, value)
        yield from self._start


def _memory() -> Iterator[tuple[str, str, float]]:
    try:
        pages = _read(_MEMORY).split()
    except OSError:  # another system, or out of descriptors
        return
    virtual, resident = (int(page) * resource.getpagesize() for page in pages[:2])
    yield "process_virtual_memory_bytes", "Size of the virtual memory", virtual
    yield "process_resident_memory_bytes", "Size of the resident memory", resident


def _descriptors() -> Iterator[tuple[str, str, float]]:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if most != resource.RLIM_INFINITY:
        yield "process_max_fds", "Number of file descriptors that may be open", most
    try:
        # Linux 6.2 and later tell the number as the folder's size; before it was 0.
        number = _DESCRIPTORS.stat().st_size or len(list(_DESCRIPTORS.iterdir())) - 1
    except OSError:
        return
    yield "process_open_fds", "Number of file descriptors that are open", number


def _read(path: str) -> bytes:
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(file, 256)
    finally:
        os.close(file)
