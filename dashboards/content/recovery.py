"""Recovery and scrubs: what remains to be recovered, the speed, and the PGs that take part."""

from dashboards.content.phrases import (
    NOT_OVER_DASHBOARD,
    NOT_REACHED,
    NOTHING_WRONG,
    cluster,
    named,
    pools,
)
from dashboards.engine.declare import Query, TimeSeries

NAME = "{{name}}"
RATE = cluster("ceph_recovery_io_objects")
UNKNOWN = "Unknown: the exporter cannot reach Ceph, or this API does not report PGs by pool"


def in_state(state: str) -> str:
    """Return the number of PGs in a state, one series for each cluster."""
    return f"sum by (cluster) ({pools(f'ceph_pg_{state}')})"


RECOVERY = (
    TimeSeries(
        "Objects to recover",
        "Missing copies, misplaced copies and unfound objects. Good: 0, or falling. If a line "
        "stays constant while PGs are not clean, recovery is blocked.",
        (
            Query(cluster("ceph_num_objects_degraded"), "missing"),
            Query(cluster("ceph_num_objects_misplaced"), "misplaced"),
            Query(cluster("ceph_num_objects_unfound"), "unfound"),
        ),
        NOT_REACHED,
        minimum=0,
    ),
    TimeSeries(
        "Objects recovered",
        "Objects that Ceph recovers per second.",
        (Query(RATE, "recovered", empty_when=NOT_OVER_DASHBOARD),),
        NOT_OVER_DASHBOARD,
        unit="ops",
        minimum=0,
    ),
    TimeSeries(
        "Bytes recovered",
        "Bytes per second that recovery moves. Recovery takes bandwidth from clients.",
        (Query(cluster("ceph_recovery_io_bytes"), "recovered"),),
        NOT_REACHED,
        unit="Bps",
        minimum=0,
    ),
    TimeSeries(
        "PGs in recovery",
        "PGs that recover, backfill, or wait for either. If many wait and few are active, "
        "osd_max_backfills is low or the OSDs are busy.",
        tuple(
            Query(in_state(state), f"{state}")
            for state in ("recovering", "recovery_wait", "backfilling", "backfill_wait", "peering")
        ),
        UNKNOWN,
        minimum=0,
        size=(12, 8),
    ),
    TimeSeries(
        "Scrubs and repairs",
        "PGs that are being scrubbed, deep-scrubbed or repaired. If scrubs never run, Ceph raises "
        "PG_NOT_SCRUBBED; check the noscrub flag and the load of the OSDs.",
        tuple(Query(in_state(state), f"{state}") for state in ("scrubbing", "deep", "repair")),
        UNKNOWN,
        minimum=0,
        size=(12, 8),
    ),
)

MISSING_BY_POOL = TimeSeries(
    "Missing copies by pool",
    "Copies of objects that are missing, by pool. Good: no data.",
    (
        Query(
            named(f"({pools('ceph_pool_num_objects_degraded')} > 0)"),
            NAME,
            empty_when=NOTHING_WRONG,
        ),
    ),
    "No copy is missing, this API does not report it, or the exporter cannot reach Ceph",
    stack=True,
    minimum=0,
    size=(24, 8),
)
