"""Which releases of Ceph offer a document over which API, from the registry and the sources."""

from collections.abc import Iterator
from typing import NamedTuple

from ceph_exporter.facts.command import release_key
from ceph_exporter.facts.registry import REGISTRY
from ceph_exporter.metric import Metric
from ceph_exporter.sources import dashboard, rados, rest_api, restful

SOURCES = (rest_api.RestApi, restful.Restful, dashboard.Dashboard, rados.Rados)

_SINCE = {row.name: row.since for row in REGISTRY}


class Span(NamedTuple):
    """A range of releases; `last` is empty if the range has no end."""

    first: str
    last: str

    def __str__(self) -> str:
        """Return the range in words."""
        if self.first == self.last:
            return self.first
        return f"{self.first} to {self.last}" if self.last else f"{self.first} and later"

    def within(self, other: "Span") -> "Span | None":
        """Return the releases that both ranges contain, or None if there are none."""
        first = max(self.first, other.first, key=release_key)
        last = min(self.last, other.last, key=lambda release: release_key(release or "9999"))
        return Span(first, last) if release_key(first) <= release_key(last or "9999") else None


def of_document(document: str) -> Span:
    """Return the releases that have the document."""
    return Span(_SINCE[document], "")


def of_metric(metric: Metric) -> Span:
    """Return the releases that report the metric, whose document must be registered."""
    span = of_document(metric.document)
    own = Span(metric.since or span.first, metric.until)
    return span.within(own) or own


def by_api(document: str) -> Iterator[tuple[str, Span]]:
    """Yield each API that offers the document, with the releases in which it does so."""
    for source in SOURCES:
        if document not in source.documents:
            continue
        span = Span(*source.releases)
        if source is dashboard.Dashboard:  # it sends no commands
            common: Span | None = Span(dashboard.SINCE.get(document, span.first), span.last)
        else:
            common = span.within(of_document(document))
        if common:
            yield source.api, common
