"""Which releases of Ceph give a document over which API, from the tables of the sources."""

from collections.abc import Iterator
from typing import NamedTuple

from ceph_exporter.sources import commands, dashboard, rados, rest_api, restful

SOURCES = (rest_api.RestApi, restful.Restful, dashboard.Dashboard, rados.Rados)


class Span(NamedTuple):
    """Releases from the first to the last; the last is empty while there is no end."""

    first: str
    last: str

    def __str__(self) -> str:
        """Write it for a person."""
        if self.first == self.last:
            return self.first
        return f"{self.first} to {self.last}" if self.last else f"{self.first} and later"

    def within(self, other: "Span") -> "Span | None":
        """Give what two spans have in common, or None."""
        first = max(self.first, other.first, key=_order)
        last = min(self.last, other.last, key=lambda release: _order(release or "9999"))
        return Span(first, last) if _order(first) <= _order(last or "9999") else None


def _order(release: str) -> tuple[int, ...]:
    return tuple(map(int, release.split(".")))


def known(document: str) -> Span:
    """Give the releases whose monitors know a command that carries the document."""
    if document not in commands.COMMANDS:
        return Span(dashboard.Dashboard.releases[0], "")
    since = [command.since for command in commands.COMMANDS[document]]
    return Span(min([*since, commands.EARLIER.get(document, since[0])], key=_order), "")


def spans(document: str) -> Iterator[tuple[str, Span]]:
    """Yield each API that gives a document, and the releases that do."""
    for source in SOURCES:
        if document not in source.documents:
            continue
        span = Span(*source.releases)
        # The dashboard reads the mgr's memory, whatever commands there are.
        found = span if source is dashboard.Dashboard else span.within(known(document))
        if found:
            yield source.api, found
