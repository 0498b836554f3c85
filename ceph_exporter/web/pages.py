"""Pages of snapshots, made ready when a poll ends, so that a scrape only sends bytes."""

import sys
import threading
import time
from typing import NamedTuple, TypeAlias

from ceph_exporter import exposition
from ceph_exporter.exposition import Format
from ceph_exporter.log import fields, log
from ceph_exporter.polling.poller import Poller
from ceph_exporter.polling.report import Report
from ceph_exporter.polling.snapshot import PAGE_CUT, Snapshot
from ceph_exporter.web.compress import Compressed, Plain

WANTED = 150.0
"""Seconds for which a page that was asked for is made ready with each poll: two scrapes and a
half of a Prometheus that scrapes every minute."""

_State: TypeAlias = tuple[tuple[Report, bool], ...]
_Body: TypeAlias = Compressed | Plain


class PageKey(NamedTuple):
    """Which page. alone: of the only poller, without the label `cluster`."""

    pollers: tuple[Poller, ...]
    format: Format
    gzip: bool
    alone: bool = False


class _Ready(NamedTuple):
    """A page but for its end, and the state of the clusters that it shows."""

    state: _State
    body: _Body


class Pages:
    """Keeps the pages that are asked for; what it gives is always made of the newest snapshots.

    limit: the largest number of series of a page.
    """

    def __init__(self, limit: int = sys.maxsize) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._making = threading.Lock()
        self._ready: dict[PageKey, tuple[_Ready, ...]] = {}
        self._asked: dict[PageKey, float] = {}
        self._cut: set[str] = set()

    def get(self, kind: PageKey, own: bytes = b"") -> tuple[bytes, bytes]:
        """Give a page in two parts, of which all who ask for it share the first.

        own: further families, rendered in the same format and without an end mark.
        """
        snapshots = [poller.snapshot for poller in kind.pollers if poller.snapshot]
        with self._lock:
            self._asked[kind] = time.monotonic()
        body = self._make(kind, snapshots)
        return body.start, body.end(own + exposition.end(kind.format))

    def prepare(self, poller: Poller, snapshot: Snapshot) -> None:
        """Make the pages ready for a snapshot that is about to take its place."""
        oldest = time.monotonic() - WANTED
        with self._lock:
            self._asked = {kind: when for kind, when in self._asked.items() if when > oldest}
            self._ready = {kind: self._ready[kind] for kind in self._ready if kind in self._asked}
            kinds = [kind for kind in self._asked if poller in kind.pollers]
        for kind in kinds:
            coming = [snapshot if other is poller else other.snapshot for other in kind.pollers]
            self._make(kind, [found for found in coming if found])

    def _make(self, kind: PageKey, snapshots: list[Snapshot]) -> _Body:
        state = tuple((snapshot.report, snapshot.fresh) for snapshot in snapshots)
        if known := self._known(kind, state):
            return known
        with self._making:  # who waits here finds it made
            if known := self._known(kind, state):
                return known
            lines = [
                snapshot.fresh_lines if fresh else snapshot.stale_lines
                for snapshot, (_, fresh) in zip(snapshots, state, strict=True)
            ]
            if kind.alone:
                lines = [exposition.without(kind.pollers[0].prefix, found) for found in lines]
            lines, cut = exposition.fitting(lines, self._limit)
            self._note(cut, ",".join(poller.title for poller in kind.pollers))
            own = exposition.singles([(PAGE_CUT, cut)])
            parts = exposition.parts([*lines, own], kind.format)
            body = Compressed(parts) if kind.gzip else Plain(parts)
            with self._lock:
                self._ready[kind] = (*self._ready.get(kind, ())[-1:], _Ready(state, body))
            return body

    def _note(self, cut: int, clusters: str) -> None:
        """Log that a page is cut, once."""
        if cut and clusters not in self._cut:
            line = fields(clusters=clusters, series=cut)
            log.warning("page has more than --web.series-limit; some are left out", extra=line)
        (self._cut.add if cut else self._cut.discard)(clusters)

    def _known(self, kind: PageKey, state: _State) -> _Body | None:
        """Look a page up; those older than it are not needed any more."""
        with self._lock:
            kept = self._ready.get(kind, ())
            for number, ready in enumerate(kept):
                if ready.state == state:
                    self._ready[kind] = kept[number:]
                    return ready.body
        return None
