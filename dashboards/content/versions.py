"""The versions that daemons run: one row for each release."""

from dashboards.content.phrases import or_none, versioned
from dashboards.engine.declare import Query, Table

_BY = "sum by (cluster, version, release_name)"
_VERSIONS = "max by (cluster, daemon, version_tag, release_name, sha1) (ceph_versions{*%s})"


_ALL = f"{_BY} ({versioned(_VERSIONS % '', 'version_tag')})"


def _column(title: str, matcher: str) -> Query:
    expr = f"{_BY} ({versioned(_VERSIONS % (',daemon' + matcher), 'version_tag')})"
    return Query(f"{expr} or 0 * {_ALL}", title, empty_when="Ceph is older than 12", width=70)


VERSIONS = Table(
    "Versions",
    "How many daemons of each type run each version. Good: one row; more only during an upgrade. "
    "Not reported: Ceph is older than 12, or the API does not report versions.",
    (
        Query(
            or_none(_ALL, "Not reported"),
            "daemons",
            hidden=True,
        ),
        _column("mons", '="mon"'),
        _column("mgrs", '="mgr"'),
        _column("OSDs", '="osd"'),
        _column("MDSs", '="mds"'),
        _column("others", '!~"mon|mgr|osd|mds"'),
    ),
    "Prometheus scrapes no exporter",
    size=(12, 8),
    labels=("version", "release_name", "note"),
    sort_ascending="version",
)
