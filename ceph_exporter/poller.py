"""The scrape loop of one cluster: what is due, from which URL, until when."""

import random
import threading
import time
from collections.abc import Callable, Collection
from typing import TypeAlias

from ceph_exporter import exposition, snapshot
from ceph_exporter.collectors import COLLECTORS, Metric
from ceph_exporter.collectors.base import escape
from ceph_exporter.config import Cluster, Config
from ceph_exporter.facts import Facts, Health, Status, Version
from ceph_exporter.ledger import Ledger
from ceph_exporter.log import fields, log
from ceph_exporter.snapshot import CheckRow, CollectorRow, Report, Snapshot
from ceph_exporter.sources import (
    Answer,
    Credentials,
    Deadline,
    Kind,
    Source,
    SourceError,
    Tls,
    connect,
)

Connect: TypeAlias = Callable[[str, str, Tls, Credentials, Deadline], Source]

_CUT = "collector has more series than --poll.series-limit (poll.series_limit); some are left out"
OnSnapshot: TypeAlias = Callable[["Poller", Snapshot], object]


def ignore(*_: object) -> None:
    """Do nothing."""


class Poller:
    """Polls one cluster; `snapshot` is its last result, None before the first poll ended.

    on_answer: called with each answer as it came, before it is decoded.
    """

    def __init__(
        self,
        name: str,
        cluster: Cluster,
        config: Config,
        *,
        connect: Connect = connect,
        on_answer: Callable[[Answer], object] = ignore,
    ) -> None:
        self.name = name
        self.title = name or "cluster"
        """The name as it is said where there has to be one."""
        self.snapshot: Snapshot | None = None
        self.on_snapshot: OnSnapshot = ignore
        """Called with each result before it is published."""
        self.moved = time.monotonic()
        """When the loop made progress last, for a watchdog."""
        self._cluster = cluster
        self._poll = config.poll
        self._collectors = config.enabled(cluster)
        self.prefix = f'cluster="{escape(name)}"' if len(config.clusters) > 1 else ""
        """The label that tells this cluster's series from those of the others."""
        self._renderers = {
            name: exposition.Renderer(self.prefix, config.poll.series_limit)
            for name in self._collectors
        }
        self._connect = connect
        self._on_answer = on_answer
        self._tls = Tls(cluster.tls.ca_file, cluster.tls.insecure_skip_verify)
        self._credentials = Credentials(cluster.username, cluster.password_file)
        self._urls = list(cluster.urls)
        self._source: Source | None = None
        self._used = ("", "")  # API and URL that answered last
        self._tags = {"cluster": name} if name else {}
        self._ledger = Ledger(self._tags, _wanted(self._collectors))
        self._error = ""

    def run(self, stop: threading.Event) -> None:
        """Poll at the interval until `stop` is set."""
        while not stop.is_set():
            self.moved = start = time.monotonic()
            try:
                self.poll()
            except Exception as error:  # noqa: BLE001 - whatever it is, the loop goes on
                line = fields(**self._tags, error=repr(error))
                log.error("poll broke off; please report this", extra=line)
                self.close()
            # A little jitter keeps many exporters from asking in step.
            pause = self._poll.interval * random.uniform(0.98, 1.02)  # noqa: S311
            stop.wait(max(0.0, start + pause - time.monotonic()))
        self.close()

    def poll(self) -> Snapshot:
        """Ask for all that is due, publish what came of it, and give it."""
        start = time.monotonic()
        error = self._ask(self._ledger.open(), Deadline(self._poll.timeout))
        self._note(error)
        at_hand = self._ledger.fresh(self._poll.stale_after)
        lines, collectors = self._collect(at_hand)
        report = Report(
            up=any(self._ledger.had(fact.document) for fact in (Health, Status)),
            health=_health(at_hand),
            api=self._used[0],
            url=self._used[1],
            release=_release(at_hand),
            seconds=time.monotonic() - start,
            ended=time.time(),
            error=error,
            documents=self._ledger.rows(),
            collectors=collectors,
            checks=_checks(at_hand),
        )
        made = snapshot.make(report, lines, prefix=self.prefix, lifetime=self._poll.stale_after)
        try:
            self.on_snapshot(self, made)
        finally:
            self.snapshot = made
        return made

    def close(self) -> None:
        """Close the connection to Ceph."""
        if self._source is not None:
            self._source.close()
            self._source = None

    def _ask(self, due: list[str], deadline: Deadline) -> str:
        """Try the URLs in turn, each once, until one answers; give the last error."""
        error = ""
        for url in tuple(self._urls):
            try:
                source = self._source or self._open(url, deadline)
                self._fetch(source, due, deadline)
            except SourceError as failure:
                error = str(failure)
                self.close()
                self._urls.append(self._urls.pop(0))
                if failure.kind is Kind.REFUSED or not deadline.left:
                    break  # the other URLs would refuse the same user; or there is no time
            else:
                self._used = (source.api, source.url)
                return ""
        self._ledger.fail(due, error)
        return error

    def _fetch(self, source: Source, due: list[str], deadline: Deadline) -> None:
        """Fetch what is due, then what turned out to be needed by what was had."""
        asked: set[str] = set()
        while todo := [
            name
            for name in due
            if name in source.documents and name not in asked and not self._ledger.had(name)
        ]:
            asked.update(todo)
            for answer in source.fetch(todo, deadline):
                self._on_answer(answer)
                self._ledger.take(answer)
            due = self._ledger.due()

    def _open(self, url: str, deadline: Deadline) -> Source:
        source = self._connect(self._cluster.api, url, self._tls, self._credentials, deadline)
        if (source.api, source.url) != self._used:
            line = fields(**self._tags, api=source.api, url=source.url)
            log.info("talking to Ceph", extra=line)
        self._source = source
        self._ledger.use(source.api, source.documents)
        return source

    def _note(self, error: str) -> None:
        """Log a change between reached and not reached, once."""
        if error and error != self._error:
            log.error("cluster not reached", extra=fields(**self._tags, error=error))
        elif self._error and not error:
            log.info("cluster reached again", extra=fields(**self._tags))
        self._error = error

    def _collect(self, at_hand: Facts) -> tuple[dict[Metric, bytes], tuple[CollectorRow, ...]]:
        lines: dict[Metric, bytes] = {}
        names: set[str] = set()
        rows = []
        for name, renderer in self._renderers.items():
            start, success, series, cut = time.monotonic(), True, 0, renderer.cut
            try:
                collector = COLLECTORS[name]
                options = (getattr(self._cluster, name),) if collector.has_options else ()
                found = renderer.lines(collector.collect(at_hand, *options))
                # Some perf counters have the name of what another collector knows already.
                lines |= {m: text for m, text in found.items() if m.name not in names}
                names |= {metric.name for metric in found}
                series = renderer.series
                if renderer.cut and not cut:
                    log.warning(
                        _CUT, extra=fields(**self._tags, collector=name, series=renderer.cut)
                    )
            except Exception as error:  # noqa: BLE001 - it costs its own families only
                success = False
                line = fields(**self._tags, collector=name, error=repr(error))
                log.error("collector failed; please report this", extra=line)
            rows.append(CollectorRow(name, success, time.monotonic() - start, series, renderer.cut))
        return lines, tuple(rows)


def _wanted(collectors: Collection[str]) -> set[str]:
    """Give the documents that collectors need, and those that say whether the cluster is up."""
    always = {fact.document for fact in (Health, Status, Version)}
    return always.union(*(COLLECTORS[name].documents for name in collectors))


def _release(at_hand: Facts) -> str:
    version, health = at_hand.get(Version), at_hand.get(Health)
    if version is not None:
        return version.release
    return health.era if health is not None else ""


def _health(at_hand: Facts) -> str | None:
    health, status = at_hand.get(Health), at_hand.get(Status)
    if health is not None:
        return health.status
    return status.health if status is not None else None


def _checks(at_hand: Facts) -> tuple[CheckRow, ...]:
    checks = {} if (health := at_hand.get(Health)) is None else health.checks
    return tuple(
        CheckRow(code, check.severity, check.message)
        for code, check in checks.items()
        if not check.muted
    )
