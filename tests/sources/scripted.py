"""A scripted cluster: sources that answer what a test wrote, a clock, and the log as lines."""

import logging
from collections.abc import Collection, Iterator
from typing import TypeAlias

import pytest

from ceph_exporter.config import Cluster, Config, Poll
from ceph_exporter.config.units import Duration
from ceph_exporter.deadline import Deadline
from ceph_exporter.facts import DOCUMENTS
from ceph_exporter.log import log
from ceph_exporter.polling import clock as clocks
from ceph_exporter.polling.poller import Poller
from ceph_exporter.sources import Answer, Credentials, ErrorKind, Source, SourceError, Tls

HEALTH = b'{"status": "HEALTH_WARN", "checks": {}, "mutes": []}'
OLD_HEALTH = b"""{"overall_status": "HEALTH_OK", "timechecks": {"epoch": 4, "round": 2,
"round_status": "finished", "mons": [{"name": "a", "skew": 0.5, "latency": 0.1}]}}"""
STATUS = b"""{"health": {"status": "HEALTH_ERR"}, "osdmap": {"num_osds": 3},
"progress_events": {}}"""
QUORUM = b'{"quorum": [0], "monmap": {"fsid": "x", "mons": [{"name": "a", "rank": 0}]}}'
TIME_SYNC = b'{"timechecks": {"epoch": 4}, "time_skew_status": {"a": {"skew": 0.25}}}'
VERSION = b'{"version": "ceph version 16.2.15 (618f) pacific (stable)"}'
GONE = SourceError(ErrorKind.UNREACHABLE, "gone")
Script: TypeAlias = dict[str, bytes | SourceError]


def whole() -> Script:
    """Return a script in which every request succeeds."""
    return {
        "health detail": HEALTH,
        "status": STATUS,
        "quorum_status": QUORUM,
        "time-sync-status": TIME_SYNC,
        "version": VERSION,
    }


class Fake:
    """A source that answers what its URL's script says; what the script lacks is unsupported."""

    api = "fake"

    def __init__(self, ceph: "Ceph", url: str) -> None:
        self.url = url
        self.documents = ceph.documents
        self._ceph = ceph

    def fetch(self, wanted: Collection[str], deadline: Deadline) -> Iterator[Answer]:
        """Yield answers, or raise an error of the URL."""
        assert deadline.left > 0
        self._ceph.asked.append((self.url, set(wanted)))
        script = self._ceph.scripts[self.url]
        unsupported = SourceError(ErrorKind.UNSUPPORTED, "no such command")
        for name in wanted:
            found = script.get(name, unsupported)
            if isinstance(found, bytes):
                yield Answer((name,), name, 0.0, found)
            elif found.kind in (ErrorKind.FAILED, ErrorKind.UNSUPPORTED):
                yield Answer((name,), name, 0.0, error=found)
            else:
                raise found

    def close(self) -> None:
        """Count the closed sources."""
        self._ceph.closed += 1


class Ceph:
    """What the tests' `connect` reaches: by URL a script, or an error if the URL is dead."""

    def __init__(self) -> None:
        self.scripts: dict[str, Script] = {"http://a": whole(), "http://b": whole()}
        self.dead: dict[str, SourceError] = {}
        self.documents = frozenset(DOCUMENTS)
        self.connected: list[str] = []
        self.asked: list[tuple[str, set[str]]] = []
        self.closed = 0

    def connect(
        self, api: str, url: str, tls: Tls, credentials: Credentials, deadline: Deadline
    ) -> Source:
        """Connect to a URL of the tests."""
        assert (api, tls, bool(credentials)) == ("auto", Tls(), False)
        assert deadline.left > 0
        self.connected.append(url)
        if error := self.dead.get(url):
            raise error
        return Fake(self, url)


class Clock:
    """A clock that stands still until a test moves it."""

    now = 1000.0

    def monotonic(self) -> float:
        """Return the time of the test."""
        return self.now

    def time(self) -> float:
        """Return the time of day of the test."""
        return self.now


def log_lines(patch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> list[str]:
    """Collect the log as lines with their fields, whatever other tests did to the logger."""
    lines: list[str] = []

    class Lines(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            pairs = vars(record)["fields"]
            text = "".join(f" {key}={value}" for key, value in pairs.items())
            lines.append(f"{record.levelname} {record.getMessage()}{text}")

    patch.setattr(log, "handlers", [Lines()])
    patch.setattr(log, "propagate", False)
    caplog.set_level(logging.INFO, log.name)
    return lines


def poller_of(
    ceph: Ceph,
    *others: str,
    timeout: float = 10,
    interval: float = 15,
    clock: clocks.Clock = clocks.SYSTEM,
) -> Poller:
    """Return a poller of a cluster with two URLs, beside other clusters by name."""
    cluster = Cluster(urls=("http://a", "http://b"))
    name = "prod" if others else ""
    poll = Poll(Duration(interval), Duration(timeout), Duration(60))
    config = Config({name: cluster, **dict.fromkeys(others, cluster)}, poll)
    return Poller(name, cluster, config, connect=ceph.connect, clock=clock)


def series(poller: Poller) -> dict[str, str]:
    """Return the page of a poller's snapshot: value by series."""
    assert poller.snapshot is not None
    text = b"".join(poller.snapshot.lines.values()).decode()
    return dict(line.rsplit(" ", 1) for line in text.splitlines())


def success(poller: Poller, document: str) -> str | None:
    """Return the value of a document's success, None if it is absent."""
    return series(poller).get(f'ceph_exporter_document_success{{document="{document}"}}')
