"""What is asked beside the API of the cluster: this host's monitors, and RGW."""

from collections.abc import Iterator, Mapping

from ceph_exporter.config import Cluster
from ceph_exporter.facts import Fact, MonStore, ServiceDump
from ceph_exporter.facts.rgw_usage import RgwUsage
from ceph_exporter.polling.documents import Documents
from ceph_exporter.sources import Answer, ErrorKind, Source, SourceError, Tls, mon_store
from ceph_exporter.sources.aside import Aside, Worker
from ceph_exporter.sources.dashboard_rgw import DashboardRgw
from ceph_exporter.sources.rgw_admin import RgwAdmin
from ceph_exporter.sources.rgw_keys import Keys
from ceph_exporter.sources.rgw_users import Users

_NO_GATEWAY = "no RADOS Gateway runs in this cluster"
_UNKNOWN = "not requested, because the list of gateways is unavailable"
_LATE = SourceError(
    ErrorKind.FAILED, "no answer of RGW in time; raise --poll.timeout if there are many buckets"
)

_SHARE = 0.9
"""The part of the time that a single poll waits in which RGW must answer."""


class Beside:
    """The sources beside the API of one cluster; an outage of one does not affect the others."""

    def __init__(self, cluster: Cluster, body_limit: int) -> None:
        self._host = mon_store.MonStore(cluster.mon_data)
        self._rgw: RgwAdmin | None = None
        self._worker = Worker()
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
        aside = _aside_of(source)
        return self.documents | (aside.documents if aside else frozenset())

    def fetch(self, documents: Documents, source: Source | None, wait: float) -> Iterator[Answer]:
        """Yield what has arrived of the documents that are due, and request what is missing.

        source: the API of the cluster, None if it is unavailable; wait: seconds to wait for what
        has not arrived.
        """
        due = documents.due()
        yield from self._host.fetch(due)
        aside = self._rgw or _aside_of(source)
        if isinstance(aside, DashboardRgw | RgwAdmin):  # of a mgr that has just become active
            aside.users = self.users
        if aside is None:
            return
        wanted = [name for name in aside.formats if name in due]
        arrived = self._worker.answers(aside, 0)
        if aside is not self._rgw and wanted and (error := _obstacle(documents.available())):
            for name in wanted:
                yield Answer((name,), aside.formats[name], 0.0, error=error)
            return
        yield from arrived
        answered = {name for answer in arrived for name in answer.documents}
        missing = [name for name in wanted if name not in answered]
        self._worker.start(aside, missing, wait * _SHARE if wait else None)
        if wait:
            yield from self._worker.answers(aside, wait)
            for name in self._worker.pending:
                yield Answer((name,), aside.formats[name], wait, error=_LATE)

    def forget(self) -> None:
        """Forget what was assembled from answers over the API, which are not trusted."""
        if self._rgw is None:
            self.users = Users()

    def close(self) -> None:
        """Abandon what is being requested."""
        self._worker.close()


def _aside_of(source: Source | None) -> Aside | None:
    """Return what a source offers beside the polls; only the dashboard offers anything."""
    aside: Aside | None = getattr(source, "aside", None)
    return aside


def _obstacle(facts: Mapping[type[Fact], Fact]) -> SourceError | None:
    """Return why the dashboard is not asked about RGW, None if it is."""
    dump = facts.get(ServiceDump)
    if not isinstance(dump, ServiceDump):
        return SourceError(ErrorKind.FAILED, _UNKNOWN)
    if any(row.type == "rgw" for row in dump.services):
        return None
    return SourceError(ErrorKind.UNSUPPORTED, _NO_GATEWAY)
