"""What a simulated cluster answers: its state in the JSON of Ceph 10.2 (Jewel).

The shapes are those of ``Monitor::get_health`` and ``Monitor::get_cluster_status`` (Monitor.cc),
``PGMap::print_summary`` (PGMap.cc), ``PGMonitor::get_health`` and ``OSDMonitor::get_health``. Jewel
is the release of choice because its ``health`` has everything: the monitors' disks, stores, clocks.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ceph_exporter.simulator.cluster import Monitor, State

Document: TypeAlias = dict[str, object]

SEVERITIES = ("HEALTH_OK", "HEALTH_WARN", "HEALTH_ERR")
"""Severities, the worst one last."""

_VERSION = "ceph version 10.2.11 (e4b061b47f07f583c92a050d9e84b1813a35671e)"
_START = datetime(2018, 7, 11, tzinfo=UTC)  # about when 10.2.11 came out
_DRIFT_ALLOWED = 0.05  # mon_clock_drift_allowed, seconds
_REPORT_INTERVAL = 5  # osd_mon_report_interval_min, seconds
_PG_TROUBLE = ("degraded", "recovering", "recovery_wait", "undersized")


class Check(NamedTuple):
    """One finding of ``health``: Jewel has no codes, only texts."""

    severity: str
    summary: str
    detail: tuple[str, ...]
    """Lines that only ``health detail`` shows."""


def worst(severities: Iterable[str]) -> str:
    """Return the worst of some severities, HEALTH_OK if there are none."""
    return max(severities, key=SEVERITIES.index, default="HEALTH_OK")


def health(state: State) -> Document:
    """Return ``health``: no detail lines but those of clocks, which Jewel always shows."""
    return _health(state, detail=False)


def health_detail(state: State) -> Document:
    """Return ``health detail``."""
    return _health(state, detail=True)


def status(state: State) -> Document:
    """Return ``status``: ``health`` and summaries of all maps."""
    return {
        "health": health(state),
        "fsid": state.cluster.fsid,
        **_quorum(state),
        "monmap": _monmap(state),
        "osdmap": {
            "osdmap": {
                "epoch": state.osdmap_epoch,
                "num_osds": len(state.osds),
                "num_up_osds": state.num_up_osds,
                "num_in_osds": len(state.osds),
                "full": False,
                "nearfull": False,
                "num_remapped_pgs": 0,
            },
        },
        "pgmap": _pgmap(state),
        "fsmap": {
            "epoch": 5,
            "id": 1,
            "up": 1,
            "in": 1,
            "max": 1,
            "by_rank": [{"filesystem_id": 1, "rank": 0, "name": "a", "status": "up:active"}],
            "up:standby": 1,
        },
    }


def quorum_status(state: State) -> Document:
    """Return ``quorum_status``."""
    return {
        **_quorum(state),
        "quorum_leader_name": state.monitors[0].name,
        "monmap": _monmap(state),
    }


def mon_dump(state: State) -> Document:
    """Return ``mon dump``."""
    return {**_monmap(state), "quorum": [mon.rank for mon in state.monitors]}


def fsid(state: State) -> Document:
    """Return ``fsid``."""
    return {"fsid": state.cluster.fsid}


def version(_state: State) -> Document:
    """Return ``version``."""
    return {"version": _VERSION}


DOCUMENTS: dict[str, Callable[[State], Document]] = {
    "health": health,
    "health detail": health_detail,
    "status": status,
    "quorum_status": quorum_status,
    "mon dump": mon_dump,
    "fsid": fsid,
    "version": version,
}
"""Command name -> its output. A new command is one entry here."""


def _health(state: State, *, detail: bool) -> Document:
    checks = [*_pg_checks(state), *_osd_checks(state)]
    skewed = [_skew_line(mon) for mon in state.monitors if _is_skewed(mon)]
    if skewed:
        # The blank at the end is Ceph's own (Monitor.cc).
        checks.append(Check("HEALTH_WARN", "Monitor clock skew detected ", ()))
    timechecks: Document = {
        "epoch": 8,
        "round": state.timecheck_round,
        "round_status": "on-going" if state.timecheck_round % 2 else "finished",
    }
    if len(state.monitors) > 1:  # one alone has nobody to compare its clock with
        timechecks["mons"] = [_timecheck(mon) for mon in state.monitors]
    mons = [_data_health(mon, state.seconds) for mon in state.monitors]
    return {
        "health": {"health_services": [{"mons": mons}]},
        "timechecks": timechecks,
        "summary": [{"severity": check.severity, "summary": check.summary} for check in checks],
        "overall_status": worst(check.severity for check in checks),
        "detail": [*(line for check in checks if detail for line in check.detail), *skewed],
    }


def _pg_checks(state: State) -> Iterator[Check]:
    troubles: Counter[str] = Counter()
    for name, count in state.pgs_by_state.items():
        troubles.update({part: count for part in name.split("+") if part in _PG_TROUBLE})
    lines = tuple(_pg_lines(state))
    for trouble, count in sorted(troubles.items()):
        yield Check("HEALTH_WARN", f"{count} pgs {trouble}", lines)
        lines = ()  # a PG has one line, however many troubles
    if state.degraded_objects:
        copies = f"{state.degraded_objects}/{state.object_copies}"
        ratio = state.degraded_objects / state.object_copies
        text = f"recovery {copies} objects degraded ({ratio:.3%})"
        yield Check("HEALTH_WARN", text, (text,))


def _pg_lines(state: State) -> Iterator[str]:
    """Yield a line for each PG in trouble: those of the failed OSD, spread over all pools."""
    others = [osd.id for osd in state.osds if osd.id != state.failed_osd]
    names = [name for name, count in state.pgs_by_state.items() for _ in range(count)]
    for index, name in enumerate(name for name in names if "degraded" in name):
        seed, pool = divmod(index, len(state.pools))
        size = state.pools[pool].size
        acting = [others[(index + replica) % len(others)] for replica in range(size - 1)]
        if "undersized" not in name:
            acting.append(state.failed_osd)
        osds = ",".join(str(osd) for osd in acting)
        yield f"pg {state.pools[pool].id}.{seed:x} is {name}, acting [{osds}]"


def _osd_checks(state: State) -> Iterator[Check]:
    down = [osd for osd in state.osds if not osd.up]
    if down:
        yield Check(
            "HEALTH_WARN",
            f"{len(down)}/{len(state.osds)} in osds are down",
            tuple(
                f"osd.{osd.id} is down since epoch {state.osdmap_epoch}, last address {osd.addr}"
                for osd in down
            ),
        )


def _is_skewed(mon: Monitor) -> bool:
    return abs(mon.skew) > _DRIFT_ALLOWED


def _skew_text(mon: Monitor) -> str:
    return f"clock skew {abs(mon.skew):g}s > max {_DRIFT_ALLOWED:g}s"


def _skew_line(mon: Monitor) -> str:
    return f"mon.{mon.name} addr {mon.addr} {_skew_text(mon)} (latency {mon.latency:g}s)"


def _timecheck(mon: Monitor) -> Document:
    """Return what the leader knows of a monitor's clock (seconds)."""
    entry: Document = {
        "name": mon.name,
        "skew": mon.skew,
        "latency": mon.latency,
        "health": "HEALTH_WARN" if _is_skewed(mon) else "HEALTH_OK",
    }
    return {**entry, "details": _skew_text(mon)} if _is_skewed(mon) else entry


