"""The states of PGs: a chart, and a list in which the states can be read in full."""

from dashboards.content.checks import PLACEMENT
from dashboards.content.phrases import NOT_REACHED
from dashboards.engine.declare import Query, Table, TimeSeries

# From good to bad: a state has the color of the worst of its parts.
COLORS = (
    (".*", "blue"),
    ("^active.*clean", "green"),
    (".*(scrubbing|snaptrim).*", "semi-dark-green"),
    (".*(remapped|backfill|recover|peering|activating|creating|repair|wait).*", "blue"),
    (".*(degraded|undersized|peered|laggy|toofull).*", "orange"),
    (".*(inconsistent|incomplete|down|stale|unfound|unknown|error|failed_repair).*", "red"),
)

PG_STATES = TimeSeries(
    "PG states over time",
    "PGs by their combined state, as `ceph status` shows it. Good: all PGs are active+clean; some "
    "of them may be scrubbing. Green is clean, blue is moving, orange lacks copies, red needs "
    "someone to act.",
    (Query("max by (cluster, state) (ceph_pg_state{*})", "{{state}}"),),
    NOT_REACHED,
    unit="locale",
    size=(14, 9),
    stack=True,
    decimals=0,
    minimum=0,
    colors=COLORS,
    details=PLACEMENT,
)

PG_LIST = Table(
    "PG states now",
    "The number of PGs in each combined state.",
    (Query("max by (cluster, state) (ceph_pg_state{*})", "PGs"),),
    NOT_REACHED,
    unit="locale",
    size=(10, 9),
    labels=("state",),
    sort_descending="PGs",
)
