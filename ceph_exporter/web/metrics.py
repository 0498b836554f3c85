"""The page `/metrics`: all clusters' snapshots joined, and the process' own metrics."""

from ceph_exporter import exposition
from ceph_exporter.exposition import Format
from ceph_exporter.polling.poller import Poller
from ceph_exporter.web.pages import PageKey, Pages
from ceph_exporter.web.request import Reply, Request, accepts_gzip, ranges

_OPENMETRICS = "application/openmetrics-text"
_VERSIONS = {_OPENMETRICS: ("1.0.0", "0.0.1"), "text/plain": ("0.0.4",)}
"""The versions of a format that our page is an answer to."""


def negotiate(accept: str) -> Format:
    """Choose the format: OpenMetrics when it is asked for and not liked less than text.

    A client that asks for neither gets text: an exporter's page has no other form.
    """
    openmetrics, text = _liking(accept, _OPENMETRICS), _liking(accept, "text/plain")
    if openmetrics is None:
        return Format.TEXT
    return Format.OPENMETRICS if openmetrics > 0 and openmetrics >= (text or 0) else Format.TEXT


def _liking(accept: str, name: str) -> float | None:
    """Give the q value of a format we have, None when it is not named; wildcards mean text."""
    named = [
        found
        for found in ranges(accept)
        if found.name == name and found.parameters.get("version", "") in ("", *_VERSIONS[name])
    ]
    if named:
        return max(found.q for found in named)
    if name == _OPENMETRICS:
        return None
    for wildcard in ("text/*", "*/*"):
        if any_ := [found.q for found in ranges(accept) if found.name == wildcard]:
            return max(any_)
    return None


def page(
    pollers: tuple[Poller, ...], own: exposition.Lines, pages: Pages, request: Request
) -> Reply:
    """Answer a scrape of all clusters. own: the process' own families."""
    kind = kind_of(pollers, request)
    return reply(kind, *pages.get(kind, b"".join(exposition.parts([own], kind.format))))


def kind_of(pollers: tuple[Poller, ...], request: Request, *, alone: bool = False) -> PageKey:
    """Choose the page that a request is answered with."""
    format_ = negotiate(request.headers.get("accept", ""))
    return PageKey(
        pollers, format_, accepts_gzip(request.headers.get("accept-encoding", "")), alone
    )


def reply(kind: PageKey, start: bytes, body: bytes) -> Reply:
    """Make the reply of a page."""
    headers = {"Content-Encoding": "gzip"} if kind.gzip else {}
    return Reply(body, kind.format.value, headers=headers, start=start)
