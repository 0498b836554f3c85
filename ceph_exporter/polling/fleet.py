"""Runs a poller for each cluster, each in its own thread; a reload keeps unchanged pollers."""

import threading
import time
from typing import NamedTuple

from ceph_exporter.config import Cluster, Config, Poll
from ceph_exporter.polling.collecting import enabled
from ceph_exporter.polling.outage import LONGEST
from ceph_exporter.polling.poller import OnSnapshot, Poller

GRACE = LONGEST
"""A poller has hung if the time since the start of its last poll exceeds the interval, the timeout
and this many seconds added up. After failed polls, the pause before the next can be this long."""
_STOP_TIMEOUT = 2.0
"""Seconds that `Fleet.stop` waits for all pollers together."""


class _Settings(NamedTuple):
    """What a poller depends on; if any of it changes, the cluster gets a new poller.

    many: whether there are several clusters. If so, samples have the label `cluster`.
    """

    cluster: Cluster
    poll: Poll
    collectors: tuple[str, ...]
    many: bool


class _Member(NamedTuple):
    settings: _Settings
    poller: Poller
    stop: threading.Event
    thread: threading.Thread


class Fleet:
    """Polls all clusters of a configuration: `use` starts the polling, `stop` ends it.

    on_snapshot: called by each poller with the result that it is about to publish.
    """

    def __init__(self, on_snapshot: OnSnapshot = lambda *_: None) -> None:
        self._on_snapshot = on_snapshot
        self._members: dict[str, _Member] = {}
        self.config: Config | None = None
        """The configuration in use, None before the first call to `use`."""

    @property
    def pollers(self) -> tuple[Poller, ...]:
        """The pollers in the order of the configuration."""
        return tuple(member.poller for member in self._members.values())

    def use(self, config: Config) -> list[str]:
        """Switch to a configuration; return the names of the clusters that get a new poller."""
        previous, members, started = self._members, {}, []
        for number, (name, cluster) in enumerate(config.clusters.items(), 1):
            phase = number / len(config.clusters)
            many = len(config.clusters) > 1
            settings = _Settings(cluster, config.poll, enabled(config, cluster), many)
            old = previous.get(name)
            if old is not None and old.settings == settings:
                members[name] = old
            else:
                members[name] = _member(self._poller(name, config), settings, old, phase)
                started.append(name)
        # `_members` is replaced in one step, so a scrape sees the old pollers or the new ones,
        # never a mix.
        self._members, self.config = members, config
        for name, member in previous.items():
            if members.get(name) is not member:
                member.stop.set()
        for name in started:
            members[name].thread.start()
        return started

    def _poller(self, name: str, config: Config) -> Poller:
        poller = Poller(name, config.clusters[name], config)
        poller.on_snapshot = self._on_snapshot
        return poller

    def stop(self) -> None:
        """Stop all pollers; after `_STOP_TIMEOUT`, abandon those still waiting for Ceph."""
        for member in self._members.values():
            member.stop.set()
        end = time.monotonic() + _STOP_TIMEOUT
        for member in self._members.values():
            member.thread.join(max(0.0, end - time.monotonic()))

    @property
    def ready(self) -> bool:
        """Whether the first poll of every cluster has finished, even if it failed."""
        return all(poller.snapshot is not None for poller in self.pollers)

    def hung(self) -> list[str]:
        """Return the names of the clusters whose pollers have hung."""
        now = time.monotonic()
        return [
            name
            for name, (settings, poller, _, _) in self._members.items()
            if now - poller.last_progress > settings.poll.interval + settings.poll.timeout + GRACE
        ]

    def summary(self) -> str:
        """Return the state of all clusters in one line."""
        return "; ".join(_state(poller) for poller in self.pollers)


def _member(poller: Poller, settings: _Settings, old: _Member | None, phase: float) -> _Member:
    if old is not None and old.settings.cluster.addresses == settings.cluster.addresses:
        # The same cluster has new settings. Export the old snapshot until the new poller has one:
        # if series vanished for a scrape, alerts would resolve and fire again.
        if old.settings.many == settings.many:  # else all series have other labels
            poller.snapshot = old.poller.snapshot
        if old.settings.cluster.rgw == settings.cluster.rgw:
            # The first poll does not wait for what takes longer than a poll.
            poller.documents.take_over(old.poller.documents.aside())
            poller.beside.users = old.poller.beside.users
    stop = threading.Event()
    thread = threading.Thread(
        target=poller.run, args=(stop, phase), name=f"poll {poller.name}", daemon=True
    )
    return _Member(settings, poller, stop, thread)


def _state(poller: Poller) -> str:
    name, snapshot = poller.title, poller.snapshot
    if snapshot is None:
        return f"{name}: first poll in progress"
    report = snapshot.report
    if not report.up or not snapshot.fresh:
        return f"{name}: unreachable"
    return f"{name}: {report.health or 'health unknown'} over {report.api}"
