"""The connection to one cluster: which URL is next, which source is in use, whether to trust it."""

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
"""Opens the source for an API at a URL; raises SourceError if that fails."""


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
        """The source in use; None before the first one is open and after a failure."""
        self.proven = False
        """Whether the source in use is known to belong to the right cluster."""
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
        """Open a source at a URL and return it; raise SourceError if that fails."""
        self.source = self._connect(self._api, url, self._tls, self._credentials, deadline)
        # The first cluster that answers is the right one. Until then, any cluster is accepted.
        self.proven = not self.trust.fsid
        return self.source

    def check(self, url: str, source: Source, facts: tuple[Fact, ...]) -> None:
        """Raise SourceError if the facts come from another cluster or from a frozen mgr."""
        for fact in facts:
            if isinstance(fact, Quorum):
                self.trust.check(url, source.api, fact)
                self.proven = True
            elif isinstance(fact, Status) and fact.fsid and self._identifies(source):
                self.trust.check_cluster(url, fact.fsid)
                self.proven = True

    def _identifies(self, source: Source) -> bool:
        """Return whether a status tells which cluster this is.

        The dashboard reports the fsid in a status only while health fails (Ceph 20 and later). If
        that were the first fsid, nothing could identify the cluster after the next reconnect.
        """
        return bool(self.trust.fsid) or source.api != "dashboard"

    def accept(self, url: str) -> bool:
        """Accept a source whose user may not read what identifies it; return whether it may be.

        It may be if the URL has identified itself before, when the user still had the right.
        """
        self.proven = self.proven or url in self.trust.identified
        return self.proven

    def answered(self, source: Source) -> None:
        """Remember that a source answered; log it unless it is the one that answered last."""
        used = (source.api, source.url)
        if used != self.used:
            log.info("connected to Ceph", extra=fields(**self._tags, api=used[0], url=used[1]))
        self.used = used

    def move_on(self) -> None:
        """Close the source and move its URL to the end of the list."""
        self.close()
        self._urls.append(self._urls.pop(0))

    def close(self) -> None:
        """Close the connection to Ceph."""
        if self.source is not None:
            self.source.close()
            self.source = None
