"""The document `service dump`, and the dashboard's gateways."""

import json
from typing import Any

import pytest

from ceph_exporter import facts
from ceph_exporter.facts import DecodeError
from ceph_exporter.facts.service_dump import Service, ServiceDump

VERSION = "ceph version 16.2.15 (618f44) pacific (stable)"


def decode(wire_format: str, answer: Any) -> ServiceDump:  # noqa: ANN401 - any JSON
    """Decode an answer."""
    (fact,) = facts.decode(wire_format, json.dumps(answer).encode())
    assert isinstance(fact, ServiceDump)
    return fact


def dump(**services: dict[str, Any]) -> tuple[Service, ...]:
    """Return the services of a `service dump` with these daemons by type and key."""
    rows = {type_.replace("_", "-"): {"daemons": daemons} for type_, daemons in services.items()}
    decoded = decode("service dump", {"epoch": 2, "services": rows})
    assert decoded.complete
    return decoded.services


def test_services() -> None:
    """A daemon has its key in the map, and id, host and version from its metadata."""
    metadata = {"id": "gw1", "hostname": "h1", "ceph_version": VERSION, "frontend_type#0": "beast"}
    assert dump(rgw={"4127": {"gid": 4127, "metadata": metadata}}, rbd_mirror={"4128": {}}) == (
        Service("rgw", "4127", "gw1", "h1", VERSION),
        Service("rbd-mirror", "4128", "4128", "", ""),
    )


def portal(gateway: str, image: str, **metadata: str) -> dict[str, Any]:
    """Return an image that tcmu-runner serves on a gateway."""
    return {f"{gateway}:{image}": {"gid": 4130, "metadata": metadata}}


@pytest.mark.parametrize(
    "metadata",
    [
        pytest.param({"daemon_type": "portal", "daemon_prefix": "gw1"}, id="16 and later"),
        pytest.param({"hostname": "gw1"}, id="14"),
        pytest.param({}, id="without metadata"),
    ],
)
def test_iscsi_gateways(metadata: dict[str, str]) -> None:
    """tcmu-runner registers each image; a gateway with several images is one daemon of iSCSI."""
    daemons = {"summary": ""} | portal("gw1", "rbd/vm1", **metadata)
    daemons |= portal("gw1", "rbd/vm2", **metadata) | portal("gw2", "rbd/vm1")
    decoded = decode("service dump", {"services": {"tcmu-runner": {"daemons": daemons}}})
    hostname = metadata.get("hostname", "")
    assert decoded.services == (
        Service("iscsi", "gw1", "gw1", hostname, ""),
        Service("iscsi", "gw2", "gw2", "", ""),
    )


def test_a_portal_without_metadata() -> None:
    """The gateway is in the key, with the type of the daemon before it or without."""
    daemons = portal("portal/gw3", "rbd/vm1") | portal("gw3", "rbd/vm2")
    decoded = decode("service dump", {"services": {"tcmu-runner": {"daemons": daemons}}})
    assert decoded.services == (Service("iscsi", "gw3", "gw3", "", ""),)


def test_nfs() -> None:
    """NFS registers under the name of its program."""
    assert dump(nfs_ganesha={"4131": {"metadata": {"hostname": "h1"}}}) == (
        Service("nfs", "4131", "4131", "h1", ""),
    )


def test_summary() -> None:
    """The string `summary` among the daemons is not a daemon."""
    assert dump(iscsi={"summary": "1 portal active", "h1:rbd/x": {"metadata": {}}}) == (
        Service("iscsi", "h1:rbd/x", "h1:rbd/x", "", ""),
    )


@pytest.mark.parametrize("type_", ["osd", "client", "mon", "mds", "mgr"])
def test_tasks_are_no_services(type_: str) -> None:
    """The map also has the tasks of Ceph's own daemons, which are not services."""
    daemon = {"metadata": {}, "task_status": {"scrub status": "idle"}}
    assert dump(**{type_: {"summary": "", "m1": daemon}}) == ()


def test_no_services() -> None:
    """A cluster without services has a complete, empty list."""
    assert decode("service dump", {"epoch": 0, "services": {}}) == ServiceDump((), complete=True)


@pytest.mark.parametrize(
    ("row", "key"),
    [
        pytest.param({"id": "gw1", "service_map_id": "4127"}, "4127", id="16 and later"),
        pytest.param({"id": "gw1"}, "gw1", id="14"),
    ],
)
def test_gateways_of_the_dashboard(row: dict[str, str], key: str) -> None:
    """The dashboard only lists gateways, from 16 on by their key in the map."""
    row = {**row, "server_hostname": "h1", "version": VERSION, "zone_name": "default"}
    assert decode("dashboard/rgw/daemon", [row]) == ServiceDump(
        (Service("rgw", key, "gw1", "h1", VERSION, "default"),), complete=False
    )


def test_another_document() -> None:
    """An answer that is not a list of gateways is rejected."""
    with pytest.raises(DecodeError, match="Expected `array`"):
        decode("dashboard/rgw/daemon", {})
