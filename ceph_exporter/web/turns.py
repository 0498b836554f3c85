"""Lets callers pass one at a time, fairly: none of them can keep the others out."""

import threading
from collections.abc import Hashable, Iterator
from contextlib import contextmanager


class BusyError(Exception):
    """The wait was too long, or too many others wait."""


class _Ticket:
    """A waiting caller. granted: None until its turn comes or it loses its place."""

    def __init__(self) -> None:
        self.decided = threading.Event()
        self.granted: bool | None = None

    def decide(self, *, granted: bool) -> None:
        self.granted = granted
        self.decided.set()


class Turns:
    """Callers wait in lanes, which take turns.

    Within a lane the newest caller goes first, because older ones have probably given up. If more
    than `limit` callers wait, the oldest one in the longest lane loses its place.
    """

    def __init__(self, limit: int = 64) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._busy = False
        self._lanes: dict[Hashable, list[_Ticket]] = {}  # the one that waits longest first

    @contextmanager
    def turn(self, lane: Hashable, patience: float) -> Iterator[None]:
        """Wait for a turn, at most `patience` seconds. Raises BusyError."""
        ticket = self._enter(lane)
        if ticket is not None:
            ticket.decided.wait(patience)
            if not self._granted(lane, ticket):
                raise BusyError
        try:
            yield
        finally:
            self._leave()

    def _enter(self, lane: Hashable) -> _Ticket | None:
        """Return a place in the lane; None if it is the caller's turn at once."""
        with self._lock:
            if not self._busy:
                self._busy = True
                return None
            ticket = _Ticket()
            self._lanes.setdefault(lane, []).append(ticket)
            if sum(map(len, self._lanes.values())) > self._limit:
                longest = max(self._lanes, key=lambda name: len(self._lanes[name]))
                self._take(longest, 0).decide(granted=False)
            return ticket

    def _granted(self, lane: Hashable, ticket: _Ticket) -> bool:
        with self._lock:
            if ticket.granted is None:  # it waited too long
                self._take(lane, self._lanes[lane].index(ticket))
            return bool(ticket.granted)

    def _leave(self) -> None:
        with self._lock:
            if not self._lanes:
                self._busy = False
                return
            lane = next(iter(self._lanes))
            ticket = self._take(lane, -1)
            if lane in self._lanes:
                self._lanes[lane] = self._lanes.pop(lane)
            ticket.decide(granted=True)

    def _take(self, lane: Hashable, index: int) -> _Ticket:
        tickets = self._lanes[lane]
        ticket = tickets.pop(index)
        if not tickets:
            del self._lanes[lane]
        return ticket
