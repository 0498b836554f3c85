"""Placement groups and recovery: what is not clean, since when, and how fast it mends."""

from dashboards.content.checks import OSDS
from dashboards.content.phrases import (
    NO_RECOVERY,
    NOT_OVER_DASHBOARD,
    NOTHING_RAISED,
    PGS_NOT_CLEAN,
    cluster,
    named,
    pools,
)
from dashboards.engine.declare import (
    Dashboard,
    Query,
    Section,
    Stat,
    TimeSeries,
    bad_from,
    warn_from,
)

SMALL = (4, 4)
NAME = "{{name}} {{cluster}}"
INACTIVE = (
    "sum by (cluster) (max by (cluster, pool_id) (ceph_pg_total{*})"
    " - max by (cluster, pool_id) (ceph_pg_active{*}))"
)
TO_MEND = f"({cluster('ceph_num_objects_degraded')} + {cluster('ceph_num_objects_misplaced')})"
RATE = cluster("ceph_recovery_io_objects")
BROKEN = ("inconsistent", "incomplete", "down", "stale", "recovery_unfound", "backfill_unfound")
BLOCKED = ("backfill_toofull", "recovery_toofull")
UNKNOWN = "unknown: Ceph is not reached, or the API does not tell PGs by pool"


def _all(state: str) -> str:
    return f"sum by (cluster) ({pools(f'ceph_pg_{state}')})"


GLANCE = (
    Stat(
        "Not active",
        "PGs that are not active. Good: 0. Their data can neither be read nor written: the first "
        "thing to mend. Look for OSDs that are down.",
        (Query(INACTIVE, "{{cluster}}"),),
        UNKNOWN,
        thresholds=bad_from(1),
        size=SMALL,
        details=OSDS,
    ),
    Stat(
        "Not clean",
        "PGs that have not all their copies in place. Good: 0, or falling.",
        (Query(PGS_NOT_CLEAN, "{{cluster}}"),),
        UNKNOWN,
        thresholds=warn_from(1),
        size=SMALL,
    ),
    Stat(
        "Objects unfound",
        "Objects of which no good copy is found. Good: 0. Bring back the OSDs that had them before "
        "anything is given up as lost.",
        (Query(cluster("ceph_num_objects_unfound"), "{{cluster}}"),),
        "unknown: Ceph is not reached",
        thresholds=bad_from(1),
        size=SMALL,
        details=OSDS,
    ),
    Stat(
        "Copies missing",
        "Copies of objects that are missing. Good: 0, or falling after an OSD went.",
        (Query(cluster("ceph_num_objects_degraded"), "{{cluster}}"),),
        "unknown: Ceph is not reached",
        thresholds=warn_from(1),
        size=SMALL,
    ),
    Stat(
        "Copies misplaced",
        "Copies that are not where they should be: data moves, none is at risk.",
        (Query(cluster("ceph_num_objects_misplaced"), "{{cluster}}"),),
        "unknown: Ceph is not reached",
        thresholds=((None, "green"), (1, "blue")),
        size=SMALL,
    ),
    Stat(
        "Mended in",
        "Copies that are missing or misplaced over the objects recovered in a second. Good: it "
        "falls.",
        (Query(f"{TO_MEND} / ({RATE} > 0)", "{{cluster}}", empty_when=NO_RECOVERY),),
        "nothing moves, or unknown: the API does not tell it, or Ceph is not reached",
        unit="dtdurations",
        size=SMALL,
    ),
)

