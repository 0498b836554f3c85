"""Whether what a URL says may be believed: of the right cluster, and not frozen.

A mgr knows of the monitors what they sent it last. Without a quorum they send nothing, and the
dashboard goes on answering the last HEALTH_OK, however old (seen on 16.2.15 and 18.2.7). Two things
give it away. `quorum_age` stands still: the quorum counts it in seconds, and sends it every 5 s
(MgrMonitor::send_digests of 14 to 20). And each monitor reports to the mgr itself, every 5 s and
also without a quorum: where half of them or more have fallen silent there is none. That is seen in
one answer, but it is no proof, as they may be cut off from the mgr only; so it counts no more once
the age was seen to move.
"""

import time
from collections.abc import Collection, Mapping
from typing import NamedTuple

from ceph_exporter.facts import Quorum
from ceph_exporter.facts.quorum import Monitor
from ceph_exporter.log import fields, log
from ceph_exporter.sources import ErrorKind, SourceError

FROZEN_AFTER = 20.0
"""Seconds without a sign of the quorum; an election after the leader died takes up to 15."""
SILENT_AFTER = 15.0
"""Seconds by which a monitor's report to the mgr may be late, three that may be lost not counted.
How often they come is Ceph's `mgr_stats_period`; the last two tell."""
_RELAYS = frozenset({"dashboard"})
"""APIs that pass on what the monitors said last; the others ask a monitor each time."""
_LOST = (
    "so what its dashboard says is old and not shown; is there a quorum? see `ceph -s`, start the "
    "monitors"
)


class _Sign(NamedTuple):
    """A sign of life of the quorum, and the reading of time.monotonic() when it was seen first.

    moved: there was another one before.
    """

    value: tuple[int | None, float | None]
    since: float
    moved: bool


class Trust:
    """What is known of one cluster's URLs. tags: key=value pairs for the log lines."""

    def __init__(self, tags: Mapping[str, str], urls: Collection[str]) -> None:
        self.fsid = ""
        """Of the first cluster that answered; nothing before."""
        self.foreign = dict.fromkeys(urls, False)
        """Whether a URL gave answers of another cluster when it was asked last."""
        self._tags = dict(tags)
        self._signs: dict[str, _Sign] = {}

    def check(self, url: str, api: str, quorum: Quorum) -> None:
        """Raise SourceError, FOREIGN or FROZEN, if this is not what the cluster says now."""
        self._check_cluster(url, quorum.fsid)
        if api in _RELAYS:
            self._check_quorum(url, quorum)

    def _check_cluster(self, url: str, fsid: str) -> None:
        self.fsid = self.fsid or fsid
        foreign = fsid != self.fsid
        if foreign != self.foreign.get(url, False):
            self.foreign[url] = foreign
            about = fields(**self._tags, url=url, fsid=fsid, expected=self.fsid)
            if foreign:
                log.error("answers of another cluster are not shown", extra=about)
            else:
                log.info("answers of the right cluster again", extra=about)
        if foreign:
            raise SourceError(
                ErrorKind.FOREIGN,
                f"{url}: another cluster answers (fsid {fsid[:64]}, expected {self.fsid[:64]}); "
                "check the URL, or restart the exporter if the cluster was made anew",
            )

    def _check_quorum(self, url: str, quorum: Quorum) -> None:
        now = time.monotonic()
        value = (quorum.election_epoch, quorum.age)
        sign = self._signs.get(url)
        if sign is None or sign.value != value:
            sign = self._signs[url] = _Sign(value, now, sign is not None)
        if quorum.age is not None and now - sign.since >= FROZEN_AFTER:
            raise SourceError(
                ErrorKind.FROZEN,
                f"{url}: the monitors have told the mgr nothing new for {now - sign.since:.0f} s, "
                f"{_LOST}",
            )
        moves = sign.moved and quorum.age is not None
        if not moves and (reason := _silence(quorum.monitors)):
            raise SourceError(ErrorKind.FROZEN, f"{url}: {reason}, {_LOST}")


def _silence(monitors: Collection[Monitor]) -> str:
    """Say that too many monitors have fallen silent for a quorum, by the newest report of all."""
    newest = max((when for monitor in monitors for when in monitor.reports), default=0.0)
    last = [monitor.reports for monitor in monitors if len(monitor.reports) == 2]
    silent = sum(newest - end > SILENT_AFTER + 3 * (end - start) for start, end in last)
    lost = silent and 2 * silent >= len(monitors)
    return f"{silent} of {len(monitors)} monitors have fallen silent" if lost else ""