def _data_health(mon: Monitor, seconds: float) -> Document:
    """Return a monitor's disk and store (DataHealthService.cc): ``kb_*`` KiB, ``bytes_*`` bytes."""
    return {
        "name": mon.name,
        "kb_total": mon.kb_total,
        "kb_used": mon.kb_used,
        "kb_avail": mon.kb_avail,
        "avail_percent": mon.avail_percent,
        "last_updated": _stamp(seconds),
        "store_stats": {
            "bytes_total": mon.bytes_total,
            "bytes_sst": mon.bytes_sst,
            "bytes_log": mon.bytes_log,
            "bytes_misc": mon.bytes_misc,
            "last_updated": "0.000000",  # Ceph never sets it
        },
        "health": "HEALTH_OK",
    }


def _quorum(state: State) -> Document:
    return {
        "election_epoch": 8,
        "quorum": [mon.rank for mon in state.monitors],
        "quorum_names": [mon.name for mon in state.monitors],
    }


def _monmap(state: State) -> Document:
    return {
        "epoch": 1,
        "fsid": state.cluster.fsid,
        "modified": _stamp(0),
        "created": _stamp(0),
        "mons": [{"rank": mon.rank, "name": mon.name, "addr": mon.addr} for mon in state.monitors],
    }


def _pgmap(state: State) -> Document:
    """Return ``pgmap``, without keys of what is zero, as Ceph does."""
    most_first = sorted(state.pgs_by_state.items(), key=lambda item: item[1], reverse=True)
    pgmap: Document = {
        "pgs_by_state": [{"state_name": name, "count": count} for name, count in most_first],
        "version": 1000 + int(state.seconds),
        "num_pgs": state.num_pgs,
        "data_bytes": sum(pool.data_bytes for pool in state.pools),
        "bytes_used": state.bytes_used,
        "bytes_avail": state.bytes_total - state.bytes_used,
        "bytes_total": state.bytes_total,
    }
    if state.degraded_objects:
        pgmap["degraded_objects"] = state.degraded_objects
        pgmap["degraded_total"] = state.object_copies
        pgmap["degraded_ratio"] = round(state.degraded_objects / state.object_copies, 6)
    if state.recovering_objects_per_sec:
        pgmap["recovering_objects_per_sec"] = state.recovering_objects_per_sec
        pgmap["recovering_bytes_per_sec"] = state.recovering_bytes_per_sec
        pgmap["recovering_keys_per_sec"] = 0
        pgmap["num_objects_recovered"] = state.recovering_objects_per_sec * _REPORT_INTERVAL
        pgmap["num_bytes_recovered"] = state.recovering_bytes_per_sec * _REPORT_INTERVAL
        pgmap["num_keys_recovered"] = 0
    return pgmap | _client_io(state)


def _client_io(state: State) -> Document:
    """Return clients' rates; Ceph leaves out bytes of a direction at rest, but not its ops."""
    reads = sum(pool.read_op_per_sec for pool in state.pools)
    writes = sum(pool.write_op_per_sec for pool in state.pools)
    rates: Document = {}
    if reads:
        rates["read_bytes_sec"] = sum(pool.read_bytes_sec for pool in state.pools)
    rates["write_bytes_sec"] = sum(pool.write_bytes_sec for pool in state.pools)
    rates["read_op_per_sec"] = reads
    rates["write_op_per_sec"] = writes
    return rates


def _stamp(seconds: float) -> str:
    """Return a time as Ceph before 15 prints it: local, and without a zone."""
    return (_START + timedelta(seconds=seconds)).strftime("%Y-%m-%d %H:%M:%S.%f")
