"""`/api/monitor`, `/api/host` and `/api/summary` of the dashboard."""

from collections import Counter, defaultdict

from ceph_exporter.simulator.model import Monitor, State
from ceph_exporter.simulator.network import address
from ceph_exporter.simulator.reef import daemons, monitors, orchestrator
from ceph_exporter.simulator.reef.common import MGRS, VERSION, unix
from ceph_exporter.simulator.reef.health import health
from ceph_exporter.simulator.reef_dashboard.tasks import tasks

Row = dict[str, object]

_REPORT_INTERVAL = 5  # mgr_stats_period, seconds


def monitor(state: State) -> Row:
    """Return `/api/monitor`: `mon_status` of the leader, and the last reports of each monitor."""
    status = monitors.quorum_status(state)
    leader = state.quorum[0]
    names = ("quorum", "election_epoch", "quorum_age", "features", "monmap")
    return {
        "mon_status": {
            "name": leader.name,
            "rank": leader.rank,
            "state": "leader",
            "outside_quorum": [],
            **{name: status[name] for name in names},
        },
        "in_quorum": [_reports(state, mon) for mon in state.monitors if mon.in_quorum],
        "out_quorum": [_reports(state, mon) for mon in state.monitors if not mon.in_quorum],
    }


def _reports(state: State, mon: Monitor) -> Row:
    """Return a monitor with the times of its last two reports to the mgr."""
    age = state.moment.seconds
    if not mon.in_quorum:
        age -= state.moment.elapsed("mon_down")
    last = unix(age // _REPORT_INTERVAL * _REPORT_INTERVAL)
    sessions = [[last - _REPORT_INTERVAL, 40 + mon.rank], [last, 40 + mon.rank]]
    return {"name": mon.name, "rank": mon.rank, "stats": {"num_sessions": sessions}}


def hosts(state: State) -> list[Row]:
    """Return `/api/host?sources=ceph`: the hosts with their daemons."""
    rows, instances = defaultdict[str, list[Row]](list), _instances(state)

    def add(type_: str, id_: str, host: object, **name: object) -> None:
        row: Row = {"type": type_, "id": id_, "ceph_version": VERSION}
        rows[str(host)].append(row | name)

    for type_, metadata in (
        ("mds", daemons.mds_metadata(state)),
        ("mgr", daemons.mgr_metadata(state)),
        ("mon", daemons.mon_metadata(state)),
    ):
        for row in metadata:
            add(type_, str(row["name"]), row["hostname"])
    layout = state.moment.layout
    for osd in state.osds:
        add("osd", str(osd.place.id), layout.hosts[osd.place.host].name)
    services = daemons.service_dump(state)["services"]
    assert isinstance(services, dict)  # noqa: S101 - for mypy
    for type_, service in sorted(services.items()):
        for gid, daemon in service["daemons"].items():
            if gid != "summary":
                add(type_, gid, daemon["metadata"]["hostname"], name=daemon["metadata"]["id"])
    return [
        {
            "hostname": host.name,
            "services": rows[host.name],
            "ceph_version": VERSION,
            "addr": "",
            "labels": [],
            "sources": {"ceph": True, "orchestrator": False},
            "status": "",
            "service_instances": instances[host.name],
        }
        for host in layout.hosts
    ]


def orchestrator_hosts(state: State) -> list[Row]:
    """Return `/api/host?sources=orchestrator`, which does not list the daemons."""
    added: Row = {
        "ceph_version": "",
        "services": [],
        "sources": {"ceph": False, "orchestrator": True},
    }
    instances = _instances(state)
    return [
        added | host | {"service_instances": instances[str(host["hostname"])]}
        for host in orchestrator.orch_host_ls(state)
    ]


def _instances(state: State) -> defaultdict[str, list[Row]]:
    """Return the number of daemons of each type by host, as the orchestrator knows them."""
    pairs = Counter((row["hostname"], row["daemon_type"]) for row in orchestrator.orch_ps(state))
    instances = defaultdict[str, list[Row]](list)
    for (host, type_), count in pairs.items():
        instances[str(host)].append({"type": type_, "count": count})
    return instances


def summary(state: State) -> Row:
    """Return `/api/summary`."""
    return {
        "health_status": health(state)["status"],
        "mgr_id": MGRS[0],
        "mgr_host": f"https://{address(1, 0)}:8443/",
        "have_mon_connection": True,
        **tasks(state),
        "version": VERSION,
        "rbd_mirroring": {"warnings": 0, "errors": 0},
    }
