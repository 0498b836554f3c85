"""The collector of services."""

from ceph_exporter.collectors.services import collect
from ceph_exporter.facts import Fact, Facts
from ceph_exporter.facts.orchestrator import Daemon, Daemons
from ceph_exporter.facts.service_dump import Service, ServiceDump
from tests.collectors.pages import by_family

REEF = "ceph version 18.2.7 (6b0e98) reef (stable)"
GATEWAY = Service("rgw", "4127", "gw1", "h1", REEF)
MIRROR = Service("rbd-mirror", "4128", "a", "h2", REEF)


def page(*facts: Fact) -> dict[str, list[str]]:
    """Return the sample lines by family."""
    return by_family(collect(Facts.of(*facts)))


def test_no_facts_no_families() -> None:
    """Without the document there are no families."""
    assert page() == {}


def test_gateways() -> None:
    """A gateway's labels and their order are those of the mgr module."""
    assert page(ServiceDump((GATEWAY, MIRROR)))["ceph_rgw_metadata"] == [
        f'{{ceph_daemon="rgw.gw1",hostname="h1",ceph_version="{REEF}",instance_id="4127"}} 1'
    ]


def test_gateways_of_an_orchestrator() -> None:
    """The orchestrator's gateways are labelled by it, running or not, as the module of 18 does."""
    deployed = Service("rgw", "4130", "s3.h3.kzwqdx", "h3", REEF)
    gateways = Daemons(
        (Daemon("rgw", deployed.name, "h3", "18.2.7"), Daemon("rgw", "s3.h4.abcdef", "h4", ""))
    )
    assert page(ServiceDump((GATEWAY, deployed)), gateways)["ceph_rgw_metadata"] == [
        (
            '{ceph_daemon="rgw.s3.h3.kzwqdx",hostname="h3",ceph_version="18.2.7",'
            'instance_id="kzwqdx"} 1'
        ),
        ('{ceph_daemon="rgw.s3.h4.abcdef",hostname="h4",ceph_version="",instance_id="abcdef"} 1'),
        f'{{ceph_daemon="rgw.gw1",hostname="h1",ceph_version="{REEF}",instance_id="4127"}} 1',
    ]


def test_mirrors() -> None:
    """A mirror's labels and their order are those of the mgr module."""
    assert page(ServiceDump((GATEWAY, MIRROR)))["ceph_rbd_mirror_metadata"] == [
        (
            '{ceph_daemon="rbd-mirror.4128",id="a",instance_id="4128",hostname="h2",'
            f'ceph_version="{REEF}"}} 1'
        )
    ]


def test_number_of_daemons() -> None:
    """The services that rules ask for are 0 while none runs; others are there while they run."""
    nvme = Service("nvmeof", "4129", "n", "h1", "")
    assert page(ServiceDump((GATEWAY, nvme, GATEWAY)))["ceph_service_daemons"] == [
        '{service="rgw"} 2',
        '{service="rbd-mirror"} 0',
        '{service="cephfs-mirror"} 0',
        '{service="iscsi"} 0',
        '{service="nfs"} 0',
        '{service="nvmeof"} 1',
    ]


def test_an_api_that_tells_of_gateways_only() -> None:
    """Where an API does not report a service, its number is absent."""
    assert page(ServiceDump((GATEWAY,), complete=False))["ceph_service_daemons"] == [
        '{service="rgw"} 1'
    ]
