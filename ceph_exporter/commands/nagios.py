"""What `check --nagios` says: one line with performance data, and a plugin's exit code."""

from collections.abc import Mapping

from ceph_exporter.polling.snapshot import Report

UNKNOWN = 3
_CODES = {"HEALTH_OK": 0, "HEALTH_WARN": 1, "HEALTH_ERR": 2}
_WORDS = ("OK", "WARNING", "CRITICAL", "UNKNOWN")
# What is critical must not hide behind what is unknown.
_WORST_FIRST = (2, 3, 1, 0)


def result(reports: Mapping[str, Report]) -> tuple[int, str]:
    """Give exit code and line; of several clusters the worst counts."""
    codes = {name: _code(report) for name, report in reports.items()}
    worst = min(codes.values(), key=_WORST_FIRST.index)
    said = "; ".join(_say(name, report) for name, report in reports.items())
    data = " ".join(part for name, report in reports.items() for part in _data(name, report))
    return worst, line(worst, f"{said} | {data}")


def line(code: int, text: str) -> str:
    """Write the line for an exit code; the text becomes one line."""
    return f"CEPH {_WORDS[code]} - {' '.join(text.split())}"


def _code(report: Report) -> int:
    return _CODES.get(report.health or "", UNKNOWN) if report.up else UNKNOWN


def _say(name: str, report: Report) -> str:
    if not report.up:
        words = report.error or "neither health nor status could be had"
    else:
        words = report.health or "health unknown"
        if report.checks:
            words += ": " + ", ".join(f"{row.code} ({row.message})" for row in report.checks)
    # A bar would begin the performance data.
    return (f"{name}: {words}" if name else words).replace("|", "/")


def _data(name: str, report: Report) -> list[str]:
    start = name.replace("'", "").replace("=", "") + "_" if name else ""
    had = sum(row.success is True for row in report.documents)
    wanted = sum(row.success is not None for row in report.documents)
    return [
        f"'{start}up'={int(report.up)};;;0;1",
        f"'{start}poll'={report.seconds:.3f}s;;;0",
        f"'{start}documents'={had};;;0;{wanted}",
        f"'{start}checks'={len(report.checks)};;;0",
    ]
