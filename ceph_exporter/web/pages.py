"""Metric pages that are rendered at the end of a poll, so that a scrape only sends bytes."""

import sys
import threading
import time
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from ceph_exporter import exposition
from ceph_exporter.exposition import Format
from ceph_exporter.log import fields, log
from ceph_exporter.polling.poller import Poller
from ceph_exporter.polling.report import Report
from ceph_exporter.polling.snapshot import PAGE_CUT, Snapshot
from ceph_exporter.web.compress import Compressed, Plain, Tail

REQUESTED_FOR = 150.0
"""For this many seconds after a request, each poll prepares the requested page. This covers two and
a half intervals of a Prometheus that scrapes every minute."""

_END_MARKS = {format_: Tail(exposition.end_mark(format_)) for format_ in Format}
_State: TypeAlias = tuple[tuple[Report, bool], ...]
_Body: TypeAlias = Compressed | Plain


class PageKey(NamedTuple):
    """Identifies a page. alone: whether it shows one poller only, without the label `cluster`."""

    pollers: tuple[Poller, ...]
    format: Format
    gzip: bool
    alone: bool = False


class _Page(NamedTuple):
    """A page without its last part, and the state of the clusters that it shows."""

    state: _State
    body: _Body


class Pages:
    """Caches the pages that clients request; a returned page always shows the newest snapshots.

    limit: the maximum number of series on a page. clock: returns monotonic seconds.
    """

    def __init__(
        self, limit: int = sys.maxsize, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit = limit
        self._clock = clock
        self._lock = threading.Lock()
        self._rendering = threading.Lock()
        self._cached: dict[PageKey, tuple[_Page, ...]] = {}
        self._requested: dict[PageKey, float] = {}
        self._cut: set[str] = set()

    def get(self, key: PageKey, tail: Tail | None = None) -> tuple[bytes, bytes]:
        """Return a page in two parts; the first is the same object for all clients.

        tail: further families in the same format, with its end mark.
        """
        snapshots = [poller.snapshot for poller in key.pollers if poller.snapshot]
        with self._lock:
            self._requested[key] = self._clock()
        body = self._body(key, snapshots)
        return body.start, body.end(tail or _END_MARKS[key.format])

    def prepare(self, poller: Poller, snapshot: Snapshot) -> None:
        """Render the pages with a snapshot that the poller is about to publish."""
        oldest = self._clock() - REQUESTED_FOR
        with self._lock:
            self._requested = {key: at for key, at in self._requested.items() if at > oldest}
            self._cached = {
                key: pages for key, pages in self._cached.items() if key in self._requested
            }
            keys = [key for key in self._requested if poller in key.pollers]
        for key in keys:
            upcoming = [snapshot if other is poller else other.snapshot for other in key.pollers]
            self._body(key, [shown for shown in upcoming if shown])

    def _body(self, key: PageKey, snapshots: list[Snapshot]) -> _Body:
        state = tuple((snapshot.report, snapshot.fresh) for snapshot in snapshots)
        if cached := self._lookup(key, state):
            return cached
        with self._rendering:  # a thread that waited here finds the page cached
            if cached := self._lookup(key, state):
                return cached
            lines = [
                snapshot.fresh_lines if fresh else snapshot.stale_lines
                for snapshot, (_, fresh) in zip(snapshots, state, strict=True)
            ]
            if key.alone:
                prefix = key.pollers[0].prefix
                lines = [exposition.without_prefix(prefix, cluster) for cluster in lines]
            lines, cut = exposition.within_limit(lines, self._limit)
            self._log_cut(cut, ",".join(poller.title for poller in key.pollers))
            own = exposition.singles([(PAGE_CUT, cut)])
            parts = exposition.parts([*lines, own], key.format)
            body = Compressed(parts) if key.gzip else Plain(parts)
            with self._lock:
                self._cached[key] = (*self._cached.get(key, ())[-1:], _Page(state, body))
            return body

    def _log_cut(self, cut: int, clusters: str) -> None:
        """Log that series were left out of a page, but only once until the page fits again."""
        if cut and clusters not in self._cut:
            line = fields(clusters=clusters, series=cut)
            log.warning("page exceeded --web.series-limit, largest families left out", extra=line)
        (self._cut.add if cut else self._cut.discard)(clusters)

    def _lookup(self, key: PageKey, state: _State) -> _Body | None:
        """Return the cached page that shows this state, and drop the pages older than it."""
        with self._lock:
            pages = self._cached.get(key, ())
            for number, page in enumerate(pages):
                if page.state == state:
                    self._cached[key] = pages[number:]
                    return page.body
        return None
