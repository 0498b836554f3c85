"""The document `quorum_status`, from both mon commands and from the dashboard."""

import json

import pytest

from ceph_exporter import facts
from ceph_exporter.facts import DecodeError, Monitor, Quorum

FSID = "5a1c9e0e-7b1f-4c55-9d2a-0c6f1f0a5e21"
ALL_IN = tuple(
    Monitor(name, rank, in_quorum=True, address=f"192.0.2.{rank}")
    for rank, name in enumerate("abc")
)


def monmap(**fields: object) -> dict[str, object]:
    """Return a monmap of three monitors."""
    rows = [{"rank": i, "name": n, "addr": f"192.0.2.{i}:6789/0"} for i, n in enumerate("abc")]
    return {"epoch": 2, "fsid": FSID, "modified": "2013-09-01", "mons": rows, **fields}


def decode(wire_format: str, document: object) -> Quorum:
    """Decode a document by the name of its wire format."""
    (fact,) = facts.decode(wire_format, json.dumps(document).encode())
    assert isinstance(fact, Quorum)
    return fact


def quorum_status(*ranks: int, **fields: object) -> dict[str, object]:
    """Return the answer of `quorum_status` with a quorum of these ranks."""
    return {"election_epoch": 14, "quorum": list(ranks), "monmap": monmap(), **fields}


def test_up_to_13() -> None:
    """Up to 13 the age of the quorum is None."""
    document = quorum_status(0, 1, 2, quorum_names=["a", "b", "c"], quorum_leader_name="a")
    assert decode("quorum_status", document) == Quorum(FSID, ALL_IN, 2, 14, "a", None)


def test_from_14_on() -> None:
    """From 14 on the quorum has an age, and 16 and later add features."""
    document = quorum_status(
        0, 1, 2, quorum_leader_name="a", quorum_age=96, features={"quorum_mon": ["reef"]}
    )
    assert decode("quorum_status", document).age == 96


def test_monitor_out_of_quorum() -> None:
    """A monitor whose rank is not in the quorum is out; Ceph names the leader."""
    fact = decode("quorum_status", quorum_status(1, 2, quorum_leader_name="b"))
    assert [mon.in_quorum for mon in fact.monitors] == [False, True, True]
    assert fact.leader == "b"


def test_leader_is_the_lowest_rank() -> None:
    """If no leader is named, it is the lowest rank of the quorum, whatever their order."""
    assert decode("quorum_status", quorum_status(2, 1)).leader == "b"


def by_dashboard(*ranks: int, name: str, state: str, **fields: object) -> str | None:
    """Return the leader in the answer of the dashboard, which a monitor in this state wrote."""
    map_ = monmap(**fields)
    status = {"quorum": list(ranks), "monmap": map_, "name": name, "state": state}
    return decode("dashboard/monitor", {"mon_status": status}).leader


DISALLOW, CONNECTIVITY = {"election_strategy": 2}, {"election_strategy": 3}


def test_the_monitor_that_answers_leads() -> None:
    """A monitor that says it leads does, whatever its rank and the election strategy."""
    for strategy in ({}, DISALLOW, CONNECTIVITY):
        assert by_dashboard(0, 1, 2, name="b", state="leader", **strategy) == "b"


def test_disallowed_leaders() -> None:
    """In the strategy disallow the lowest rank that may lead leads."""
    barred = {**DISALLOW, "disallowed_leaders: ": "a"}
    assert by_dashboard(0, 1, 2, name="c", state="peon", **barred) == "b"
    barred = {**DISALLOW, "disallowed_leaders: ": "a,b"}
    assert by_dashboard(0, 1, 2, name="b", state="peon", **barred) == "c"
    assert decode("mon dump", monmap(quorum=[0, 1, 2], **barred)).leader == "c"


def test_best_connected_leader() -> None:
    """In the strategy connectivity a peon does not know who leads, unless only one other can."""
    assert by_dashboard(0, 1, 2, name="a", state="peon", **CONNECTIVITY) is None
    assert by_dashboard(0, 1, name="a", state="peon", **CONNECTIVITY) == "b"
    assert by_dashboard(0, 1, 2, name="a", state="electing", **CONNECTIVITY) is None
    assert decode("mon dump", monmap(quorum=[0, 1, 2], **CONNECTIVITY)).leader is None


def test_tiebreaker() -> None:
    """In stretch mode the tiebreaker never leads."""
    stretch = {**CONNECTIVITY, "stretch_mode": True, "tiebreaker_mon": "a"}
    assert by_dashboard(0, 1, 2, name="c", state="peon", **stretch) == "b"
    assert by_dashboard(0, 1, 2, name="a", state="peon", **stretch) is None


