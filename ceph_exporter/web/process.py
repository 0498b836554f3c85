"""The metrics of the process, with the names and meanings of Prometheus' client libraries.

prometheus-client makes about thirty system calls that release the interpreter lock; with 50
concurrent clients this took half of the total time. This module makes only a few.
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
"""Index of the field `starttime` of proc(5), counted from the field after the command name."""

BUILD = Metric(
    "ceph_exporter_build_info",
    "gauge",
    "Versions of the exporter and of its Python interpreter; always 1",
    OWN,
    Labels("version", "pythonversion"),
)
RELOADED = Metric(
    "ceph_exporter_config_last_reload_successful",
    "gauge",
    "Whether the last attempt to load the configuration succeeded (1) or failed (0)",
    OWN,
)
RELOAD_TIME = Metric(
    "ceph_exporter_config_last_reload_success_timestamp_seconds",
    "gauge",
    "Time at which a configuration was last loaded successfully",
    OWN,
)
CPU = Metric(
    "process_cpu_seconds_total",
    "counter",
    "CPU time of the process in user and system mode",
    OWN,
)
RESIDENT = Metric("process_resident_memory_bytes", "gauge", "Resident memory of the process", OWN)
VIRTUAL = Metric("process_virtual_memory_bytes", "gauge", "Virtual memory of the process", OWN)
DESCRIPTORS = Metric("process_open_fds", "gauge", "Number of open file descriptors", OWN)
DESCRIPTORS_LIMIT = Metric(
    "process_max_fds",
    "gauge",
    "Maximum number of open file descriptors; absent if unlimited",
    OWN,
)
STARTED = Metric("process_start_time_seconds", "gauge", "Time at which the process started", OWN)

HANDSHAKE_FAILURES = Metric(
    "ceph_exporter_web_tls_handshake_failures_total",
    "counter",
    "Failed TLS handshakes with clients, by reason; absent without a web configuration file",
    OWN,
    Labels("reason"),
)

METRICS = tuple(value for value in list(vars().values()) if isinstance(value, Metric))
"""The metrics that a page shows once, regardless of the number of clusters."""


def lines(
    more: Iterable[Single] = (), failures: Iterable[tuple[str, int]] = ()
) -> exposition.Lines:
    """Return the current lines of these metrics and of `more`.

    failures: the failed TLS handshakes by reason. A metric that the system does not report is
    absent. Sources: getrusage(2), getrlimit(2) and proc(5).
    """
    rows = [(HANDSHAKE_FAILURES.labels(reason), number) for reason, number in failures]
    handshakes = exposition.lines([(HANDSHAKE_FAILURES, rows)]) if rows else {}
    return {**_CONSTANT, **exposition.singles((*_now(), *more)), **handshakes}


def _started() -> float | None:
    try:
        ticks = int(_read(_STAT).rpartition(b")")[2].split()[_START])
    except OSError:  # not Linux
        return None
    booted = time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)
    return booted + ticks / os.sysconf("SC_CLK_TCK")


def _now() -> Iterator[Single]:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    yield CPU, round(usage.ru_utime + usage.ru_stime, 6)
    try:
        virtual, resident = (int(pages) for pages in _read(_MEMORY).split()[:2])
        yield VIRTUAL, virtual * resource.getpagesize()
        yield RESIDENT, resident * resource.getpagesize()
        # Since Linux 6.2 the size of the directory is the number of descriptors; before, it was 0.
        yield DESCRIPTORS, _DESCRIPTORS.stat().st_size or len(list(_DESCRIPTORS.iterdir())) - 1
    except OSError:  # not Linux, or no free descriptor
        pass
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    yield DESCRIPTORS_LIMIT, None if limit == resource.RLIM_INFINITY else limit


def _read(path: str) -> bytes:
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(file, 4096)
    finally:
        os.close(file)


# These are read at import, because later there may be no free descriptor to read them with.
_CONSTANT = {
    **exposition.lines([(BUILD, [(BUILD.labels(__version__, platform.python_version()), 1)])]),
    **exposition.singles([(STARTED, _started())]),
}
