"""The last part of a page: the exporter's own metrics, as bytes that are ready to be sent.

prometheus-client makes thirty system calls to read them. Each releases the interpreter lock, and
with 50 concurrent clients that took half of the time. So scrapes do not read them: the main loop
does, once a second while there are scrapes.
"""

import threading
import time
from collections.abc import Callable, Collection
from typing import NamedTuple

from prometheus_client import exposition as text
from prometheus_client.openmetrics import exposition as openmetrics

from ceph_exporter import own_metrics
from ceph_exporter.exposition import Format
from ceph_exporter.log import fields, log
from ceph_exporter.web.compress import Tail
from ceph_exporter.web.pages import REQUESTED_FOR
from ceph_exporter.web.request import Request

INTERVAL = 1.0
"""Seconds for which the metrics are not rendered again."""
EXPIRES = 3 * INTERVAL
"""Seconds after which a scrape renders them: it is the first one, or the main loop is busy."""
_SHARE = 50
"""Ratio of the interval to the CPU time of a rendering, which is 40 ms for 100 clusters."""


class _Ready(NamedTuple):
    tail: Tail
    rendered: float
    state: object


class OwnMetrics:
    """Renders the exporter's own metrics, in the formats in use.

    state: returns something that changes when the metrics have to be rendered at once. clock:
    monotonic seconds.
    """

    def __init__(
        self,
        state: Callable[[], object] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._state, self._clock = state, clock
        self._lock = threading.Lock()
        self._ready: dict[Format, _Ready] = {}
        self._requested: dict[Format, float] = {}
        self._failed = False
        self._slowness = 1.0  # by which the intervals are longer

    def tail(self, format_: Format) -> Tail:
        """Return the metrics, at most `EXPIRES` seconds old, with the end mark of the format.

        With many clusters they may be older, so that rendering them takes 2 % of the time at most.
        """
        now = self._requested[format_] = self._clock()
        oldest = now - EXPIRES * self._slowness
        if tail := self._cached(format_, oldest):
            return tail
        with self._lock:  # a thread that waited here finds them rendered
            return self._cached(format_, oldest) or self._render(format_)

    def refresh(self) -> None:
        """Render the metrics again in the formats in use; call this once a second."""
        now = self._clock()
        for format_, requested in tuple(self._requested.items()):
            if now - requested < REQUESTED_FOR:
                with self._lock:
                    if not self._cached(format_, now - INTERVAL * self._slowness):
                        self._render(format_)

    def _cached(self, format_: Format, oldest: float) -> Tail | None:
        ready = self._ready.get(format_)
        if ready is None or ready.rendered <= oldest or ready.state != self._state():
            return None
        return ready.tail

    def _render(self, format_: Format) -> Tail:
        state, now, start = self._state(), self._clock(), time.thread_time()
        try:
            tail = Tail(_rendered(format_))
            self._failed = False
        except Exception as error:  # noqa: BLE001 - Ceph's metrics are more important than these
            if not self._failed:
                about = fields(error=repr(error))
                log.error("own metrics failed; please report this", extra=about)
            self._failed, tail = True, Tail(b"# EOF\n" if format_ is Format.OPENMETRICS else b"")
        self._ready[format_] = _Ready(tail, now, state)
        self._slowness = max(1.0, (time.thread_time() - start) * _SHARE / INTERVAL)
        return tail


def _rendered(format_: Format) -> bytes:
    if format_ is Format.OPENMETRICS:
        page: bytes = openmetrics.generate_latest(own_metrics.Shown())  # type: ignore[no-untyped-call]
        return page
    return text.generate_latest(own_metrics.Shown())


def counter(paths: Collection[str]) -> Callable[[Request, int], None]:
    """Return a function that counts requests for these paths by the status of their replies."""

    def count(request: Request, status: int) -> None:
        if request.path in paths:
            own_metrics.count_scrape(status)

    return count
