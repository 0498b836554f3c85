"""The page `/metrics`: the last poll of all clusters, and the exporter's own metrics."""

from ceph_exporter.exposition import Format
from ceph_exporter.polling.poller import Poller
from ceph_exporter.web.own import OwnMetrics
from ceph_exporter.web.pages import PageKey, Pages
from ceph_exporter.web.request import Reply, Request, accepts_gzip, ranges

_OPENMETRICS = "application/openmetrics-text"
_VERSIONS = {_OPENMETRICS: ("1.0.0", "0.0.1"), "text/plain": ("0.0.4",)}
"""The versions of each format that the page conforms to."""


def negotiate(accept: str) -> Format:
    """Return OpenMetrics if the client names it and does not prefer text, and text otherwise.

    Even a client that accepts neither receives text rather than an error.
    """
    openmetrics, text = _q_value(accept, _OPENMETRICS), _q_value(accept, "text/plain")
    if openmetrics is None:
        return Format.TEXT
    return Format.OPENMETRICS if openmetrics > 0 and openmetrics >= (text or 0) else Format.TEXT


def _q_value(accept: str, name: str) -> float | None:
    """Return a format's q value, None if the client does not name it; wildcards count as text."""
    matches = [
        media.q
        for media in ranges(accept)
        if media.name == name and media.parameters.get("version", "") in ("", *_VERSIONS[name])
    ]
    if matches:
        return max(matches)
    if name == _OPENMETRICS:
        return None
    for wildcard in ("text/*", "*/*"):
        if matches := [media.q for media in ranges(accept) if media.name == wildcard]:
            return max(matches)
    return None


def page(pollers: tuple[Poller, ...], own: OwnMetrics, pages: Pages, request: Request) -> Reply:
    """Return the reply with the metrics of all clusters and those of the exporter itself."""
    key = page_key(pollers, request)
    return reply(key, *pages.get(key, own.tail(key.format)))


def page_key(pollers: tuple[Poller, ...], request: Request, *, alone: bool = False) -> PageKey:
    """Return the key of the page that answers a request."""
    format_ = negotiate(request.headers.get("accept", ""))
    return PageKey(
        pollers, format_, accepts_gzip(request.headers.get("accept-encoding", "")), alone
    )


def reply(key: PageKey, start: bytes, body: bytes) -> Reply:
    """Return the reply that sends both parts of a page."""
    headers = {"Content-Encoding": "gzip"} if key.gzip else {}
    return Reply(body, key.format.value, headers=headers, start=start)
