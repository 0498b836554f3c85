"""Placement groups and recovery: unclean PGs, how long they have been unclean, and progress."""

from dataclasses import replace

from dashboards.content.checks import OSDS
from dashboards.content.phrases import (
    NOT_OVER_DASHBOARD,
    NOT_REACHED,
    NOTHING_BROKEN,
    NOTHING_WRONG,
    PGS_NOT_CLEAN,
    cluster,
    named,
    pgs_without,
    pools,
    unknown,
)
from dashboards.content.progress import IN_PROGRESS, SCRUBS
from dashboards.content.recovery import MISSING_BY_POOL, NAME, RATE, RECOVERY, UNKNOWN, in_state
from dashboards.content.states import PG_LIST, PG_STATES
from dashboards.engine.declare import (
    Dashboard,
    Query,
    Section,
    Stat,
    Table,
    TimeSeries,
    bad_from,
    warn_from,
)

SMALL = (4, 4)
INACTIVE = pgs_without("active")
TO_RECOVER = f"({cluster('ceph_num_objects_degraded')} + {cluster('ceph_num_objects_misplaced')})"
RECOVERED_IN = (
    f"{TO_RECOVER} / ({RATE} > 0) or 0 * ({TO_RECOVER} == 0) - 1"
    f" or 0 * ({TO_RECOVER} > 0 and {RATE} == 0) - 2"
    " or max by (cluster) (cluster:ceph_time_to_recover_seconds:estimate{!})"
)
BROKEN = ("inconsistent", "incomplete", "down", "stale", "recovery_unfound", "backfill_unfound")
REDS = ("orange", "dark-orange", "red", "light-red", "dark-red", "purple")
BLOCKED = ("backfill_toofull", "recovery_toofull")


GLANCE = (
    Stat(
        "Not active",
        "PGs that are not active. Good: 0. Their data can be neither read nor written, so fix this "
        "first. Look for OSDs that are down.",
        (Query(INACTIVE, "{{cluster}}"),),
        UNKNOWN,
        thresholds=bad_from(1),
        size=SMALL,
        details=OSDS,
    ),
    Stat(
        "Not clean",
        "PGs that do not have all their copies in place. Good: 0, or falling.",
        (Query(PGS_NOT_CLEAN, "{{cluster}}"),),
        UNKNOWN,
        thresholds=warn_from(1),
        size=SMALL,
    ),
    Stat(
        "Objects unfound",
        "Objects for which Ceph finds no current copy. Good: 0. Bring back the OSDs that stored "
        "them before you declare any object lost.",
        (Query(cluster("ceph_num_objects_unfound"), "{{cluster}}"),),
        NOT_REACHED,
        thresholds=bad_from(1),
        size=SMALL,
        details=OSDS,
    ),
    Stat(
        "Copies missing",
        "Copies of objects that are missing. Good: 0, or falling after an OSD was lost.",
        (Query(cluster("ceph_num_objects_degraded"), "{{cluster}}"),),
        NOT_REACHED,
        thresholds=warn_from(1),
        size=SMALL,
    ),
    Stat(
        "Copies misplaced",
        "Copies that are not on the OSDs where they should be. Data is moving; no data is at risk.",
        (Query(cluster("ceph_num_objects_misplaced"), "{{cluster}}"),),
        NOT_REACHED,
        thresholds=((None, "green"), (1, "blue")),
        size=SMALL,
    ),
    Stat(
        "Recovered in",
        "Missing and misplaced copies divided by the objects recovered per second or, where this "
        "API does not report that, by how fast they became fewer in the past 15 minutes. Good: "
        "nothing to do, or falling. No progress: recovery waits or is blocked.",
        (Query(RECOVERED_IN, "{{cluster}}", empty_when=NOT_OVER_DASHBOARD),),
        "this API does not report recovery, or the exporter cannot reach Ceph",
        unit="dtdurations",
        thresholds=((None, "blue"),),
        mappings={-1: ("nothing to do", "green"), -2: ("no progress", "orange")},
        size=SMALL,
    ),
)

