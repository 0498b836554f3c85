"""The collector of the orchestrator."""

from ceph_exporter.collectors.orchestrator import Options, collect
from ceph_exporter.facts import Fact, Facts
from ceph_exporter.facts.orch_hosts import Host, Hosts
from ceph_exporter.facts.orch_services import Service, Services
from ceph_exporter.facts.orchestrator import Daemon, Daemons
from tests.collectors.pages import by_family

OSD = Daemon(
    type="osd",
    id="3",
    hostname="h1",
    version="20.2.4",
    service="osd.fast",
    status=-1,
    memory_usage=1000,
    memory_request=4000,
    started=500.5,
    refreshed=900.0,
)
HAPROXY = Daemon("haproxy", "nfs.h2.abc", "h2", service="ingress.nfs", status=1, memory_limit=9)
DETAILS = {
    "ceph_orchestrator_daemon_info",
    "ceph_orchestrator_daemon_memory_usage_bytes",
    "ceph_orchestrator_daemon_memory_request_bytes",
    "ceph_orchestrator_daemon_memory_limit_bytes",
    "ceph_orchestrator_daemon_start_time_seconds",
}


def page(*facts: Fact, limit: int = 10) -> dict[str, list[str]]:
    """Return the sample lines by family."""
    return by_family(collect(Facts.of(*facts), Options(limit=limit)))


def test_no_facts_no_families() -> None:
    """Without an orchestrator there are no families."""
    assert page() == {}


def test_the_states_of_daemons() -> None:
    """Labels and values are those of the mgr module of Ceph 20; an unknown status is absent."""
    unseen = Daemon("mgr", "x", "h1", service="mgr")
    assert page(Daemons((OSD, HAPROXY, unseen)))["ceph_cephadm_daemon_status"] == [
        ('{service_type="osd",daemon_name="osd.3",hostname="h1",service_name="osd.fast"} -1'),
        (
            '{service_type="haproxy",daemon_name="haproxy.nfs.h2.abc",hostname="h2",'
            'service_name="ingress.nfs"} 1'
        ),
    ]


def test_the_number_of_daemons() -> None:
    """Each type has all states, so that a rule sees 0 while no daemon is in error."""
    assert page(Daemons((OSD, OSD, HAPROXY)))["ceph_orchestrator_daemons"] == [
        '{daemon_type="haproxy",state="unknown"} 0',
        '{daemon_type="haproxy",state="error"} 0',
        '{daemon_type="haproxy",state="stopped"} 0',
        '{daemon_type="haproxy",state="running"} 1',
        '{daemon_type="haproxy",state="starting"} 0',
        '{daemon_type="osd",state="unknown"} 0',
        '{daemon_type="osd",state="error"} 2',
        '{daemon_type="osd",state="stopped"} 0',
        '{daemon_type="osd",state="running"} 0',
        '{daemon_type="osd",state="starting"} 0',
    ]


def test_an_incomplete_list_is_not_counted() -> None:
    """If a daemon could not be read, the numbers are unknown, and the other daemons are there."""
    shown = page(Daemons((OSD,), complete=False))
    assert "ceph_orchestrator_daemons" not in shown
    assert len(shown["ceph_cephadm_daemon_status"]) == 1


def test_details_of_daemons() -> None:
    """Version, memory and start time of each daemon; what is unknown is absent."""
    shown = page(Daemons((OSD, HAPROXY)))
    osd = '{daemon_name="osd.3",hostname="h1"}'
    assert {name: lines for name, lines in shown.items() if name in DETAILS} == {
        "ceph_orchestrator_daemon_info": [
            (
                '{daemon_type="osd",daemon_name="osd.3",hostname="h1",service_name="osd.fast",'
                'version="20.2.4"} 1'
            ),
            (
                '{daemon_type="haproxy",daemon_name="haproxy.nfs.h2.abc",hostname="h2",'
                'service_name="ingress.nfs",version=""} 1'
            ),
        ],
        "ceph_orchestrator_daemon_memory_usage_bytes": [f"{osd} 1000"],
        "ceph_orchestrator_daemon_memory_request_bytes": [f"{osd} 4000"],
        "ceph_orchestrator_daemon_memory_limit_bytes": [
            '{daemon_name="haproxy.nfs.h2.abc",hostname="h2"} 9'
        ],
        "ceph_orchestrator_daemon_start_time_seconds": [f"{osd} 500.5"],
    }


