"""The scrape loop of one cluster: what is due, from which URL, until when."""

import threading
import time
from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from ceph_exporter import exposition, facts, sources
from ceph_exporter.collectors import COLLECTORS
from ceph_exporter.config import Cluster, Config
from ceph_exporter.deadline import Deadline
from ceph_exporter.facts import Fact, Facts, Health, Quorum, Status, Version
from ceph_exporter.log import fields, log
from ceph_exporter.metric import Metric, escape
from ceph_exporter.polling import snapshot
from ceph_exporter.polling.ledger import Ledger
from ceph_exporter.polling.outage import Outage, pause
from ceph_exporter.polling.snapshot import CheckRow, CollectorRow, Report, Snapshot
from ceph_exporter.polling.trust import Trust
from ceph_exporter.sources import Answer, Credentials, ErrorKind, MonStore, Source, SourceError, Tls

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
        connect: Connect | None = None,
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
        self._connect = connect or partial(sources.connect, body_limit=config.poll.body_limit)
        self._on_answer = on_answer
        self._tls = Tls(cluster.tls.ca_file, cluster.tls.insecure_skip_verify)
        self._credentials = Credentials(cluster.username, cluster.password_file, cluster.keyring)
        self._urls = list(cluster.addresses)
        self._source: Source | None = None
        self._local = MonStore(cluster.mon_data)
        self._proven = False  # the source has shown which cluster it speaks for
        self._used = ("", "")  # API and URL that answered last
        self._tags = {"cluster": name} if name else {}
        self._ledger = Ledger(self._wanted())
        self._outage = Outage(self._tags)
        self._trust = Trust(self._tags, self._urls)

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
            wait = start + pause(self._poll, self._outage.failures) - time.monotonic()
            stop.wait(max(0.0, wait))
        self.close()

    def poll(self) -> Snapshot:
        """Ask for all that is due, publish what came of it, and give it."""
        start = time.monotonic()
        failure = self._ask(self._ledger.open(), Deadline(self._poll.timeout))
        self._look_here()
        self._outage.note(failure, self._ledger.missing)
        available = self._ledger.fresh(self._poll.stale_after)
        lines, collectors = self._collect(available)
        report = Report(
            up=any(self._ledger.had(fact.document) for fact in (Health, Status)),
            health=_health(available),
            api=self._used[0],
            url=self._used[1],
            release=_release(available),
            seconds=time.monotonic() - start,
            ended=time.time(),
            error=str(failure or ""),
            foreign=tuple(self._trust.foreign.items()),
            documents=self._ledger.rows(),
            collectors=collectors,
            checks=_checks(available),
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

    def _ask(self, due: list[str], deadline: Deadline) -> SourceError | None:
        """Try the URLs in turn, each once, until one answers; give the error that tells most."""
        failures = []
        for url in tuple(self._urls):
            try:
                source = self._source or self._open(url, deadline)
                self._fetch(url, source, deadline)
            except SourceError as error:
                failures.append(error)
                if error.kind is ErrorKind.FROZEN:
                    self._ledger.forget()
                self.close()
                self._urls.append(self._urls.pop(0))
                if error.kind is ErrorKind.REFUSED or not deadline.left:
                    break  # the other URLs would refuse the same user; or there is no time
            else:
                self._note(source)
                return None
        kinds = list(ErrorKind)
        failure = min(reversed(failures), key=lambda error: kinds.index(error.kind))
        self._ledger.fail({*due, *self._ledger.due()}, str(failure))
        return failure

    def _fetch(self, url: str, source: Source, deadline: Deadline) -> None:
        """Fetch who answers if it is not known, what is due, and what that turned out to need."""

        def check(found: tuple[Fact, ...]) -> None:
            for fact in found:
                if isinstance(fact, Quorum):
                    self._trust.check(url, source.api, fact)
                    self._proven = True

        def take(names: list[str]) -> None:
            for answer in source.fetch(names, deadline):
                self._on_answer(answer)
                self._ledger.take(answer, check)

        asked = set(self._local.documents)
        if not self._proven:
            # Due or not: nothing else is believed before.
            asked.add(Quorum.document)
            take([Quorum.document])
            if not self._proven:
                raise SourceError(
                    ErrorKind.UNREACHABLE, f"{url}: it does not say which cluster it is"
                )
        while todo := [
            name
            for name in self._ledger.due()
            if name in source.documents and name not in asked and not self._ledger.had(name)
        ]:
            asked.update(todo)
            take(todo)

    def _open(self, url: str, deadline: Deadline) -> Source:
        source = self._connect(self._cluster.api, url, self._tls, self._credentials, deadline)
        self._source = source
        self._proven = not self._trust.fsid
        self._ledger.use(source.api, source.documents | self._local.documents)
        return source

    def _note(self, source: Source) -> None:
        """Note which source answered; log a change of it."""
        used = (source.api, source.url)
        if used != self._used:
            log.info("talking to Ceph", extra=fields(**self._tags, api=used[0], url=used[1]))
        self._used = used

    def _look_here(self) -> None:
        """Take what this host knows itself, also with Ceph dead."""
        for answer in self._local.fetch(self._ledger.due()):
            self._on_answer(answer)
            self._ledger.take(answer)

    def _wanted(self) -> set[str]:
        """Give the documents that collectors need, and those that say which cluster is up."""
        always = {fact.document for fact in (Health, Status, Quorum, Version)}
        wanted = always.union(*(COLLECTORS[name].documents for name in self._collectors))
        here = self._local.documents or self._cluster.api == "recording"
        return wanted if here else wanted - {facts.MonStore.document}

    def _collect(self, available: Facts) -> tuple[dict[Metric, bytes], tuple[CollectorRow, ...]]:
        lines: dict[Metric, bytes] = {}
        names: set[str] = set()
        rows = []
        for name, renderer in self._renderers.items():
            start, success, series, cut = time.monotonic(), True, 0, renderer.cut
            try:
                collector = COLLECTORS[name]
                options = (getattr(self._cluster, name),) if collector.options else ()
                found = renderer.lines(collector.collect(available, *options))
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


def _release(available: Facts) -> str:
    version, health = available.get(Version), available.get(Health)
    if version is not None:
        return version.release
    return health.era if health is not None else ""


def _health(available: Facts) -> str | None:
    health, status = available.get(Health), available.get(Status)
    if health is not None:
        return health.status
    return status.health if status is not None else None


def _checks(available: Facts) -> tuple[CheckRow, ...]:
    checks = {} if (health := available.get(Health)) is None else health.checks
    return tuple(
        CheckRow(code, check.severity, check.message)
        for code, check in checks.items()
        if not check.muted
    )
