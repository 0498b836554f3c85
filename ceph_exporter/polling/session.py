"""The connection to one cluster: its URLs in turn, the source in use, and whether to trust it."""

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from ceph_exporter import sources
from ceph_exporter.config import Api, Cluster
from ceph_exporter.deadline import Deadline
from ceph_exporter.facts import Fact, Quorum, Status
from ceph_exporter.log import fields, log
from ceph_exporter.polling.clock import SYSTEM, Clock
from ceph_exporter.polling.trust import Trust
from ceph_exporter.sources import Credentials, Source, Tls

Connect: TypeAlias = Callable[[Api, str, Tls, Credentials, Deadline], Source]
"""Opens a source: API, URL, TLS settings, credentials, deadline; raises SourceError."""


class Session:
    """Keeps the source of one cluster open and moves on to the next URL when one fails.

    tags: key=value pairs for log lines; connect: opens sources, by default `sources.connect`.
    """

    def __init__(
        self,
        cluster: Cluster,
        tags: dict[str, str],
        connect: Connect | None = None,
        *,
        body_limit: int = sources.BODY_LIMIT,
        clock: Clock = SYSTEM,
    ) -> None:
        self.source: Source | None = None
        """The source in use; None before the first is open and after one failed."""
        self.proven = False
        """Whether the source in use has shown that it speaks for the right cluster."""
        self.used = ("", "")
        """API and URL of the last source that answered."""
        self.trust = Trust(tags, cluster.addresses, clock)
        self._api = cluster.api
        self._urls = list(cluster.addresses)
        self._connect = connect or partial(sources.connect, body_limit=body_limit)
        self._tls = Tls(cluster.tls.ca_file, cluster.tls.insecure_skip_verify)
        self._credentials = Credentials(cluster.username, cluster.password_file, cluster.keyring)
        self._tags = tags

    @property
    def urls(self) -> tuple[str, ...]:
        """The URLs in the order in which to try them."""
        return tuple(self._urls)

    def open(self, url: str, deadline: Deadline) -> Source:
        """Return a new source at a URL; raise SourceError if there is none."""
        self.source = self._connect(self._api, url, self._tls, self._credentials, deadline)
        # Until one cluster has answered, any is accepted; the first to answer is the right one.
        self.proven = not self.trust.fsid
        return self.source

    def check(self, url: str, source: Source, facts: tuple[Fact, ...]) -> None:
        """Raise SourceError if the facts come from another cluster or from a frozen mgr."""
        for fact in facts:
            if isinstance(fact, Quorum):
                self.trust.check(url, source.api, fact)
                self.proven = True
            elif isinstance(fact, Status) and fact.fsid:
                self.trust.check_cluster(url, fact.fsid)
                self.proven = True

    def answered(self, source: Source) -> None:
        """Note that a source answered; log it if it is not the one that answered last."""
        used = (source.api, source.url)
        if used != self.used:
            log.info("connected to Ceph", extra=fields(**self._tags, api=used[0], url=used[1]))
        self.used = used

    def move_on(self) -> None:
        """Close the source and put its URL last."""
        self.close()
        self._urls.append(self._urls.pop(0))

    def close(self) -> None:
        """Close the connection to Ceph."""
        if self.source is not None:
            self.source.close()
            self.source = None
