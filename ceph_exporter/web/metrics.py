"""The page `/metrics`: all clusters' snapshots joined, and the exporter's own metrics."""

import platform
from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Gauge, PlatformCollector, ProcessCollector
from prometheus_client.exposition import generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics

from ceph_exporter import __version__, exposition
from ceph_exporter.exposition import Format
from ceph_exporter.poller import Poller
from ceph_exporter.web.server import Reply, Request, quality


def own_registry() -> CollectorRegistry:
    """Make the registry of the process' own metrics."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
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
    """Choose the format: OpenMetrics when it is asked for and not liked less than text."""
    openmetrics = quality(accept, "application/openmetrics-text")
    text = quality(accept, "text/plain")
    return Format.OPENMETRICS if openmetrics and openmetrics >= text else Format.TEXT


def render(pollers: Sequence[Poller], registry: CollectorRegistry, format_: Format) -> bytes:
    """Render the page in a format."""
    snapshots = [poller.snapshot for poller in pollers]
    lines = [snapshot.lines for snapshot in snapshots if snapshot is not None]
    if format_ is Format.OPENMETRICS:
        own: bytes = generate_openmetrics(registry)  # type: ignore[no-untyped-call]
        own = own.removesuffix(b"# EOF\n")
    else:
        own = generate_latest(registry)
    return exposition.page(lines, format_, own)


def page(pollers: Sequence[Poller], registry: CollectorRegistry, request: Request) -> Reply:
    """Answer a scrape."""
    format_ = negotiate(request.headers.get("accept", ""))
    return Reply(render(pollers, registry, format_), format_.value)
