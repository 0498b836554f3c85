"""The documents `versions` and `features`."""

import json

import pytest

from ceph_exporter import facts
from ceph_exporter.facts import DecodeError
from ceph_exporter.facts.versions import Feature, Features, Versions

PACIFIC = "ceph version 16.2.15 (618f44) pacific (stable)"
REEF = "ceph version 18.2.7 (6b0e98) reef (stable)"
GROUP = {"features": "0x3ffddff8ffecffff", "release": "luminous", "num": 3}


def features(answer: object) -> Features:
    """Decode an answer of `features`."""
    (fact,) = facts.decode("features", json.dumps(answer).encode())
    assert isinstance(fact, Features)
    return fact


def test_versions() -> None:
    """Daemons are counted by type and version; the sum of all would count each one twice."""
    answer = {"mon": {REEF: 3}, "osd": {PACIFIC: 2, REEF: 1}, "overall": {PACIFIC: 2, REEF: 4}}
    assert facts.decode("versions", json.dumps({**answer, "mds": {}}).encode()) == (
        Versions({"mon": {REEF: 3}, "osd": {PACIFIC: 2, REEF: 1}, "mds": {}}),
    )


def test_features() -> None:
    """From 13 on each type has a list of groups."""
    other = {"features": "0x2f018fb87aa4aafe", "release": "luminous", "num": 1}
    assert features({"mon": [GROUP], "client": [GROUP, other]}).groups == {
        "mon": (Feature("0x3ffddff8ffecffff", "luminous", 3),),
        "client": (
            Feature("0x3ffddff8ffecffff", "luminous", 3),
            Feature("0x2f018fb87aa4aafe", "luminous", 1),
        ),
    }


def test_features_of_luminous() -> None:
    """12 has an object of groups, all of which may be called the same."""
    assert features({"mon": {"group": GROUP}, "osd": {}}).groups == {
        "mon": (Feature("0x3ffddff8ffecffff", "luminous", 3),),
        "osd": (),
    }


@pytest.mark.parametrize("document", ["versions", "features"])
def test_another_document(document: str) -> None:
    """An answer that is no object is refused."""
    with pytest.raises(DecodeError, match="Expected `object`"):
        facts.decode(document, b"[]")
