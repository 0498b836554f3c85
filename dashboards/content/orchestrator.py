"""The orchestrator: services, daemons and hosts."""

from dashboards.content.hosts_and_osds import host_link
from dashboards.content.phrases import GREY, NOTHING_WRONG, or_none
from dashboards.engine.declare import (
    Dashboard,
    Query,
    Section,
    Stat,
    Table,
    TimeSeries,
    ValueMappings,
    bad_from,
    rising,
    warn_from,
)

SMALL = (4, 4)
NO_ORCHESTRATOR = "the cluster has no orchestrator, or this API does not report it"
_UNKNOWN = "No orchestrator, or the exporter cannot reach Ceph"
_BRIEF = "none or unknown"

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
_YES: ValueMappings = {0: ("no", ""), 1: ("yes", "blue")}

_LACKING = (
    "max by (cluster, service_name)"
    " (ceph_orchestrator_service_size{*} - ceph_orchestrator_service_running{*})"
)
_STATUS = "max by (cluster, daemon_name, service_name, hostname) (ceph_cephadm_daemon_status{*})"
_MEMORY = "max by (cluster, daemon_name, hostname) (ceph_orchestrator_daemon_memory_{}_bytes{{*}})"
_LARGEST = f"topk by (cluster) (20, {_MEMORY.format('usage')})"


def _in_state(state: str) -> str:
    """Return the number of daemons in the states that match a regular expression."""
    return (
        "sum by (cluster) (max by (cluster, daemon_type, state)"
        f' (ceph_orchestrator_daemons{{*,state=~"{state}"}}))'
    )


def _service(metric: str) -> str:
    return f"max by (cluster, service_name, service_type) (ceph_orchestrator_service_{metric}{{*}})"


def _host(metric: str) -> str:
    return f"max by (cluster, hostname) (ceph_orchestrator_host_{metric}{{*}})"


_AGE = "time() - min by (cluster, hostname) (ceph_orchestrator_host_refresh_timestamp_seconds{*})"

GLANCE = (
    Stat(
        "Daemons in error",
        "Daemons that the orchestrator found in an error state. Good: 0.",
        (Query(_in_state("error"), "{{cluster}}", empty_when=NO_ORCHESTRATOR),),
        _UNKNOWN,
        thresholds=bad_from(1),
        size=SMALL,
        brief=_BRIEF,
    ),
    Stat(
        "Other daemons not running",
        "Daemons that are stopped, that start, or of which the orchestrator does not know the "
        "state. Good: 0.",
        (Query(_in_state("stopped|starting|unknown"), "{{cluster}}", empty_when=NO_ORCHESTRATOR),),
        _UNKNOWN,
        thresholds=warn_from(1),
        size=SMALL,
        brief=_BRIEF,
    ),
    Stat(
        "Services that lack daemons",
        "Services of which fewer daemons run than should run. Good: 0.",
        (
            Query(
                f"sum by (cluster) ({_LACKING} > bool 0)",
                "{{cluster}}",
                empty_when=NO_ORCHESTRATOR,
            ),
        ),
        _UNKNOWN,
        thresholds=warn_from(1),
        size=SMALL,
        brief=_BRIEF,
    ),
    Stat(
        "Hosts offline",
        "Hosts that the orchestrator cannot reach. Good: 0.",
        (
            Query(
                'max by (cluster) (ceph_orchestrator_hosts{*,status="offline"})',
                "{{cluster}}",
                empty_when=NO_ORCHESTRATOR,
            ),
        ),
        _UNKNOWN,
        thresholds=bad_from(1),
        size=SMALL,
        brief=_BRIEF,
    ),
    Stat(
        "Hosts in maintenance",
        "Hosts whose daemons are stopped because someone works on the host. Good: 0.",
        (
            Query(
                'max by (cluster) (ceph_orchestrator_hosts{*,status="maintenance"})',
                "{{cluster}}",
                empty_when=NO_ORCHESTRATOR,
            ),
        ),
        _UNKNOWN,
        thresholds=warn_from(1),
        size=SMALL,
        brief=_BRIEF,
    ),
    Stat(
        "Oldest information",
        "The time since the orchestrator asked a host about its daemons, of the host that has "
        "waited longest. cephadm asks every ten minutes.",
        (
            Query(
                f"max by (cluster) ({_AGE})",
                "{{cluster}}",
                empty_when=NO_ORCHESTRATOR,
            ),
        ),
        _UNKNOWN,
        unit="s",
        thresholds=rising(1800, 3600),
        size=SMALL,
        brief=_BRIEF,
    ),
)

