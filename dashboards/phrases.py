"""Expressions that several dashboards share, and why some of them may give nothing."""

STATUS = "max by (cluster) (ceph_health_status{*})"

# The health, or the status, was had last so many seconds ago.
AGE = (
    "time() - max by (cluster) (ceph_exporter_document_last_success_timestamp_seconds"
    '{*,document=~"health detail|status"})'
)

PGS_NOT_CLEAN = (
    "sum by (cluster) (max by (cluster, pool_id) (ceph_pg_total{*})"
    " - max by (cluster, pool_id) (ceph_pg_clean{*}))"
)

# Until the first OSD is nearly full or, before Ceph 12, until no space is left.
NEARFULL_IN = (
    "(min by (cluster) (ceph_osds_nearfull_headroom_bytes{*})"
    " or max by (cluster) (ceph_cluster_total_avail_bytes{*}))"
    " / (max by (cluster) (deriv(ceph_cluster_total_used_raw_bytes{*}[1d])) > 0)"
)

# Where an OSD is and the name of a pool, one series each even while two exporters disagree.
LOCATION = (
    "topk by (cluster, ceph_daemon) (1, max by (cluster, ceph_daemon, host, rack, root,"
    " device_class) (ceph_osd_location{*}))"
)
POOL_NAME = (
    "topk by (cluster, pool_id) (1, max by (cluster, pool_id, name) (ceph_pool_metadata{*}))"
)

# The exporters that Prometheus could scrape within the past day.
SCRAPED_FROM = "last_over_time(ceph_up{*}[1d])"

GROWS = "only while the used space grows"
RAISED = "only while something is raised"
MOVES = "only while data moves"
MON_DATA = "Ceph tells it up to 11; from 12 on an exporter on the host, with --cluster.mon-data"
OLDER = f"{MON_DATA}; or only while a check is raised"
NOT_OVER_DASHBOARD = "the dashboard's API does not tell it"
SKEW = "the dashboard's API tells it only while MON_CLOCK_SKEW is raised"


def own(expr: str, known: str = "ceph_up{*}") -> str:
    """Give what is known of the exporter's process, in which `{+}` stands for the matchers.

    Other programs have metrics of the same name. And those of an exporter of several clusters have
    no label `cluster`: it is chosen by what else comes from there.
    """
    return f"{expr} and on (job, instance) {known}"


def each(aggregate: str, expr: str, known: str = "ceph_up{*}") -> str:
    """Give what `own` gives, one series for each exporter."""
    return f"{aggregate} by (instance) ({own(expr, known)})"


def osds(metric: str) -> str:
    """Give a metric of each OSD once."""
    return f"max by (cluster, ceph_daemon) ({metric}{{*}})"


def pools(metric: str) -> str:
    """Give a metric of each pool once."""
    return f"max by (cluster, pool_id) ({metric}{{*}})"


def placed(expr: str, labels: str) -> str:
    """Give what is known of each OSD the labels of its place, such as "host, rack"."""
    return f"{expr} * on (cluster, ceph_daemon) group_left ({labels}) {LOCATION}"


def named(expr: str) -> str:
    """Give what is known of each pool the pool's name."""
    return f"{expr} * on (cluster, pool_id) group_left (name) {POOL_NAME}"


def cluster(metric: str) -> str:
    """Give a metric of each cluster once."""
    return f"max by (cluster) ({metric}{{*}})"


def monitors(metric: str) -> str:
    """Give a metric of each monitor once."""
    return f"max by (cluster, ceph_daemon) ({metric}{{*}})"
