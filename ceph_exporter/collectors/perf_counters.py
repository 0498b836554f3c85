"""The daemons' performance counters, under the names of Ceph's mgr module and exporter."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated

import msgspec

from ceph_exporter.facts import Facts
from ceph_exporter.facts.orchestrator import instances
from ceph_exporter.facts.perf_counters import (
    AVERAGE,
    COUNTER,
    HISTOGRAM,
    TIME,
    Counter,
    PerfCounters,
)
from ceph_exporter.metric import Family, Labels, Metric, Type, Value, one

DEFAULT = False  # 5 to 13 kB to read and 40 to 90 series per OSD

_DAEMON = Labels("ceph_daemon")
_RGW = Labels("instance_id")
_NAME = re.compile(r"[a-zA-Z0-9_:]+")
_ILLEGAL = re.compile(r"[./\s]|::")

CUT = Metric(
    "ceph_exporter_perf_counters_cut",
    "gauge",
    "Number of performance counter series left out because of the limit",
    PerfCounters.document,
    detail="The limit is --collector.perf_counters.limit.",
)


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which counters to export: regular expressions for whole metric names, and how many series."""

    include: Annotated[
        str, msgspec.Meta(description="Regular expression for names of counters to export")
    ] = ".*"
    exclude: Annotated[
        str, msgspec.Meta(description="Regular expression for names of counters not to export")
    ] = ""
    limit: Annotated[
        int, msgspec.Meta(description="Most series of performance counters to export")
    ] = 50_000

    def __post_init__(self) -> None:
        """Refuse patterns that are not regular expressions."""
        for field in ("include", "exclude"):
            try:
                re.compile(getattr(self, field))
            except re.error as error:
                raise ValueError(f"{field}: expected a regular expression: {error}") from None


class _Page:
    """Collects the families, series by series, up to the limit."""

    def __init__(self, options: Options) -> None:
        self.families: dict[str, tuple[Metric, list[tuple[str, Value]]]] = {}
        self.cut = 0
        self._left = options.limit
        include, exclude = re.compile(options.include), re.compile(options.exclude)
        self._shown = lru_cache(maxsize=10_000)(
            lambda name: bool(name and include.fullmatch(name) and not exclude.fullmatch(name))
        )

    def add(self, path: str, type_: Type, text: str, block: str, value: Value) -> None:
        name = name_of(path)
        if not self._shown(name):
            return
        if not self._left:
            self.cut += 1
            return
        self._left -= 1
        if name not in self.families:
            # Daemons of two releases may describe a counter differently: the first one counts.
            metric = Metric(name, type_, text, PerfCounters.document, _DAEMON)
            self.families[name] = metric, []
        self.families[name][1].append((block, value))


def collect(facts: Facts, options: Options = Options()) -> Iterator[Family]:  # noqa: B008 - frozen
    """Yield a family for each counter; histograms have no single value and are left out."""
    perf_counters = facts.get(PerfCounters)
    if perf_counters is None:
        return
    page, orchestrated = _Page(options), instances(facts)
    for daemon, counters in perf_counters.daemons.items():
        type_, _, id_ = daemon.partition(".")
        block = _RGW(orchestrated.get(id_, id_)) if type_ == "rgw" else _DAEMON(daemon)
        for path, counter in counters.items():
            if not counter.type & HISTOGRAM:
                _add(page, path, counter, block)
    yield from page.families.values()
    yield CUT, one(page.cut)


def _add(page: _Page, path: str, counter: Counter, block: str) -> None:
    text, value = counter.description or path, counter.value
    if counter.type & TIME and value is not None:
        value /= 1e9
    if counter.type & AVERAGE:
        page.add(f"{path}_sum", "counter", f"{text} Total", block, value)
        page.add(f"{path}_count", "counter", f"{text} Count", block, counter.count)
    else:
        page.add(path, "counter" if counter.type & COUNTER else "gauge", text, block, value)


@lru_cache(maxsize=10_000)
def name_of(path: str) -> str:
    """Return the metric name of a counter's path, as Ceph does (mgr/prometheus, src/exporter).

    The name is empty for a path whose name Prometheus would refuse.
    """
    name = _ILLEGAL.sub("_", path).replace("+", "_plus")
    name = re.sub("-$", "_minus", name).replace("-", "_")
    return f"ceph_{name}" if _NAME.fullmatch(name) else ""
