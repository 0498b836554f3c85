"""The collector of versions and features."""

import pytest

from ceph_exporter.collectors.versions import collect
from ceph_exporter.facts import Fact, Facts
from ceph_exporter.facts.osd_dump import OsdDump
from ceph_exporter.facts.versions import Feature, Features, Versions
from tests.collectors.pages import sample_lines

FAMILIES = (
    "ceph_versions",
    "ceph_features",
)


def page(*facts: Fact) -> list[str]:
    """Return the sample lines."""
    return sample_lines(collect(Facts.of(*facts)), FAMILIES)


def test_no_facts_no_families() -> None:
    """Without documents there are no families."""
    assert page() == []


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        pytest.param(
            "ceph version 16.2.15 (618f44) pacific (stable)",
            'version_tag="16.2.15",sha1="618f44",release_name="pacific"',
            id="stable",
        ),
        pytest.param(
            "ceph version 20.2.4 (7f7937) tentacle (stable - RelWithDebInfo)",
            'version_tag="20.2.4",sha1="7f7937",release_name="tentacle"',
            id="with the kind of build",
        ),
        pytest.param(
            "ceph version 14.2.22-12-gca74598065 (ca7459) nautilus (stable)",
            'version_tag="14.2.22-12-gca74598065",sha1="ca7459",release_name="nautilus"',
            id="between two releases",
        ),
        pytest.param(
            "ceph version Development (no_version) squid (dev)",
            'version_tag="Development",sha1="no_version",release_name="squid"',
            id="built from a checkout",
        ),
        pytest.param("unknown", 'version_tag="unknown",sha1="",release_name=""', id="no version"),
    ],
)
def test_versions(text: str, labels: str) -> None:
    """The parts of a version are labels; a text without parts is the version tag."""
    assert page(Versions({"osd": {text: 3}})) == [f'ceph_versions{{daemon="osd",{labels}}} 3']


def test_several_versions() -> None:
    """In an upgrade a type of daemons has a number for each version."""
    old, new = "ceph version 16.2.15 (6) pacific (stable)", "ceph version 18.2.7 (b) reef (stable)"
    assert page(Versions({"mon": {new: 3}, "osd": {old: 2, new: 1}, "mds": {}})) == [
        'ceph_versions{daemon="mon",version_tag="18.2.7",sha1="b",release_name="reef"} 3',
        'ceph_versions{daemon="osd",version_tag="16.2.15",sha1="6",release_name="pacific"} 2',
        'ceph_versions{daemon="osd",version_tag="18.2.7",sha1="b",release_name="reef"} 1',
    ]


def test_features() -> None:
    """Groups are counted by type, release and features."""
    groups = (Feature("0x2f01", "luminous", 4), Feature("0x3f01", "luminous", 9))
    assert page(Features({"client": groups, "mon": groups[1:]})) == [
        'ceph_features{daemon="client",release="luminous",features="0x2f01"} 4',
        'ceph_features{daemon="client",release="luminous",features="0x3f01"} 9',
        'ceph_features{daemon="mon",release="luminous",features="0x3f01"} 9',
    ]


REEF = OsdDump(
    osds=(),
    require_osd_release="reef",
    require_min_compat_client="pacific",
    min_compat_client="jewel",
)
BELOW = ("ceph_daemons_below_required_release", "ceph_clients_below_required_release")


def below(*facts: Fact) -> list[str]:
    """Return the sample lines of what is older than required."""
    return sample_lines(collect(Facts.of(*facts)), BELOW)


def test_required_releases() -> None:
    """The releases that the OSD map requires are numbers, with their names; unknown ones absent."""
    assert sample_lines(collect(Facts.of(REEF))) == [
        'ceph_require_osd_release{release="reef"} 18',
        'ceph_require_min_compat_client{release="pacific"} 16',
        'ceph_min_compat_client{release="jewel"} 10',
    ]
    assert sample_lines(collect(Facts.of(OsdDump(osds=(), require_osd_release="unknown")))) == []


def test_daemons_that_are_too_old() -> None:
    """Daemons that are older than the OSDs must be are counted by type."""
    old, new = "ceph version 16.2.15 (6) pacific (stable)", "ceph version 18.2.7 (b) reef (stable)"
    assert below(REEF, Versions({"osd": {new: 3}, "rgw": {old: 2, new: 1}, "mds": {}})) == [
        'ceph_daemons_below_required_release{daemon="osd"} 0',
        'ceph_daemons_below_required_release{daemon="rgw"} 2',
        'ceph_daemons_below_required_release{daemon="mds"} 0',
    ]


def test_daemons_of_an_unknown_version() -> None:
    """A daemon of an unknown version might be too old, so its type has no number."""
    assert below(REEF, Versions({"osd": {"ceph version Development (no) squid (dev)": 1}})) == []


def test_clients_that_are_too_old() -> None:
    """Clients are counted by features: those of 12 to 17 are the same, so they are not too old."""
    groups = (Feature("0x1", "jewel", 4), Feature("0x2", "luminous", 9), Feature("0x3", "reef", 2))
    line = "ceph_clients_below_required_release"
    assert below(REEF, Features({"client": groups, "mon": groups})) == [f"{line} 4"]
    assert below(REEF, Features({"client": ()})) == [f"{line} 0"]


@pytest.mark.parametrize(
    "groups",
    [
        pytest.param({"client": (Feature("0x1", "jewel", None),)}, id="unknown number"),
        pytest.param({"client": (Feature("0x1", "unknown", 4),)}, id="unknown release"),
        pytest.param({}, id="no clients"),
    ],
)
def test_unknown_clients(groups: dict[str, tuple[Feature, ...]]) -> None:
    """If it is unknown how many clients are too old, there is no number."""
    assert below(REEF, Features(groups)) == []
