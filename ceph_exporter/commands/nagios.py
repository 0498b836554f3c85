"""The output of `check --nagios`: one line with performance data, and a plugin's exit code."""

import sys
from collections.abc import Mapping
from typing import NoReturn

from ceph_exporter.commands.check import poll
from ceph_exporter.config import Config
from ceph_exporter.polling.report import DocumentState, Report
from ceph_exporter.printable import escape_text, mask_secrets

UNKNOWN = 3
"""The exit code of a plugin that cannot determine the state."""
_CODES = {"HEALTH_OK": 0, "HEALTH_WARN": 1, "HEALTH_ERR": 2}
_WORDS = ("OK", "WARNING", "CRITICAL", "UNKNOWN")
_NOT_IN_LABELS = str.maketrans(dict.fromkeys("'=|", ""))
# CRITICAL comes before UNKNOWN: an unreachable cluster must not hide one with errors.
_WORST_FIRST = (2, 3, 1, 0)


def check(config: Config) -> int:
    """Poll each cluster once, print the line of a Nagios plugin, and return its exit code."""
    reports = {
        # RGW says nothing about the health, and may take longer than a plugin may.
        name: poll(name, cluster, config, lambda _: None, patient=False)
        for name, cluster in config.clusters.items()
    }
    code, text = result(reports)
    sys.stdout.write(f"{text}\n")
    return code


def result(reports: Mapping[str, Report]) -> tuple[int, str]:
    """Return the exit code of the cluster in the worst state, and the line for all clusters."""
    codes = {name: _code(report) for name, report in reports.items()}
    worst = min(codes.values(), key=_WORST_FIRST.index)
    text = "; ".join(_text(name, report) for name, report in reports.items())
    data = " ".join(part for name, report in reports.items() for part in _data(name, report))
    return worst, line(worst, f"{text} | {data}")


def line(code: int, text: str) -> str:
    """Return the output for an exit code: one line of printable characters."""
    return f"CEPH {_WORDS[code]} - {escape_text(' '.join(text.split()))}"


def unknown(why: str) -> int:
    """Print that the state is unknown, and return the exit code."""
    # A vertical bar would start the performance data.
    sys.stdout.write(f"{line(UNKNOWN, mask_secrets(why).replace('|', '/'))}\n")
    return UNKNOWN


def fail(why: str) -> NoReturn:
    """Exit with UNKNOWN, because Nagios would take the usual exit code 2 for CRITICAL."""
    sys.exit(unknown(why))


def _code(report: Report) -> int:
    return _CODES.get(report.health or "", UNKNOWN) if report.up else UNKNOWN


def _text(name: str, report: Report) -> str:
    if not report.up:
        words = report.error or "neither health nor status is available"
    else:
        words = report.health or "health unknown"
        if report.checks:
            words += ": " + ", ".join(f"{row.code} ({row.message})" for row in report.checks)
    # A vertical bar would start the performance data.
    return (f"{name}: {words}" if name else words).replace("|", "/")


def _data(name: str, report: Report) -> list[str]:
    prefix = name.translate(_NOT_IN_LABELS) + "_" if name else ""
    states = [row.state for row in report.documents]
    ok = states.count(DocumentState.OK)
    requested = ok + states.count(DocumentState.FAILED)
    return [
        f"'{prefix}up'={int(report.up)};;;0;1",
        f"'{prefix}poll'={report.seconds:.3f}s;;;0",
        f"'{prefix}documents'={ok};;;0;{requested}",
        f"'{prefix}checks'={len(report.checks)};;;0",
    ]
