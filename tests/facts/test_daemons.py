"""The documents `mon metadata`, `mgr metadata` and `mds metadata`, and the dashboard's hosts."""

import json

import pytest

from ceph_exporter import facts
from ceph_exporter.facts import DecodeError, Facts
from ceph_exporter.facts.daemons import Daemon, MdsMetadata, MgrMetadata, MonMetadata
from ceph_exporter.facts.versions import Versions

PACIFIC = "ceph version 16.2.15 (618f44) pacific (stable)"
REEF = "ceph version 18.2.7 (6b0e98) reef (stable)"


def daemons(document: str, *rows: dict[str, str]) -> dict[str, Daemon]:
    """Decode the answer of a command."""
    (fact,) = facts.decode(document, json.dumps(rows).encode())
    assert isinstance(fact, MonMetadata | MgrMetadata | MdsMetadata)
    assert fact.document == document
    return dict(fact.daemons)


def hosts(*rows: dict[str, object]) -> Facts:
    """Decode the dashboard's answer."""
    return Facts.of(*facts.decode("dashboard/host", json.dumps(rows).encode()))


def service(type_: str, id_: str, **fields: str) -> dict[str, str]:
    """Return a daemon of a host."""
    return {"type": type_, "id": id_, **fields}


@pytest.mark.parametrize("document", ["mon metadata", "mgr metadata", "mds metadata"])
def test_commands(document: str) -> None:
    """Each of the three commands becomes host and version by the daemon's name."""
    row = {"name": "a", "hostname": "h1", "ceph_version": PACIFIC, "mem_swap_kb": "0"}
    assert daemons(document, row) == {"a": Daemon("h1", PACIFIC)}


def test_mgrs_of_luminous() -> None:
    """In 12 the name of a mgr is in `id`."""
    row = {"id": "x", "hostname": "h1", "ceph_version": PACIFIC}
    assert daemons("mgr metadata", row) == {"x": Daemon("h1", PACIFIC)}


def test_a_daemon_that_is_not_known() -> None:
    """A monitor that never reported is listed with empty fields."""
    assert daemons("mon metadata", {"name": "b"}) == {"b": Daemon("", "")}


def test_a_row_without_a_name() -> None:
    """A row without the name of a daemon is ignored."""
    assert daemons("mds metadata", {"hostname": "h1"}, {"name": "m"}) == {"m": Daemon()}


def test_another_document() -> None:
    """An answer that is not a list is rejected."""
    with pytest.raises(DecodeError, match="Expected `array`"):
        facts.decode("mon metadata", b'{"name": "a"}')


def test_hosts() -> None:
    """From 16 on each daemon of a host has its own version, which may differ in an upgrade."""
    by_type = hosts(
        {
            "hostname": "h1",
            "ceph_version": PACIFIC,
            "services": [
                service("mon", "a", ceph_version=REEF),
                service("mgr", "x", ceph_version=REEF),
                service("mds", "m", ceph_version=PACIFIC),
            ],
        },
        {"hostname": "h2", "services": [service("mon", "b", ceph_version=PACIFIC)]},
    )
    mons = {"a": Daemon("h1", REEF), "b": Daemon("h2", PACIFIC)}
    assert by_type.get(MonMetadata) == MonMetadata(mons)
    assert by_type.get(MgrMetadata) == MgrMetadata({"x": Daemon("h1", REEF)})
    assert by_type.get(MdsMetadata) == MdsMetadata({"m": Daemon("h1", PACIFIC)})


def test_hosts_of_nautilus() -> None:
    """On 14 only the host has a version, which its daemons get."""
    services = [service("mon", "a"), service("osd", "0")]
    by_type = hosts({"hostname": "h1", "ceph_version": PACIFIC, "services": services})
    assert by_type.get(MonMetadata) == MonMetadata({"a": Daemon("h1", PACIFIC)})
    assert by_type.get(Versions) == Versions(
        {"mon": {PACIFIC: 1}, "mgr": {}, "mds": {}, "osd": {PACIFIC: 1}}
    )


def test_versions_of_hosts() -> None:
    """Daemons of every type that have a version are counted by version over all hosts."""
    by_type = hosts(
        {
            "hostname": "h1",
            "services": [
                service("osd", "0", ceph_version=PACIFIC),
                service("osd", "1", ceph_version=REEF),
                service("rgw", "4127", ceph_version=REEF),
                service("mgr", "x"),
            ],
        },
        {"hostname": "h2", "services": [service("osd", "2", ceph_version=REEF)]},
    )
    assert by_type.get(Versions) == Versions(
        {"mon": {}, "mgr": {}, "mds": {}, "osd": {PACIFIC: 1, REEF: 2}, "rgw": {REEF: 1}}
    )


ORCHESTRATED: dict[str, object] = {
    "hostname": "h9",
    "addr": "192.0.2.9",
    "labels": ["_admin"],
    "ceph_version": "",
    "services": [],
    "sources": {"ceph": False, "orchestrator": True},
    "service_instances": [{"type": "mon", "count": 1}, {"type": "osd", "count": 12}],
}


def test_a_host_without_daemons() -> None:
    """A host that runs no daemon adds nothing to those of the others."""
    services = [service("mon", "a", ceph_version=REEF)]
    by_type = hosts(ORCHESTRATED, {"hostname": "h1", "services": services})
    assert by_type.get(MonMetadata) == MonMetadata({"a": Daemon("h1", REEF)})
    assert by_type.get(Versions) == Versions({"mon": {REEF: 1}, "mgr": {}, "mds": {}})


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param((ORCHESTRATED, ORCHESTRATED | {"hostname": "h8"}), id="no daemons"),
        # The mgr has a version for all hosts, which no daemon proves.
        pytest.param((ORCHESTRATED | {"ceph_version": REEF},), id="a version without daemons"),
        pytest.param((), id="no hosts"),
    ],
)
def test_hosts_of_the_orchestrator_have_no_documents(rows: tuple[dict[str, object], ...]) -> None:
    """From 18 on the orchestrator's hosts lack the daemons: that is a failure, with its reason."""
    with pytest.raises(DecodeError, match=rf"^the {len(rows)} hosts are listed without.*orch"):
        hosts(*rows)


def test_daemons_without_any_version() -> None:
    """If no daemon has a version, the answer does not have the documents."""
    services = [service("mon", "a"), service("osd", "0", ceph_version="")]
    with pytest.raises(DecodeError, match="none of the 2 daemons has a version"):
        hosts({"hostname": "h1", "ceph_version": "", "services": services})
