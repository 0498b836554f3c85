"""The versions of the daemons, and the features of daemons and clients."""

import re
from collections.abc import Iterator

from ceph_exporter.facts import Facts
from ceph_exporter.facts.versions import Features, Versions
from ceph_exporter.metric import Family, Labels, Metric

_VERSION = re.compile(r"ceph version (\S+) \((\w*)\) (\w*)")

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


def collect(facts: Facts) -> Iterator[Family]:
    """Yield the families of `versions` and `features`."""
    if versions := facts.get(Versions):
        yield (
            VERSIONS,
            [
                (VERSIONS.labels(type_, *_parts(text)), number)
                for type_, counts in versions.daemons.items()
                for text, number in counts.items()
            ],
        )
    if features := facts.get(Features):
        yield (
            FEATURES,
            [
                (FEATURES.labels(type_, row.release, row.features), row.num)
                for type_, rows in features.groups.items()
                for row in rows
            ],
        )


def _parts(text: str) -> tuple[str, str, str]:
    match = _VERSION.match(text)
    return (match[1], match[2], match[3]) if match else (text, "", "")
