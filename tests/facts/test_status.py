"""The document `status`, release by release, and the dashboard's minimal answer."""

import json
from typing import Any

import pytest

from ceph_exporter import facts
from ceph_exporter.facts import DecodeError, Health, Status

OLD_HEALTH = {"overall_status": "HEALTH_WARN", "summary": [], "detail": []}
HEALTH = {"status": "HEALTH_OK", "checks": {}}


def decode(document: object) -> Status:
    """Decode the mon command's answer."""
    (fact,) = facts.decode("status", json.dumps(document).encode())
    assert isinstance(fact, Status)
    return fact


def with_pgmap(**pgmap: Any) -> Status:  # noqa: ANN401 - any JSON
    """Decode a `status` with these fields in its pgmap."""
    return decode({"health": HEALTH, "pgmap": pgmap})


def test_dumpling() -> None:
    """0.67 nests the OSD counts, prints one of them as a string, and misspells a ratio."""
    osdmap = {"num_osds": 6, "num_up_osds": 5, "num_in_osds": "6", "full": "false"}
    pgmap = {"pgs_by_state": [], "degraded_objects": 31, "degrated_ratio": "2.575"}
    fact = decode({"health": OLD_HEALTH, "osdmap": {"osdmap": osdmap}, "pgmap": pgmap})
    assert (fact.health, fact.osds, fact.osds_up, fact.osds_in) == ("HEALTH_WARN", 6, 5, 6)
    assert (fact.pgs_remapped, fact.objects_degraded) == (None, 31)


@pytest.mark.parametrize("nested", [True, False])
def test_osd_counts(nested: bool) -> None:
    """Up to 14 the OSD counts are nested, from 15 on flat; 0.94 adds remapped PGs."""
    counts = {"num_osds": 4, "num_up_osds": 3, "num_in_osds": 2, "num_remapped_pgs": 1}
    fact = decode({"health": HEALTH, "osdmap": {"osdmap": counts} if nested else counts})
    assert (fact.osds, fact.osds_up, fact.osds_in, fact.pgs_remapped) == (4, 3, 2, 1)


def test_compat_trap() -> None:
    """12 and 13 print HEALTH_WARN for old clients even if the cluster is healthy: `status` wins."""
    fact = decode({"health": {**HEALTH, "overall_status": "HEALTH_WARN"}})
    assert fact.health == "HEALTH_OK"


def test_pg_states() -> None:
    """PGs are counted by their combined state."""
    rows = [{"state_name": "active+clean", "count": 9}, {"state_name": "down", "count": "1"}]
    assert with_pgmap(pgs_by_state=rows).pg_states == {"active+clean": 9, "down": 1}


def test_idle() -> None:
    """Rates that Ceph omits are 0."""
    fact = with_pgmap(pgs_by_state=[], num_pgs=0)
    assert (fact.read_bytes, fact.write_bytes, fact.read_ops, fact.write_ops) == (0, 0, 0, 0)
    assert (fact.objects_degraded, fact.objects_misplaced, fact.objects_unfound) == (0, 0, 0)
    assert (fact.recovery_bytes, fact.recovery_objects, fact.ops) == (0, 0, 0)


def test_operations_up_to_9() -> None:
    """Up to 9 operations are one sum: reads and writes are None."""
    fact = with_pgmap(op_per_sec=41, read_bytes_sec=512)
    assert (fact.ops, fact.read_ops, fact.write_ops, fact.read_bytes) == (41, None, None, 512)


def test_operations_from_10_on() -> None:
    """From 10 on reads and writes are separate; their sum is calculated."""
    fact = with_pgmap(read_op_per_sec=3, write_op_per_sec=4)
    assert (fact.ops, fact.read_ops, fact.write_ops) == (7, 3, 4)
    assert with_pgmap(write_op_per_sec=4).ops == 4


def test_objects_and_recovery() -> None:
    """Objects at risk and the rates of recovery are unchanged."""
    fact = with_pgmap(
        degraded_objects=1,
        misplaced_objects=2,
        unfound_objects=3,
        recovering_bytes_per_sec=4,
        recovering_objects_per_sec=5,
        write_bytes_sec=6,
    )
    assert (fact.objects_degraded, fact.objects_misplaced, fact.objects_unfound) == (1, 2, 3)
    assert (fact.recovery_bytes, fact.recovery_objects, fact.write_bytes) == (4, 5, 6)


def test_without_parts() -> None:
    """An answer without OSD map, PG map and health has no counts."""
    fact = decode({"fsid": "f"})
    assert fact == Status(None, "f")
    assert fact.ops is None


