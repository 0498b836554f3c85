"""The metrics of the process, with the names and meanings that all of Prometheus' libraries give.

prometheus-client makes about thirty system calls for them, and each lets go of the interpreter's
lock; with 50 clients at once that was half of all the time. Here it takes four.
"""

import os
import platform
import resource
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

from ceph_exporter import __version__, exposition
from ceph_exporter.metric import Labels, Metric, Value
from ceph_exporter.polling.snapshot import OWN

Single: TypeAlias = tuple[Metric, Value]

_MEMORY, _STAT, _DESCRIPTORS = "/proc/self/statm", "/proc/self/stat", Path("/proc/self/fd")
_START = 19
"""The field `starttime` of proc(5), counted from the one after the command's name."""

BUILD = Metric(
    "ceph_exporter_build_info",
    "gauge",
    "Version of the exporter and of its Python; always 1",
    OWN,
    Labels("version", "pythonversion"),
)
RELOADED = Metric(
    "ceph_exporter_config_last_reload_successful",
    "gauge",
    "The configuration was taken over when it was last loaded (1) or refused (0)",
    OWN,
)
RELOAD_TIME = Metric(
    "ceph_exporter_config_last_reload_success_timestamp_seconds",
    "gauge",
    "When a configuration was last taken over",
    OWN,
)
CPU = Metric(
    "process_cpu_seconds_total",
    "counter",
    "CPU time that the process has used, in user and in system mode",
    OWN,
)
RESIDENT = Metric(
    "process_resident_memory_bytes", "gauge", "Memory that the process has resident", OWN
)
VIRTUAL = Metric(
    "process_virtual_memory_bytes", "gauge", "Size of the address space of the process", OWN
)
DESCRIPTORS = Metric("process_open_fds", "gauge", "Number of file descriptors that are open", OWN)
DESCRIPTORS_LIMIT = Metric(
    "process_max_fds",
    "gauge",
    "Number of file descriptors that may be open; absent without a limit",
    OWN,
)
STARTED = Metric("process_start_time_seconds", "gauge", "When the process began", OWN)

METRICS = tuple(value for value in list(vars().values()) if isinstance(value, Metric))
"""The metrics that are on the page once, however many clusters there are."""


def lines(more: Iterable[Single] = ()) -> exposition.Lines:
    """Render what is so at this moment, and more; what the system does not tell is absent.

    Sources: getrusage(2), getrlimit(2), and proc(5).
    """
    return {**_CONSTANT, **exposition.singles((*_now(), *more))}


def _started() -> float | None:
    try:
        ticks = int(_read(_STAT).rpartition(b")")[2].split()[_START])
    except OSError:  # another system
        return None
    booted = time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)
    return booted + ticks / os.sysconf("SC_CLK_TCK")


def _now() -> Iterator[Single]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    yield CPU, round(used.ru_utime + used.ru_stime, 6)
    try:
        virtual, resident = (int(pages) for pages in _read(_MEMORY).split()[:2])
        yield VIRTUAL, virtual * resource.getpagesize()
        yield RESIDENT, resident * resource.getpagesize()
        # Linux 6.2 and later tell the number as the folder's size; before it was 0.
        yield DESCRIPTORS, _DESCRIPTORS.stat().st_size or len(list(_DESCRIPTORS.iterdir())) - 1
    except OSError:  # another system, or out of descriptors
        pass
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    yield DESCRIPTORS_LIMIT, None if limit == resource.RLIM_INFINITY else limit


def _read(path: str) -> bytes:
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(file, 4096)
    finally:
        os.close(file)


# Made at once: later there may be no descriptor left to read it with.
_CONSTANT = {
    **exposition.lines([(BUILD, [(BUILD.labels(__version__, platform.python_version()), 1)])]),
    **exposition.singles([(STARTED, _started())]),
}
