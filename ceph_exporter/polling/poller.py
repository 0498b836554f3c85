"""The polling loop of one cluster: request documents, check and store them, publish the result."""

import threading
from collections.abc import Callable
from typing import TypeAlias

from ceph_exporter import own_metrics
from ceph_exporter.config import Cluster, Config
from ceph_exporter.deadline import Deadline
from ceph_exporter.exposition import Lines
from ceph_exporter.facts import Health, Quorum, Status
from ceph_exporter.log import fields, log, tags_of
from ceph_exporter.polling import snapshot, summary
from ceph_exporter.polling.beside import Beside
from ceph_exporter.polling.clock import SYSTEM, Clock
from ceph_exporter.polling.collecting import Collecting
from ceph_exporter.polling.documents import Documents
from ceph_exporter.polling.outage import Outage, pause
from ceph_exporter.polling.report import Report
from ceph_exporter.polling.schedule import VITAL
from ceph_exporter.polling.session import Connect, Session
from ceph_exporter.polling.snapshot import Snapshot
from ceph_exporter.sources import Answer, ErrorKind, Source, SourceError

ATTEMPTS = 3
"""Maximum number of connections in a poll to a single URL: one may break or lead to a standby."""
OnSnapshot: TypeAlias = Callable[["Poller", Snapshot], object]


