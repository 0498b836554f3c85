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
    """Daemons are counted by type and version; the total would count each daemon twice."""
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
    """12 has objects whose keys are all the same; no group is lost."""
    group, other = json.dumps(GROUP), json.dumps({**GROUP, "release": "jewel", "num": 422})
    answer = f'{{"mon": {{"group": {group}}}, "client": {{"group": {other},\n"group" : {group}}}}}'
    assert facts.decode("features", answer.encode()) == (
        Features(
            {
                "mon": (Feature("0x3ffddff8ffecffff", "luminous", 3),),
                "client": (
                    Feature("0x3ffddff8ffecffff", "jewel", 422),
                    Feature("0x3ffddff8ffecffff", "luminous", 3),
                ),
            }
        ),
    )


@pytest.mark.parametrize("document", ["versions", "features"])
def test_another_document(document: str) -> None:
    """An answer that is not an object is rejected."""
    with pytest.raises(DecodeError, match="Expected `object`"):
        facts.decode(document, b"[]")