def test_bare_nan_beside() -> None:
    """A bare nan in an unused field does not make the document fail."""
    body = b'{"health": {"status": "HEALTH_OK"}, "pgmap": {"misplaced_ratio": -nan}}'
    (fact,) = facts.decode("status", body)
    assert isinstance(fact, Status)
    assert fact.objects_misplaced == 0


def test_errors_name_the_field() -> None:
    """An answer of which nothing can be used is rejected with the path of a field."""
    with pytest.raises(DecodeError, match=r"^Expected `object \| null`, got `int` - at `health`$"):
        facts.decode("status", b'{"health": 1, "pgmap": [], "fsid": {}}')


def test_a_rate_of_another_type_is_unknown() -> None:
    """Ceph leaves out what is 0, so a rate that cannot be read is not 0, nor are its sums."""
    status = with_pgmap(read_op_per_sec="many", write_op_per_sec=3, degraded_objects=None)
    assert status.write_ops == 3
    assert status.read_bytes == 0
    assert (status.read_ops, status.ops, status.objects_degraded) == (None, None, None)


def minimal(**sections: object) -> tuple[Health, Status]:
    """Decode the dashboard's minimal answer with these sections."""
    document = {"health": {"status": "HEALTH_OK", "checks": []}, "hosts": 3, **sections}
    health, status = facts.decode("dashboard/health/minimal", json.dumps(document).encode())
    assert isinstance(health, Health)
    assert isinstance(status, Status)
    return health, status


@pytest.mark.parametrize(
    "osd",
    [{}, {"state": ["exists", "up"]}],
    ids=["14", "16 and later"],
)
def test_minimal(osd: dict[str, object]) -> None:
    """The dashboard's answer has counts, states, objects and rates; rates may be fractions."""
    health, status = minimal(
        osd_map={"osds": [{"in": 1, "up": 1, **osd}, {"in": 1, "up": 0}, {"in": 0, "up": 0}]},
        pg_info={
            "object_stats": {
                "num_objects": 9,
                "num_objects_degraded": 1,
                "num_objects_misplaced": 2,
                "num_objects_unfound": 3,
            },
            "statuses": {"active+clean": 5},
            "pgs_per_osd": 1.5,
        },
        client_perf={
            "read_bytes_sec": 1.5,
            "write_bytes_sec": 2.5,
            "read_op_per_sec": 3.5,
            "write_op_per_sec": 4.5,
            "recovering_bytes_per_sec": 5.5,
        },
    )
    assert health == Health("HEALTH_OK")
    assert status == Status(
        "HEALTH_OK",
        osds=3,
        osds_up=1,
        osds_in=2,
        pg_states={"active+clean": 5},
        objects_degraded=1,
        objects_misplaced=2,
        objects_unfound=3,
        read_bytes=1.5,
        write_bytes=2.5,
        read_ops=3.5,
        write_ops=4.5,
        ops=8.0,
        recovery_bytes=5.5,
    )


def test_minimal_without_rights() -> None:
    """Ceph omits sections that the user may not read; their figures are None."""
    assert minimal() == (Health("HEALTH_OK"), Status("HEALTH_OK"))


def test_minimal_without_osds() -> None:
    """A cluster without OSDs has counts of 0."""
    _, status = minimal(osd_map={"osds": []}, client_perf={"read_op_per_sec": 0.0})
    assert (status.osds, status.osds_up, status.osds_in, status.ops) == (0, 0, 0, None)


def test_minimal_nan() -> None:
    """The NaN that Python prints for a rate only affects that rate."""
    body = b"""{"health": {"status": "HEALTH_OK", "checks": []},
        "client_perf": {"read_bytes_sec": NaN, "write_bytes_sec": Infinity,
                        "read_op_per_sec": 1}}"""
    _, status = facts.decode("dashboard/health/minimal", body)
    assert isinstance(status, Status)
    assert (status.read_bytes, status.write_bytes, status.read_ops) == (None, None, 1)


def test_minimal_without_health() -> None:
    """An answer without health is rejected with the name of the missing field."""
    with pytest.raises(DecodeError, match="missing required field `health`"):
        facts.decode("dashboard/health/minimal", b'{"hosts": 3}')


def test_services() -> None:
    """From 12 on the answer contains the service map, even if the key may not run its command."""
    services = {"rgw": {"daemons": {"summary": "", "4135": {"metadata": {"id": "a"}}}}}
    answer = {"health": HEALTH, "servicemap": {"epoch": 3, "services": services}}
    decoded = facts.decode("status", json.dumps(answer).encode())
    assert decoded == (Status("HEALTH_OK"), *facts.decode("service dump", _json(services)))
    assert len(facts.decode("status", json.dumps({"health": HEALTH}).encode())) == 1


def _json(services: object) -> bytes:
    return json.dumps({"services": services}).encode()
