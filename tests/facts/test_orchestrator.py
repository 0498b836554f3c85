"""The documents of the orchestrator: its daemons, services and hosts."""

import json

import pytest

from ceph_exporter import facts
from ceph_exporter.facts import DecodeError
from ceph_exporter.facts.orch_hosts import Host, Hosts
from ceph_exporter.facts.orch_services import Service as OrchService
from ceph_exporter.facts.orch_services import Services
from ceph_exporter.facts.orchestrator import Daemon, Daemons, Gateway, instances, service_of
from ceph_exporter.facts.service_dump import Service, ServiceDump

ROW = {
    "daemon_type": "rgw",
    "daemon_id": "s3.node4.kzwqdx",
    "daemon_name": "rgw.s3.node4.kzwqdx",
    "hostname": "node4",
    "version": "18.2.7",
    "status": 1,
    "ports": [80],
}
GATEWAY = Daemon("rgw", "s3.node4.kzwqdx", "node4", "18.2.7", service="rgw.s3", status=1)
LONE = Gateway("s3.node4.kzwqdx", "node4", "18.2.7")
CEPHADM = {
    "daemon_type": "osd",
    "daemon_id": "3",
    "hostname": "node4",
    "service_name": "osd.fast",
    "status": -1,
    "memory_usage": 1_000_000,
    "memory_request": 4_000_000,
    "memory_limit": 8_000_000,
    "started": "2026-01-01T00:00:10.500000Z",
    "last_refresh": "2026-01-01T00:00:00.000000Z",
}
NEW_YEAR = 1767225600.0


def decode(wire_format: str, *rows: object) -> Daemons:
    """Decode a list of daemons."""
    (fact,) = facts.decode(wire_format, json.dumps(rows).encode())
    assert isinstance(fact, Daemons)
    return fact


@pytest.mark.parametrize("wire_format", ["orch ps", "dashboard/daemon"])
def test_gateways(wire_format: str) -> None:
    """Only daemons of the type rgw are gateways, over either API."""
    decoded = decode(wire_format, ROW | {"daemon_type": "mgr"}, ROW)
    assert decoded.gateways == (LONE,)
    assert decoded.daemons[1] == GATEWAY


def test_a_daemon_of_cephadm() -> None:
    """A daemon has its service, memory and times; sizes are in bytes, times are unix times."""
    assert decode("orch ps", CEPHADM).daemons == (
        Daemon(
            type="osd",
            id="3",
            hostname="node4",
            service="osd.fast",
            status=-1,
            memory_usage=1_000_000,
            memory_request=4_000_000,
            memory_limit=8_000_000,
            started=NEW_YEAR + 10.5,
            refreshed=NEW_YEAR,
        ),
    )


def test_impossible_numbers_and_dates_are_unknown() -> None:
    """A negative size and a date without a time zone are unknown."""
    odd = {"memory_usage": -1, "memory_limit": 2**64, "started": "2026-01-01T00:00:00"}
    (row,) = decode("orch ps", CEPHADM | odd).daemons
    assert (row.memory_usage, row.memory_limit, row.started) == (None, None, None)


def test_a_daemon_that_was_not_seen_yet() -> None:
    """What the orchestrator does not know yet is empty; without an id, the list is incomplete."""
    new = {"daemon_type": "rgw", "daemon_id": "s3", "hostname": None, "version": None}
    assert decode("orch ps", new) == Daemons((Daemon("rgw", "s3", ""),))
    for nameless in ({"daemon_type": "rgw"}, {"daemon_id": "s3"}, {}, 1):
        assert decode("orch ps", new, nameless) == Daemons((Daemon("rgw", "s3", ""),), False)


def test_a_daemon_is_listed_once_on_each_host() -> None:
    """Of rows for the same daemon on the same host, the last one counts."""
    moved = ROW | {"hostname": "node5"}
    decoded = decode("orch ps", ROW | {"status": 0}, moved, ROW)
    assert [(row.hostname, row.status) for row in decoded.daemons] == [("node4", 1), ("node5", 1)]
    assert decoded.complete


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (-2, "unknown"),
        (-1, "error"),
        (0, "stopped"),
        (1, "running"),
        (2, "starting"),
        (7, "unknown"),
        (None, "unknown"),
    ],
)
def test_states(status: int | None, state: str) -> None:
    """The states have the names that Ceph has for them; without a valid status, it is unknown."""
    (row,) = decode("orch ps", ROW | {"status": status}).daemons
    assert row.state == state
    assert row.status == (None if status == 7 else status)


# As DaemonDescription.service_name of 20.2.4 answers; where that fails, the service is unknown.
@pytest.mark.parametrize(
    ("type_", "id_", "host", "service"),
    [
        ("mon", "a", "node4", "mon"),
        ("node-exporter", "node4", "node4", "node-exporter"),
        ("haproxy", "nfs.one.node4.xyzabc", "node4", "ingress.nfs.one"),
        ("keepalived", "nfs.node4.xyzabc", "node4.example", "ingress.nfs"),
        ("crashcollector", "node4", "node4", "crash"),
        ("rgw", "s3.node4.kzwqdx", "node4", "rgw.s3"),
        ("rgw", "realm.zone.kzwqdx", "node4", "rgw.realm.zone"),
        ("rgw", "my-store", "node4", "rgw.my-store"),
        ("mds", "node4", "node4", "mds.node4"),
        ("mds", "xx.node4", "node4", "mds.xx"),
        ("mds", "xx.node44.abc", "node4", ""),
        ("mds", "xxnode4.abc", "node4", ""),
        ("mds", "xx.abc", "", ""),
        ("iscsi", "gw.one.abc123", "node4", "iscsi.gw.one"),
        ("nfs", "vstart", "node4", "nfs.vstart"),
        ("osd", "3", "node4", "osd"),
    ],
)
def test_services_of_daemons(type_: str, id_: str, host: str, service: str) -> None:
    """Where the answer lacks the name of the service, it is derived as Ceph derives it."""
    assert service_of(type_, id_, host) == service


