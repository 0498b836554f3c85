"""What is asked beside the API of the cluster: this host's monitors, RGW, and slow endpoints."""

from collections.abc import Iterator, Mapping

from ceph_exporter.config import Cluster
from ceph_exporter.deadline import Deadline
from ceph_exporter.facts import Fact, MonStore, ServiceDump
from ceph_exporter.facts.rgw_usage import RgwUsage
from ceph_exporter.polling.documents import Documents
from ceph_exporter.sources import Answer, ErrorKind, Source, SourceError, Tls, mon_store
from ceph_exporter.sources.aside import Aside, Worker
from ceph_exporter.sources.rgw_admin import RgwAdmin
from ceph_exporter.sources.rgw_keys import Keys

_NO_GATEWAY = "no RADOS Gateway runs in this cluster"
_UNKNOWN = "not requested, because the list of gateways is unavailable"
_RGW = "rgw"
_LATE = {
    _RGW: "no answer of RGW in time; raise --poll.timeout if there are many buckets",
    "cephfs": "no answer of the MDS in time; raise --poll.timeout if there are many clients",
}


class Beside:
    """The sources beside the API of one cluster; an outage of one does not affect the others."""

    def __init__(self, cluster: Cluster, body_limit: int) -> None:
        self._host = mon_store.MonStore(cluster.mon_data)
        self._rgw: RgwAdmin | None = None
        # A thread for each, so that an RGW that hangs does not delay anything else.
        self._workers = {name: Worker() for name in _LATE}
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
        return self.documents.union(*(aside.documents for aside in _asides_of(source).values()))

    def fetch(self, documents: Documents, source: Source | None, wait: float) -> Iterator[Answer]:
        """Yield what has arrived of the documents that are due, and request what is missing.

        source: the API of the cluster, None if it is unavailable; wait: seconds to wait for what
        has not arrived.
        """
        due = documents.due()
        yield from self._host.fetch(due)
        end = Deadline(wait)
        asides = {**_asides_of(source), **({_RGW: self._rgw} if self._rgw else {})}
        for name, aside in asides.items():
            yield from self._start(name, aside, documents, due)
        for name, aside in asides.items() if wait else ():
            worker = self._workers[name]
            yield from worker.answers(aside, end.left)
            for document in worker.pending:
                error = SourceError(ErrorKind.FAILED, _LATE[name])
                yield Answer((document,), aside.formats[document], wait, error=error)

    def _start(
        self, name: str, aside: Aside, documents: Documents, due: list[str]
    ) -> Iterator[Answer]:
        """Yield what has arrived from a source, and request what is due and did not arrive."""
        worker = self._workers[name]
        wanted = [document for document in aside.formats if document in due]
        arrived = worker.answers(aside, 0)
        over_dashboard = name == _RGW and aside is not self._rgw
        if over_dashboard and wanted and (error := _obstacle(documents.available())):
            for document in wanted:
                yield Answer((document,), aside.formats[document], 0.0, error=error)
            return
        yield from arrived
        answered = {document for answer in arrived for document in answer.documents}
        worker.start(aside, [document for document in wanted if document not in answered])

    def close(self) -> None:
        """Abandon what is being requested."""
        for worker in self._workers.values():
            worker.close()


def _asides_of(source: Source | None) -> Mapping[str, Aside]:
    """Return what a source offers beside the polls; only the dashboard offers anything."""
    asides: Mapping[str, Aside] = getattr(source, "asides", {})
    return asides


def _obstacle(facts: Mapping[type[Fact], Fact]) -> SourceError | None:
    """Return why the dashboard is not asked about RGW, None if it is."""
    dump = facts.get(ServiceDump)
    if not isinstance(dump, ServiceDump):
        return SourceError(ErrorKind.FAILED, _UNKNOWN)
    if any(row.type == "rgw" for row in dump.services):
        return None
    return SourceError(ErrorKind.UNSUPPORTED, _NO_GATEWAY)
