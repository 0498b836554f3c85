"""What is asked beside the API of the cluster: this host's monitors, RGW, RBD and MDSs."""

from collections.abc import Iterator, Mapping

from ceph_exporter.config import Cluster
from ceph_exporter.deadline import Deadline
from ceph_exporter.facts import Fact, MonStore
from ceph_exporter.facts.rgw_usage import RgwUsage
from ceph_exporter.polling.documents import Documents
from ceph_exporter.polling.obstacles import obstacle
from ceph_exporter.sources import Answer, ErrorKind, Source, SourceError, Tls, mon_store
from ceph_exporter.sources.aside import Aside, Worker
from ceph_exporter.sources.dashboard_rgw import DashboardRgw
from ceph_exporter.sources.rgw_admin import RgwAdmin
from ceph_exporter.sources.rgw_keys import Keys
from ceph_exporter.sources.rgw_users import Users

_SHARE = 0.9
"""The part of the time that a single poll waits in which they must answer."""


class Beside:
    """The sources beside the API of one cluster; an outage of one does not affect the others."""

    def __init__(self, cluster: Cluster, body_limit: int) -> None:
        self._host = mon_store.MonStore(cluster.mon_data)
        self._rgw: RgwAdmin | None = None
        self._workers: dict[str, Worker] = {}  # by what is behind the source
        self.users = Users()
        """The quotas of RGW's users so far; a poller that replaces this one may take them over."""
        self._is_recording = cluster.api == "recording"
        rgw = cluster.rgw
        if rgw.urls:
            keys = Keys(rgw.access_key_file, rgw.secret_key_file)
            tls = Tls(cluster.tls.ca_file, cluster.tls.insecure_skip_verify)
            self._rgw = RgwAdmin(rgw.urls, keys, tls, body_limit)

    @property
    def documents(self) -> frozenset[str]:
        """The documents that are available whatever the API of the cluster is."""
        return self._host.documents | (self._rgw.documents if self._rgw else frozenset())

    @property
    def unconfigured(self) -> frozenset[str]:
        """The documents that no API has and whose settings are missing."""
        names = frozenset({MonStore.document, RgwUsage.document})
        return frozenset() if self._is_recording else names - self.documents

    def of(self, source: Source) -> frozenset[str]:
        """Return the documents that are not to be requested with the others of a source."""
        return self.documents.union(*(aside.documents for aside in _asides_of(source)))

    def fetch(self, documents: Documents, source: Source | None, wait: float) -> Iterator[Answer]:
        """Yield what has arrived of the documents that are due, and request what is missing.

        source: the API of the cluster, None if it is unavailable; wait: seconds to wait for what
        has not arrived.
        """
        due = documents.due(also_redundant=True)  # `obstacle` takes the place of redundancy
        yield from self._host.fetch(due)
        facts = documents.available()
        asides = self._asides(source)
        for aside in asides:
            wanted = [name for name in aside.formats if name in due]
            yield from self._arrived(aside, wanted, facts, wait * _SHARE if wait else None)
        until = Deadline(wait)
        for aside in asides if wait else ():
            worker = self._workers[aside.about]
            yield from worker.answers(aside, until.left)
            for name in worker.pending:
                yield Answer((name,), aside.formats[name], wait, error=_late(aside))

    def forget(self) -> None:
        """Forget what was assembled from answers over the API, which are not trusted."""
        if self._rgw is None:
            self.users = Users()

    def close(self) -> None:
        """Abandon what is being requested."""
        for worker in self._workers.values():
            worker.close()

    def _asides(self, source: Source | None) -> list[Aside]:
        """Return what to ask; RGW's own API takes the place of what the source has about RGW."""
        own = [self._rgw] if self._rgw else []
        names = {aside.about for aside in own}
        return [*own, *(aside for aside in _asides_of(source) if aside.about not in names)]

    def _arrived(
        self,
        aside: Aside,
        wanted: list[str],
        facts: Mapping[type[Fact], Fact],
        within: float | None,
    ) -> Iterator[Answer]:
        """Yield what has arrived of a source; request the rest, unless there is an obstacle.

        within: as for `Worker.start`.
        """
        if isinstance(aside, DashboardRgw | RgwAdmin):  # of a mgr that has just become active
            aside.users = self.users
        worker = self._workers.setdefault(aside.about, Worker())
        reasons = {} if aside is self._rgw else {name: obstacle(name, facts) for name in wanted}
        blocked = {name: error for name, error in reasons.items() if error}
        for name, error in blocked.items():
            yield Answer((name,), aside.formats[name], 0.0, error=error)
        answered = set(blocked)
        for answer in worker.answers(aside, 0):
            if blocked.keys().isdisjoint(answer.documents):
                yield answer
            answered.update(answer.documents)
        worker.start(aside, [name for name in wanted if name not in answered], within)


def _asides_of(source: Source | None) -> tuple[Aside, ...]:
    """Return what a source offers beside the polls; only the dashboard offers anything."""
    asides: tuple[Aside, ...] = getattr(source, "asides", ())
    return asides


def _late(aside: Aside) -> SourceError:
    more = f"raise --poll.timeout if there are many {aside.many}"
    return SourceError(ErrorKind.FAILED, f"no answer of {aside.about} in time; {more}")
