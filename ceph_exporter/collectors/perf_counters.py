"""The daemons' own performance counters, under the names of Ceph's mgr module and its exporter."""

import re
from collections.abc import Iterator
from functools import lru_cache

from ceph_exporter.collectors.base import Family, Labels, Metric, Type, Value
from ceph_exporter.facts import Facts
from ceph_exporter.facts.perf_counters import AVERAGE, COUNTER, HISTOGRAM, TIME, PerfCounters

DEFAULT = False  # 5 to 13 kB an OSD to read and some 40 to 90 series
DOCUMENTS = (PerfCounters.document,)

_DAEMON = Labels("ceph_daemon")
_RGW = Labels("instance_id")
_NAME = re.compile(r"[a-zA-Z0-9_:]+")
_ILLEGAL = re.compile(r"[./\s]|::")


def collect(facts: Facts) -> Iterator[Family]:
    """Give a family for each counter; histograms, whose values mean nothing here, are left out."""
    found = facts.get(PerfCounters)
    if found is None:
        return
    families: dict[str, tuple[Metric, list[tuple[str, Value]]]] = {}

    def add(path: str, type_: Type, text: str, block: str, value: Value) -> None:
        name = name_of(path)
        if name and name not in families:
            # Daemons of two releases may describe a counter in two ways: the first one stays.
            families[name] = Metric(name, type_, text, PerfCounters.document, _DAEMON), []
        if name:
            families[name][1].append((block, value))

    for daemon, counters in found.daemons.items():
        kind, _, ident = daemon.partition(".")
        block = _RGW(ident) if kind == "rgw" else _DAEMON(daemon)
        for path, counter in counters.items():
            if counter.type & HISTOGRAM:
                continue
            text, value = counter.description or path, counter.value
            if counter.type & TIME and value is not None:
                value /= 1e9
            if counter.type & AVERAGE:
                add(f"{path}_sum", "counter", f"{text} Total", block, value)
                add(f"{path}_count", "counter", f"{text} Count", block, counter.count)
            else:
                add(path, "counter" if counter.type & COUNTER else "gauge", text, block, value)
    yield from families.values()


@lru_cache(maxsize=10_000)
def name_of(path: str) -> str:
    """Turn a counter's path into a metric's name as Ceph does (mgr/prometheus, src/exporter).

    Empty for a path that makes no name that Prometheus takes.
    """
    name = _ILLEGAL.sub("_", path).replace("+", "_plus")
    name = f"{name[:-1]}_minus" if name.endswith("-") else name.replace("-", "_")
    return f"ceph_{name}" if _NAME.fullmatch(name) else ""
