"""Lists what a poll could not read, with the reason and the fix, for `/` and for `check`."""

from typing import NamedTuple

from ceph_exporter.facts.fs_status import NO_FILESYSTEM
from ceph_exporter.facts.orch_hosts import Hosts
from ceph_exporter.facts.orch_services import Services
from ceph_exporter.facts.orchestrator import Daemons
from ceph_exporter.facts.rbd_counters import RbdCounters
from ceph_exporter.facts.rbd_images import RbdImages
from ceph_exporter.facts.registry import COMMANDS
from ceph_exporter.facts.rgw_buckets import RgwBuckets
from ceph_exporter.facts.rgw_usage import RgwUsage
from ceph_exporter.facts.rgw_users import RgwUsers
from ceph_exporter.polling.report import DocumentRow, DocumentState, Report
from ceph_exporter.sources import ErrorKind

_OF_RGW = frozenset(fact.document for fact in (RgwBuckets, RgwUsage, RgwUsers))
_OF_ORCHESTRATOR = frozenset(fact.document for fact in (Daemons, Services, Hosts))
_REPORT = "please report this together with the output of `ceph_exporter record DIR`"
_NOTHING = "nothing needs to be done"
_MAX_PATHS = 5
"""The number of dropped fields of a document that are named."""


class Missing(NamedTuple):
    """A document, a collector or a cluster that is unavailable.

    what: its name; why: the reason; fix: the remedy, empty if none is known; fault: whether it
    should be available. It is False if the API or the release does not offer the document, if the
    mgr's own key may not read it, or if it was not recorded; final: whether nothing can be done
    about it.
    """

    what: str
    why: str
    fix: str
    fault: bool = True
    final: bool = False


def missing(report: Report) -> list[Missing]:
    """Return everything that is unavailable, faults first."""
    rows = [Missing("Ceph", report.error, "")] if report.error else []
    rows += [
        _document(row, report.api)
        for row in report.documents
        if row.error and row.error != report.error
    ]
    rows += [
        Missing(f"collector {row.name}", "the collector failed", _REPORT)
        for row in report.collectors
        if not row.success
    ]
    ok = [row for row in report.documents if row.state is DocumentState.OK]
    rows += [_dropped(row) for row in ok if row.dropped]
    return sorted(rows, key=lambda row: not row.fault)


def _document(row: DocumentRow, api: str) -> Missing:
    if row.state is DocumentState.FAILED:
        if row.name in _OF_RGW and api != "dashboard":
            return Missing(row.name, row.error, "")  # its reason says what to do
        denied = row.kind is ErrorKind.DENIED
        fix = _fix_of_denial(api) if denied else _fix_of_failure(row.name, api)
        return Missing(row.name, row.error, fix)
    if row.name in _OF_ORCHESTRATOR and row.kind is ErrorKind.UNSUPPORTED:
        fix = f"only a cluster with an orchestrator has it; {_NOTHING}"
    else:
        fix = _fix_of_unsupported(row, api)
    return Missing(row.name, row.error, fix, fault=False, final=fix.endswith(_NOTHING))


def _fix_of_unsupported(row: DocumentRow, api: str) -> str:
    if row.error == NO_FILESYSTEM:
        return _NOTHING
    if api == "recording":
        return "record it with `ceph_exporter record DIR`"
    if row.name in _OF_RGW:
        return "only where RGW runs: the dashboard has it, and RGW's own API, see --cluster.rgw-url"
    if row.name == RbdCounters.document and api != "rados":
        return "only librados reports it: use --cluster.api=rados, and grant the user mgr 'allow r'"
    if not row.offered:
        return _fix_of_api(row.name)
    return _fix_of_offered(row)


def _fix_of_offered(row: DocumentRow) -> str:
    """Return what helps if the API has the document in some release."""
    if row.name == RbdImages.document:
        return ""  # its reason says what to know
    if row.kind is ErrorKind.DENIED:
        return "the key is not allowed to read it; docs/ceph-apis.md says what to grant"
    return f"this release of Ceph does not offer it; {_NOTHING}"


def _dropped(row: DocumentRow) -> Missing:
    paths = [*row.dropped]
    named = ", ".join(paths[:_MAX_PATHS])
    more = f" and {len(paths) - _MAX_PATHS} more" if len(paths) > _MAX_PATHS else ""
    why = f"fields of an unexpected type, whose metrics are absent: {named}{more}"
    return Missing(f"part of {row.name}", why, _REPORT)


def _fix_of_api(name: str) -> str:
    if name in COMMANDS:
        return "use --cluster.api=rados or, up to Ceph 19, --cluster.api=restful; both offer it"
    return "use --cluster.api=dashboard, which offers it from Ceph 14 on"


def _fix_of_denial(api: str) -> str:
    if api == "dashboard":
        return (
            "on a host of the cluster, run `ceph dashboard ac-role-add-scope-perms ROLE SCOPE "
            "read`, or give the user the built-in role read-only, which is sufficient"
        )
    return "docs/ceph-apis.md says what to grant; the document is requested again every minute"


def _fix_of_failure(name: str, api: str) -> str:
    if api == "recording":
        return "record it again with `ceph_exporter record DIR`"
    if name not in COMMANDS:
        return ""
    return (
        "the document will be requested again; on a monitor's host, "
        f"`ceph {name}` shows Ceph's own answer"
    )
