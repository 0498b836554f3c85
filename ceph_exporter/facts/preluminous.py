"""`health` of Ceph 0.67 to 11.2: check codes for its free text, and the monitors' reports.

These releases describe problems in lines of text. Each line gets the code that Ceph 12 and later
use for the same problem, so that one alert rule works with every release. A line that matches no
pattern gets the code UNMAPPED and keeps its text.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

import msgspec

from ceph_exporter.facts.monitor_details import MonitorReport
from ceph_exporter.facts.numbers import amounts
from ceph_exporter.facts.time_sync import TimeSync


def _pgs(states: str) -> str:
    # "20 pgs stuck inactive", "3 pgs are stuck inactive for more than 300 seconds", and in `detail`
    # "pg 1.2 is active+degraded, acting [0]", "pg 1.2 is stuck stale for 9.1, current state ...".
    return rf"^(?:\d+ pgs (?:are )?(?:stuck )?|pg \S+ is .*\b)(?:{states})\b"


def _in_order(*parts: str) -> str:
    """Return a pattern that matches these parts in this order, in linear time.

    A plain "a.*b" would search for b again from each a. The atomic groups try only the first a,
    which is sufficient: if b does not follow the first a, it follows no other one.
    """
    return "^" + "".join(rf"(?>.*?{re.escape(part)})" for part in parts)


# The patterns are tried in this order on the line in lower case, and the first match wins. PGs come
# first because they may have thousands of lines. The texts are those in `summary` and `detail` of
# PGMonitor.cc, OSDMonitor.cc, MonmapMonitor.cc, MDSMap.cc, Beacon.cc, DataHealthService.cc and
# Monitor.cc of Ceph 0.67 to 11.2. The codes are those of Ceph 12 to 20.
_CODES = [
    (re.compile(pattern), code)
    for pattern, code in [
        (r"unscrubbed pgs|is not (?:deep-)?scrubbed", "PG_NOT_SCRUBBED"),
        (_pgs("inconsistent|repair"), "PG_DAMAGED"),
        (_pgs("recovery_toofull"), "PG_RECOVERY_FULL"),
        (_pgs("backfill_toofull"), "PG_BACKFILL_FULL"),
        (_pgs("inactive|stale|down|incomplete|peering|unknown"), "PG_AVAILABILITY"),
        (r"\bunfound", "OBJECT_UNFOUND"),
        (r"objects misplaced", "OBJECT_MISPLACED"),
        (r"\d (?:objects )?degraded", "PG_DEGRADED"),  # Ceph 0.67: "2/9 degraded"
        (_in_order("recovering ", " o/s"), "PG_DEGRADED"),
        (_pgs(r"\w+"), "PG_DEGRADED"),
        (r"mons down, quorum|\(out of quorum\)", "MON_DOWN"),
        (r"clock skew", "MON_CLOCK_SKEW"),
        (r"shutdown imm?inent", "MON_DISK_CRIT"),  # misspelled up to Ceph 0.72
        (r"low disk space", "MON_DISK_LOW"),
        (r"store is getting too big", "MON_DISK_BIG"),
        (r"^mds\d+: .*slow requests are blocked", "MDS_SLOW_REQUEST"),
        (r"^mds\d+: .*cache pressure", "MDS_CLIENT_RECALL"),
        (r"^mds\d+: .*capability release", "MDS_CLIENT_LATE_RELEASE"),
        (r"^mds\d+: .*oldest client/flush tid", "MDS_CLIENT_OLDEST_TID"),
        (r"^mds\d+: behind on trimming", "MDS_TRIM"),
        (r"^mds\d+: too many inodes in cache", "MDS_CACHE_OVERSIZED"),
        (r"^mds\d+: mds in read-only mode", "MDS_READ_ONLY"),
        (r"^mds.* damaged?\b", "MDS_DAMAGE"),
        (r"^mds.* laggy", "MDS_UP_LESS_THAN_MAX"),
        (r"^mds.* failed", "FS_WITH_FAILED_MDS"),
        (r"mds cluster is degraded|^mds\.\S+ at .* rank \d+ is ", "FS_DEGRADED"),
        (r"^no osds", "TOO_FEW_OSDS"),
        (r"osds are down|^osd\.\d+ is down", "OSD_DOWN"),
        (r"near full osd|^osd\.\d+ is near full", "OSD_NEARFULL"),
        (r"full osd|^osd\.\d+ is full", "OSD_FULL"),
        (r"flag\(s\) set", "OSDMAP_FLAGS"),
        (r"(?:requests|ops) are blocked|osds have slow requests", "SLOW_OPS"),
        (r"scrub errors", "OSD_SCRUB_ERRORS"),
        (r"too few pgs per osd", "TOO_FEW_PGS"),
        (r"too many pgs per osd", "TOO_MANY_PGS"),
        (r"objects per pg|has too few pgs", "MANY_OBJECTS_PER_PG"),
        (_in_order("pg_num ", "> pgp_num"), "SMALLER_PGP_NUM"),
        (r"at/near target max", "CACHE_POOL_NEAR_FULL"),
        (r"missing hit_sets|needs hit_set_type", "CACHE_POOL_NO_HIT_SET"),
        (_in_order("pool '", "' has ", " (max "), "POOL_NEAR_FULL"),
        (_in_order("pool '", "' is full"), "POOL_FULL"),
        (r"legacy tunables|non-optimal tunables", "OLD_CRUSH_TUNABLES"),
        (r"straw_calc_version", "OLD_CRUSH_STRAW_CALC_VERSION"),
        (r"sortbitwise", "OSD_NO_SORTBITWISE"),
        (r"require_jewel_osds", "OSD_UPGRADE_FINISHED"),
        (r"in the crush map but not in the osdmap", "OSD_ORPHAN"),
        (r"mon_osd_down_out_interval set to 0", "OSD_NO_DOWN_OUT_INTERVAL"),
    ]
]
UNMAPPED = "UNMAPPED"
_SEARCHED = 2000
"""How many characters of a line are searched; Ceph's lines have at most a few hundred."""


