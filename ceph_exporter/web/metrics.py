"""The page `/metrics`: all clusters' snapshots joined, and the exporter's own metrics."""

import platform

from prometheus_client import CollectorRegistry, Gauge, PlatformCollector
from prometheus_client.exposition import generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics

from ceph_exporter import __version__
from ceph_exporter.exposition import Format
from ceph_exporter.poller import Poller
from ceph_exporter.web.pages import Kind, Pages
from ceph_exporter.web.process import Process
from ceph_exporter.web.request import Reply, Request, accepts_gzip, ranges

_OPENMETRICS = "application/openmetrics-text"
_VERSIONS = {_OPENMETRICS: ("1.0.0", "0.0.1"), "text/plain": ("0.0.4",)}
"""The versions of a format that our page is an answer to."""


def own_registry() -> CollectorRegistry:
    """Make the registry of the process' own metrics."""
    registry = CollectorRegistry()
    registry.register(Process())
    PlatformCollector(registry=registry)
    build = Gauge(
        "ceph_exporter_build_info",
        "Version of the exporter and of its Python; always 1",
        ("version", "pythonversion"),
        registry=registry,
    )
    build.labels(__version__, platform.python_version()).set(1)
    return registry


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


def own_metrics(registry: CollectorRegistry, format_: Format) -> bytes:
    """Render the process' own metrics, without an end mark."""
    if format_ is Format.OPENMETRICS:
        own: bytes = generate_openmetrics(registry)  # type: ignore[no-untyped-call]
        return own.removesuffix(b"# EOF\n")
    return generate_latest(registry)


def page(
    pollers: tuple[Poller, ...], registry: CollectorRegistry, pages: Pages, request: Request
) -> Reply:
    """Answer a scrape of all clusters."""
    kind = kind_of(pollers, request)
    return reply(kind, *pages.get(kind, own_metrics(registry, kind.format)))


def kind_of(pollers: tuple[Poller, ...], request: Request, *, alone: bool = False) -> Kind:
    """Choose the page that a request is answered with."""
    format_ = negotiate(request.headers.get("accept", ""))
    return Kind(pollers, format_, accepts_gzip(request.headers.get("accept-encoding", "")), alone)


def reply(kind: Kind, start: bytes, body: bytes) -> Reply:
    """Make the reply of a page."""
    headers = {"Content-Encoding": "gzip"} if kind.gzip else {}
    return Reply(body, kind.format.value, headers=headers, start=start)
