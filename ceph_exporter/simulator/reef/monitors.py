"""`quorum_status`, `mon dump` and `time-sync-status` of Reef (Monitor.cc, MonMap.cc)."""

from ceph_exporter.simulator.model import Monitor, State
from ceph_exporter.simulator.network import address
from ceph_exporter.simulator.reef.common import zulu
from ceph_exporter.simulator.summary import quorum
from ceph_exporter.simulator.timeline import CYCLE, INCIDENTS

DRIFT_ALLOWED = 0.05
"""mon_clock_drift_allowed, seconds."""

_PORT = 3300
_FEATURES = {"persistent": ["kraken", "luminous", "nautilus", "pacific", "reef"], "optional": []}


def quorum_status(state: State) -> dict[str, object]:
    """Return `quorum_status`."""
    return {
        **quorum(state),
        "quorum_leader_name": state.quorum[0].name,
        "quorum_age": quorum_age(state),
        "features": {"quorum_con": "4540138322906710015", "quorum_mon": _FEATURES["persistent"]},
        "monmap": _monmap(state),
    }


def mon_dump(state: State) -> dict[str, object]:
    """Return `mon dump`."""
    return {**_monmap(state), "quorum": [mon.rank for mon in state.quorum]}


def time_sync_status(state: State) -> dict[str, object]:
    """Return `time-sync-status`, which contains only the monitors in quorum."""
    round_ = state.timecheck_round
    return {
        "time_skew_status": {mon.name: _clock(mon) for mon in state.quorum},
        "timechecks": {
            "epoch": state.election_epoch,
            "round": round_,
            "round_status": "on-going" if round_ % 2 else "finished",
        },
    }


def quorum_age(state: State) -> int:
    """Return the seconds since the last election, or since the cluster's start."""
    moment = state.moment
    if moment.is_on("mon_down"):
        return int(moment.elapsed("mon_down"))
    first_election = INCIDENTS["mon_down"][1]
    return int(min(moment.seconds, (moment.seconds - first_election) % CYCLE))


def skewed(state: State) -> list[Monitor]:
    """Return the monitors in quorum whose clock skew exceeds the limit."""
    return [mon for mon in state.quorum if abs(mon.skew) > DRIFT_ALLOWED]


def skew_text(mon: Monitor) -> str:
    """Return Ceph's text about a monitor's clock skew, which has no sign."""
    return f"clock skew {abs(mon.skew):g}s > max {DRIFT_ALLOWED:g}s"


def v2_v1(mon: Monitor) -> str:
    """Return a monitor's addresses as Ceph prints them."""
    ip = address(1, mon.rank)
    return f"[v2:{ip}:{_PORT}/0,v1:{ip}:6789/0]"


def _clock(mon: Monitor) -> dict[str, object]:
    row: dict[str, object] = {"skew": mon.skew, "latency": mon.latency, "health": "HEALTH_OK"}
    if abs(mon.skew) <= DRIFT_ALLOWED:
        return row
    return row | {"health": "HEALTH_WARN", "details": skew_text(mon)}


def _monmap(state: State) -> dict[str, object]:
    return {
        "epoch": 3,
        "fsid": state.moment.layout.fsid,
        "modified": zulu(0),
        "created": zulu(0),
        "min_mon_release": 18,
        "min_mon_release_name": "reef",
        "election_strategy": 1,
        "stretch_mode": False,
        "tiebreaker_mon": "",
        "features": _FEATURES,
        "mons": [_mon(mon) for mon in state.monitors],
    }


def _mon(mon: Monitor) -> dict[str, object]:
    ip = address(1, mon.rank)
    old = f"{ip}:6789/0"
    vector = [
        {"type": "v2", "addr": f"{ip}:{_PORT}", "nonce": 0},
        {"type": "v1", "addr": f"{ip}:6789", "nonce": 0},
    ]
    return {
        "rank": mon.rank,
        "name": mon.name,
        "public_addrs": {"addrvec": vector},
        "addr": old,
        "public_addr": old,
        "priority": 0,
        "weight": 0,
        "crush_location": "{}",
    }
