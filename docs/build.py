"""Writes docs/metrics.md from the declarations of the metrics; run it after changing one."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from ceph_exporter import snapshot
from ceph_exporter.collectors import COLLECTORS, Metric

TARGET = Path(__file__).parent / "metrics.md"
HEAD = """\
# Metrics

Made by `docs/build.py` from the collectors' declarations; do not edit.

With several clusters every metric carries the label `cluster` as its first. A metric whose
document was not had for `stale_after` is absent, and so is a value that the release or the API does
not give. Metrics named as in Ceph's own mgr module have its labels, types and meaning.
"""


def text() -> str:
    """Give the whole document."""
    sections = [
        _section(f"Collector `{name}`", f"{found.help}.", found.metrics)
        for name, found in COLLECTORS.items()
    ]
    own = _section("The exporter itself", "How the polls of a cluster fare.", snapshot.METRICS)
    return "\n".join([HEAD, *sections, own])


def _section(title: str, intro: str, metrics: Iterable[Metric]) -> str:
    return "\n".join([f"## {title}", "", intro, "", *_rows(metrics), ""])


def _rows(metrics: Iterable[Metric]) -> Iterator[str]:
    yield "| name | type | labels | document | meaning |"
    yield "|---|---|---|---|---|"
    for metric in metrics:
        labels = ", ".join(metric.labels.names)
        document = metric.document if metric.document.startswith("(") else f"`{metric.document}`"
        yield f"| `{metric.name}` | {metric.type} | {labels} | {document} | {metric.help} |"


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
