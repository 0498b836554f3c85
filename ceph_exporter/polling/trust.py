"""Whether to trust what a URL answers: it must come from the right cluster and not be frozen.

All that a mgr knows about the monitors is what they last sent it. Without a quorum they send no new
cluster state, and the dashboard keeps returning the last HEALTH_OK, however old (seen on 16.2.15
and 18.2.7). Two signs reveal this:

- `quorum_age` stands still. The quorum counts it in seconds and sends it every 5 s
  (MgrMonitor::send_digests of 14 to 20).
- Half of the monitors or more have stopped reporting. Each monitor reports to the mgr every 5 s,
  even without a quorum. A single answer is enough to see this, but it is no proof: the monitors may
  merely be cut off from the mgr. So this sign is ignored once `quorum_age` has been seen to change.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from ceph_exporter.facts import Quorum
from ceph_exporter.facts.quorum import Monitor
from ceph_exporter.log import fields, log
from ceph_exporter.polling.clock import SYSTEM, Clock
from ceph_exporter.sources import ErrorKind, SourceError

FROZEN_AFTER = 20.0
"""Seconds without a sign of the quorum; an election after the leader died takes up to 15."""
SILENT_AFTER = 15.0
"""Seconds by which a monitor's report to the mgr may be late, on top of three report intervals, as
three reports may be lost. The last two reports show how often they come (`mgr_stats_period`)."""
_RELAYS = frozenset({"dashboard"})
"""APIs that pass on what the monitors last sent; the others ask a monitor each time."""
_LOST = (
    "so what its dashboard reports is old and not exported; check with `ceph -s` whether there is "
    "a quorum (it hangs without one), and start the monitors that are down"
)


class _Sign(NamedTuple):
    """A sign of life of the quorum: election epoch and age.

    since: when it was first seen, by `clock.monotonic()`; changed: whether another sign came before
    it.
    """

    value: tuple[int | None, float | None]
    since: float
    changed: bool


class Trust:
    """Decides which URLs of one cluster to trust. tags: key=value pairs for the log lines."""

    def __init__(
        self, tags: Mapping[str, str], urls: Collection[str], clock: Clock = SYSTEM
    ) -> None:
        self.fsid = ""
        """Of the first cluster that answered; empty before."""
        self.foreign = dict.fromkeys(urls, False)
        """By URL, whether its last answer came from another cluster."""
        self._tags = dict(tags)
        self._clock = clock
        self._signs: dict[str, _Sign] = {}

    def check(self, url: str, api: str, quorum: Quorum) -> None:
        """Raise SourceError, FOREIGN or FROZEN, unless this is the cluster's present state."""
        self.check_cluster(url, quorum.fsid)
        if api in _RELAYS:
            self._check_quorum(url, quorum)

    def check_cluster(self, url: str, fsid: str) -> None:
        """Raise SourceError, FOREIGN, unless this is the cluster that answered first."""
        self.fsid = self.fsid or fsid
        foreign = fsid != self.fsid
        if foreign != self.foreign.get(url, False):
            self.foreign[url] = foreign
            about = fields(**self._tags, url=url, fsid=fsid, expected=self.fsid)
            if foreign:
                log.error("rejected answers from another cluster", extra=about)
            else:
                log.info("accepting answers from the right cluster again", extra=about)
        if foreign:
            raise SourceError(
                ErrorKind.FOREIGN,
                f"{url}: another cluster answers (fsid {fsid[:64]}, expected {self.fsid[:64]}); "
                "check the URL, or restart the exporter if the cluster was recreated",
            )

    def _check_quorum(self, url: str, quorum: Quorum) -> None:
        now = self._clock.monotonic()
        value = (quorum.election_epoch, quorum.age)
        sign = self._signs.get(url)
        if sign is None or sign.value != value:
            sign = self._signs[url] = _Sign(value, now, sign is not None)
        if quorum.age is not None and now - sign.since >= FROZEN_AFTER:
            raise SourceError(
                ErrorKind.FROZEN,
                f"{url}: the mgr has heard nothing new from the monitors for "
                f"{now - sign.since:.0f} s, {_LOST}",
            )
        ages = sign.changed and quorum.age is not None
        if not ages and (reason := _silence(quorum.monitors)):
            raise SourceError(ErrorKind.FROZEN, f"{url}: {reason}, {_LOST}")


def _silence(monitors: Collection[Monitor]) -> str:
    """Return a text with the number of silent monitors if too many are silent for a quorum, or "".

    A monitor is silent if its last report is much older than the newest report of any monitor.
    """
    newest = max((when for monitor in monitors for when in monitor.reports), default=0.0)
    last_two = [monitor.reports for monitor in monitors if len(monitor.reports) == 2]
    silent = sum(newest - last > SILENT_AFTER + 3 * (last - first) for first, last in last_two)
    lost = silent and 2 * silent >= len(monitors)
    return f"the mgr receives no reports from {silent} of {len(monitors)} monitors" if lost else ""
