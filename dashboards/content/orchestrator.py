"""The orchestrator: services, daemons and hosts."""

from dashboards.content.figures import Absence, figure
from dashboards.content.hosts_and_osds import host_link
from dashboards.content.orchestrator_daemons import DAEMONS, NO_ORCHESTRATOR, STATUS, UNKNOWN
from dashboards.content.phrases import NOTHING_WRONG, or_none
from dashboards.engine.declare import (
    Dashboard,
    Query,
    Section,
    Table,
    TimeSeries,
    ValueMappings,
    bad_from,
    rising,
    warn_from,
)

_ABSENT = Absence(NO_ORCHESTRATOR, UNKNOWN)
_YES: ValueMappings = {0: ("no", ""), 1: ("yes", "blue")}

_LACKING = (
    "max by (cluster, service_name)"
    " (ceph_orchestrator_service_size{*} - ceph_orchestrator_service_running{*})"
)


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
    figure(
        "Daemons in error",
        "Daemons that the orchestrator found in an error state. Good: 0.",
        _in_state("error"),
        _ABSENT,
        thresholds=bad_from(1),
    ),
    figure(
        "Other daemons not running",
        "Daemons that are stopped, that start, or of which the orchestrator does not know the "
        "state. Good: 0.",
        _in_state("stopped|starting|unknown"),
        _ABSENT,
        thresholds=warn_from(1),
    ),
    figure(
        "Services that lack daemons",
        "Services of which fewer daemons run than should run. Good: 0.",
        f"sum by (cluster) ({_LACKING} > bool 0)",
        _ABSENT,
        thresholds=warn_from(1),
    ),
    figure(
        "Hosts offline",
        "Hosts that the orchestrator cannot reach. Good: 0.",
        'max by (cluster) (ceph_orchestrator_hosts{*,status="offline"})',
        _ABSENT,
        thresholds=bad_from(1),
    ),
    figure(
        "Hosts in maintenance",
        "Hosts whose daemons are stopped because someone works on the host. Good: 0.",
        'max by (cluster) (ceph_orchestrator_hosts{*,status="maintenance"})',
        _ABSENT,
        thresholds=warn_from(1),
    ),
    figure(
        "Oldest information",
        "The time since the orchestrator asked a host about its daemons, of the host that has "
        "waited longest. cephadm asks every ten minutes.",
        f"max by (cluster) ({_AGE})",
        _ABSENT,
        unit="s",
        thresholds=rising(1800, 3600),
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
        UNKNOWN,
        unit="locale",
        size=(12, 9),
        decimals=0,
        minimum=0,
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
                f"count by (cluster, hostname) ({STATUS})", "daemons", empty_when=NO_ORCHESTRATOR
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
