"""The quotas of all users of RGW, of which neither API lists more than one user's at a time."""

import threading
import time
from collections.abc import Callable, Collection, Container
from typing import NamedTuple, TypeAlias

import msgspec

from ceph_exporter.deadline import Deadline
from ceph_exporter.facts import DecodeError, Decoder
from ceph_exporter.facts.rgw_users import RawUser
from ceph_exporter.sources.base import ErrorKind, SourceError

MOST = 2000
"""Users whose quotas are requested, the first by name: each takes RGW about 0.05 s."""
_ROUND = 20.0
"""Seconds for the requests of one round; the next round continues with the other users."""
_SHARE = 0.9
"""The part of the time left that a round may take, so that its result arrives before the end."""
_LIFETIME = 3600.0
"""Seconds for which a quota is reported without being requested again."""
_FAILURES = 3
"""Users in a row whose quotas may be unavailable before the round ends."""


class Listed(NamedTuple):
    """The names of users. complete: whether these are all."""

    names: Collection[str]
    complete: bool = True


Names: TypeAlias = Callable[[Deadline], Listed]
QuotaOf: TypeAlias = Callable[[str, Deadline], bytes | None]
"""Returns the answer for a user, None if the user is gone; may raise SourceError."""

_decode = Decoder(RawUser)


class Users:
    """Collects the quotas of users over several rounds, of which there is one at a time.

    A poller that a reload has replaced may still be in a round.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._quotas: dict[str, tuple[float, RawUser]] = {}  # with the time
        self._asked: dict[str, None] = {}  # whatever the answer was, the last one last

    def fetch(self, names: Names, quota_of: QuotaOf, deadline: Deadline) -> bytes:
        """Return the document; raise SourceError if the names or all quotas are unavailable."""
        if not self._lock.acquire(timeout=deadline.left):
            raise SourceError(ErrorKind.FAILED, "the last round of requests for quotas still runs")
        try:
            return self._fetch(names, quota_of, deadline)
        finally:
            self._lock.release()

    def _fetch(self, names: Names, quota_of: QuotaOf, deadline: Deadline) -> bytes:
        listed = names(deadline)
        wanted = dict.fromkeys(sorted(listed.names)[:MOST])
        self._drop(wanted)
        queue = [name for name in wanted if name not in self._asked] + list(self._asked)
        error = self._round(queue, quota_of, Deadline(min(_ROUND, deadline.left * _SHARE)))
        if error and not self._quotas:
            raise error
        users = {name: row for name, (_, row) in sorted(self._quotas.items())}
        number = len(listed.names) if listed.complete else None
        return msgspec.json.encode({"number": number, "users": users})

    def _drop(self, wanted: Container[str]) -> None:
        """Forget users that are gone, and quotas that are too old."""
        oldest = self._clock() - _LIFETIME
        self._asked = {name: None for name in self._asked if name in wanted}
        self._quotas = {
            name: (when, row)
            for name, (when, row) in self._quotas.items()
            if name in wanted and when > oldest
        }

    def _round(self, queue: list[str], quota_of: QuotaOf, deadline: Deadline) -> SourceError | None:
        """Request quotas in this order; return the last error."""
        failures, last = 0, None
        for name in queue:
            if not deadline.left or failures >= _FAILURES:
                break
            self._asked.pop(name, None)
            self._asked[name] = None
            try:
                body = quota_of(name, deadline)
                row = None if body is None else _decode(body)
            except SourceError as error:
                if error.kind is not ErrorKind.FAILED and not self._quotas:
                    raise
                failures, last = failures + 1, error
                continue
            except DecodeError as error:
                text = f"the quotas of the user {name!r}: {error}"
                failures, last = failures + 1, SourceError(ErrorKind.FAILED, text)
                continue
            failures = 0
            self._quotas.pop(name, None)
            if row is not None:
                self._quotas[name] = self._clock(), row
        return last
