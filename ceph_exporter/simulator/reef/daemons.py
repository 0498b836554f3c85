"""Daemons, versions and modules of Reef (MgrMap.h, ServiceMap.cc, FSMap.cc, MonCommands.h)."""

from ceph_exporter.simulator import fs_map
from ceph_exporter.simulator.mds import FS_ID, gid_of, host_of
from ceph_exporter.simulator.model import State
from ceph_exporter.simulator.network import address
from ceph_exporter.simulator.reef.common import (
    FEATURES,
    MGRS,
    RELEASE,
    VERSION,
    addrvec,
    date,
    metadata,
)

_ALWAYS_ON = (
    "balancer",
    "crash",
    "devicehealth",
    "orchestrator",
    "pg_autoscaler",
    "progress",
    "rbd_support",
    "status",
    "telemetry",
    "volumes",
)
_ENABLED = ("dashboard", "iostat", "nfs", "prometheus", "restful")
_OTHERS = ("alerts", "influx", "localpool", "mirroring", "snap_schedule", "stats", "telegraf")
# Names have the form that cephadm uses: SERVICE.HOST.SUFFIX.
SERVICES = {
    "rgw": ("s3.host1.kzwqdx", "s3.host2.mnbvcx"),
    "rbd-mirror": ("mirror.host3.trewqa",),
}
_FIRST_GID = 4500
_CLIENTS_OF_HOST = 8


def mgr_dump(state: State) -> dict[str, object]:
    """Return `mgr dump`."""
    del state
    active, standby = MGRS
    modules = [
        {"name": name, "can_run": name != "influx", "error_string": ""}
        for name in sorted((*_ALWAYS_ON, *_ENABLED, *_OTHERS))
    ]
    return {
        "epoch": 33,
        "active_gid": _FIRST_GID - 2,
        "active_name": active,
        "active_addrs": addrvec(address(1, 0), 6800, _FIRST_GID - 2),
        "active_addr": f"{address(1, 0)}:6801/{_FIRST_GID - 2}",
        "active_change": date(0),
        "active_mgr_features": FEATURES,
        "available": True,
        "standbys": [
            {
                "gid": _FIRST_GID - 1,
                "name": standby,
                "mgr_features": FEATURES,
                "available_modules": modules,
            }
        ],
        "modules": list(_ENABLED),
        "available_modules": modules,
        "services": mgr_summary()["services"],
        "always_on_modules": {"quincy": list(_ALWAYS_ON), RELEASE: list(_ALWAYS_ON)},
    }


def mgr_summary() -> dict[str, object]:
    """Return `mgrmap` of `status`."""
    return {
        "available": True,
        "num_standbys": 1,
        "modules": list(_ENABLED),
        "services": {"dashboard": f"https://{address(1, 0)}:8443/"},
    }


def fs_dump(state: State) -> dict[str, object]:
    """Return `fs dump`."""

    def daemon(name: str) -> dict[str, object]:
        ip, gid = address(1, host_of(state, name)), gid_of(state, name)
        return {
            "addr": f"{ip}:6805/{gid}",
            "addrs": addrvec(ip, 6804, gid),
            "join_fscid": -1,
            "features": FEATURES,
            "flags": 0,
        }

    mdsmap: dict[str, object] = {
        "flags": 18,
        "created": date(0),
        "modified": date(0),
        "balancer": "",
        "standby_count_wanted": 1,
    }
    flags = {"enable_multiple": True, "ever_enabled_multiple": True}
    dump = fs_map.fs_dump(state, daemon, mdsmap)
    return dump | {"default_fscid": FS_ID, "feature_flags": flags}


def service_dump(state: State) -> dict[str, object]:
    """Return `service dump`, which `status` contains as `servicemap`."""
    gid, services = _FIRST_GID, {}
    for type_, names in SERVICES.items():
        daemons: dict[str, object] = {"summary": ""}
        for name in names:
            host = service_host(name)
            zone = {"zone_name": "berlin", "zonegroup_name": "europe"} if type_ == "rgw" else {}
            daemons[str(gid)] = {
                "start_epoch": 11,
                "start_stamp": date(0),
                "gid": gid,
                "addr": f"{address(1, host)}:0/{gid}",
                "metadata": metadata(name, state.moment.layout.hosts[host].name)
                | {"id": name}
                | zone,
                "task_status": {},
            }
            gid += 1
        services[type_] = {"daemons": daemons}
    return {"epoch": 11, "modified": date(0), "services": services}


def service_host(name: str) -> int:
    """Return the index of the host that a service's daemon is named after."""
    return int(name.split(".")[1].removeprefix("host")) - 1


def version(state: State) -> dict[str, object]:
    """Return `version`."""
    del state
    return {"version": VERSION}


def versions(state: State) -> dict[str, object]:
    """Return `versions`: the number of daemons that are up, by type and in total."""
    counts = _counts(state)
    by_type: dict[str, object] = {type_: {VERSION: number} for type_, number in counts.items()}
    return by_type | {"overall": {VERSION: sum(counts.values())}}


def features(state: State) -> dict[str, object]:
    """Return `features`."""
    counts = {type_: number for type_, number in _counts(state).items() if "-" not in type_}
    counts["client"] = _CLIENTS_OF_HOST * len(state.moment.layout.hosts) + counts.pop("rgw")
    group = {"features": "0x3f01cfbffffdffff", "release": RELEASE}
    return {type_: [group | {"num": number}] for type_, number in counts.items()}


def mon_metadata(state: State) -> list[dict[str, object]]:
    """Return `mon metadata`."""
    return [metadata(mon.name, mon.host) for mon in state.monitors]


def mgr_metadata(state: State) -> list[dict[str, object]]:
    """Return `mgr metadata`."""
    hosts = state.moment.layout.hosts
    return [metadata(name, hosts[number].name) for number, name in enumerate(MGRS)]


def mds_metadata(state: State) -> list[dict[str, object]]:
    """Return `mds metadata`."""
    layout = state.moment.layout
    return [metadata(name, layout.hosts[host_of(state, name)].name) for name in layout.mds]


def balancer_status(state: State) -> dict[str, object]:
    """Return `balancer status`."""
    del state
    return {
        "active": True,
        "last_optimize_duration": "0:00:00.000405",
        "last_optimize_started": "Thu Jan  1 00:00:00 2026",
        "mode": "upmap",
        "no_optimization_needed": True,
        "optimize_result": "Unable to find further optimization",
        "plans": [],
    }


def _counts(state: State) -> dict[str, int]:
    mds = len(state.moment.layout.mds) - state.moment.is_on("mds_failover")
    return {
        "mon": len(state.quorum),
        "mgr": len(MGRS),
        "osd": len(state.osds) - len(state.down),
        "mds": mds,
        **{type_: len(names) for type_, names in SERVICES.items()},
    }
