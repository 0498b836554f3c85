"""Figures of single monitors from the detail lines of health checks (Ceph 12 and later).

In Ceph 12 and later, no mon command reports the disk and store of a monitor unless MON_DISK_LOW,
MON_DISK_CRIT or MON_DISK_BIG is raised: the detail lines of these checks contain some of the
figures (HealthMonitor.cc of Ceph 12 to 20). The lines of MON_CLOCK_SKEW contain the skew without
its sign.
"""

import re
from collections.abc import Iterator, Mapping

import msgspec

from ceph_exporter.facts.numbers import amounts
from ceph_exporter.facts.time_sync import Clock

_AVAIL = re.compile(r"mon\.(\S+) has (\d+)% avail")
_NUMBER = r"(\d+(?:\.\d+)?(?:e[+-]?\d+)?)"
_STORE = re.compile(rf"mon\.(\S+) is {_NUMBER} ?([KMGTPE]?)i?B >= mon_data_size_warn")
_SKEW = re.compile(
    rf"mon\.(\S+)(?: addr \S+)? clock skew {_NUMBER}s > max {_NUMBER}s \(latency {_NUMBER}s\)",
)
_DOWN = re.compile(r"mon\.(\S+) \(rank \d+\) addr .* is down")
_UNITS = {unit: 1024**power for power, unit in enumerate(["", "K", "M", "G", "T", "P", "E"])}

Lines = Mapping[str, tuple[str, ...]]


class MonitorReport(msgspec.Struct, frozen=True):
    """The disk and store of one monitor; a figure that is unknown is None.

    Sizes are in bytes, and `avail_percent` is from 0 to 100. `updated` is the time of the report in
    seconds, by the monitor's own wall clock. The time zone is unknown, so only the difference
    between two reports is meaningful.
    """

    name: str
    capacity: float | None = None
    used: float | None = None
    avail: float | None = None
    avail_percent: float | None = None
    store: float | None = None
    sst: float | None = None
    log: float | None = None
    misc: float | None = None
    updated: float | None = None


def reports(lines: Lines) -> dict[str, MonitorReport]:
    """Return the disk and store of each monitor that the detail lines (by check code) name."""
    by_monitor: dict[str, dict[str, float]] = {}
    for code in ("MON_DISK_LOW", "MON_DISK_CRIT"):
        for name, percent in _each(_AVAIL, lines.get(code, ())):
            by_monitor.setdefault(name, {})["avail_percent"] = float(percent)
    for name, number, unit in _each(_STORE, lines.get("MON_DISK_BIG", ())):
        by_monitor.setdefault(name, {})["store"] = float(number) * _UNITS[unit]
    return {name: amounts(MonitorReport(name, **figures)) for name, figures in by_monitor.items()}


def merge(*reports: MonitorReport) -> dict[str, MonitorReport]:
    """Return one report per monitor; each figure is from the first report that has it."""
    merged: dict[str, MonitorReport] = {}
    for report in reports:
        earlier = merged.get(report.name, report)
        figures = {
            name: getattr(report, name) if value is None else value
            for name, value in msgspec.structs.asdict(earlier).items()
        }
        merged[report.name] = MonitorReport(**figures)
    return merged


def clocks(lines: Lines) -> dict[str, Clock]:
    """Return the skew (absolute) and latency of the monitors that MON_CLOCK_SKEW names."""
    return {
        name: Clock(float(skew), float(latency), "HEALTH_WARN")
        for name, skew, _limit, latency in _each(_SKEW, lines.get("MON_CLOCK_SKEW", ()))
    }


def named(lines: Lines) -> Iterator[tuple[str, str]]:
    """Yield the monitor and the check code for each detail line about a single monitor."""
    for code, pattern in _NAMING.items():
        for name, *_ in _each(pattern, lines.get(code, ())):
            yield name, code


_NAMING = {
    "MON_DISK_LOW": _AVAIL,
    "MON_DISK_CRIT": _AVAIL,
    "MON_DISK_BIG": _STORE,
    "MON_CLOCK_SKEW": _SKEW,
    "MON_DOWN": _DOWN,
}


def _each(pattern: re.Pattern[str], lines: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for line in lines:
        if match := pattern.match(line):
            yield match.groups()
