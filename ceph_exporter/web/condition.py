"""How a cluster is, in a word and in a sentence, and which cluster needs attention first."""

import time
from typing import NamedTuple

from ceph_exporter.polling.poller import Poller
from ceph_exporter.polling.report import DocumentState, Report
from ceph_exporter.polling.schedule import VITAL
from ceph_exporter.web.markup import age, count

HEALTH_CLASSES = {"HEALTH_OK": "ok", "HEALTH_WARN": "warn"}
"""By health or severity, the class of the style sheet; any other is `bad`."""
_UNKNOWN = "health unknown"
# The order on a page of many clusters, most urgent first.
_LOST, _ERROR, _WARNING, _FIRST_POLL, _FAULT, _WELL = range(6)


class Condition(NamedTuple):
    """The condition of a cluster.

    order: sorts clusters by urgency; label: one or two words; kind: the class of the style sheet;
    sentence: what is wrong, or that all is well; seconds: age of the newest data, None if there is
    none.
    """

    order: tuple[int, int, str]
    label: str
    kind: str
    sentence: str
    seconds: float | None

    @property
    def is_well(self) -> bool:
        """Whether the cluster is reachable and healthy."""
        return self.label == "HEALTH_OK"


def condition(poller: Poller) -> Condition:
    """Return the condition of a poller's cluster. Old health counts as unknown."""
    snapshot, name = poller.snapshot, poller.title
    if snapshot is None:
        sentence = "The first poll has not finished yet."
        return Condition((_FIRST_POLL, 0, name), "first poll in progress", "warn", sentence, None)
    report = snapshot.report
    seconds = data_age(report)
    if not snapshot.fresh:
        sentence = (
            "The poller is hung: this data is old and no longer exported. Restart the exporter and "
            "report this with its log."
        )
        return Condition((_LOST, 0, name), _UNKNOWN, "bad", sentence, seconds)
    if not report.up:
        sentence = (
            "No data ever arrived."
            if seconds is None
            else f"The last data arrived {age(seconds)} ago."
        )
        return Condition((_LOST, 0, name), "unreachable", "bad", sentence, seconds)
    return _of_report(report, name, seconds)


def data_age(report: Report) -> float | None:
    """Return the seconds since health, status or quorum arrived; None if none of them ever did."""
    rows = [row for row in report.documents if row.name in VITAL]
    times = [row.last_success for row in rows if row.last_success is not None]
    return max(0.0, time.time() - max(times)) if times else None


def _of_report(report: Report, name: str, seconds: float | None) -> Condition:
    health = report.health or _UNKNOWN
    kind = HEALTH_CLASSES.get(health, "bad")
    rank = {"ok": _WELL, "warn": _WARNING}.get(kind, _ERROR)
    failed = sum(row.state is DocumentState.FAILED for row in report.documents)
    failed += sum(not row.success for row in report.collectors)
    sentences = [_of_health(report)]
    if failed:
        sentences.append(f"{count(failed, 'part')} of the metrics could not be read.")
        rank = min(rank, _FAULT)
    order = rank, -len(report.checks) - failed, name
    return Condition(order, health, kind, " ".join(sentences), seconds)


def _of_health(report: Report) -> str:
    errors = sum(check.severity == "HEALTH_ERR" for check in report.checks)
    warnings = len(report.checks) - errors
    if report.checks:
        parts = [count(errors, "error")] * bool(errors)
        parts += [count(warnings, "warning")] * bool(warnings)
        return f"Ceph reports {' and '.join(parts)}."
    if report.health == "HEALTH_OK":
        return "Ceph reports no problem."
    if report.health is None:
        return "Ceph answers, but its health is unknown."
    return "Ceph does not report why."
