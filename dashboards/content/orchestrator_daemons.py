"""The orchestrator's daemons: their states, versions, memory and restarts."""

from dashboards.content.hosts_and_osds import host_link
from dashboards.content.phrases import GREY, NOTHING_WRONG, or_none
from dashboards.engine.declare import Query, Table, TimeSeries, ValueMappings, warn_from

NO_ORCHESTRATOR = "the cluster has no orchestrator, or this API does not report it"
UNKNOWN = "No orchestrator, or the exporter cannot reach Ceph"
STATES: ValueMappings = {
    -2: ("unknown", GREY),
    -1: ("error", "red"),
    0: ("stopped", "orange"),
    1: ("running", "green"),
    2: ("starting", "blue"),
}
_COLORS = (
    ("running", "green"),
    ("starting", "blue"),
    ("stopped", "orange"),
    ("unknown", GREY),
    ("error", "red"),
)
STATUS = "max by (cluster, daemon_name, service_name, hostname) (ceph_cephadm_daemon_status{*})"
_MEMORY = "max by (cluster, daemon_name, hostname) (ceph_orchestrator_daemon_memory_{}_bytes{{*}})"
_LARGEST = f"topk by (cluster) (20, {_MEMORY.format('usage')})"

DAEMONS = (
    TimeSeries(
        "Daemons by state",
        "All daemons of the orchestrator, by their state. Good: all are running.",
        (
            Query(
                "sum by (cluster, state) (max by (cluster, daemon_type, state)"
                " (ceph_orchestrator_daemons{*}))",
                "{{state}}",
                empty_when=NO_ORCHESTRATOR,
            ),
        ),
        UNKNOWN,
        unit="locale",
        size=(12, 9),
        stack=True,
        decimals=0,
        minimum=0,
        colors=_COLORS,
    ),
    Table(
        "Daemons that do not run",
        "Every daemon that is not running, and its host. Good: none.",
        (
            Query(
                f"{STATUS} != 1",
                "state",
                empty_when=NOTHING_WRONG,
                mappings=STATES,
            ),
        ),
        "All daemons run, there is no orchestrator, or the exporter cannot reach Ceph",
        size=(12, 9),
        labels=("daemon_name", "service_name", "hostname"),
        links=(host_link("hostname"),),
        sort_ascending="state",
    ),
    Table(
        "Versions by type of daemon",
        "How many daemons of each type run which version. Good: one version for each type.",
        (
            Query(
                "count by (cluster, daemon_type, version) (max by (cluster, daemon_type,"
                " daemon_name, hostname, version) (ceph_orchestrator_daemon_info{*}))",
                "daemons",
                empty_when=NO_ORCHESTRATOR,
            ),
        ),
        "No orchestrator, too many daemons, or the exporter cannot reach Ceph",
        size=(8, 9),
        labels=("daemon_type", "version"),
    ),
    Table(
        "Daemons that use most memory",
        "The twenty daemons that use most memory, and what they should use at most, such as "
        "osd_memory_target. Only cephadm reports it.",
        (
            Query(or_none(_LARGEST, "Not reported"), "exists", hidden=True),
            Query(_LARGEST, "used", empty_when=NO_ORCHESTRATOR, unit="bytes"),
            Query(
                f"{_MEMORY.format('request')} and on (cluster, daemon_name, hostname) {_LARGEST}",
                "wanted",
                empty_when=NO_ORCHESTRATOR,
                unit="bytes",
            ),
        ),
        "Prometheus scrapes no exporter",
        size=(8, 9),
        labels=("daemon_name", "hostname", "note"),
        links=(host_link("hostname"),),
        sort_descending="used",
    ),
    Table(
        "Restarts in the past day",
        "Daemons that were started again within the past day. Good: none, except after an upgrade.",
        (
            Query(
                "max by (cluster, daemon_name, hostname)"
                " (changes(ceph_orchestrator_daemon_start_time_seconds{*}[1d])) > 0",
                "restarts",
                empty_when=NOTHING_WRONG,
                thresholds=warn_from(1),
            ),
        ),
        "No daemon was restarted, no orchestrator, or the exporter cannot reach Ceph",
        size=(8, 9),
        labels=("daemon_name", "hostname"),
        links=(host_link("hostname"),),
        sort_descending="restarts",
    ),
)
