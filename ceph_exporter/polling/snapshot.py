"""What one poll produced: rendered families, and how each document and collector fared."""

import time
from collections.abc import Iterator
from typing import NamedTuple

from ceph_exporter import exposition
from ceph_exporter.metric import Family, Labels, Metric, one

_DOCUMENT = Labels("document")
_COLLECTOR = Labels("collector")
OWN = "(the exporter itself)"
"""Stands in place of a document where the value is not Ceph's."""

UP = Metric(
    "ceph_up",
    "gauge",
    "The last poll got the health or the status of the cluster (1) or neither (0)",
    OWN,
)
DOCUMENT_SUCCESS = Metric(
    "ceph_exporter_document_success",
    "gauge",
    "The document was had when it was last asked for; absent where the API does not give it",
    OWN,
    _DOCUMENT,
)
DOCUMENT_DURATION = Metric(
    "ceph_exporter_document_duration_seconds",
    "gauge",
    "How long Ceph took to answer, or not to answer",
    OWN,
    _DOCUMENT,
)
DOCUMENT_LAST_SUCCESS = Metric(
    "ceph_exporter_document_last_success_timestamp_seconds",
    "gauge",
    "When the document was had last, or known to be the same by the epoch of the OSD map",
    OWN,
    _DOCUMENT,
)
DOCUMENT_BYTES = Metric(
    "ceph_exporter_document_bytes",
    "gauge",
    "Size of the last answer that carried the document",
    OWN,
    _DOCUMENT,
)
COLLECTOR_SUCCESS = Metric(
    "ceph_exporter_collector_success",
    "gauge",
    "The collector did its work in the last poll",
    OWN,
    _COLLECTOR,
)
COLLECTOR_DURATION = Metric(
    "ceph_exporter_collector_duration_seconds",
    "gauge",
    "How long the collector took",
    OWN,
    _COLLECTOR,
)
COLLECTOR_SERIES = Metric(
    "ceph_exporter_collector_series",
    "gauge",
    "Number of series that the collector gave in the last poll",
    OWN,
    _COLLECTOR,
)
COLLECTOR_CUT = Metric(
    "ceph_exporter_collector_series_cut",
    "gauge",
    "Number of series that were left out because the collector has more than poll.series_limit",
    OWN,
    _COLLECTOR,
)
PAGE_CUT = Metric(
    "ceph_exporter_page_series_cut",
    "gauge",
    "Number of series of all clusters that were left out of this page because it has more than "
    "--web.series-limit",
    OWN,
)
SOURCE_INFO = Metric(
    "ceph_exporter_source_info",
    "gauge",
    "The API in use, its URL, and the release of Ceph that answers; always 1",
    OWN,
    Labels("api", "url", "release"),
)
FOREIGN_CLUSTER = Metric(
    "ceph_exporter_foreign_cluster",
    "gauge",
    "The URL gave answers of another cluster when it was asked last (1), which are not shown",
    OWN,
    Labels("url"),
)
POLL_DURATION = Metric(
    "ceph_exporter_poll_duration_seconds", "gauge", "How long the last poll took", OWN
)
POLL_TIME = Metric("ceph_exporter_poll_timestamp_seconds", "gauge", "When the last poll ended", OWN)

METRICS = tuple(value for value in list(vars().values()) if isinstance(value, Metric))
"""The metrics about the exporter's own work for a cluster."""


class DocumentRow(NamedTuple):
    """How a document fared. last_success: unix seconds; success: None where the API has it not."""

    name: str
    success: bool | None
    seconds: float | None
    size: int | None
    last_success: float | None
    error: str


class CollectorRow(NamedTuple):
    """How a collector fared."""

    name: str
    success: bool
    seconds: float
    series: int = 0
    cut: int = 0


class CheckRow(NamedTuple):
    """A health check that is raised and not muted."""

    code: str
    severity: str
    message: str


class Report(NamedTuple):
    """A poll as it went. health: HEALTH_OK and so on, None while unknown.

    foreign: whether each URL gave answers of another cluster when it was asked last.
    """

    up: bool
    health: str | None
    api: str
    url: str
    release: str
    seconds: float
    ended: float
    error: str
    documents: tuple[DocumentRow, ...]
    collectors: tuple[CollectorRow, ...]
    checks: tuple[CheckRow, ...] = ()
    foreign: tuple[tuple[str, bool], ...] = ()


class Snapshot(NamedTuple):
    """An immutable result: a poll's report and its families as lines.

    expires: reading of time.monotonic() after which `stale_lines`, which say that nothing is known,
    take the place of `fresh_lines`, for then the poller hangs.
    """

    report: Report
    fresh_lines: exposition.Lines
    stale_lines: exposition.Lines
    expires: float

    @property
    def fresh(self) -> bool:
        """The poller is alive and what it saw may be shown."""
        return time.monotonic() < self.expires

    @property
    def lines(self) -> exposition.Lines:
        """What may be shown now."""
        return self.fresh_lines if self.fresh else self.stale_lines


def make(report: Report, ceph: exposition.Lines, *, prefix: str = "", lifetime: float) -> Snapshot:
    """Make the snapshot of a poll. ceph: Ceph's families; lifetime in seconds."""
    own = exposition.lines(_families(report, up=report.up), prefix)
    stale = exposition.lines(_families(report, up=False), prefix)
    return Snapshot(report, {**ceph, **own}, stale, time.monotonic() + lifetime)


def _families(report: Report, *, up: bool) -> Iterator[Family]:
    documents = [(_DOCUMENT(row.name), row) for row in report.documents]
    collectors = [(_COLLECTOR(row.name), row) for row in report.collectors]
    yield UP, one(up)
    yield DOCUMENT_SUCCESS, [(block, row.success) for block, row in documents]
    yield DOCUMENT_DURATION, [(block, row.seconds) for block, row in documents]
    yield DOCUMENT_LAST_SUCCESS, [(block, row.last_success) for block, row in documents]
    yield DOCUMENT_BYTES, [(block, row.size) for block, row in documents]
    yield COLLECTOR_SUCCESS, [(block, row.success) for block, row in collectors]
    yield COLLECTOR_DURATION, [(block, row.seconds) for block, row in collectors]
    yield COLLECTOR_SERIES, [(block, row.series) for block, row in collectors]
    yield COLLECTOR_CUT, [(block, row.cut) for block, row in collectors]
    if report.api:
        yield SOURCE_INFO, [(SOURCE_INFO.labels(report.api, report.url, report.release), 1)]
    yield FOREIGN_CLUSTER, [(FOREIGN_CLUSTER.labels(url), is_) for url, is_ in report.foreign]
    yield POLL_DURATION, one(report.seconds)
    yield POLL_TIME, one(report.ended)
