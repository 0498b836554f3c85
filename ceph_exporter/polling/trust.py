"""Decides whether to trust answers: they must come from the right cluster and be current.

A mgr knows about the monitors only what they last sent to it. Without a quorum they send no new
state of the cluster, and the dashboard keeps returning the last HEALTH_OK, however old it is (seen
on Ceph 16.2.15 and 18.2.7). Two signs reveal this:

- `quorum_age` does not change. It is the age of the quorum in seconds, which a quorum sends to the
  mgr every 5 s (MgrMonitor::send_digests in Ceph 14 to 20).
- At least half of the monitors have stopped reporting. Each monitor reports to the mgr every 5 s,
  even without a quorum. One answer is enough to see this sign, but the sign is no proof: perhaps
  the monitors have merely lost their connections to the mgr. So the sign is ignored once
  `quorum_age` has changed.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from ceph_exporter.facts import Fact, MgrDump, Quorum
from ceph_exporter.facts.quorum import Monitor
from ceph_exporter.log import fields, log
from ceph_exporter.polling.clock import SYSTEM, Clock
from ceph_exporter.sources import ErrorKind, SourceError

FROZEN_AFTER = 20.0
"""Seconds for which `quorum_age` may stay the same. If the leader dies, the election of a new one
takes up to 15 s."""
SILENT_AFTER = 15.0
"""A monitor is silent once its last report is older than the newest report of any monitor by three
report intervals plus this many seconds.

The three intervals allow for lost reports. The report interval (`mgr_stats_period`) is the time
between the last two reports of the monitor."""
_RELAYS = frozenset({"dashboard"})
"""APIs that return what the monitors last sent to the mgr. Other APIs ask a monitor each time."""
_LOST = (
    "so its dashboard reports old data, which is not exported; check whether there is a quorum "
    "(without one, `ceph -s` hangs), and start the monitors that are down"
)


class _Sign(NamedTuple):
    """The last sign of life of the quorum at a URL.

    value: election epoch and age of the quorum; since: when this value was first seen, by
    `clock.monotonic()`; changed: whether it replaced another value.
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
        """The fsid of the first cluster that answered; empty until one has answered."""
        self.foreign = dict.fromkeys(urls, False)
        """For each URL, whether its last answer came from another cluster."""
        self.identified: set[str] = set()
        """The URLs that have identified themselves as the right cluster's."""
        self._tags = dict(tags)
        self._clock = clock
        self._signs: dict[str, _Sign] = {}

    def check(self, url: str, api: str, quorum: Quorum) -> None:
        """Raise SourceError (FOREIGN or FROZEN) unless the right cluster sent its current state."""
        self.check_cluster(url, quorum.fsid)
        if api in _RELAYS:
            self._check_quorum(url, quorum)

    def check_cluster(self, url: str, fsid: str) -> None:
        """Raise SourceError (FOREIGN) unless the fsid is that of the first cluster to answer."""
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
        self.identified.add(url)

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
    """Return an error text if fewer monitors send reports than a quorum needs, else "".

    A monitor is silent if its last report is much older than the newest report of any monitor.
    """
    newest = max((when for monitor in monitors for when in monitor.reports), default=0.0)
    last_two = [monitor.reports for monitor in monitors if len(monitor.reports) == 2]
    silent = sum(newest - last > SILENT_AFTER + 3 * (last - first) for first, last in last_two)
    lost = silent and 2 * silent >= len(monitors)
    return f"the mgr receives no reports from {silent} of {len(monitors)} monitors" if lost else ""


def current(facts: Mapping[type[Fact], Fact]) -> dict[type[Fact], Fact]:
    """Return the facts without what the monitors merely repeat from a mgr that is gone.

    While a mgr is active, these are all facts.
    """
    mgr = facts.get(MgrDump)
    if not isinstance(mgr, MgrDump) or mgr.active:
        return dict(facts)
    own = {type_: fact.without_mgr() for type_, fact in facts.items()}
    return {type_: fact for type_, fact in own.items() if fact is not None}
