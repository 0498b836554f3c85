"""The quotas of all users of RGW, of which neither API lists more than one user's at a time."""

import time
from collections.abc import Callable, Collection
from typing import TypeAlias

import msgspec

from ceph_exporter.deadline import Deadline
from ceph_exporter.facts import DecodeError, Decoder
from ceph_exporter.facts.rgw_users import RawUser
from ceph_exporter.sources.base import ErrorKind, SourceError

MOST = 2000
"""Users whose quotas are requested, the first by name: each takes RGW about 0.05 s."""
_ROUND = 20.0
"""Seconds for the requests of one round; the next round continues with the other users."""
_LIFETIME = 3600.0
"""Seconds for which a quota is reported without being requested again."""
_FAILURES = 3
"""Users in a row whose quotas may be unavailable before the round ends."""
Names: TypeAlias = Callable[[Deadline], Collection[str]]
QuotaOf: TypeAlias = Callable[[str, Deadline], bytes | None]
"""Returns the answer for a user, None if the user is gone; may raise SourceError."""

_decode = Decoder(RawUser)


class Users:
    """Collects the quotas of users over several rounds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._quotas: dict[str, tuple[float, RawUser]] = {}  # with the time, oldest first

    def fetch(self, names: Names, quota_of: QuotaOf, deadline: Deadline) -> bytes:
        """Return the document; raise SourceError if the names are unavailable."""
        all_names = names(deadline)
        wanted = sorted(all_names)[:MOST]
        self._drop(set(wanted))
        fresh = dict.fromkeys(self._quotas)
        queue = [name for name in wanted if name not in fresh] + list(fresh)
        self._round(queue, quota_of, Deadline(min(_ROUND, deadline.left)))
        users = {name: row for name, (_, row) in sorted(self._quotas.items())}
        return msgspec.json.encode({"number": len(all_names), "users": users})

    def _drop(self, wanted: set[str]) -> None:
        """Forget users that are gone, and quotas that are too old."""
        oldest = self._clock() - _LIFETIME
        self._quotas = {
            name: (when, row)
            for name, (when, row) in self._quotas.items()
            if name in wanted and when > oldest
        }

    def _round(self, queue: list[str], quota_of: QuotaOf, deadline: Deadline) -> None:
        failures = 0
        for name in queue:
            if not deadline.left or failures >= _FAILURES:
                return
            try:
                body = quota_of(name, deadline)
                row = None if body is None else _decode(body)
            except SourceError as error:
                if error.kind is not ErrorKind.FAILED and not self._quotas:
                    raise
                failures += 1
                continue
            except DecodeError:
                failures += 1
                continue
            failures = 0
            self._quotas.pop(name, None)
            if row is not None:
                self._quotas[name] = self._clock(), row
