"""The versions and features of daemons and clients, and the releases that the cluster requires."""

import re
from collections.abc import Iterator, Mapping

from ceph_exporter.facts import Facts
from ceph_exporter.facts.osd_dump import OsdDump
from ceph_exporter.facts.releases import feature_number, release_number, version_number
from ceph_exporter.facts.versions import Feature, Features, Versions
from ceph_exporter.metric import Family, Labels, Metric, one

_VERSION = re.compile(r"ceph version (\S+) \((\w*)\) (\w*)")
_RELEASE = Labels("release")
_MAP = OsdDump.document

VERSIONS = Metric(
    "ceph_versions",
    "gauge",
    "Number of daemons by type and version",
    Versions.document,
    Labels("daemon", "version_tag", "sha1", "release_name"),
    since="12",
)
FEATURES = Metric(
    "ceph_features",
    "gauge",
    "Number of daemons or clients by type and feature set",
    Features.document,
    Labels("daemon", "release", "features"),
    since="12",
)
REQUIRED = Metric(
    "ceph_require_osd_release",
    "gauge",
    "Release that OSDs must have at least, as a number such as 18",
    _MAP,
    _RELEASE,
    since="12",
)
REQUIRED_OF_CLIENTS = Metric(
    "ceph_require_min_compat_client",
    "gauge",
    "Oldest release of clients that the cluster is set to support, as a number such as 12",
    _MAP,
    _RELEASE,
    since="12",
)
NEEDED_BY_FEATURES = Metric(
    "ceph_min_compat_client",
    "gauge",
    "Oldest release of clients that supports the features in use, as a number such as 12",
    _MAP,
    _RELEASE,
    since="12",
)
DAEMONS_BELOW = Metric(
    "ceph_daemons_below_required_release",
    "gauge",
    "Number of daemons by type that are older than the release that OSDs must have",
    Versions.document,
    Labels("daemon"),
    since="12",
    detail="Absent for a type of which a daemon has an unknown version.",
)
CLIENTS_BELOW = Metric(
    "ceph_clients_below_required_release",
    "gauge",
    "Number of connected clients that are older than ceph_require_min_compat_client",
    Features.document,
    since="12",
    detail="A client reports its features, not its version. As Ceph 12 to 17 have the same "
    "features, and so have Ceph 19 and later, Ceph cannot tell clients of these releases apart.",
)


def collect(facts: Facts) -> Iterator[Family]:
    """Yield the families of `versions` and `features`, and of the releases in the OSD map."""
    versions, features, dump = facts.get(Versions), facts.get(Features), facts.get(OsdDump)
    if versions:
        yield (
            VERSIONS,
            [
                (VERSIONS.labels(type_, *_parts(text)), number)
                for type_, counts in versions.daemons.items()
                for text, number in counts.items()
            ],
        )
    if features:
        yield (
            FEATURES,
            [
                (FEATURES.labels(type_, row.release, row.features), row.num)
                for type_, rows in features.groups.items()
                for row in rows
            ],
        )
    if dump is None:
        return
    for metric, name in (
        (REQUIRED, dump.require_osd_release),
        (REQUIRED_OF_CLIENTS, dump.require_min_compat_client),
        (NEEDED_BY_FEATURES, dump.min_compat_client),
    ):
        yield metric, [(metric.labels(name), release_number(name))]
    required = release_number(dump.require_osd_release)
    if versions and required:
        yield (
            DAEMONS_BELOW,
            [
                (DAEMONS_BELOW.labels(type_), _daemons_below(required, counts))
                for type_, counts in versions.daemons.items()
            ],
        )
    required = release_number(dump.require_min_compat_client)
    if features and required:
        yield CLIENTS_BELOW, one(_clients_below(required, features.groups.get("client")))


def _parts(text: str) -> tuple[str, str, str]:
    match = _VERSION.match(text)
    return (match[1], match[2], match[3]) if match else (text, "", "")


def _daemons_below(required: int, counts: Mapping[str, int]) -> int | None:
    """Return how many daemons are older than required; None if a version is unknown."""
    releases = [(version_number(text), number) for text, number in counts.items()]
    if any(release is None for release, _ in releases):
        return None
    return sum(number for release, number in releases if release and release < required)


def _clients_below(required: int, groups: tuple[Feature, ...] | None) -> int | None:
    """Return how many clients lack features of a release; None if those of a client are unknown."""
    if groups is None:
        return None
    first, below = feature_number(required), 0
    for row in groups:
        release = release_number(row.release)
        if release is None or (release < first and row.num is None):
            return None
        below += (row.num or 0) if release < first else 0
    return below
