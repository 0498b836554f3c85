"""The status page: the health and documents of each cluster, what is missing, and how to fix it."""

import time
from collections.abc import Iterator, Sequence
from html import escape
from urllib.parse import quote

from ceph_exporter import __version__, humanize
from ceph_exporter.polling import advice
from ceph_exporter.polling.poller import Poller
from ceph_exporter.polling.report import CollectorRow, DocumentRow, DocumentState, Report
from ceph_exporter.web.request import Reply, Request
from ceph_exporter.web.style import STYLE

REFRESH = 15
"""Seconds after which the browser reloads the page."""

_HEAD = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="{refresh}"><link rel="icon" href="data:,">
<style>{style}</style></head><body>
<header><h1>ceph_exporter <small>{version}</small></h1>
<nav><a href="{metrics}">Metrics</a> <a href="./sd">Targets</a>
<a href="./config">Configuration</a> <a href="./-/ready">Ready</a></nav></header><main>
"""
_FOOT = "</main><footer>Refreshes every {refresh} s. Rendered at {now}.</footer></body></html>\n"
_CLASSES = {"HEALTH_OK": "ok", "HEALTH_WARN": "warn", "HEALTH_ERR": "bad"}
_UNKNOWN = "health unknown"
_STATE_CLASSES = {DocumentState.OK: "ok", DocumentState.FAILED: "bad"}


def page(pollers: Sequence[Poller], metrics_path: str, request: Request) -> Reply:
    """Return the page."""
    del request
    head = _HEAD.format(
        title=escape(_title(pollers)),
        style=STYLE,
        version=__version__,
        metrics=escape(f".{metrics_path}"),  # relative: a proxy may add a prefix
        refresh=REFRESH,
    )
    now = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
    body = "".join(part for poller in pollers for part in _cluster(poller))
    text = f"{head}{body}{_FOOT.format(now=now, refresh=REFRESH)}"
    return Reply(text.encode(), "text/html; charset=utf-8")


def _health(poller: Poller) -> str:
    """Return the health; a stale one counts as unknown."""
    snapshot = poller.snapshot
    if snapshot is None or not snapshot.fresh or not snapshot.report.up:
        return _UNKNOWN
    return snapshot.report.health or _UNKNOWN


def _title(pollers: Sequence[Poller]) -> str:
    """Return the title, which shows in the browser's tab how many clusters are not healthy."""
    bad = sum(_health(poller) != "HEALTH_OK" for poller in pollers)
    return f"({bad}) ceph_exporter" if bad else "ceph_exporter"


def _cluster(poller: Poller) -> Iterator[str]:
    name, snapshot = escape(poller.name or "Cluster"), poller.snapshot
    if snapshot is None:
        yield f'<section class="warn"><h2>{name} <b>first poll in progress</b></h2>'
        yield "<p>No poll has finished yet.</p></section>"
        return
    report, health = snapshot.report, _health(poller)
    kind = _CLASSES.get(health, "bad")
    yield f'<section class="{kind}"><h2>{name} <b>{escape(health)}</b></h2>'
    if not snapshot.fresh:
        yield '<p class="bad">The poller is hung: this data is old and no longer exported.</p>'
    if report.up:
        yield from _checks(report)
    yield from _facts(report)
    yield f'<p><a href="./probe?target={quote(poller.title)}">Metrics of this cluster</a></p>'
    yield from _missing(report)
    yield from _documents(report)
    yield from _collectors(report.collectors)
    yield "</section>"


def _checks(report: Report) -> Iterator[str]:
    if report.checks:
        yield "<ul>"
        for row in report.checks:
            kind = _CLASSES.get(row.severity, "warn")
            yield f'<li><b class="{kind}">{escape(row.code)}</b> {escape(row.message)}'
        yield "</ul>"


def _facts(report: Report) -> Iterator[str]:
    age = humanize.duration(time.time() - report.ended)
    rows = {
        "API": report.api or "not found yet",
        "URL in use": report.url or "none",
        "Release": report.release or "unknown",
        "Last poll": f"{age} ago, took {humanize.duration(report.seconds)}",
    }
    yield "<dl>"
    for name, value in rows.items():
        yield f"<div><dt>{name}<dd>{escape(value)}</div>"
    yield "</dl>"


def _missing(report: Report) -> Iterator[str]:
    rows = advice.missing(report)
    if not rows:
        return
    yield "<h3>Missing</h3><ul>"
    for row in rows:
        kind = "bad" if row.fault else "warn"
        fix = f"<br><i>{escape(row.fix)}</i>" if row.fix else ""
        yield f'<li><b class="{kind}">{escape(row.what)}</b> {escape(row.why)}{fix}'
    yield "</ul>"


def _documents(report: Report) -> Iterator[str]:
    yield "<h3>Documents</h3><table><thead><tr><th>Document<th>State<th>Age<th>Duration<th>Size"
    yield "</thead><tbody>"
    now = time.time()
    for row in report.documents:
        age = None if row.last_success is None else now - row.last_success
        cells = (humanize.duration(age), humanize.duration(row.seconds), humanize.size(row.size))
        yield f"<tr><td>{escape(row.name)}<td>{_state(row)}{_cells('Age Duration Size', cells)}"
    yield "</tbody></table>"


def _collectors(rows: Sequence[CollectorRow]) -> Iterator[str]:
    yield "<h3>Collectors</h3><table><thead><tr><th>Collector<th>State<th>Duration</thead><tbody>"
    for row in rows:
        state = '<b class="ok">ok</b>' if row.success else '<b class="bad">failed</b>'
        duration = f"{row.seconds * 1000:.1f} ms"
        yield f"<tr><td>{escape(row.name)}<td>{state}{_cells('Duration', (duration,))}"
    yield "</tbody></table>"


def _cells(names: str, values: Sequence[str]) -> str:
    """Return cells with their column's heading, which narrow screens show beside the value."""
    pairs = zip(names.split(), values, strict=True)
    return "".join(f'<td data-of="{name}">{value}' for name, value in pairs)


def _state(row: DocumentRow) -> str:
    return f'<b class="{_STATE_CLASSES.get(row.state, "warn")}">{row.state.value}</b>'
