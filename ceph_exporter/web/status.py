"""The page `/` for a person: each cluster's health, and what could not be had and why."""

import time
from collections.abc import Iterator, Sequence
from html import escape

from ceph_exporter import __version__
from ceph_exporter.poller import Poller
from ceph_exporter.snapshot import DocumentRow, Report
from ceph_exporter.web.server import Reply, Request

_STYLE = """
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 1rem auto; padding: 0 1rem }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin: 1.5rem 0 .3rem }
table { border-collapse: collapse; width: 100% }
td, th { text-align: left; padding: .2rem .8rem .2rem 0; border-bottom: 1px solid #8884;
  vertical-align: top; overflow-wrap: anywhere }
.ok { color: #18794e } .warn { color: #ad5700 } .bad { color: #ce2c31 }
@media (prefers-color-scheme: dark) {
  .ok { color: #4cc38a } .warn { color: #f1a10d } .bad { color: #ff6369 } }
"""
_HEAD = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>ceph_exporter</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="15"><style>{style}</style></head><body>
<h1>ceph_exporter {version}</h1>
<p><a href="{metrics}">Metrics</a> · <a href="/-/healthy">Health of the exporter</a></p>
"""
_CLASSES = {"HEALTH_OK": "ok", "HEALTH_WARN": "warn", "HEALTH_ERR": "bad"}


def page(pollers: Sequence[Poller], metrics_path: str, request: Request) -> Reply:
    """Answer with the page."""
    del request
    head = _HEAD.format(style=_STYLE, version=__version__, metrics=escape(metrics_path))
    body = "".join(part for poller in pollers for part in _cluster(poller))
    return Reply(f"{head}{body}</body></html>\n".encode(), "text/html; charset=utf-8")


def _cluster(poller: Poller) -> Iterator[str]:
    yield f"<h2>{escape(poller.name or 'Cluster')}: "
    snapshot = poller.snapshot
    if snapshot is None:
        yield 'first poll under way</h2><p class="warn">No poll has ended yet.</p>'
        return
    report = snapshot.report
    health = (report.health if report.up and snapshot.fresh else None) or "health unknown"
    yield f'<span class="{_CLASSES.get(health, "bad")}">{escape(health)}</span></h2>'
    age = max(0.0, time.time() - report.ended)
    api = f"{report.api} at {report.url}" if report.api else "no API found yet"
    release = f", Ceph {report.release}" if report.release else ""
    yield f"<p>{escape(api + release)}; polled {age:.0f} s ago in {report.seconds:.2f} s</p>"
    if report.error:
        yield f'<p class="bad">{escape(report.error)}</p>'
    yield from _documents(report)
    failed = [row.name for row in report.collectors if not row.success]
    if failed:
        yield f'<p class="bad">Collectors that failed: {escape(", ".join(failed))}</p>'


def _documents(report: Report) -> Iterator[str]:
    yield "<table><tr><th>Document<th>State<th>Age<th>Took<th>Size"
    for row in report.documents:
        yield f"<tr><td>{escape(row.name)}<td>{_state(row)}"
        yield f"<td>{_number(row.last_success and time.time() - row.last_success, ' s', 0)}"
        yield f"<td>{_number(row.seconds, ' s', 3)}<td>{_number(row.size, ' B', 0)}"
    yield "</table>"


def _state(row: DocumentRow) -> str:
    if row.success:
        return '<span class="ok">had</span>'
    kind = "bad" if row.success is False else "warn"
    return f'<span class="{kind}">{escape(row.error or "not asked for yet")}</span>'


def _number(value: float | None, unit: str, digits: int) -> str:
    return "" if value is None else f"{max(0.0, value):.{digits}f}{unit}"
