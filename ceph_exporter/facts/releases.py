"""The numbers of Ceph's releases.

Source: ceph_release_name, ceph_release_features and ceph_release_from_features in
src/common/ceph_strings.cc of Ceph 12 to 20.
"""

import re

_NAME = re.compile(r"[a-z]{2,40}")
_WITH_FEATURES = (19, 18, 12)
_VERSION = re.compile(r"ceph version (\d{1,3})\.\d")


def release_number(name: str) -> int | None:
    """Return the number of a release, such as 18 for "reef"; None if the release is unknown.

    The names of releases are in alphabetical order, and each starts with another letter. Ceph
    prints "unknown" for a release that is not set.
    """
    if name == "unknown" or not _NAME.fullmatch(name):
        return None
    return ord(name[0]) - ord("a") + 1


def version_number(text: str) -> int | None:
    """Return the release in "ceph version 18.2.7 (6b0e98) reef (stable)"; None if unknown."""
    match = _VERSION.match(text)
    return int(match[1]) if match and int(match[1]) else None


def feature_number(release: int) -> int:
    """Return the oldest release with the same features as this one, from Ceph 12 on.

    This is the release that `features` reports for a client of this release.
    """
    return next((first for first in _WITH_FEATURES if release >= first), release)
