"""`health` and `health detail` of Jewel: problems, and the monitors' disks, stores and clocks.

Modelled on Monitor::get_health, DataHealthService.cc, PGMonitor::get_health,
OSDMonitor::get_health and MDSMap::get_health of Ceph 10.2.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ceph_exporter.simulator.jewel.common import stamp
from ceph_exporter.simulator.jewel.maps import mds_addr, mon_addr
from ceph_exporter.simulator.mds import ranked
from ceph_exporter.simulator.model import Monitor, State
from ceph_exporter.simulator.network import address, port

SEVERITIES = ("HEALTH_OK", "HEALTH_WARN", "HEALTH_ERR")
"""Severities, worst last."""

SLOW_OPS = 12
"""Number of blocked operations while a disk is slow."""

_DRIFT_ALLOWED = 0.05  # mon_clock_drift_allowed, seconds
_REPORTED_STATES = ("degraded", "recovering", "recovery_wait", "undersized")


class Check(NamedTuple):
    """One problem in `health`: Jewel has no codes, only texts.

    detail: lines that only `health detail` prints.
    """

    severity: str
    summary: str
    detail: tuple[str, ...] = ()


def worst(severities: Iterable[str]) -> str:
    """Return the worst severity, HEALTH_OK if there are none."""
    return max(severities, key=SEVERITIES.index, default="HEALTH_OK")


def health(state: State) -> dict[str, object]:
    """Return `health`. Its only detail lines are about clock skew; Jewel always prints these."""
    return _health(state, detail=False)


def health_detail(state: State) -> dict[str, object]:
    """Return `health detail`."""
    return _health(state, detail=True)


def _health(state: State, *, detail: bool) -> dict[str, object]:
    checks = [*_pgs(state), *_osds(state), *_mds(state), *_out_of_quorum(state)]
    skewed = [_skew_line(mon) for mon in state.quorum if _is_skewed(mon)]
    if skewed:
        # Ceph prints the trailing space, too (Monitor.cc).
        checks.append(Check("HEALTH_WARN", "Monitor clock skew detected "))
    mons = [_data_health(mon, state.moment.seconds) for mon in state.quorum]
    return {
        "health": {"health_services": [{"mons": mons}]},
        "timechecks": {
            "epoch": state.election_epoch,
            "round": state.timecheck_round,
            "round_status": "on-going" if state.timecheck_round % 2 else "finished",
            "mons": [_timecheck(mon) for mon in state.quorum],
        },
        "summary": [{"severity": check.severity, "summary": check.summary} for check in checks],
        "overall_status": worst(check.severity for check in checks),
        "detail": [*(line for check in checks if detail for line in check.detail), *skewed],
    }


def _pgs(state: State) -> Iterator[Check]:
    counts: Counter[str] = Counter()
    for joined, count in state.pg_states.items():
        counts.update({part: count for part in joined.split("+") if part in _REPORTED_STATES})
    lines = tuple(_pg_lines(state))
    for pg_state, count in sorted(counts.items()):
        yield Check("HEALTH_WARN", f"{count} pgs {pg_state}", lines)
        lines = ()  # a PG has only one line, even if it is in several of these states
    if state.degraded:
        ratio = state.degraded / state.copies
        text = f"recovery {state.degraded}/{state.copies} objects degraded ({ratio:.3%})"
        yield Check("HEALTH_WARN", text, (text,))


def _pg_lines(state: State) -> Iterator[str]:
    layout = state.moment.layout
    down = {osd.place.id for osd in state.down}
    for (pool, pg), name in sorted(state.pgs.items()):
        if "degraded" in name:
            acting = [osd for osd in layout.acting(layout.pools[pool - 1], pg) if osd not in down]
            yield f"pg {pool}.{pg:x} is {name}, acting [{','.join(map(str, acting))}]"


def _osds(state: State) -> Iterator[Check]:
    layout, epoch = state.moment.layout, state.osdmap_epoch
    if state.down:
        lines = []
        for osd in state.down:
            last = f"{address(1, osd.place.host)}:{port(layout, osd.place)}/{1000 + osd.place.id}"
            lines.append(f"osd.{osd.place.id} is down since epoch {epoch}, last address {last}")
        text = f"{len(lines)}/{len(state.osds)} in osds are down"
        yield Check("HEALTH_WARN", text, tuple(lines))
    if nearfull := [osd for osd in state.osds if osd.nearfull]:
        detail = tuple(
            f"osd.{osd.place.id} is near full at {osd.utilization:.0%}" for osd in nearfull
        )
        yield Check("HEALTH_WARN", f"{len(detail)} near full osd(s)", detail)
    if state.moment.is_on("noout"):
        yield Check("HEALTH_WARN", "noout flag(s) set", ("noout flag(s) set",))
    if state.moment.is_on("slow_ops"):
        osd_id = state.moment.victim("slow_ops")
        text = f"{SLOW_OPS} requests are blocked > 32 sec"
        line = f"{SLOW_OPS} ops are blocked > 32.768 sec on osd.{osd_id}"
        yield Check("HEALTH_WARN", text, (line, "1 osds have slow requests"))


def _mds(state: State) -> Iterator[Check]:
    waiting = [
        f"mds.{name} at {mds_addr(state, name)} rank {rank} is replaying journal"
        for rank, (name, mds_state) in enumerate(ranked(state)[0])
        if mds_state != "up:active"
    ]
    if waiting:
        text = "mds cluster is degraded"
        yield Check("HEALTH_WARN", text, (text, *waiting))


def _out_of_quorum(state: State) -> Iterator[Check]:
    if down := [mon for mon in state.monitors if not mon.in_quorum]:
        ranks = ",".join(str(mon.rank) for mon in state.quorum)
        names = ",".join(mon.name for mon in state.quorum)
        text = f"{len(down)} mons down, quorum {ranks} {names}"
        lines = [
            f"mon.{mon.name} (rank {mon.rank}) addr {mon_addr(mon)} is down (out of quorum)"
            for mon in down
        ]
        yield Check("HEALTH_WARN", text, tuple(lines))


def _is_skewed(mon: Monitor) -> bool:
    return abs(mon.skew) > _DRIFT_ALLOWED


def _skew_text(mon: Monitor) -> str:
    return f"clock skew {abs(mon.skew):g}s > max {_DRIFT_ALLOWED:g}s"


def _skew_line(mon: Monitor) -> str:
    return f"mon.{mon.name} addr {mon_addr(mon)} {_skew_text(mon)} (latency {mon.latency:g}s)"


def _timecheck(mon: Monitor) -> dict[str, object]:
    """Return a monitor's clock skew and latency in seconds, as measured by the leader."""
    entry: dict[str, object] = {
        "name": mon.name,
        "skew": mon.skew,
        "latency": mon.latency,
        "health": "HEALTH_WARN" if _is_skewed(mon) else "HEALTH_OK",
    }
    return {**entry, "details": _skew_text(mon)} if _is_skewed(mon) else entry


def _data_health(mon: Monitor, seconds: float) -> dict[str, object]:
    """Return a monitor's disk and store: `kb_*` in KiB, `bytes_*` in bytes."""
    return {
        "name": mon.name,
        "kb_total": mon.kb_total,
        "kb_used": mon.kb_used,
        "kb_avail": mon.kb_avail,
        "avail_percent": mon.avail_percent,
        "last_updated": stamp(seconds),
        "store_stats": {
            "bytes_total": mon.bytes_total,
            "bytes_sst": mon.bytes_sst,
            "bytes_log": mon.bytes_log,
            "bytes_misc": mon.bytes_misc,
            "last_updated": "0.000000",  # Ceph never sets it
        },
        "health": "HEALTH_OK",
    }