SERVICES = (
    Table(
        "Services",
        "Each service with the daemons that run and those that should run. Good: as many running "
        "as wanted. The orchestrator leaves the daemons of unmanaged services alone.",
        (
            Query(or_none(_service("running"), "No orchestrator"), "exists", hidden=True),
            Query(_service("running"), "running", empty_when=NO_ORCHESTRATOR),
            Query(_service("size"), "wanted", empty_when=NO_ORCHESTRATOR),
            Query(
                f"{_service('size')} - {_service('running')} > 0",
                "missing",
                empty_when=NOTHING_WRONG,
                thresholds=bad_from(1),
            ),
            Query(
                _service("unmanaged"),
                "unmanaged",
                empty_when=NO_ORCHESTRATOR,
                mappings=_YES,
            ),
        ),
        "Prometheus scrapes no exporter",
        size=(12, 9),
        labels=("service_name", "service_type", "note"),
        sort_descending="missing",
    ),
    TimeSeries(
        "Missing daemons by service",
        "How many daemons each service lacks. Good: no line above 0.",
        (Query(_LACKING, "{{service_name}}", empty_when=NO_ORCHESTRATOR),),
        _UNKNOWN,
        unit="locale",
        size=(12, 9),
        decimals=0,
        minimum=0,
    ),
)

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
        _UNKNOWN,
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
                f"{_STATUS} != 1",
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

HOSTS = (
    Table(
        "Hosts",
        "Each host: whether the orchestrator reaches it, its daemons, and the age of what is known "
        "about them.",
        (
            Query(or_none(_host("offline"), "No orchestrator"), "exists", hidden=True),
            Query(
                _host("offline"),
                "offline",
                empty_when=NO_ORCHESTRATOR,
                mappings={0: ("no", "green"), 1: ("yes", "red")},
            ),
            Query(_host("maintenance"), "maintenance", empty_when=NO_ORCHESTRATOR, mappings=_YES),
            Query(
                f"count by (cluster, hostname) ({_STATUS})", "daemons", empty_when=NO_ORCHESTRATOR
            ),
            Query(
                _AGE,
                "age",
                empty_when=NO_ORCHESTRATOR,
                unit="s",
                thresholds=rising(1800, 3600),
            ),
        ),
        "Prometheus scrapes no exporter",
        size=(16, 9),
        labels=("hostname", "note"),
        links=(host_link("hostname"),),
        sort_descending="offline",
    ),
    Table(
        "Labels of hosts",
        "How many hosts have each label. The orchestrator places services by labels.",
        (
            Query(
                "max by (cluster, label) (ceph_orchestrator_label_hosts{*})",
                "hosts",
                empty_when=NO_ORCHESTRATOR,
            ),
        ),
        "No host has a label, no orchestrator, or the exporter cannot reach Ceph",
        size=(8, 9),
        labels=("label",),
        sort_descending="hosts",
    ),
)

BOARD = Dashboard(
    "ceph-orchestrator",
    "Ceph orchestrator",
    "Services, daemons and hosts as cephadm, Rook or another orchestrator sees them.",
    (
        Section("At a glance", GLANCE),
        Section("Services", SERVICES),
        Section("Daemons", DAEMONS),
        Section("Hosts", HOSTS),
    ),
)