def test_peon() -> None:
    """Without a strategy, as before 16, the lowest rank leads."""
    assert by_dashboard(0, 1, 2, name="c", state="peon") == "a"


def test_no_quorum() -> None:
    """Without a quorum, no monitor is in it, and there is no leader."""
    fact = decode("quorum_status", quorum_status(quorum_leader_name=""))
    assert not any(mon.in_quorum for mon in fact.monitors)
    assert fact.leader is None


def test_leader_left_the_map() -> None:
    """If the monmap does not have the ranks of the quorum, there is no leader."""
    assert decode("quorum_status", quorum_status(7)).leader is None


def test_mon_dump() -> None:
    """`mon dump` contains everything, including the quorum, except elections."""
    fact = decode("mon dump", monmap(quorum=[0, 1]))
    assert fact.monitors == (*ALL_IN[:2], Monitor("c", 2, in_quorum=False, address="192.0.2.2"))
    assert (fact.election_epoch, fact.monmap_epoch, fact.leader) == (None, 2, "a")


@pytest.mark.parametrize(
    ("row", "address"),
    [
        ({}, ""),
        ({"addr": "192.0.2.1:6789/0"}, "192.0.2.1"),
        ({"addr": "[2001:db8::1]:6789/0"}, "[2001:db8::1]"),
        ({"addr": "192.0.2.1:6789/0", "public_addr": "192.0.2.9:6789/0"}, "192.0.2.9"),
    ],
)
def test_address(row: dict[str, str], address: str) -> None:
    """A monitor's address is the public one if there are two (from 12 on), without the port."""
    mons = [{"name": "a", "rank": 0, **row}]
    fact = decode("mon dump", {"fsid": FSID, "mons": mons, "quorum": [0]})
    assert fact.monitors == (Monitor("a", 0, in_quorum=True, address=address),)


@pytest.mark.parametrize("age", [{}, {"quorum_age": 7}])
def test_dashboard(age: dict[str, int]) -> None:
    """The dashboard's monitors, with and without an age, are the same as quorum_status."""
    status = {"name": "a", "rank": 0, "state": "leader", "feature_map": {}, "stats": []}
    document = {
        "mon_status": {**quorum_status(0, 1, 2), **status, **age},
        "in_quorum": [],
        "out_quorum": [],
    }
    expected = Quorum(FSID, ALL_IN, 2, 14, "a", age.get("quorum_age"))
    assert decode("dashboard/monitor", document) == expected


@pytest.mark.parametrize(
    ("rows", "reports", "sessions"),
    [
        ([[100, 1], [105.5, 2], [110.5, 3]], (105.5, 110.5), 3),
        ([[100, 1]], (100.0,), 1),
        ([[100, -1]], (100.0,), None),
        ([], (), None),
        ([["soon", 1]], (), None),
        ("none", (), None),
    ],
)
def test_dashboard_reports(
    rows: object, reports: tuple[float, ...], sessions: float | None
) -> None:
    """Each monitor has its last reports; an invalid row costs nothing else."""
    one = {"name": "b", "rank": 1, "stats": {"num_sessions": rows}}
    document = {"mon_status": quorum_status(0, 1, 2), "in_quorum": [], "out_quorum": [one]}
    quorum = decode("dashboard/monitor", document)
    assert [monitor.reports for monitor in quorum.monitors] == [(), reports, ()]
    assert [monitor.sessions for monitor in quorum.monitors] == [None, sessions, None]


@pytest.mark.parametrize(
    ("wire_format", "document", "field"),
    [
        ("quorum_status", {"quorum": []}, "monmap"),
        ("quorum_status", {"monmap": monmap()}, "quorum"),
        ("quorum_status", {"quorum": [], "monmap": {"fsid": FSID}}, "mons"),
        ("mon dump", {"mons": []}, "fsid"),
        ("dashboard/monitor", {"in_quorum": []}, "mon_status"),
    ],
)
def test_missing_parts_are_named(wire_format: str, document: object, field: str) -> None:
    """An answer without a required field is rejected with the name of the field."""
    with pytest.raises(DecodeError, match=f"missing required field `{field}`"):
        decode(wire_format, document)


def test_name_of_the_tiebreaker() -> None:
    """In stretch mode, the monmap names the tiebreaker; before 16, it has no such field."""
    document = quorum_status(0, 1, 2, monmap=monmap(stretch_mode=True, tiebreaker_mon="c"))
    assert decode("quorum_status", document).tiebreaker == "c"
    assert decode("quorum_status", quorum_status(0, 1, 2)).tiebreaker == ""