def test_the_service_of_an_osd() -> None:
    """The dashboard names the specification of an OSD instead of its service."""
    osd = {"daemon_type": "osd", "daemon_id": "3", "hostname": "node4"}
    for affinity, service in {"fast": "osd.fast", "None": "osd", "": "osd"}.items():
        (row,) = decode("dashboard/daemon", osd | {"osdspec_affinity": affinity}).daemons
        assert row.service == service


def services(*rows: object) -> tuple[OrchService, ...]:
    """Decode a list of services over both APIs."""
    body = json.dumps(rows).encode()
    (fact,) = facts.decode("orch ls", body)
    assert facts.decode("dashboard/service", body) == (fact,)
    assert isinstance(fact, Services)
    return fact.services


def test_services() -> None:
    """A service has its wanted and its running daemons; Ceph omits `unmanaged` if it is false."""
    row = {"service_name": "rgw.s3", "service_type": "rgw", "status": {"size": 3, "running": 2}}
    bare = {"service_name": "mds.xx", "unmanaged": True, "status": {"size": -1}}
    assert services(row, bare, row) == (
        OrchService("rgw.s3", "rgw", 3, 2, unmanaged=False),
        OrchService("mds.xx", "mds", None, None, unmanaged=True),
    )


def test_specifications_of_services_are_not_decoded() -> None:
    """Whatever is in the specification of a service, no part of it is in the fact."""
    spec = {"api_password": "hidden", "ssl_cert": "hidden", "config": {"a": "hidden"}}
    row = {"service_name": "iscsi.a", "spec": spec, "extra_container_args": ["hidden"]}
    assert "hidden" not in repr(services(row))


def hosts(*rows: object) -> Hosts:
    """Decode a list of hosts over both APIs."""
    body = json.dumps(rows).encode()
    (fact,) = facts.decode("orch host ls", body)
    assert facts.decode("dashboard/host?sources=orchestrator", body) == (fact,)
    assert isinstance(fact, Hosts)
    return fact


def test_hosts() -> None:
    """The status is in lower case, and `online` where Ceph has none; an odd one is unknown."""
    rows = [
        {"hostname": "a", "status": "", "labels": ["_admin"]},
        {"hostname": "b", "status": "Offline"},
        {"hostname": "c", "status": "maintenance", "labels": []},
        {"hostname": "d", "status": ["odd"], "labels": ["x", 1]},
    ]
    decoded = hosts(*rows)
    assert decoded.hosts == (
        Host("a", "online", ("_admin",)),
        Host("b", "offline", ()),
        Host("c", "maintenance", ()),
        Host("d", None, ("x",)),
    )
    assert decoded.complete
    assert not hosts(*rows, {"status": ""}).complete


def test_another_document() -> None:
    """An answer that is not a list is rejected."""
    with pytest.raises(DecodeError, match="Expected `array`"):
        facts.decode("orch ps", b'{"daemon_type": "rgw"}')


@pytest.mark.parametrize(
    ("name", "instance"),
    [
        ("s3.node4.kzwqdx", "kzwqdx"),
        ("eu.west.node4.kzwqdx", "node4"),  # the module takes the third part, whatever it is
        ("my-store", "my-store"),
        ("store.a", "store.a"),
    ],
)
def test_instance_ids(name: str, instance: str) -> None:
    """The instance id is the third part of the id, as in Ceph's module; without one, the id."""
    assert Gateway(name, "", "").instance == instance


def test_instances_of_the_service_map() -> None:
    """A gateway of the service map has the instance id of the orchestrator's with its name."""
    dump = ServiceDump(
        (
            Service("rgw", "4127", "s3.node4.kzwqdx", "node4", ""),
            Service("rgw", "4130", "by.hand.lab", "node5", ""),
            Service("rbd-mirror", "4131", "s3.node4.kzwqdx", "node4", ""),
        )
    )
    assert instances(Daemons((GATEWAY,)), dump) == {"4127": "kzwqdx"}
    assert instances(None, dump) == instances(Daemons((GATEWAY,)), None) == {}


def test_an_instance_id_that_two_gateways_have_is_none() -> None:
    """The third part is the host where a service's name has a dot: such gateways keep their key."""
    names = ("realm.zone.host1.aaaaaa", "realm.zone.host1.bbbbbb", "s3.node4.kzwqdx")
    gateways = Daemons(tuple(Daemon("rgw", name, "") for name in names))
    services = [Service("rgw", str(key), name, "", "") for key, name in enumerate(names)]
    assert instances(gateways, ServiceDump(tuple(services))) == {"2": "kzwqdx"}