STATES = (
    TimeSeries(
        "PG states",
        "PGs by state as Ceph joins it. Good: all active+clean, some of them scrubbing.",
        (Query("max by (cluster, state) (ceph_pg_state{*})", "{{state}} {{cluster}}"),),
        "unknown: Ceph is not reached",
        stack=True,
        minimum=0,
        size=(12, 9),
    ),
    TimeSeries(
        "Not clean, by pool",
        "PGs that have not all their copies in place. Good: nothing.",
        (
            Query(
                named(f"({pools('ceph_pg_total')} - {pools('ceph_pg_clean')} > 0)"),
                NAME,
                empty_when=NOTHING_RAISED,
            ),
        ),
        "all PGs are clean, or Ceph is not reached",
        stack=True,
        minimum=0,
        size=(12, 9),
    ),
    TimeSeries(
        "PGs that need a person",
        "States that do not mend themselves. Good: all 0. inconsistent: scrub found copies that "
        "differ; incomplete, down, stale: OSDs are missing; unfound: no good copy.",
        tuple(Query(_all(state), f"{state} {{{{cluster}}}}") for state in BROKEN),
        UNKNOWN,
        thresholds=bad_from(1),
        minimum=0,
        size=(12, 9),
    ),
    TimeSeries(
        "PGs that wait for space",
        "PGs that cannot move as an OSD is too full. Good: 0. Make room on the fullest OSDs.",
        tuple(Query(_all(state), f"{state} {{{{cluster}}}}") for state in BLOCKED),
        UNKNOWN,
        thresholds=bad_from(1),
        minimum=0,
        size=(12, 9),
        details=OSDS,
    ),
    TimeSeries(
        "Stuck PGs",
        "PGs that have been without what they need for longer than mon_pg_stuck_threshold. "
        "Good: 0.",
        (Query("max by (cluster, kind) (ceph_pgs_stuck{*})", "{{kind}} {{cluster}}"),),
        "the API does not tell it",
        thresholds=warn_from(1),
        minimum=0,
        size=(12, 8),
    ),
    TimeSeries(
        "Stuck for",
        "How long the oldest of the stuck PGs has been so. Good: 0. It grows while nobody helps.",
        (
            Query(
                "max by (cluster, kind) (ceph_pgs_stuck_oldest_seconds{*})",
                "{{kind}} {{cluster}}",
            ),
        ),
        "the API does not tell it",
        unit="s",
        minimum=0,
        size=(12, 8),
    ),
)

RECOVERY = (
    TimeSeries(
        "Objects to mend",
        "Copies that are missing or misplaced, and objects unfound. Good: 0, or falling. A line "
        "that stands still while PGs are not clean: recovery is blocked.",
        (
            Query(cluster("ceph_num_objects_degraded"), "missing {{cluster}}"),
            Query(cluster("ceph_num_objects_misplaced"), "misplaced {{cluster}}"),
            Query(cluster("ceph_num_objects_unfound"), "unfound {{cluster}}"),
        ),
        "unknown: Ceph is not reached",
        minimum=0,
    ),
    TimeSeries(
        "Objects recovered",
        "Objects that recovery moves in a second.",
        (Query(RATE, "recovered {{cluster}}", empty_when=NOT_OVER_DASHBOARD),),
        "the dashboard's API does not tell it",
        unit="ops",
        minimum=0,
    ),
    TimeSeries(
        "Bytes recovered",
        "Bytes that recovery moves in a second. It takes from what clients get.",
        (Query(cluster("ceph_recovery_io_bytes"), "recovered {{cluster}}"),),
        "unknown: Ceph is not reached",
        unit="Bps",
        minimum=0,
    ),
    TimeSeries(
        "PGs at work",
        "PGs that recover, backfill or wait for it. Many wait and few work: osd_max_backfills is "
        "low, or the OSDs are busy.",
        tuple(
            Query(_all(state), f"{state} {{{{cluster}}}}")
            for state in ("recovering", "recovery_wait", "backfilling", "backfill_wait", "peering")
        ),
        UNKNOWN,
        minimum=0,
    ),
    TimeSeries(
        "Missing copies by pool",
        "Copies of objects that are missing, by pool. Good: nothing.",
        (
            Query(
                named(f"({pools('ceph_pool_num_objects_degraded')} > 0)"),
                NAME,
                empty_when=NOTHING_RAISED,
            ),
        ),
        "no copy is missing, or unknown: not over every API, or Ceph is not reached",
        stack=True,
        minimum=0,
    ),
    TimeSeries(
        "Scrubs and repairs",
        "PGs that are scrubbed, deeply scrubbed or repaired. Scrubs that never run end in "
        "PG_NOT_SCRUBBED; check noscrub and the load of the OSDs.",
        tuple(
            Query(_all(state), f"{state} {{{{cluster}}}}")
            for state in ("scrubbing", "deep", "repair")
        ),
        UNKNOWN,
        minimum=0,
    ),
)

BOARD = Dashboard(
    "ceph-pgs",
    "Ceph placement groups and recovery",
    "What of a Ceph cluster's data is not as it should be, since when, and how fast it mends.",
    (
        Section("At a glance", GLANCE),
        Section("States", STATES),
        Section("Recovery and scrubs", RECOVERY),
    ),
)
