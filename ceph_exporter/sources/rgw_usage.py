"""Counters of RGW's requests, kept while its usage log is read hour by hour.

The log (`/admin/usage`) has a record for each user, bucket and hour, which grows during the hour.
The first answer holds all hours that were ever logged and not trimmed, so that a restart of the
exporter continues with the same numbers. After that only the last hours are requested. A record
that becomes smaller was trimmed and has started again, so what it counted before is kept.

Users and buckets come and go, so what has been idle for long is forgotten.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple, TypeAlias

import msgspec

from ceph_exporter.facts import DecodeError, Decoder
from ceph_exporter.sources.base import ErrorKind, SourceError

_HOUR = 3600
IDLE = 30 * 24 * _HOUR
"""Seconds without a request after which a counter is forgotten; it starts again from 0."""
MOST = 200_000
"""Counters that are kept; if there are more, the ones that have been idle longest are forgotten."""
Key: TypeAlias = tuple[str, str, str]
"""User, bucket and category."""


class Counts(msgspec.Struct, frozen=True, gc=False):
    """Requests of one category."""

    ops: int = 0
    successful_ops: int = 0
    bytes_sent: int = 0
    bytes_received: int = 0

    def plus(self, other: "Counts") -> "Counts":
        """Return the sums."""
        return Counts(
            self.ops + other.ops,
            self.successful_ops + other.successful_ops,
            self.bytes_sent + other.bytes_sent,
            self.bytes_received + other.bytes_received,
        )


class _Past(NamedTuple):
    """What was counted in hours that are over; hour: the last one."""

    counts: Counts = Counts()
    hour: int = 0

    def plus(self, counts: Counts, hour: int) -> "_Past":
        return _Past(self.counts.plus(counts), max(self.hour, hour))


class _Category(Counts, frozen=True, gc=False):
    category: str = ""


class _Bucket(msgspec.Struct, frozen=True):
    bucket: str = ""
    epoch: int = 0
    categories: tuple[_Category, ...] = ()


class _Entry(msgspec.Struct, frozen=True):
    """The records of a user; up to 12 it is called owner. A user may have several entries."""

    user: str = ""
    owner: str = ""
    buckets: tuple[_Bucket, ...] = ()


class _Log(msgspec.Struct, frozen=True):
    entries: tuple[_Entry, ...]


_decode = Decoder(_Log)


class Usage:
    """The counters. now, in methods: the time before the request, as unix time."""

    def __init__(self) -> None:
        self._past: dict[Key, _Past] = {}
        self._hours: dict[tuple[Key, int], Counts] = {}  # of hours that may still grow
        self._since: int | None = None

    @property
    def start(self) -> str:
        """The value of the parameter `start` for the next request, empty for the whole log."""
        if self._since is None:
            return ""
        return datetime.fromtimestamp(self._since, UTC).strftime("%Y-%m-%d %H:%M:%S")

    def add(self, body: bytes, now: float) -> None:
        """Add an answer to a request with `start`; raise SourceError if it is not the log."""
        try:
            log = _decode(body)
        except DecodeError as error:
            raise SourceError(ErrorKind.FAILED, f"/admin/usage: {error}") from None
        for key, counts in _records(log).items():
            if self._since is not None and key[1] < self._since:
                continue  # it is among those that are over
            previous = self._hours.get(key, Counts())
            if counts.ops < previous.ops:
                self._end(key, previous)
            self._hours[key] = counts
        # The gateways write the log with a delay, and their clocks may differ from this host's.
        self.skip(now)
        for key in [key for key in self._hours if key[1] < (self._since or 0)]:
            self._end(key, self._hours.pop(key))
        self._forget(now)

    def _end(self, key: tuple[Key, int], counts: Counts) -> None:
        self._past[key[0]] = self._past.get(key[0], _Past()).plus(counts, key[1])

    def _forget(self, now: float) -> None:
        """Forget counters of users and buckets that have been idle for long or are too many."""
        oldest = now - IDLE
        self._past = {key: past for key, past in self._past.items() if past.hour > oldest}
        if len(self._past) > MOST:
            idle = sorted(self._past, key=lambda key: self._past[key].hour)
            for key in idle[: len(self._past) - MOST]:
                del self._past[key]

    def skip(self, now: float) -> None:
        """Leave out the hours before the last one, because the log is too large.

        If the clock steps back, hours that are over remain so, as they would count twice.
        """
        self._since = max(self._since or 0, int(now) // _HOUR * _HOUR - _HOUR)

    def document(self) -> bytes:
        """Return the counters as JSON."""
        sums = {key: past.counts for key, past in self._past.items()}
        for (key, _), counts in self._hours.items():
            sums[key] = sums.get(key, Counts()).plus(counts)
        rows = [
            {
                "user": user,
                "bucket": bucket,
                "category": category,
                **msgspec.structs.asdict(counts),
            }
            for (user, bucket, category), counts in sums.items()
        ]
        return msgspec.json.encode({"traffic": rows})


def _records(log: _Log) -> dict[tuple[Key, int], Counts]:
    """Return the records of an answer; several for the same hour are added up."""
    records: dict[tuple[Key, int], Counts] = {}
    for key, counts in _rows(log):
        records[key] = records.get(key, Counts()).plus(counts)
    return records


def _rows(log: _Log) -> Iterator[tuple[tuple[Key, int], Counts]]:
    for entry in log.entries:
        for bucket in entry.buckets:
            for row in bucket.categories:
                key = entry.user or entry.owner, bucket.bucket, row.category
                yield (key, bucket.epoch // _HOUR * _HOUR), row