class Poller:
    """Polls one cluster. `snapshot` is the last result, None until the first poll has finished.

    on_answer: called with each answer as it arrives, before it is decoded.
    """

    def __init__(  # noqa: PLR0913 - the optional ones are keyword-only
        self,
        name: str,
        cluster: Cluster,
        config: Config,
        *,
        connect: Connect | None = None,
        on_answer: Callable[[Answer], object] = lambda _: None,
        clock: Clock = SYSTEM,
    ) -> None:
        self.name = name
        self.snapshot: Snapshot | None = None
        self.on_snapshot: OnSnapshot = lambda *_: None
        """Called with each result before it is published."""
        self.last_progress = clock.monotonic()
        """When the loop last started a poll, by `clock.monotonic()`; a watchdog reads it."""
        self._clock = clock
        self._poll = config.poll
        self._on_answer = on_answer
        tags, limit = tags_of(name), config.poll.body_limit
        self._session = Session(cluster, tags, connect, body_limit=limit, clock=clock)
        self.beside = Beside(cluster, limit)
        self._collecting = Collecting(name, cluster, config, tags)
        wanted = self._collecting.wanted(self.beside.unconfigured)
        self.documents = Documents(wanted, clock, config.poll)
        self._outage = Outage(tags, clock)

    @property
    def title(self) -> str:
        """The cluster's name, or "cluster" if it has none."""
        return self.name or "cluster"

    @property
    def prefix(self) -> str:
        """The label that distinguishes this cluster's series from those of other clusters."""
        return self._collecting.prefix

    @property
    def label(self) -> str:
        """The value of the label `cluster`, empty if this is the only cluster."""
        return self.name if self.prefix else ""

    def run(self, stop: threading.Event, phase: float = 1.0) -> None:
        """Poll at the configured interval, or less often after failures, until `stop` is set.

        phase: the part of the interval before the second poll, which spreads the polls of a fleet.
        """
        while not stop.is_set():
            self.last_progress = start = self._clock.monotonic()
            try:
                report = self.poll().report
                own_metrics.count_poll(self.label, report.seconds, up=report.up)
            except Exception as error:  # noqa: BLE001 - no error may end the loop
                about = fields(**tags_of(self.name), error=repr(error))
                log.error("poll aborted; please report this", extra=about)
                own_metrics.count_aborted_poll(self.label)
                self.close()
            wait = phase * pause(self._poll, self._outage.failures)
            stop.wait(max(0.0, start + wait - self._clock.monotonic()))
            phase = 1.0
        self.close()

    def poll(self, *, only: bool = False) -> Snapshot:
        """Request what is due, publish the result, and return it. only: no other poll follows."""
        start = self._clock.monotonic()
        self.documents.start_poll()
        deadline = Deadline(self._poll.timeout)
        failure = self._request(deadline)
        source, wait = self._session.source, deadline.left if only else 0.0
        for answer in self.beside.fetch(self.documents, source, wait):
            self._take(answer)
        self.documents.end_poll(self._poll.stale_after)
        self._outage.note(failure, documents := self.documents.rows())
        available = self._collecting.facts(self.documents.available())
        lines, collectors = self._collecting.run(available)
        report = Report(
            up=self._is_up(failure),
            health=summary.health(available),
            api=self._session.used[0],
            url=self._session.used[1],
            release=summary.release(available),
            seconds=self._clock.monotonic() - start,
            ended=self._clock.time(),
            error=str(failure or ""),
            documents=documents,
            collectors=collectors,
            checks=summary.checks(available),
            foreign=tuple(self._session.trust.foreign.items()),
        )
        return self._publish(summary.with_overview(report, available), lines)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()
        self.beside.close()

    def _is_up(self, failure: SourceError | None) -> bool:
        """Return whether this poll received health or status, or did not have to.

        After slow answers, both may be in cooldown, so that the next polls do not request them.
        Such a poll counts as successful if nothing failed in it and the last request for either
        document succeeded.
        """
        names = Health.document, Status.document
        received = any(map(self.documents.received, names))
        return received or (failure is None and any(map(self.documents.last_succeeded, names)))

    def _publish(self, report: Report, lines: Lines) -> Snapshot:
        result = snapshot.make(
            report, lines, prefix=self.prefix, lifetime=self._poll.stale_after, clock=self._clock
        )
        try:
            self.on_snapshot(self, result)
        finally:
            self.snapshot = result
        return result

    def _request(self, deadline: Deadline) -> SourceError | None:
        """Try each URL until one answers; if none does, return the most informative error."""
        due = self.documents.due()
        failures: list[SourceError] = []
        urls = list(self._session.urls)
        while urls:
            url, was_open = urls.pop(0), self._session.source is not None
            try:
                source = self._session.source or self._open(url, deadline)
                self._fetch(url, source, deadline)
            except SourceError as error:
                failures.append(error)
                own_metrics.count_request(self.label, self._session.used[0], "", error.kind.value)
                if error.kind is ErrorKind.FROZEN or (
                    error.kind is ErrorKind.FOREIGN and self._session.proven
                ):
                    self.documents.forget()  # earlier answers of this URL are suspect too
                    self.beside.forget()
                self._session.move_on()
                if not deadline.left:
                    break
                if len(failures) < ATTEMPTS and self._may_move(error, was_open=was_open):
                    urls.append(url)
            else:
                self._session.answered(source)
                return None
        kinds = list(ErrorKind)
        failure = min(reversed(failures), key=lambda error: kinds.index(error.kind))
        self.documents.fail({*due, *self.documents.due()} - self.beside.documents, failure)
        return failure

    def _may_move(self, error: SourceError, *, was_open: bool) -> bool:
        """Return whether another connection to the same URL may reach another mgr.

        This is assumed of a single URL only, which may be that of a load balancer.
        """
        broke = error.kind is ErrorKind.UNREACHABLE and (was_open or self._has_vital())
        return len(self._session.urls) == 1 and (broke or error.kind is ErrorKind.STANDBY)

    def _has_vital(self) -> bool:
        """Return whether this poll received health, status or quorum."""
        return any(map(self.documents.received, VITAL))

    def _open(self, url: str, deadline: Deadline) -> Source:
        source = self._session.open(url, deadline)
        self.documents.connect(source.api, source.documents | self.beside.documents)
        return source

    def _fetch(self, url: str, source: Source, deadline: Deadline) -> None:
        """Fetch all documents that are due, including those that become due meanwhile.

        Before that, find out which cluster answers, unless the session already knows.
        """
        requested = set(self.beside.of(source))
        # Each of these documents identifies the cluster, so it is requested even if it is not due.
        # The second is needed if the user may not read the first.
        for name in (Quorum.document, Status.document):
            if not self._session.proven:
                requested.add(name)
                self._receive([name], url, source, deadline)
        if not self._session.proven:
            denial = self.documents.denial_of(Quorum.document)
            if not denial or not self._session.accept(url):
                text = f"{url}: it does not report which cluster it belongs to"
                raise SourceError(ErrorKind.UNREACHABLE, f"{text}: {denial}" if denial else text)
            requested.discard(Status.document)  # its answer was not kept
        while todo := [
            name
            for name in self.documents.due()
            if name in source.documents
            and name not in requested
            and not self.documents.received(name)
        ]:
            requested.update(todo)
            self._receive(todo, url, source, deadline)
        decisive = {Health.document, Status.document} <= requested
        if source.api != "recording" and decisive and not self._has_vital():
            reason = self.documents.error_of(requested & VITAL)
            text = f"{url}: neither health nor status nor quorum was received: {reason}"
            raise SourceError(ErrorKind.UNREACHABLE, text)

    def _receive(self, names: list[str], url: str, source: Source, deadline: Deadline) -> None:
        for answer in source.fetch(names, deadline):
            self._take(answer, url, source)

    def _take(self, answer: Answer, url: str = "", source: Source | None = None) -> None:
        """Decode an answer, check its origin, and store it.

        url, source: its origin; "" and None if it comes from this host. Raise SourceError if the
        answer shows that the whole URL is unusable.
        """
        self._on_answer(answer)
        api = source.api if source and answer.seconds else ""  # else nothing was requested
        try:
            decoded = self.documents.decode(answer)
        except SourceError as error:
            if not error.of_document:
                self.documents.cool_down(answer.documents, answer.seconds)
                raise
            self.documents.refused(answer, error)
            own_metrics.count_request(self.label, api, answer.wire_format, error.kind.value)
            return
        own_metrics.count_request(self.label, api, answer.wire_format, "ok")
        if source is not None:
            self._session.check(url, source, decoded.facts)
            if not self._session.proven:
                return  # it may come from another cluster
        self.documents.keep(answer, decoded)
