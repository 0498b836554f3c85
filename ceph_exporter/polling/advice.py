"""What the exporter cannot read from a cluster, and how to fix that, for `/` and for `check`."""

from typing import NamedTuple

from ceph_exporter.facts.orchestrator import Gateways
from ceph_exporter.facts.registry import COMMANDS
from ceph_exporter.facts.rgw_buckets import RgwBuckets
from ceph_exporter.facts.rgw_usage import RgwUsage
from ceph_exporter.facts.rgw_users import RgwUsers
from ceph_exporter.polling.report import DocumentRow, DocumentState, Report
from ceph_exporter.sources import ErrorKind

_OF_RGW = frozenset(fact.document for fact in (RgwBuckets, RgwUsage, RgwUsers))


class Missing(NamedTuple):
    """Something that is unavailable: what it is, why, and the remedy.

    fix: the remedy, empty if none is known. fault: whether it should be available; if not, the API
    or the release does not offer it, the user lacks the right to it, or it was not recorded.
    """

    what: str
    why: str
    fix: str
    fault: bool = True


def missing(report: Report) -> list[Missing]:
    """Return what is missing, faults first."""
    rows = [Missing("Ceph", report.error, "")] if report.error else []
    rows += [
        _document(row, report.api)
        for row in report.documents
        if row.error and row.error != report.error
    ]
    fix = "please report this together with the output of `ceph_exporter record DIR`"
    rows += [
        Missing(f"collector {row.name}", "the collector failed", fix)
        for row in report.collectors
        if not row.success
    ]
    return sorted(rows, key=lambda row: not row.fault)


def _document(row: DocumentRow, api: str) -> Missing:
    if row.state is DocumentState.FAILED:
        if row.name in _OF_RGW and api != "dashboard":
            return Missing(row.name, row.error, "")  # its reason says what to do
        denied = row.kind is ErrorKind.DENIED
        fix = _fix_of_denial(api) if denied else _fix_of_failure(row.name, api)
        return Missing(row.name, row.error, fix)
    if row.name in _OF_RGW:
        fix = "only where RGW runs: the dashboard has it, and RGW's own API, see --cluster.rgw-url"
    elif row.name == Gateways.document and row.kind is ErrorKind.UNSUPPORTED:
        fix = "only a cluster with an orchestrator has it; nothing needs to be done"
    elif api == "dashboard" and row.name in COMMANDS:
        fix = "use --cluster.api=rados or, up to Ceph 19, --cluster.api=restful, which offer it"
    elif api == "recording":
        fix = "record it with `ceph_exporter record DIR`"
    elif row.kind is ErrorKind.DENIED:
        fix = "the key lacks the right to read it; docs/ceph-apis.md says what to grant"
    else:
        fix = "this release of Ceph does not offer it; nothing needs to be done"
    return Missing(row.name, row.error, fix, fault=False)


def _fix_of_denial(api: str) -> str:
    if api == "dashboard":
        return (
            "on a host of the cluster: `ceph dashboard ac-role-add-scope-perms ROLE SCOPE read`; "
            "the built-in role read-only has all that is needed"
        )
    return "docs/ceph-apis.md says what to grant; it will be requested again every minute"


def _fix_of_failure(name: str, api: str) -> str:
    if api == "recording":
        return "record it again with `ceph_exporter record DIR`"
    if name not in COMMANDS:
        return ""
    return f"it will be requested again; on a monitor's host, `ceph {name}` shows Ceph's own answer"