def test_a_large_cluster_has_no_details_of_daemons() -> None:
    """Above the limit no daemon has details; states and numbers are complete."""
    daemons = Daemons((OSD, HAPROXY))
    assert set(page(daemons, limit=2)) - set(page(daemons, limit=1)) == DETAILS
    assert len(page(daemons, limit=1)["ceph_cephadm_daemon_status"]) == 2


def test_the_age_of_the_information() -> None:
    """Of each host the oldest information counts."""
    other = Daemon("mon", "a", "h1", refreshed=800.0)
    newer = Daemon("mgr", "x", "h1", refreshed=850.0)
    lost = Daemon("mgr", "y", "", refreshed=1.0)
    shown = page(Daemons((OSD, other, newer, HAPROXY, lost)))
    assert shown["ceph_orchestrator_host_refresh_timestamp_seconds"] == ['{hostname="h1"} 800']


def test_services() -> None:
    """The wanted and the running daemons of each service, and whether it is managed."""
    rows = (Service("rgw.s3", "rgw", 3, 2, False), Service("osd", "osd", None, 4, None))
    assert page(Services(rows)) == {
        "ceph_orchestrator_service_size": ['{service_type="rgw",service_name="rgw.s3"} 3'],
        "ceph_orchestrator_service_running": [
            '{service_type="rgw",service_name="rgw.s3"} 2',
            '{service_type="osd",service_name="osd"} 4',
        ],
        "ceph_orchestrator_service_unmanaged": ['{service_type="rgw",service_name="rgw.s3"} 0'],
    }


def test_hosts() -> None:
    """Hosts are counted by status and label, and each says whether it can be reached."""
    rows = (
        Host("a", "online", ("mon", "osd")),
        Host("b", "offline", ("osd", "osd")),
        Host("c", "maintenance", ()),
    )
    assert page(Hosts(rows)) == {
        "ceph_orchestrator_hosts": [
            '{status="online"} 1',
            '{status="offline"} 1',
            '{status="maintenance"} 1',
        ],
        "ceph_orchestrator_host_offline": [
            '{hostname="a"} 0',
            '{hostname="b"} 1',
            '{hostname="c"} 0',
        ],
        "ceph_orchestrator_host_maintenance": [
            '{hostname="a"} 0',
            '{hostname="b"} 0',
            '{hostname="c"} 1',
        ],
        "ceph_orchestrator_label_hosts": ['{label="osd"} 2', '{label="mon"} 1'],
    }


def test_hosts_of_unknown_status_are_not_counted() -> None:
    """If the status of a host is unknown, so are the numbers; the other hosts are there."""
    shown = page(Hosts((Host("a", "online", ()), Host("b", None, ()))))
    assert shown["ceph_orchestrator_host_offline"] == ['{hostname="a"} 0']
    assert "ceph_orchestrator_hosts" not in shown
    shown = page(Hosts((Host("a", "online", ("mon",)),), complete=False))
    assert "ceph_orchestrator_hosts" not in shown
    assert "ceph_orchestrator_label_hosts" not in shown


def test_labels_of_hosts_are_limited() -> None:
    """Of very many labels, the most frequent ones are exported."""
    many = tuple(f"l{number:03}" for number in range(150))
    shown = page(Hosts((Host("a", "online", many), Host("b", "online", ("l149",)))))
    lines = shown["ceph_orchestrator_label_hosts"]
    assert len(lines) == 100
    assert lines[:2] == ['{label="l149"} 2', '{label="l000"} 1']