NEED_ACTION = Table(
    "PGs that need someone to act",
    "PGs in states that do not resolve by themselves. Good: none. inconsistent: a scrub found "
    "copies that differ. incomplete, down, stale: OSDs are missing. unfound: there is no current "
    "copy. toofull: an OSD is too full to recover or backfill.",
    (
        Query(
            " or ".join(
                f'label_replace({in_state(state)} > 0, "state", "{state}", "", "")'
                for state in (*BROKEN, *BLOCKED)
            ),
            "PGs",
            empty_when=NOTHING_BROKEN,
            unit="locale",
            thresholds=bad_from(1),
        ),
    ),
    "No PG is in such a state, this API does not report PGs by pool, or the exporter cannot reach "
    "Ceph",
    size=(7, 9),
    labels=("state",),
    sort_descending="PGs",
)

STATES = (
    replace(PG_STATES, size=(9, 9)),
    replace(PG_LIST, size=(8, 9)),
    NEED_ACTION,
)

STUCK = (
    MISSING_BY_POOL,
    TimeSeries(
        "Not clean, by pool",
        "PGs that do not have all their copies in place. Good: no data.",
        (
            Query(
                named(f"({pools('ceph_pg_total')} - {pools('ceph_pg_clean')} > 0)"),
                NAME,
                empty_when=NOTHING_WRONG,
            ),
        ),
        "All PGs are clean, this API does not report PGs by pool, or the exporter cannot reach "
        "Ceph",
        unit="locale",
        size=(24, 8),
        stack=True,
        decimals=0,
        minimum=0,
    ),
    TimeSeries(
        "PGs that need manual action",
        "PGs in states that do not resolve by themselves. Good: all 0. inconsistent: a scrub found "
        "copies that differ. incomplete, down, stale: OSDs are missing. unfound: there is no "
        "current copy.",
        tuple(Query(in_state(state), state) for state in BROKEN),
        UNKNOWN,
        unit="locale",
        size=(12, 9),
        decimals=0,
        minimum=0,
        colors=tuple(zip(BROKEN, REDS, strict=True)),
    ),
    TimeSeries(
        "PGs that wait for space",
        "PGs that cannot recover or backfill because an OSD is too full. Good: 0. Free space on "
        "the fullest OSDs.",
        tuple(Query(in_state(state), state) for state in BLOCKED),
        UNKNOWN,
        unit="locale",
        size=(12, 9),
        decimals=0,
        minimum=0,
        details=OSDS,
    ),
    TimeSeries(
        "Stuck PGs",
        "PGs that have been inactive, unclean or otherwise stuck for longer than "
        "mon_pg_stuck_threshold. Good: 0.",
        (Query("max by (cluster, kind) (ceph_pgs_stuck{*})", "{{kind}}"),),
        unknown("this API does not report it"),
        unit="locale",
        size=(12, 8),
        decimals=0,
        minimum=0,
    ),
    TimeSeries(
        "Age of stuck PGs",
        "How long the PG that has been stuck longest has been stuck. Good: 0. It grows until "
        "someone acts.",
        (
            Query(
                "max by (cluster, kind) (ceph_pgs_stuck_oldest_seconds{*})",
                "{{kind}}",
            ),
        ),
        unknown("this API does not report it"),
        unit="s",
        minimum=0,
        size=(12, 8),
    ),
)

BOARD = Dashboard(
    "ceph-pgs",
    "Ceph placement groups and recovery",
    "Which PGs of a Ceph cluster are not active or not clean, since when, and how fast they "
    "recover.",
    (
        Section("At a glance", GLANCE),
        Section("States", STATES),
        Section("Recovery", (IN_PROGRESS, *RECOVERY)),
        Section("Scrubs", SCRUBS),
        Section("By pool, and details of stuck and broken PGs", STUCK, collapsed=True),
    ),
)
