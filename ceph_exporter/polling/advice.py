"""What of a cluster is missing and how to mend it, for the page and for `check`."""

from typing import NamedTuple

from ceph_exporter.facts.registry import COMMANDS
from ceph_exporter.polling.snapshot import DocumentRow, Report


class Missing(NamedTuple):
    """Something that could not be had: what, why, and what to do. fault: it should be there."""

    what: str
    why: str
    mend: str
    fault: bool = True


def missing(report: Report) -> list[Missing]:
    """List what is missing, faults first."""
    found = []
    if report.error:
        found.append(Missing("Ceph", report.error, ""))
    found += [
        _document(row, report.api)
        for row in report.documents
        if row.error and row.error != report.error
    ]
    mend = "please report this with what `ceph_exporter record DIR` writes"
    found += [
        Missing(f"collector {row.name}", "it failed", mend)
        for row in report.collectors
        if not row.success
    ]
    return sorted(found, key=lambda row: not row.fault)


def _document(row: DocumentRow, api: str) -> Missing:
    if row.success is False and api == "recording":
        return Missing(row.name, row.error, "record it anew with `ceph_exporter record DIR`")
    if row.success is False:
        mend = f"asked for again; on a monitor's host `ceph {row.name}` shows what Ceph says"
        return Missing(row.name, row.error, mend if row.name in COMMANDS else "")
    if api == "dashboard" and row.name in COMMANDS:
        mend = "it is had with --cluster.api=rados, or (to Ceph 19) --cluster.api=restful"
    elif api == "recording":
        mend = "record it with `ceph_exporter record DIR`"
    elif "access denied" in row.error:
        mend = "its key may not ask for that; what to grant stands in docs/ceph-apis.md"
    else:
        mend = "this release of Ceph does not give it; nothing is to be done"
    return Missing(row.name, row.error, mend, fault=False)


def size(number: float | None) -> str:
    """Write a number of bytes for a person."""
    if number is None:
        return ""
    for unit in ("B", "kB", "MB"):
        if number < 1000:
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} GB"


def seconds(number: float | None) -> str:
    """Write a duration for a person."""
    if number is None:
        return ""
    if number < 1:
        return f"{max(0.0, number) * 1000:.0f} ms"
    if number < 120:
        return f"{number:.0f} s" if number >= 10 else f"{number:.1f} s"
    return f"{number / 60:.0f} min" if number < 7200 else f"{number / 3600:.0f} h"
