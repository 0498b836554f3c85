"""The page `/`: one cluster in full, or many in a table with a page for each."""

import time
from collections.abc import Iterator, Sequence

from ceph_exporter import __version__
from ceph_exporter.polling.poller import Poller
from ceph_exporter.web import fleet_table
from ceph_exporter.web.card import card
from ceph_exporter.web.condition import condition
from ceph_exporter.web.markup import link, text
from ceph_exporter.web.request import Reply, Request
from ceph_exporter.web.style import STYLE

REFRESH = 15
"""Seconds after which the browser reloads the page."""
FEW = 3
"""Up to this number of clusters are shown in full below their table."""

_HEAD = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
{refresh}<link rel="icon" href="data:,">
<style>{style}</style></head><body>
<header><h1>ceph_exporter <small>{version}</small></h1>
<nav>{all}<a href="{metrics}">Metrics</a> <a href="./sd">Targets</a>
<a href="./config">Configuration</a> <a href="./-/ready">Ready</a></nav></header><main>
"""
_FOOT = "</main><footer>Rendered at {now}. {refresh}</footer></body></html>\n"
_UNKNOWN = b"unknown cluster; expected the name of a cluster in the configuration\n"


def page(pollers: Sequence[Poller], metrics_path: str, request: Request) -> Reply:
    """Return the page; with `?cluster=NAME`, that of one cluster."""
    name = request.query.get("cluster")
    chosen = [poller for poller in pollers if name in (None, poller.title)]
    if name is not None and not chosen:
        return Reply(_UNKNOWN, status=404)
    refreshes = request.query.get("refresh") != "off"
    head = _HEAD.format(
        title=text(_title(chosen, name)),
        style=STYLE,
        version=__version__,
        metrics=text(f".{metrics_path}"),  # relative: a proxy may add a prefix
        refresh=f'<meta http-equiv="refresh" content="{REFRESH}">\n' if refreshes else "",
        all='<a href="./">All clusters</a> ' if len(pollers) > len(chosen) else "",
    )
    here = "./" if name is None else link(name)
    now = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
    foot = _FOOT.format(now=now, refresh=_switch(here, refreshes=refreshes))
    body = "".join(_clusters(chosen))
    return Reply(f"{head}{body}{foot}".encode(), "text/html; charset=utf-8")


def _clusters(pollers: Sequence[Poller]) -> Iterator[str]:
    if len(pollers) == 1:
        yield from card(pollers[0])
        return
    ordered = fleet_table.by_urgency(pollers)
    yield from fleet_table.table(ordered)
    if len(ordered) <= FEW:
        for poller, _ in ordered:
            yield from card(poller)


def _switch(here: str, *, refreshes: bool) -> str:
    """Return the link that turns the reloading off or on; a reload folds the details again."""
    if not refreshes:
        return f'<a href="{here}">Refresh every {REFRESH} s</a>'
    off = f"{here}&amp;refresh=off" if "?" in here else f"{here}?refresh=off"
    return f'Refreshes every {REFRESH} s; <a href="{off}">stop refreshing</a>'


def _title(pollers: Sequence[Poller], name: str | None) -> str:
    """Return the title, which shows in the browser's tab how many clusters are not healthy."""
    title = "ceph_exporter" if name is None else f"{name} - ceph_exporter"
    bad = sum(not condition(poller).is_well for poller in pollers)
    return f"({bad}) {title}" if bad else title
