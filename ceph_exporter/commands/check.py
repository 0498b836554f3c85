"""The command `check`: print the state of each cluster for a person to read."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TextIO

from ceph_exporter import humanize
from ceph_exporter.config import Cluster, Config
from ceph_exporter.polling import advice
from ceph_exporter.polling.poller import Poller
from ceph_exporter.polling.report import DocumentRow, DocumentState, Report
from ceph_exporter.printable import escape_text, escape_tree
from ceph_exporter.sources import Answer

_COLOURS = {"ok": "\x1b[32m", "warn": "\x1b[33m", "bad": "\x1b[31m"}
_HEALTH_CLASSES = {"HEALTH_OK": "ok", "HEALTH_WARN": "warn"}
_STATE_CLASSES = {DocumentState.OK: "ok", DocumentState.FAILED: "bad"}
_CLEAR = "\r\x1b[K"
_WIDTH = 22
"""The width of the column of documents, unless a name is longer."""


def check(config: Config) -> int:
    """Poll each cluster once and print its state; return 0 if every cluster answered, else 1."""
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    up = []
    for name, cluster in config.clusters.items():
        with progress(name, sys.stderr) as note:
            report = poll(name, cluster, config, note)
        sys.stdout.write(text(name, cluster, report, colour=colour))
        up.append(report.up)
    return 0 if all(up) else 1


def poll(
    name: str,
    cluster: Cluster,
    config: Config,
    on_answer: Callable[[Answer], object],
    *,
    patient: bool = True,
) -> Report:
    """Poll a cluster once and return the report.

    on_answer: called with each answer; patient: whether to wait for RGW as well.
    """
    with closing(Poller(name, cluster, config, on_answer=on_answer)) as poller:
        return poller.poll(only=patient).report


@contextmanager
def progress(name: str, stream: TextIO) -> Iterator[Callable[[Answer], None]]:
    """Yield a function that shows the latest answer on a line of the terminal.

    Nothing is written unless the stream is a terminal.
    """
    shown = stream.isatty()
    title = escape_text(name) or "cluster"

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
    """Return the state of a cluster as text: health, API, each document, and what is missing.

    Documents that nothing would make available are only in the table of documents.
    """

    def paint(words: str, class_: str) -> str:
        return f"{_COLOURS[class_]}{words}\x1b[0m" if colour else words

    report, name = escape_tree(report), escape_text(name)
    health = (report.health if report.up else None) or "health unknown"
    lines = [f"{name or 'cluster'}: {paint(health, _HEALTH_CLASSES.get(health, 'bad'))}"]
    lines += [f"  {check.code}: {check.message}" for check in report.checks]
    if report.up:
        release = f"Ceph {report.release}" if report.release else "release unknown"
        lines.append(f"  connected to {report.url} over {report.api}, {release}")
    else:
        tried = escape_text(", ".join(cluster.addresses))
        lines.append(f"  {paint('unreachable', 'bad')}: tried {tried}")
    lines.append(f"  polled in {humanize.duration(report.seconds)}")
    width = max([_WIDTH, *(len(row.name) + 1 for row in report.documents)])
    lines += ["", f"  {'DOCUMENT':<{width}}{'STATE':<14}{'TIME':>9}{'SIZE':>11}{'EVERY':>8}"]
    lines += [f"  {_row(row, width, paint)}" for row in report.documents]
    missing = [row for row in advice.missing(report) if not row.final]
    if missing:
        lines += ["", "  MISSING"]
    for row in missing:
        lines.append(f"  {paint(row.what, 'bad' if row.fault else 'warn')}: {row.why}")
        if row.fix:
            lines.append(f"    -> {row.fix}")
    return "\n".join([*lines, "", ""])


def _row(row: DocumentRow, width: int, paint: Callable[[str, str], str]) -> str:
    state = row.state.value
    padding = " " * (14 - len(state))  # colour codes take up no width
    time, size = humanize.duration(row.seconds), humanize.size(row.size)
    interval = "" if row.interval is None else humanize.duration(row.interval)
    painted = paint(state, _STATE_CLASSES.get(row.state, "warn"))
    return f"{row.name:<{width}}{painted}{padding}{time:>9}{size:>11}{interval:>8}".rstrip()
