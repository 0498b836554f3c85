"""The versions that daemons run: one row for each release."""

from dashboards.content.phrases import versioned
from dashboards.engine.declare import Query, Table

_BY = "sum by (cluster, version, release_name)"
_VERSIONS = "max by (cluster, daemon, version_tag, release_name, sha1) (ceph_versions{*%s})"


def _column(title: str, matcher: str) -> Query:
    return Query(
        f"{_BY} ({versioned(_VERSIONS % (',daemon' + matcher), 'version_tag')})",
        title,
        empty_when="" if title == "mons" else "the cluster has no such daemon",
        width=70,
    )


VERSIONS = Table(
    "Versions",
    "How many daemons of each type run each version. Good: one row; more only during an upgrade.",
    (
        _column("mons", '="mon"'),
        _column("mgrs", '="mgr"'),
        _column("OSDs", '="osd"'),
        _column("MDSs", '="mds"'),
        _column("others", '!~"mon|mgr|osd|mds"'),
    ),
    "Unknown: Ceph before 12 or this API does not report it",
    size=(12, 8),
    labels=("version", "release_name"),
    sort_ascending="version",
)
