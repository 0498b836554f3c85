"""`/api/health/minimal` and `/api/health/full` of the dashboard (controllers/health.py)."""

from ceph_exporter.simulator.model import State
from ceph_exporter.simulator.reef import daemons, devices, monitors, osds
from ceph_exporter.simulator.reef.health import health_detail
from ceph_exporter.simulator.reef.pools import df
from ceph_exporter.simulator.reef_dashboard import pools
from ceph_exporter.simulator.summary import client_rates, recovery_rate

Row = dict[str, object]


def minimal(state: State) -> Row:
    """Return `/api/health/minimal`."""
    return {
        **_common(state),
        "osd_map": {"osds": [{"in": 1, "up": int(osd.up)} for osd in state.osds]},
        "fs_map": {"filesystems": [], "standbys": []},
        "hosts": len(state.moment.layout.hosts),
        "mgr_map": {"active_name": "x", "standbys": [{"name": "y"}]},
    }


def full(state: State) -> Row:
    """Return `/api/health/full`, whose OSD map includes the CRUSH tree and the OSDs' metadata."""
    dump = osds.osd_dump(state)
    metadata = {str(row["id"]): row for row in devices.osd_metadata(state)}
    usage = df(state)
    return {
        **_common(state),
        "osd_map": dump | {"tree": osds.osd_tree(state), "osd_metadata": metadata},
        "df": {name: usage[name] for name in ("stats", "pools")},
        "mgr_map": daemons.mgr_dump(state),
        "fs_map": daemons.fs_dump(state),
        "hosts": len(state.moment.layout.hosts),
        "pools": pools.pools(state),
    }


def _common(state: State) -> Row:
    """Return the sections that both answers have."""
    return {
        "health": _health(state),
        "mon_status": {
            "monmap": {"mons": [{} for _ in state.monitors]},
            "quorum": monitors.quorum_status(state)["quorum"],
        },
        "client_perf": _client_perf(state),
        "pg_info": _pg_info(state),
        "rgw": 2,
        "scrub_status": "Active" if state.moment.is_on("scrub") else "Inactive",
    }


def _health(state: State) -> Row:
    """Return the health: what is an object in `health detail` is a list here."""
    health = health_detail(state)
    checks = health["checks"]
    assert isinstance(checks, dict)  # noqa: S101 - for mypy
    return health | {"checks": [row | {"type": code} for code, row in checks.items()]}


def _client_perf(state: State) -> Row:
    rates = {
        "read_bytes_sec": 0,
        "read_op_per_sec": 0,
        "write_bytes_sec": 0,
        "write_op_per_sec": 0,
        "recovering_bytes_per_sec": 0,
    }
    current = client_rates(state.pools) | recovery_rate(state.pools)
    return {name: current.get(name, none) for name, none in rates.items()}


def _pg_info(state: State) -> Row:
    return {
        "object_stats": {
            "num_objects": sum(pool.objects for pool in state.pools),
            "num_object_copies": state.copies,
            "num_objects_degraded": state.degraded,
            "num_objects_misplaced": 0,
            "num_objects_unfound": 0,
        },
        "statuses": dict(state.pg_states),
        "pgs_per_osd": sum(osd.pgs for osd in state.osds) / len(state.osds),
    }
