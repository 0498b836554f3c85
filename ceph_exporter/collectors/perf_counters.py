"""The daemons' performance counters, named as in Ceph's own prometheus module.

An OSD with BlueStore has 338 series and takes up 39 kB of Ceph's answer, so the default limit is
enough for 590 OSDs.

A daemon with several objects of the same kind has a counter with the same name for each of them.
The first counter has no additional label; the others have the label `copy`, starting at 2.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, NamedTuple

import msgspec

from ceph_exporter.collectors._perf_names import Identity, identify, name_of
from ceph_exporter.collectors._perf_presets import PRESETS
from ceph_exporter.facts import Facts
from ceph_exporter.facts.numbers import amount
from ceph_exporter.facts.orchestrator import Daemons, instances
from ceph_exporter.facts.perf_counters import (
    AVERAGE,
    COUNTER,
    HISTOGRAM,
    TIME,
    Counter,
    PerfCounters,
)
from ceph_exporter.facts.service_dump import ServiceDump
from ceph_exporter.metric import Family, Labels, Metric, Type, Value, one

DEFAULT = False  # off because of the large number of series

_DAEMON = Labels("ceph_daemon")
_RGW = Labels("instance_id")
_COPY = Labels("copy")

CUT = Metric(
    "ceph_exporter_perf_counters_cut",
    "gauge",
    "Number of performance counter series left out because of --collector.perf_counters.limit",
    PerfCounters.document,
)


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which counters to export, and how many series. The patterns match whole metric names.

    A counter is exported if the preset (if any) contains it, and both patterns admit it.
    """

    include: Annotated[
        str, msgspec.Meta(description="Regular expression for the names of the counters to export")
    ] = ".*"
    exclude: Annotated[
        str, msgspec.Meta(description="Regular expression for the names of the counters to exclude")
    ] = ""
    limit: Annotated[
        int,
        msgspec.Meta(
            description="Maximum number of performance counter series to export", ge=0, le=10**12
        ),
    ] = 200_000
    preset: Annotated[
        str,
        msgspec.Meta(
            description="Export only the counters of a preset: bluestore (space, latency and "
            "stalls of each OSD, at most 18 series)"
        ),
    ] = ""

    def __post_init__(self) -> None:
        """Raise ValueError if there is no such preset, or a pattern is no regular expression."""
        if self.preset and self.preset not in PRESETS:
            names = ", ".join(PRESETS)
            raise ValueError(f"preset: expected the name of a preset; there is {names}")
        for field in ("include", "exclude"):
            try:
                re.compile(getattr(self, field))
            except re.error as error:
                raise ValueError(f"{field}: expected a regular expression: {error}") from None


class _Family:
    """One metric with its samples, by label block."""

    def __init__(self, metric: Metric) -> None:
        self.metric = metric
        self._samples: dict[str, tuple[str, Value]] = {}
        self._same: dict[str, list[tuple[str, Value]]] = {}

    def add(self, block: str, path: str, value: Value) -> None:
        """Add the value of a counter; several counters may have the same label block."""
        if block in self._samples:
            self._same.setdefault(block, [self._samples[block]]).append((path, value))
        else:
            self._samples[block] = path, value

    def samples(self) -> list[tuple[str, Value]]:
        """Return the samples.

        If several counters have the same label block, the one with the shortest path, which is the
        one without an address, keeps the block. The others get the additional label `copy`.
        """
        values = {block: value for block, (_, value) in self._samples.items()}
        for block, rows in self._same.items():
            rows.sort(key=lambda row: (len(row[0]), row[0]))
            values[block] = rows[0][1]
            for number, (_, value) in enumerate(rows[1:], 2):
                values[f"{block},{_COPY(str(number))}"] = value
        return list(values.items())


class _Page:
    """Collects the families, series by series, up to the limit."""

    def __init__(self, options: Options) -> None:
        self.families: dict[str, _Family] = {}
        self.cut = 0
        self._left = options.limit
        include, exclude = re.compile(options.include), re.compile(options.exclude)
        preset = PRESETS.get(options.preset)
        self._shown = lru_cache(maxsize=10_000)(
            lambda name: bool(
                name
                and (preset is None or name in preset)
                and include.fullmatch(name)
                and not exclude.fullmatch(name)
            )
        )

    def add(self, row: "_Row", suffix: str, type_: Type, text: str, value: Value) -> None:
        name = name_of(row.identity.path + suffix)
        if not self._shown(name):
            return
        if not self._left:
            self.cut += 1
            return
        self._left -= 1
        if name not in self.families:
            # Daemons of two releases may describe a counter differently; the first text is used.
            self.families[name] = _Family(Metric(name, type_, text, PerfCounters.document, _DAEMON))
        labels = row.identity.labels
        self.families[name].add(f"{row.block},{labels}" if labels else row.block, row.path, value)


class _Row(NamedTuple):
    """One counter of a daemon. block: the daemon's label block."""

    block: str
    path: str
    identity: Identity


_DEFAULTS = Options()


def collect(facts: Facts, options: Options = _DEFAULTS) -> Iterator[Family]:
    """Yield the families of all counters except histograms, which have no single value."""
    perf_counters = facts.get(PerfCounters)
    if perf_counters is None:
        return
    page = _Page(options)
    orchestrated = instances(facts.get(Daemons), facts.get(ServiceDump))
    for daemon, counters in perf_counters.daemons.items():
        type_, _, id_ = daemon.partition(".")
        block = _RGW(orchestrated.get(id_, id_)) if type_ == "rgw" else _DAEMON(daemon)
        for path, counter in counters.items():
            if not counter.type & HISTOGRAM:
                _add(page, _Row(block, path, identify(path)), counter)
    for family in page.families.values():
        yield family.metric, family.samples()
    yield CUT, one(page.cut)


def _add(page: _Page, row: _Row, counter: Counter) -> None:
    text, value = counter.description or row.identity.path, amount(counter.value)
    if counter.type & TIME and value is not None:
        value /= 1e9
    if counter.type & AVERAGE:
        page.add(row, "_sum", "counter", f"{text} Total", value)
        page.add(row, "_count", "counter", f"{text} Count", amount(counter.count))
    else:
        page.add(row, "", "counter" if counter.type & COUNTER else "gauge", text, value)
