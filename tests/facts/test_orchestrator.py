"""The document `orch ps`: the orchestrator's RADOS Gateways, and their keys in the service map."""

import json

import pytest

from ceph_exporter import facts
from ceph_exporter.facts import DecodeError
from ceph_exporter.facts.orchestrator import Gateway, Gateways, instances
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
GATEWAY = Gateway("s3.node4.kzwqdx", "node4", "18.2.7")


def decode(wire_format: str, *rows: object) -> Gateways:
    """Decode a list of daemons."""
    (fact,) = facts.decode(wire_format, json.dumps(rows).encode())
    assert isinstance(fact, Gateways)
    return fact


@pytest.mark.parametrize("wire_format", ["orch ps", "dashboard/daemon?daemon_types=rgw"])
def test_gateways(wire_format: str) -> None:
    """Only the gateways of the list are kept, over either API."""
    other = ROW | {"daemon_type": "mgr"}
    assert decode(wire_format, other, ROW) == Gateways((GATEWAY,))


def test_a_gateway_that_was_not_seen_yet() -> None:
    """What the orchestrator does not know yet is empty; a daemon without an id is ignored."""
    new = {"daemon_type": "rgw", "daemon_id": "s3", "hostname": None, "version": None}
    assert decode("orch ps", new, {"daemon_type": "rgw"}, {}) == Gateways((Gateway("s3", "", ""),))


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
    assert instances(Gateways((GATEWAY,)), dump) == {"4127": "kzwqdx"}
    assert instances(None, dump) == instances(Gateways((GATEWAY,)), None) == {}


def test_an_instance_id_that_two_gateways_have_is_none() -> None:
    """The third part is the host where a service's name has a dot: such gateways keep their key."""
    names = ("realm.zone.host1.aaaaaa", "realm.zone.host1.bbbbbb", "s3.node4.kzwqdx")
    gateways = Gateways(tuple(Gateway(name, "", "") for name in names))
    services = [Service("rgw", str(key), name, "", "") for key, name in enumerate(names)]
    assert instances(gateways, ServiceDump(tuple(services))) == {"2": "kzwqdx"}
