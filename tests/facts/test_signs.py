"""Signs of changes: the cluster log, and the health snapshot of Ceph 20 and later."""

import json

from ceph_exporter.facts import decode
from ceph_exporter.facts.signs import Signs


def line(priority: str, message: str, stamp: str = "2026-01-01T00:00:00.000000+0000") -> object:
    """Return a line of the cluster log, with the fields that are read and one that is not."""
    return {"stamp": stamp, "priority": priority, "message": message, "seq": 7}


def of_logs(*lines: object) -> Signs:
    """Decode the dashboard's answer with these lines."""
    body = json.dumps({"clog": lines, "audit_log": [line("[INF]", "from=admin cmd=x")]})
    (fact,) = decode("dashboard/logs/all", body.encode())
    assert isinstance(fact, Signs)
    return fact


def test_routine_lines_are_no_sign() -> None:
    """The mgr logs the state of the PGs every two seconds, as a debug line."""
    raised = line("[WRN]", "Health check failed: 1 osds down (OSD_DOWN)")
    pgmap = line("[DBG]", "pgmap v1: 8 pgs: 8 active+clean")
    assert of_logs(pgmap, raised, pgmap) == of_logs(raised)
    assert of_logs(line("[INF]", "Cluster is now healthy"), raised) != of_logs(raised)


def test_the_same_message_at_another_time_is_a_sign() -> None:
    """An OSD that goes down twice logs the same text twice."""
    first = line("[INF]", "osd.1 marked itself down")
    second = line("[INF]", "osd.1 marked itself down", "2026-01-01T00:05:00.000000+0000")
    assert of_logs(second, first) != of_logs(first)


def test_the_number_of_lines_is_limited() -> None:
    """Only the newest lines, which come first, count."""
    lines = [line("[INF]", str(number)) for number in range(10_000)]
    assert len(of_logs(*lines).marks) == 50
    assert of_logs(*lines).marks[0].endswith(" 0")


def test_lines_without_fields_are_harmless() -> None:
    """A log that another module wrote may lack anything."""
    assert of_logs({}, None).marks == (" ",)


def of_snapshot(**changes: object) -> Signs:
    """Decode a snapshot that differs from a healthy one in these sections."""
    snapshot = {
        "fsid": "x",
        "health": {"status": "HEALTH_OK", "checks": {}, "mutes": []},
        "osdmap": {"num_osds": 3, "up": 3, "in": 3},
        "pgmap": {"pgs_by_state": [{"state_name": "active+clean", "count": 8}]},
    }
    body = json.dumps(snapshot | changes).encode()
    (fact,) = decode("dashboard/health/snapshot/signs", body)
    assert isinstance(fact, Signs)
    return fact


def test_checks_and_counts_in_a_snapshot_are_signs() -> None:
    """A change of PGs alone is none, because PGs change all the time during recovery."""
    check = {"severity": "HEALTH_WARN", "summary": {"message": "1 osds down"}, "muted": False}
    same = of_snapshot()
    assert of_snapshot(pgmap={"pgs_by_state": []}) == same
    assert of_snapshot(osdmap={"num_osds": 3, "up": 2, "in": 3}) != same
    raised = of_snapshot(health={"status": "HEALTH_WARN", "checks": {"OSD_DOWN": check}})
    assert raised != same
    muted = {"status": "HEALTH_WARN", "checks": {"OSD_DOWN": check | {"muted": True}}}
    assert of_snapshot(health=muted) != raised
