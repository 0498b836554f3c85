"""A cluster for a person on call: its state, what is wrong and how to fix it, then the details."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence

from ceph_exporter import humanize
from ceph_exporter.polling import advice
from ceph_exporter.polling.advice import Missing
from ceph_exporter.polling.poller import Poller
from ceph_exporter.polling.remedies import remedy
from ceph_exporter.polling.report import (
    CheckRow,
    CollectorRow,
    DocumentRow,
    DocumentState,
    Report,
)
from ceph_exporter.web import markup
from ceph_exporter.web.condition import HEALTH_CLASSES, Condition, condition
from ceph_exporter.web.markup import cells, count, plain, text
from ceph_exporter.web.monitor_table import monitors

_MOST_CHECKS = 40
_STATE_CLASSES = {DocumentState.OK: "ok", DocumentState.FAILED: "bad"}


def card(poller: Poller) -> Iterator[str]:
    """Yield the parts of the section about a cluster."""
    state, snapshot = condition(poller), poller.snapshot
    name = text(poller.name or "Cluster")
    yield f'<section class="{state.kind}"><h2>{name} <b>{text(state.label)}</b></h2>'
    yield f'<p class="lead">{text(state.sentence)}</p>'
    if snapshot is not None:
        report, is_current = snapshot.report, snapshot.fresh
        if is_current:
            yield from _tiles(report, state)
            yield from monitors(report.overview.monitors)
        missing = advice.missing(report)
        yield from _problems(report, missing, has_checks=is_current and report.up)
        yield from _connection(report)
        yield from _unread(missing)
        yield from _documents(report)
        yield from _collectors(report.collectors)
        link = markup.link(poller.title, "./probe?target=")
        yield f'<p><a href="{link}">Metrics of this cluster</a>'
    yield "</section>"


def _tiles(report: Report, state: Condition) -> Iterator[str]:
    """Yield the figures that matter most; one that is unknown is left out."""
    overview = report.overview
    total, used, pgs, clean = overview.total, overview.used, overview.pgs, overview.pgs_clean
    space = f"{humanize.size(used)} of {humanize.size(total)}" if total else ""
    counts = "" if pgs is None else markup.marked(f"{clean} of {pgs} clean", bad=clean != pgs)
    age = markup.marked(markup.age(state.seconds), bad=not report.up and state.seconds is not None)
    tiles = (
        ("Used", markup.capacity(overview), space),
        ("OSDs", markup.osds(overview), ""),
        ("PGs", counts, ""),
        ("Monitors in quorum", markup.quorum(overview), ""),
        ("Data age", age, ""),
    )
    rows = [
        f"<div><dt>{title}<dd>{value}" + (f"<small>{note}</small>" if note else "") + "</div>"
        for title, value, note in tiles
        if value
    ]
    yield f'<dl class="tiles">{"".join(rows)}</dl>' if rows else ""


def _problems(report: Report, missing: list[Missing], *, has_checks: bool) -> Iterator[str]:
    """Yield what is wrong and how to fix it: in Ceph, then in reading it."""
    checks = sorted(report.checks, key=lambda row: row.severity != "HEALTH_ERR")
    checks = checks if has_checks else []
    faults = [row for row in missing if row.fault]
    if not checks and not faults:
        return
    yield '<h3>What is wrong</h3><ul class="wrong">'
    for check in checks[:_MOST_CHECKS]:
        yield from _check(check)
    if len(checks) > _MOST_CHECKS:
        yield f"<li>and {len(checks) - _MOST_CHECKS} more: <code>ceph health detail</code>"
    for row in faults:
        yield f'<li><b class="bad">{text(row.what)}</b> {text(row.why)}{_fix(row.fix)}'
    yield "</ul>"


def _check(row: CheckRow) -> Iterator[str]:
    kind = HEALTH_CLASSES.get(row.severity, "bad")
    yield f'<li><b class="{kind}">{text(row.code)}</b> {text(row.message)}'
    lines = [line for line in row.detail if line != row.message]
    lines += [f"and {row.more} more"] * bool(row.more)
    if lines:
        yield "<ul>" + "".join(f"<li>{text(line)}" for line in lines) + "</ul>"
    yield _fix(remedy(row.code))


def _fix(fix: str) -> str:
    return f'<p class="fix">{plain(fix)}</p>' if fix else ""


def _fold(title: str, body: str) -> str:
    return f"<details><summary>{title}</summary>{body}</details>"


def _connection(report: Report) -> Iterator[str]:
    ended = markup.age(max(0.0, time.time() - report.ended))
    rows = {
        "API": report.api or "not found yet",
        "URL in use": report.url or "none",
        "Release": report.release or "unknown",
        "Last poll": f"{ended} ago, took {humanize.duration(report.seconds)}",
    }
    listed = "".join(f"<div><dt>{name}<dd>{text(value)}</div>" for name, value in rows.items())
    release = f"Ceph {text(report.release)}" if report.release else "Release unknown"
    title = f"{release} over {text(report.api)}" if report.api else "Connection"
    yield _fold(title, f"<dl>{listed}</dl>")


def _unread(missing: list[Missing]) -> Iterator[str]:
    """Yield the documents that another API, more rights or a setting would add."""
    groups: dict[tuple[str, str], list[str]] = {}
    for row in missing:
        if not row.fault and not row.final:
            groups.setdefault((row.why, row.fix), []).append(row.what)
    if not groups:
        return
    rows = [
        f"<li><b>{text(', '.join(names))}</b> {text(why)}{_fix(fix)}"
        for (why, fix), names in groups.items()
    ]
    number = sum(map(len, groups.values()))
    yield _fold(f"Not read: {count(number, 'document')}", f"<ul>{''.join(rows)}</ul>")


def _documents(report: Report) -> Iterator[str]:
    now = time.time()
    states = Counter(row.state.value for row in report.documents)
    title = ", ".join(f"{number} {state}" for state, number in states.items())
    rows = ["<table><thead><tr><th>Document<th>State<th>Age<th>Duration<th>Size</thead><tbody>"]
    for row in report.documents:
        seconds = None if row.last_success is None else now - row.last_success
        values = (
            humanize.duration(seconds),
            humanize.duration(row.seconds),
            humanize.size(row.size),
        )
        shown = cells(("Age", "Duration", "Size"), values)
        rows.append(f"<tr><td>{text(row.name)}<td>{_state(row)}{shown}")
    yield _fold(f"Documents: {title}", f"{''.join(rows)}</tbody></table>")


def _collectors(collectors: Sequence[CollectorRow]) -> Iterator[str]:
    failed = sum(not row.success for row in collectors)
    title = f"Collectors: {len(collectors) - failed} ok" + f", {failed} failed" * bool(failed)
    rows = ["<table><thead><tr><th>Collector<th>State<th>Duration<th>Series</thead><tbody>"]
    for row in collectors:
        state = '<b class="ok">ok</b>' if row.success else '<b class="bad">failed</b>'
        values = f"{row.seconds * 1000:.1f} ms", str(row.series)
        rows.append(f"<tr><td>{text(row.name)}<td>{state}{cells(('Duration', 'Series'), values)}")
    yield _fold(title, f"{''.join(rows)}</tbody></table>")


def _state(row: DocumentRow) -> str:
    return f'<b class="{_STATE_CLASSES.get(row.state, "dim")}">{row.state.value}</b>'
