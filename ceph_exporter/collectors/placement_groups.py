"""Placement groups: how many there are by pool and state, are stuck, or were not scrubbed."""

from collections.abc import Iterator

from ceph_exporter.facts import Facts, Health, Status
from ceph_exporter.facts.osd_dump import OsdDump
from ceph_exporter.facts.pg_states import PgStates, if_uniform, single, stuck
from ceph_exporter.facts.scrub_debt import debts
from ceph_exporter.metric import Family, Labels, Metric

_POOL, _KIND = Labels("pool_id"), Labels("kind")
_STATES, _HEALTH = PgStates.document, Health.document


def _state(name: str) -> Metric:
    return Metric(
        f"ceph_pg_{name}", "gauge", f"Number of PGs of the pool in state {name}", _STATES, _POOL
    )


TOTAL = Metric("ceph_pg_total", "gauge", "Number of PGs of the pool", _STATES, _POOL)
# In the same order as on the page of Ceph's mgr module.
ACTIVE = _state("active")
CLEAN = _state("clean")
DOWN = _state("down")
RECOVERY_UNFOUND = _state("recovery_unfound")
BACKFILL_UNFOUND = _state("backfill_unfound")
SCRUBBING = _state("scrubbing")
DEGRADED = _state("degraded")
INCONSISTENT = _state("inconsistent")
PEERING = _state("peering")
REPAIR = _state("repair")
RECOVERING = _state("recovering")
FORCED_RECOVERY = _state("forced_recovery")
BACKFILL_WAIT = _state("backfill_wait")
INCOMPLETE = _state("incomplete")
STALE = _state("stale")
REMAPPED = _state("remapped")
DEEP = _state("deep")
BACKFILLING = _state("backfilling")
FORCED_BACKFILL = _state("forced_backfill")
BACKFILL_TOOFULL = _state("backfill_toofull")
RECOVERY_WAIT = _state("recovery_wait")
RECOVERY_TOOFULL = _state("recovery_toofull")
UNDERSIZED = _state("undersized")
ACTIVATING = _state("activating")
PEERED = _state("peered")
SNAPTRIM = _state("snaptrim")
SNAPTRIM_WAIT = _state("snaptrim_wait")
SNAPTRIM_ERROR = _state("snaptrim_error")
CREATING = _state("creating")
UNKNOWN = _state("unknown")
PREMERGE = _state("premerge")
FAILED_REPAIR = _state("failed_repair")
LAGGY = _state("laggy")
WAIT = _state("wait")
STUCK = Metric(
    "ceph_pgs_stuck",
    "gauge",
    "Number of PGs that have been stuck in a state for longer than mon_pg_stuck_threshold",
    _HEALTH,
    _KIND,
    detail="The label kind is the state. The states inactive, unclean and stale (Ceph 11 and "
    "earlier) or inactive, peering, stale and undersized (Ceph 12 and later) are always present, "
    "other states only while PGs are stuck in them.",
)
STUCK_OLDEST = Metric(
    "ceph_pgs_stuck_oldest_seconds",
    "gauge",
    "Longest time that a PG has been stuck in a state; 0 if no PG is stuck",
    _HEALTH,
    _KIND,
    detail="The value is the maximum over the PGs that Ceph names (by default, at most 50 per "
    "health check). Absent if Ceph reports no times, or if it reports that a PG has been stuck "
    "'since forever'.",
)
NOT_SCRUBBED = Metric(
    "ceph_pgs_not_scrubbed",
    "gauge",
    "Number of PGs that were not scrubbed in time, muted or not",
    _HEALTH,
    _KIND,
    since="12",
    detail="The label kind is scrub or deep_scrub. The value is that of the health checks "
    "PG_NOT_SCRUBBED and PG_NOT_DEEP_SCRUBBED, and 0 while they are not raised. Ceph does not "
    "raise them if mon_warn_pg_not_scrubbed_ratio or mon_warn_pg_not_deep_scrubbed_ratio is 0, and "
    "Ceph 12 and 13 raise them only if mon_warn_not_scrubbed or mon_warn_not_deep_scrubbed is set.",
)
OLDEST_SCRUB = Metric(
    "ceph_pgs_oldest_scrub_timestamp_seconds",
    "gauge",
    "Earliest last scrub of the PGs that were not scrubbed in time; absent if there are none",
    _HEALTH,
    _KIND,
    since="15",
    detail="The value is the minimum over the PGs that Ceph names (by default, at most 50 per "
    "health check), so there may be PGs whose last scrub was earlier. Absent if the API omits the "
    "detail lines.",
)

_BY_STATE = {
    name.lower(): metric
    for name, metric in list(vars().items())
    if isinstance(metric, Metric) and metric.document == _STATES and metric is not TOTAL
}


def collect(facts: Facts) -> Iterator[Family]:
    """Yield the number of PGs by pool and state, even if it is 0, and the stuck PGs by kind."""
    # While `status` determines the states, `pg states` is not requested and can be outdated.
    uniform = if_uniform(facts.get(Status), facts.get(OsdDump))
    if states := uniform or facts.get(PgStates):
        yield from _pools(states)
    if (health := facts.get(Health)) and health.listed:
        kinds = [(_KIND(kind), row) for kind, row in stuck(health).items()]
        yield STUCK, [(block, row.pgs) for block, row in kinds]
        yield STUCK_OLDEST, [(block, row.oldest) for block, row in kinds]
    if health:
        scrubs = [(_KIND(kind), row) for kind, row in debts(health).items()]
        yield NOT_SCRUBBED, [(block, row.pgs) for block, row in scrubs]
        yield OLDEST_SCRUB, [(block, row.oldest) for block, row in scrubs]


def _pools(states: PgStates) -> Iterator[Family]:
    blocks = [(_POOL(str(pool)), counts) for pool, counts in states.pools.items()]
    yield TOTAL, [(block, sum(counts.values())) for block, counts in blocks]
    singles = [(block, single(counts)) for block, counts in blocks]
    for state, metric in _BY_STATE.items():
        yield metric, [(block, counts.get(state, 0)) for block, counts in singles]
