"""The numbers of releases."""

import pytest

from ceph_exporter.facts.releases import feature_number, release_number, version_number


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("jewel", 10),
        ("luminous", 12),
        ("reef", 18),
        ("tentacle", 20),
        ("umbrella", 21),
        ("unknown", None),
        ("", None),
        ("x", None),
        ("Reef", None),
        ("18.2", None),
        ("?" * 1000, None),
    ],
)
def test_names(name: str, number: int | None) -> None:
    """The first letter of a release's name is its number, also for a release of the future."""
    assert release_number(name) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("ceph version 18.2.7 (6b0e98) reef (stable)", 18),
        ("ceph version 19.0.0-1234-gabc (abc) squid (dev)", 19),
        ("ceph version Development (no_version) squid (dev)", None),
        ("ceph version 0.94.10 (b1e0532)", None),
        ("unknown", None),
        ("", None),
    ],
)
def test_versions(text: str, number: int | None) -> None:
    """The number is in the version; it is unknown for a build without a version."""
    assert version_number(text) == number


@pytest.mark.parametrize(
    ("release", "first"),
    [(10, 10), (12, 12), (14, 12), (17, 12), (18, 18), (19, 19), (20, 19), (21, 19)],
)
def test_features(release: int, first: int) -> None:
    """Releases with the same features are one, because Ceph cannot tell their clients apart."""
    assert feature_number(release) == first
