"""What the command `check` says of a cluster, for a person at a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from ceph_exporter.config import Cluster
from ceph_exporter.polling import advice
from ceph_exporter.polling.snapshot import DocumentRow, Report
from ceph_exporter.sources import Answer

_COLOURS = {"ok": "\x1b[32m", "warn": "\x1b[33m", "bad": "\x1b[31m"}
_CLASSES = {"HEALTH_OK": "ok", "HEALTH_WARN": "warn"}
_CLEAR = "\r\x1b[K"


@contextmanager
def progress(name: str, stream: TextIO) -> Iterator[Callable[[Answer], None]]:
    """Give what notes an answer on a line that is overwritten; nothing is written to a file."""
    shown = stream.isatty()
    title = name or "cluster"

    def note(answer: Answer) -> None:
        show(f"{', '.join(answer.documents)} ({answer.seconds:.2f} s)")

    def show(text: str) -> None:
        if shown:
            stream.write(f"{_CLEAR}{title}: {text}"[:100])
            stream.flush()

    show("connecting ...")
    try:
        yield note
    finally:
        if shown:
            stream.write(_CLEAR)
            stream.flush()


def text(name: str, cluster: Cluster, report: Report, *, colour: bool) -> str:
    """Write what was reached, each document, and what is missing."""

    def paint(words: str, kind: str) -> str:
        return f"{_COLOURS[kind]}{words}\x1b[0m" if colour else words

    health = (report.health if report.up else None) or "health unknown"
    lines = [f"{name or 'cluster'}: {paint(health, _CLASSES.get(health, 'bad'))}"]
    lines += [f"  {check.code}: {check.message}" for check in report.checks]
    if report.up:
        release = f"Ceph {report.release}" if report.release else "release unknown"
        lines.append(f"  reached {report.url} over {report.api}, {release}")
    else:
        lines.append(f"  {paint('not reached', 'bad')}: tried {', '.join(cluster.addresses)}")
    lines.append(f"  polled in {advice.seconds(report.seconds)}")
    lines += ["", f"  {'DOCUMENT':<22}{'STATE':<14}{'TIME':>9}{'SIZE':>11}"]
    lines += [f"  {_row(row, paint)}" for row in report.documents]
    found = advice.missing(report)
    if found:
        lines += ["", "  MISSING"]
    for row in found:
        lines.append(f"  {paint(row.what, 'bad' if row.fault else 'warn')}: {row.why}")
        if row.mend:
            lines.append(f"    -> {row.mend}")
    return "\n".join([*lines, "", ""])


def _row(row: DocumentRow, paint: Callable[[str, str], str]) -> str:
    state, kind = {
        True: ("had", "ok"),
        False: ("failed", "bad"),
        None: ("not available" if row.error else "not asked for", "warn"),
    }[row.success]
    space = " " * (14 - len(state))  # colours have no width
    took, size = advice.seconds(row.seconds), advice.size(row.size)
    return f"{row.name:<22}{paint(state, kind)}{space}{took:>9}{size:>11}".rstrip()
