"""Expressions that several dashboards share, and the conditions under which queries are empty."""

from dashboards.engine.declare import Query, Thresholds, ValueMappings, falling


def unknown(reason: str) -> str:
    """Return the text of a panel without data, which may also be due to an unreachable Ceph."""
    return f"Unknown: {reason}, or the exporter cannot reach Ceph"


HEALTH: ValueMappings = {
    0: ("HEALTH_OK", "green"),
    1: ("HEALTH_WARN", "orange"),
    2: ("HEALTH_ERR", "red"),
}

GREY = "#6b7280"  # for what is unknown

UP = "max by (cluster) (ceph_up{*})"
STATUS = "max by (cluster) (ceph_health_status{*})"

# The health over time: -1 while the exporter cannot reach Ceph.
HEALTH_OR_UNREACHABLE = f"{STATUS} or ({UP} == 0) - 1"
HEALTH_OVER_TIME = HEALTH | {-1: ("unreachable", GREY)}

# A row that every timeline has: Grafana shows one without data with a text of its own.
REACHABLE = Query(f"{UP} + 20", "Ceph reachable")
REACHED: ValueMappings = {20: ("unreachable", GREY), 21: ("reachable", "green")}

# Seconds since the exporter last received the health or the status.
AGE = (
    "time() - max by (cluster) (ceph_exporter_document_last_success_timestamp_seconds"
    '{*,document=~"health detail|status"})'
)


def pgs_without(state: str) -> str:
    """Return the number of PGs that are not in a state such as "clean", for each cluster.

    Not every API reports the states by pool; those of the whole cluster are combined, such as
    active+clean.
    """
    return (
        "sum by (cluster) (max by (cluster, state)"
        f' (ceph_pg_state{{*,state!~"(.*[+])?{state}([+].*)?"}})'
        " or 0 * max by (cluster, state) (ceph_pg_state{*}))"
    )


PGS_NOT_CLEAN = pgs_without("clean")

# The forecast of the alert CephClusterFillingUp, which is red where the alert fires.
FULL_IN = "min by (cluster) (cluster:ceph_time_to_full_seconds:min{!})"
FULL_SOON: Thresholds = falling(5 * 86400, 30 * 86400)
NO_FORECAST_REASON = (
    "nothing grows steadily, the recording rules have run for less than a day, Prometheus does not "
    "load them, or the exporter cannot reach Ceph"
)
NO_OSD_CHANGED = "no OSD went up or down"
NO_FORECAST = "nothing grows steadily, or the recording rules have no day of data"

# The location of an OSD and the name of a pool, one series for each even if two exporters disagree.
LOCATION = (
    "topk by (cluster, ceph_daemon) (1, max by (cluster, ceph_daemon, host, rack, root,"
    " device_class) (ceph_osd_location{*}))"
)
POOL_NAME = (
    "topk by (cluster, pool_id) (1, max by (cluster, pool_id, name) (ceph_pool_metadata{*}))"
)

# The exporters that Prometheus scraped successfully within the past day.
SCRAPED_FROM = "last_over_time(ceph_up{*}[1d])"

# Values of `Query.empty_when`; panels show those that start with a capital letter.
NOTHING_WRONG = "nothing is wrong"
NO_DISKS = "the OSDs have no disks of their own, or Ceph is older than 10"
NOTHING_BROKEN = "no PG is in such a state"
NO_SKEW_WARNING = "the dashboard API is used and MON_CLOCK_SKEW is not raised"
NO_MON_DATA = (
    "Unknown: the exporter cannot reach Ceph or, from Ceph 12 on, runs without --cluster.mon-data"
    " on the monitor's host"
)
NO_MON_WARNING = f"{NO_MON_DATA}, or a raised check"
NOT_REACHED = "Unknown: the exporter cannot reach Ceph"
NOT_OVER_DASHBOARD = unknown("the dashboard API does not report it")
NO_OSDS = "Unknown: the exporter cannot reach Ceph, or there are no OSDs"


def own(expr: str, exporters: str = "ceph_up{*}") -> str:
    """Return an expression about metrics of the exporter's process, in which `{+}` is the marker.

    It selects only series from the targets that `exporters` has series from, because other programs
    have metrics of the same names, and metrics of the process have no label `cluster`.
    """
    return f"{expr} and on (job, instance) {exporters}"


def each(aggregate: str, expr: str, exporters: str = "ceph_up{*}") -> str:
    """Return an aggregate of metrics of the exporter's process, one series for each exporter."""
    return f"{aggregate} by (instance) ({own(expr, exporters)})"


def daemons(metric: str) -> str:
    """Return a metric of daemons, one series for each daemon."""
    return f"max by (cluster, ceph_daemon) ({metric}{{*}})"


def pools(metric: str) -> str:
    """Return a metric of pools, one series for each pool."""
    return f"max by (cluster, pool_id) ({metric}{{*}})"


def cluster(metric: str) -> str:
    """Return a metric of clusters, one series for each cluster."""
    return f"max by (cluster) ({metric}{{*}})"


def located(expr: str, labels: str) -> str:
    """Return an expression about OSDs with labels of their location, such as "host, rack"."""
    return f"{expr} * on (cluster, ceph_daemon) group_left ({labels}) {LOCATION}"


def named(expr: str) -> str:
    """Return an expression about pools with the names of the pools as label `name`."""
    return f"{expr} * on (cluster, pool_id) group_left (name) {POOL_NAME}"


def top_pools(expr: str, rank: str) -> str:
    """Return an expression about the ten pools with the highest rank in the whole time range.

    The ten highest of each moment would be others all the time, with lines full of gaps.
    """
    highest = f"topk(10, max by (cluster, pool_id) ({rank}))"
    return named(f"({expr} and on (cluster, pool_id) {highest})")


def versioned(expr: str, label: str = "ceph_version") -> str:
    """Return an expression with the short version, such as 18.2.7, as the label `version`."""
    return f'label_replace({expr}, "version", "$1", "{label}", "(?:ceph version )?v?([^ ]+).*")'


def or_none(expr: str, none: str, label: str = "note") -> str:
    """Return an expression with a row that says in a label why there are no others.

    Grafana shows a table of several queries without rows as bare headers.
    """
    nothing = f'label_replace(0 * ({UP} == 1), "{label}", "{none}", "", "")'
    unknown = f'label_replace(0 * ({UP} == 0), "{label}", "Ceph is unreachable", "", "")'
    return f"({expr}) or on (cluster) ({nothing} or {unknown})"
