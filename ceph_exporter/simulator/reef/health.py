"""`health` and `health detail` of Reef (HealthMonitor.cc, PGMap.cc, OSDMap.cc, MDSMap.cc)."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ceph_exporter.simulator.mds import FS_NAME, is_degraded
from ceph_exporter.simulator.model import Osd, State
from ceph_exporter.simulator.reef import crashes, filesystems
from ceph_exporter.simulator.reef.common import date
from ceph_exporter.simulator.reef.monitors import skew_text, skewed, v2_v1

SLOW_OPS = 12
"""Number of slow operations while a disk is slow."""

_MAX_DETAIL = 50  # mon_health_max_detail
_LATE_SCRUBS = 3
_LATE_DAYS = 13  # (1 + mon_warn_pg_not_deep_scrubbed_ratio) * osd_deep_scrub_interval, rounded up
_STUCK = 60.0  # mon_pg_stuck_threshold, seconds
_MINUTES_FROM = 120  # the number of seconds from which Ceph prints a time in minutes


class Check(NamedTuple):
    """A raised health check. All simulated checks are warnings."""

    code: str
    message: str
    number: int
    detail: list[str]


def health(state: State) -> dict[str, object]:
    """Return `health`, which `status` also contains: the checks without their details."""
    return _health(checks(state), detail=False)


def health_detail(state: State) -> dict[str, object]:
    """Return `health detail`."""
    return _health(checks(state), detail=True)


def checks(state: State) -> list[Check]:
    """Return the raised checks, sorted by code as in Ceph."""
    unsorted = [*_monitors(state), *_osds(state), *_pgs(state), *_daemons(state)]
    return sorted(unsorted, key=lambda check: check.code)


def _health(checks: Iterable[Check], *, detail: bool) -> dict[str, object]:
    raised: dict[str, object] = {}
    for check in checks:
        row: dict[str, object] = {
            "severity": "HEALTH_WARN",
            "summary": {"message": check.message, "count": check.number},
        }
        if detail:
            row["detail"] = [{"message": line} for line in check.detail[:_MAX_DETAIL]]
        raised[check.code] = row | {"muted": False}
    status = "HEALTH_WARN" if raised else "HEALTH_OK"
    return {"status": status, "checks": raised, "mutes": []}


def _monitors(state: State) -> Iterator[Check]:
    if drifting := skewed(state):
        names = ", ".join(f"mon.{mon.name}" for mon in drifting)
        lines = [f"mon.{mon.name} {skew_text(mon)} (latency {mon.latency:g}s)" for mon in drifting]
        yield Check("MON_CLOCK_SKEW", f"clock skew detected on {names}", len(drifting), lines)
    if down := [mon for mon in state.monitors if not mon.in_quorum]:
        names = ",".join(mon.name for mon in state.quorum)
        message = f"{len(down)}/{len(state.monitors)} mons down, quorum {names}"
        lines = [
            f"mon.{mon.name} (rank {mon.rank}) addr {v2_v1(mon)} is down (out of quorum)"
            for mon in down
        ]
        yield Check("MON_DOWN", message, len(down), lines)


def _osds(state: State) -> Iterator[Check]:
    if state.down:
        lines = [f"osd.{osd.place.id} ({_location(state, osd)}) is down" for osd in state.down]
        yield Check("OSD_DOWN", f"{len(lines)} osds down", len(lines), lines)
    if nearfull := [osd for osd in state.osds if osd.nearfull]:
        lines = [f"osd.{osd.place.id} is near full" for osd in nearfull]
        yield Check("OSD_NEARFULL", f"{len(lines)} nearfull osd(s)", len(lines), lines)
        classes = {osd.place.device_class for osd in nearfull}
        plans = [plan for plan in state.moment.layout.pools if plan.device_class in classes]
        lines = [f"pool '{plan.name}' is nearfull" for plan in plans]
        yield Check("POOL_NEARFULL", f"{len(lines)} pool(s) nearfull", len(lines), lines)
    if state.moment.is_on("noout"):
        # The count that Ceph reports is the length of the string "noout".
        yield Check("OSDMAP_FLAGS", "noout flag(s) set", len("noout"), [])
        message = "1 OSDs or CRUSH {nodes, device-classes} have {NOUP,NODOWN,NOIN,NOOUT} flags set"
        host = state.moment.layout.hosts[0].name
        yield Check("OSD_FLAGS", message, 1, [f"{host} has flags noout"])
    if state.moment.is_on("slow_ops"):
        age = int(state.moment.elapsed("slow_ops")) + 30  # osd_op_complaint_time
        osd = f"osd.{state.moment.victim('slow_ops')}"
        message = f"{SLOW_OPS} slow ops, oldest one blocked for {age} sec, {osd} has slow ops"
        yield Check("SLOW_OPS", message, SLOW_OPS, [])


def _pgs(state: State) -> Iterator[Check]:
    if state.moment.is_on("scrub_late"):
        lines = [_scrub_line(state, pg) for pg in range(_LATE_SCRUBS)]
        message = f"{len(lines)} pgs not deep-scrubbed in time"
        yield Check("PG_NOT_DEEP_SCRUBBED", message, len(lines), lines)
    degraded = [pgid for pgid, pg_state in state.pgs.items() if "degraded" in pg_state]
    lines = [_pg_line(state, pool, pg) for pool, pg in sorted(degraded)]
    if not lines:
        return
    counts: Counter[str] = Counter()
    for name, count in state.pg_states.items():
        counts.update({part: count for part in name.split("+") if part == "degraded"})
    if state.moment.elapsed("osd_down") > _STUCK:
        counts["undersized"] = len(lines)
    ratio = f"{state.degraded / state.copies:.3%}"
    parts = [f"{state.degraded}/{state.copies} objects degraded ({ratio})"]
    parts += [f"{count} pgs {part}" for part, count in sorted(counts.items())]
    message = f"Degraded data redundancy: {', '.join(parts)}"
    yield Check("PG_DEGRADED", message, len(lines), lines)


def _scrub_line(state: State, pg: int) -> str:
    age = (_LATE_DAYS + pg) * 86400
    return f"pg 1.{pg:x} not deep-scrubbed since {date(state.moment.seconds - age)}"


def _pg_line(state: State, pool_id: int, pg: int) -> str:
    layout = state.moment.layout
    plan, name = layout.pools[pool_id - 1], state.pgs[pool_id, pg]
    victim = state.moment.victim("osd_down") if "undersized" in name else None
    osds = [str(osd) if osd != victim else "NONE" for osd in layout.acting(plan, pg)]
    if plan.k == 1:  # an erasure-coded PG keeps NONE, because the position of each chunk matters
        osds = [osd for osd in osds if osd != "NONE"]
    acting = f"[{','.join(osds)}]"
    since = state.moment.elapsed("osd_down")
    if since > _STUCK:
        age = f"{since / 60:.0f}m" if since >= _MINUTES_FROM else f"{since:.0f}s"
        text = f"is stuck undersized for {age}, current state {name}, last acting {acting}"
    else:
        text = f"is {name}, acting {acting}"
    return f"pg {pool_id}.{pg:x} {text}"


def _daemons(state: State) -> Iterator[Check]:
    moment = state.moment
    if moment.is_on("crash"):
        lines = [
            f"{crash['entity_name']} crashed on host {crash['utsname_hostname']} at "
            f"{crash['timestamp']}"
            for crash in crashes.recent(state)
        ]
        yield Check("RECENT_CRASH", f"{len(lines)} daemons have recently crashed", 1, lines)
    if moment.is_on("mds_failover"):
        text = "insufficient standby MDS daemons available"
        yield Check("MDS_INSUFFICIENT_STANDBY", text, 1, ["have 0; want 1 more"])
    if is_degraded(state):
        yield Check("FS_DEGRADED", "1 filesystem is degraded", 1, [f"fs {FS_NAME} is degraded"])
    if line := filesystems.silent_client(state):
        text = "1 clients failing to respond to capability release"
        yield Check("MDS_CLIENT_LATE_RELEASE", text, 1, [line])


def _location(state: State, osd: Osd) -> str:
    host = state.moment.layout.hosts[osd.place.host]
    return f"root=default,rack={host.rack},host={host.name}"
