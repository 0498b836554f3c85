"""docs/metrics.md: every metric, from the collectors' declarations and the sources' tables."""

import re
from collections.abc import Iterable, Iterator

from ceph_exporter.collectors import COLLECTORS
from ceph_exporter.facts import DOCUMENTS
from ceph_exporter.metric import Metric
from ceph_exporter.polling import snapshot
from ceph_exporter.web import process
from generators.releases import SOURCES, Span, known, spans

HEAD = """\
# Metrics

Made by `docs/build.py` from the collectors' declarations; do not edit.

With several clusters every metric carries the label `cluster` as its first. A metric whose
document was not had for `stale_after` is absent, and so is a value that the release or the API does
not give. Metrics named as in Ceph's own mgr module have its labels, types and meaning.

*Ceph* are the releases that tell the value at all, *from* the APIs that have the document: which of
their releases stands [at the end](#documents). A unit is that of the value; there is none for a
number of things, or for yes (1) and no (0).
"""
PROCESS_INTRO = "Once on the page and without the label `cluster`, however many clusters there are."
DOCUMENTS_HEAD = """\
## Documents

A document is one answer of Ceph under the name of the command that gives it. Which release has it
over which API; the exporter finds out by asking. `mon store` comes over none, but from the
monitor's own host ([how](ceph-apis.md#the-monitors-disk-and-store-from-12-on)).
"""
_UNITS = (
    (re.compile(r"_ratio$"), "ratio"),
    (re.compile(r"_percent$"), "percent"),
    (re.compile(r"_(timestamp|start_time)_seconds$"), "unix seconds"),
    (re.compile(r"_seconds(_total)?$"), "seconds"),
    (re.compile(r"_ms$"), "milliseconds"),
    (re.compile(r"_bytes(_|$)"), "bytes"),
)
_RATE = re.compile(r"\b(\w+)/s\b")
_SINCE = re.compile(r"\(Ceph ([\d.]+) and later\)")
_UP_TO = re.compile(r"\(from Ceph itself up to ([\d.]+)")


def text() -> str:
    """Give the whole document."""
    sections = [
        _section(f"Collector `{name}`", f"{found.help}.", found.metrics)
        for name, found in COLLECTORS.items()
    ]
    own = _section("The exporter itself", "How the polls of a cluster fare.", snapshot.METRICS)
    once = _section("The process", PROCESS_INTRO, process.METRICS)
    return "\n".join([HEAD, *sections, own, once, DOCUMENTS_HEAD, *_documents(), ""])


def unit(metric: Metric) -> str:
    """Give the unit that a metric's name has as the rules of Prometheus want it, or its help."""
    if rate := _RATE.search(metric.help):
        return f"{rate[1]}/s"
    for pattern, found in _UNITS:
        if pattern.search(metric.name):
            return found
    if re.search(r", 0 to 1\b", metric.help):
        return "ratio"
    return "bytes" if re.search(r", bytes\b", metric.help) else ""


def releases(metric: Metric) -> str:
    """Give the releases of Ceph that tell the value: the document's, or what the help says."""
    if metric.document not in DOCUMENTS:
        return "all"
    span = known(metric.document)
    if since := _SINCE.search(metric.help):
        span = span.within(Span(since[1], "")) or span
    if last := _UP_TO.search(metric.help):
        span = span.within(Span("0.67", last[1])) or span
    return "all" if span == Span("0.67", "") else str(span)


def sources(metric: Metric) -> str:
    """Give the APIs that have the metric's document."""
    return ", ".join(api for api, _ in spans(metric.document))


def _section(title: str, intro: str, metrics: Iterable[Metric]) -> str:
    return "\n".join([f"## {title}", "", intro, "", *_rows(metrics), ""])


def _rows(metrics: Iterable[Metric]) -> Iterator[str]:
    yield "| name | type | unit | labels | document | Ceph | from | meaning |"
    yield "|---|---|---|---|---|---|---|---|"
    for metric in metrics:
        document = metric.document if metric.document.startswith("(") else f"`{metric.document}`"
        cells = (
            *(f"`{metric.name}`", metric.type, unit(metric), ", ".join(metric.labels.names)),
            *(document, releases(metric), sources(metric), metric.help),
        )
        yield f"| {' | '.join(cells)} |"


def _documents() -> Iterator[str]:
    apis = [source.api for source in SOURCES]
    yield f"| document | {' | '.join(apis)} |"
    yield f"|---|{'---|' * len(apis)}"
    for document in DOCUMENTS:
        found = dict(spans(document))
        cells = [str(found.get(api, "")) for api in apis]
        yield f"| `{document}` | {' | '.join(cells)} |"