class RawSummary(msgspec.Struct, frozen=True):
    """One line of `summary`."""

    severity: str = ""
    summary: str = ""


class RawStore(msgspec.Struct, frozen=True):
    """`store_stats` (Ceph 0.72 and later). Sizes are in bytes."""

    bytes_total: float | None = None
    bytes_sst: float | None = None
    bytes_log: float | None = None
    bytes_misc: float | None = None


class RawMonitor(msgspec.Struct, frozen=True):
    """One monitor of `health_services`. Sizes are in KiB."""

    name: str
    kb_total: float | None = None
    kb_used: float | None = None
    kb_avail: float | None = None
    avail_percent: float | None = None
    last_updated: str = ""
    store_stats: RawStore = RawStore()
    health: str = ""
    health_detail: str = ""


class RawService(msgspec.Struct, frozen=True):
    """One service of `health_services`. The only service is data_health; its row has no name."""

    mons: tuple[RawMonitor, ...] = ()


class RawServices(msgspec.Struct, frozen=True):
    """`health` inside the answer of Ceph 0.67 to 11."""

    health_services: tuple[RawService, ...] = ()

    @property
    def monitors(self) -> tuple[RawMonitor, ...]:
        """The rows of all monitors; there are none for up to a minute after an election."""
        return tuple(mon for service in self.health_services for mon in service.mons)


def report(mon: RawMonitor) -> MonitorReport:
    """Return a monitor's own report of its disk and store."""
    return amounts(
        MonitorReport(
            mon.name,
            capacity=_bytes(mon.kb_total),
            used=_bytes(mon.kb_used),
            avail=_bytes(mon.kb_avail),
            avail_percent=mon.avail_percent,
            store=mon.store_stats.bytes_total,
            sst=mon.store_stats.bytes_sst,
            log=mon.store_stats.bytes_log,
            misc=mon.store_stats.bytes_misc,
            updated=_wall_clock(mon.last_updated),
        )
    )


def era(monitors: Iterable[RawMonitor]) -> str:
    """Return the range of possible releases; Ceph 0.72 was the first to report the store."""
    stores = [mon.store_stats.bytes_total is not None for mon in monitors]
    if not stores:
        return "0.67 to 11"
    return "0.72 to 11" if any(stores) else "0.67 to 0.71"


def _bytes(kib: float | None) -> float | None:
    return None if kib is None else kib * 1024


def _wall_clock(date: str) -> float | None:
    try:
        return (datetime.fromisoformat(date) - datetime(1970, 1, 1)).total_seconds()  # noqa: DTZ001 - the zone is unknown
    except (TypeError, ValueError):
        return None


def code_of(text: str) -> str:
    """Return the check code that Ceph 12 and later use for a line of text, or UNMAPPED."""
    lower = text[:_SEARCHED].lower()
    return next((code for pattern, code in _CODES if pattern.search(lower)), UNMAPPED)


def problems(
    summary: Iterable[RawSummary],
    monitors: Iterable[RawMonitor],
    clocks: TimeSync | None,
) -> dict[str, tuple[str, str]]:
    """Return all problems in the answer: their severities and texts, by check code.

    In Ceph 0.67 and 0.72, `summary` does not mention disks and clocks of monitors, and in Ceph
    0.72.2, it has only one line. Therefore, problems in the monitors' rows and time checks are
    added unless the summary already has their code.
    """
    by_code: dict[str, tuple[str, list[str]]] = {}
    # A line can name several problems: "mon.b low disk space, shutdown imminent; store is getting
    # too big! N >= M"
    lines = [(line.severity, part) for line in summary for part in line.summary.strip().split("; ")]
    for severity, text in lines:
        _add(by_code, code_of(text), severity, text)
    in_summary = set(by_code)
    for severity, text in [*_disks(monitors), *_skews(clocks)]:
        if (code := code_of(text)) not in in_summary:
            _add(by_code, code, severity, text)
    return {code: (severity, "; ".join(texts)) for code, (severity, texts) in by_code.items()}


def _add(by_code: dict[str, tuple[str, list[str]]], code: str, severity: str, text: str) -> None:
    if code == "MON_DISK_BIG":
        severity = "HEALTH_WARN"  # the line may be an error because of another problem in it
    previous, texts = by_code.get(code, (severity, []))
    texts.append(text)
    severity = "HEALTH_ERR" if "HEALTH_ERR" in (severity, previous) else severity
    by_code[code] = (severity, texts)


def _disks(monitors: Iterable[RawMonitor]) -> Iterator[tuple[str, str]]:
    for mon in monitors:
        if mon.health not in ("", "HEALTH_OK"):
            for part in (mon.health_detail or "low disk space").split("; "):
                yield mon.health, f"mon.{mon.name} {part}"


def _skews(clocks: TimeSync | None) -> Iterator[tuple[str, str]]:
    for name, clock in (clocks.clocks if clocks else {}).items():
        if clock.health not in ("", "HEALTH_OK"):
            yield clock.health, f"mon.{name} clock skew"


def details(lines: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Return the `detail` lines by check code, at most 50 per code, as in Ceph 12 and later."""
    by_code: dict[str, list[str]] = {}
    for line in lines:
        of_code = by_code.setdefault(code_of(line), [])
        if len(of_code) < _MAX_DETAIL:
            of_code.append(line)
    return {code: tuple(of_code) for code, of_code in by_code.items()}


_MAX_DETAIL = 50  # the default of mon_health_max_detail in Ceph 12 and later
