"""The immutable result of a poll: its report, and its families rendered as lines."""

from collections.abc import Iterator
from typing import NamedTuple

from ceph_exporter import exposition
from ceph_exporter.metric import OWN, Family, Labels, Metric, one
from ceph_exporter.polling.clock import SYSTEM, Clock
from ceph_exporter.polling.report import DocumentState, Report

_DOCUMENT = Labels("document")
_COLLECTOR = Labels("collector")

UP = Metric(
    "ceph_up",
    "gauge",
    "Whether the last poll received the cluster's health or status (1) or not (0)",
    OWN,
    detail="While one of them is in cooldown after a slow answer, that answer counts, unless the "
    "poll fails.",
)
DOCUMENT_SUCCESS = Metric(
    "ceph_exporter_document_success",
    "gauge",
    "Whether the last request for the document succeeded (1) or failed (0)",
    OWN,
    _DOCUMENT,
    detail="Absent while the document is unsupported or pending.",
)
DOCUMENT_DURATION = Metric(
    "ceph_exporter_document_duration_seconds",
    "gauge",
    "Duration of the last request for the document, whether it succeeded or failed",
    OWN,
    _DOCUMENT,
)
DOCUMENT_LAST_SUCCESS = Metric(
    "ceph_exporter_document_last_success_timestamp_seconds",
    "gauge",
    "Time at which the document was last received, or confirmed by an unchanged OSD map",
    OWN,
    _DOCUMENT,
)
DOCUMENT_INTERVAL = Metric(
    "ceph_exporter_document_interval_seconds",
    "gauge",
    "Time from the document's last answer to the next request, if not every poll requests it",
    OWN,
    _DOCUMENT,
    detail="It follows from the time that Ceph takes to answer, and --poll.ceph-share.",
)
DOCUMENT_BYTES = Metric(
    "ceph_exporter_document_bytes",
    "gauge",
    "Size of the last answer that contained the document",
    OWN,
    _DOCUMENT,
)
DOCUMENT_DROPPED = Metric(
    "ceph_exporter_document_dropped_fields",
    "gauge",
    "Number of fields of the document's last answer that were ignored because of an unexpected "
    "type",
    OWN,
    _DOCUMENT,
)
COLLECTOR_SUCCESS = Metric(
    "ceph_exporter_collector_success",
    "gauge",
    "Whether the collector succeeded in the last poll (1) or failed (0)",
    OWN,
    _COLLECTOR,
)
COLLECTOR_DURATION = Metric(
    "ceph_exporter_collector_duration_seconds",
    "gauge",
    "Time that the collector took in the last poll",
    OWN,
    _COLLECTOR,
)
COLLECTOR_SERIES = Metric(
    "ceph_exporter_collector_series",
    "gauge",
    "Number of series of the collector in the last poll, without those left out",
    OWN,
    _COLLECTOR,
    detail="A series is absent from the page while its value is unknown, but it is counted here.",
)
COLLECTOR_CUT = Metric(
    "ceph_exporter_collector_series_cut",
    "gauge",
    "Number of series left out of the last poll because the collector exceeds --poll.series-limit",
    OWN,
    _COLLECTOR,
)
PAGE_CUT = Metric(
    "ceph_exporter_page_series_cut",
    "gauge",
    "Number of series left out of this page because it exceeds --web.series-limit",
    OWN,
)
SOURCE_INFO = Metric(
    "ceph_exporter_source_info",
    "gauge",
    "API, URL and Ceph release in use; always 1",
    OWN,
    Labels("api", "url", "release"),
)
FOREIGN_CLUSTER = Metric(
    "ceph_exporter_foreign_cluster",
    "gauge",
    "Whether the last answer from the URL came from another cluster (1) or not (0)",
    OWN,
    Labels("url"),
)
POLL_DURATION = Metric(
    "ceph_exporter_poll_duration_seconds", "gauge", "Duration of the last poll", OWN
)
POLL_TIME = Metric(
    "ceph_exporter_poll_timestamp_seconds", "gauge", "Time at which the last poll ended", OWN
)

METRICS = tuple(value for value in list(vars().values()) if isinstance(value, Metric))
"""The metrics about the polls of one cluster."""


class Snapshot(NamedTuple):
    """The result of a poll: its report, and its families rendered as lines.

    expires: when the snapshot goes stale, by `clock.monotonic()`. That happens only if the poller
    hangs. From then on, `stale_lines`, in which `ceph_up` is 0, are exported instead of
    `fresh_lines`.
    """

    report: Report
    fresh_lines: exposition.Lines
    stale_lines: exposition.Lines
    expires: float
    clock: Clock = SYSTEM

    @property
    def fresh(self) -> bool:
        """Whether the snapshot is not stale yet."""
        return self.clock.monotonic() < self.expires

    @property
    def lines(self) -> exposition.Lines:
        """The lines to export now."""
        return self.fresh_lines if self.fresh else self.stale_lines


def make(
    report: Report,
    ceph: exposition.Lines,
    *,
    prefix: str = "",
    lifetime: float,
    clock: Clock = SYSTEM,
) -> Snapshot:
    """Return the snapshot of a poll.

    ceph: the families from the collectors; prefix: the label of the cluster, if it needs one;
    lifetime: seconds until the snapshot goes stale.
    """
    own = exposition.lines(_families(report, up=report.up), prefix)
    stale = exposition.lines(_families(report, up=False), prefix)
    return Snapshot(report, {**ceph, **own}, stale, clock.monotonic() + lifetime, clock)


_SUCCESS = {DocumentState.OK: 1, DocumentState.FAILED: 0}


def _families(report: Report, *, up: bool) -> Iterator[Family]:
    documents = [(_DOCUMENT(row.name), row) for row in report.documents]
    collectors = [(_COLLECTOR(row.name), row) for row in report.collectors]
    yield UP, one(up)
    yield DOCUMENT_SUCCESS, [(block, _SUCCESS.get(row.state)) for block, row in documents]
    yield DOCUMENT_DURATION, [(block, row.seconds) for block, row in documents]
    yield DOCUMENT_LAST_SUCCESS, [(block, row.last_success) for block, row in documents]
    yield DOCUMENT_INTERVAL, [(block, row.interval) for block, row in documents]
    yield DOCUMENT_BYTES, [(block, row.size) for block, row in documents]
    yield (
        DOCUMENT_DROPPED,
        [
            (block, None if row.last_success is None else sum(row.dropped.values()))
            for block, row in documents
        ],
    )
    yield COLLECTOR_SUCCESS, [(block, row.success) for block, row in collectors]
    yield COLLECTOR_DURATION, [(block, row.seconds) for block, row in collectors]
    yield COLLECTOR_SERIES, [(block, row.series) for block, row in collectors]
    yield COLLECTOR_CUT, [(block, row.cut) for block, row in collectors]
    if report.api:
        yield SOURCE_INFO, [(SOURCE_INFO.labels(report.api, report.url, report.release), 1)]
    yield (
        FOREIGN_CLUSTER,
        [(FOREIGN_CLUSTER.labels(url), foreign) for url, foreign in report.foreign],
    )
    yield POLL_DURATION, one(report.seconds)
    yield POLL_TIME, one(report.ended)
