"""The daemons, services and hosts of the orchestrator, such as cephadm or Rook."""

from collections import Counter
from collections.abc import Iterator
from typing import Annotated

import msgspec

from ceph_exporter.facts import Facts
from ceph_exporter.facts.orch_hosts import MAINTENANCE, OFFLINE, ONLINE, Hosts
from ceph_exporter.facts.orch_services import Services
from ceph_exporter.facts.orchestrator import STATES, Daemon, Daemons
from ceph_exporter.metric import Columns, Family, Labels, Metric, ones

_DAEMON = Labels("daemon_name", "hostname")
_SERVICE = Labels("service_type", "service_name")
_HOST = Labels("hostname")
_MAX_LABELS = 100
"""Labels of hosts are free text, so only the most frequent ones are exported."""
_DETAILS = "Only exported if there are at most `--collector.orchestrator.limit` daemons."

DAEMON_STATUS = Metric(
    "ceph_cephadm_daemon_status",
    "gauge",
    "State of the daemon: -2 unknown, -1 error, 0 stopped, 1 running, 2 starting",
    Daemons.document,
    Labels("service_type", "daemon_name", "hostname", "service_name"),
    detail="With every orchestrator, not only cephadm. `service_type` is the type of the daemon, "
    "such as haproxy, as in Ceph's mgr module of Ceph 20.",
)
DAEMONS = Metric(
    "ceph_orchestrator_daemons",
    "gauge",
    "Number of the orchestrator's daemons by type and state",
    Daemons.document,
    Labels("daemon_type", "state"),
    detail="Absent unless the answer lists every daemon with its type.",
)
DAEMON_INFO = Metric(
    "ceph_orchestrator_daemon_info",
    "gauge",
    "Version of the daemon according to the orchestrator; always 1",
    Daemons.document,
    Labels("daemon_type", "daemon_name", "hostname", "service_name", "version"),
    detail=_DETAILS,
)
MEMORY_USAGE = Metric(
    "ceph_orchestrator_daemon_memory_usage_bytes",
    "gauge",
    "Memory that the daemon's container uses",
    Daemons.document,
    _DAEMON,
    detail=f"The column MEM USE of `ceph orch ps` of cephadm. {_DETAILS}",
)
MEMORY_REQUEST = Metric(
    "ceph_orchestrator_daemon_memory_request_bytes",
    "gauge",
    "Memory that the daemon should use at most, such as osd_memory_target",
    Daemons.document,
    _DAEMON,
    detail=f"The column MEM LIM of `ceph orch ps` of cephadm. {_DETAILS}",
)
MEMORY_LIMIT = Metric(
    "ceph_orchestrator_daemon_memory_limit_bytes",
    "gauge",
    "Memory above which the daemon's container is killed",
    Daemons.document,
    _DAEMON,
    detail=f"Absent if it is not limited. {_DETAILS}",
)
START_TIME = Metric(
    "ceph_orchestrator_daemon_start_time_seconds",
    "gauge",
    "Unix time at which the daemon's container was started",
    Daemons.document,
    _DAEMON,
    detail="The orchestrator does not count restarts; `changes()` of this metric does. " + _DETAILS,
)
REFRESH_TIME = Metric(
    "ceph_orchestrator_host_refresh_timestamp_seconds",
    "gauge",
    "Unix time of the orchestrator's oldest information about a daemon on the host",
    Daemons.document,
    _HOST,
    detail="By default, cephadm asks each host every ten minutes.",
)
SERVICE_SIZE = Metric(
    "ceph_orchestrator_service_size",
    "gauge",
    "Number of daemons that the service should have",
    Services.document,
    _SERVICE,
    detail="cephadm counts the OSDs that exist, because it does not know how many are wanted.",
)
SERVICE_RUNNING = Metric(
    "ceph_orchestrator_service_running",
    "gauge",
    "Number of daemons of the service that run",
    Services.document,
    _SERVICE,
)
SERVICE_UNMANAGED = Metric(
    "ceph_orchestrator_service_unmanaged",
    "gauge",
    "Whether the orchestrator neither deploys nor removes daemons of the service (1) or does (0)",
    Services.document,
    _SERVICE,
)
HOSTS = Metric(
    "ceph_orchestrator_hosts",
    "gauge",
    "Number of hosts by status",
    Hosts.document,
    Labels("status"),
    detail="Absent unless the answer lists every host with its status.",
)
HOST_OFFLINE = Metric(
    "ceph_orchestrator_host_offline",
    "gauge",
    "Whether the orchestrator cannot reach the host (1) or can (0)",
    Hosts.document,
    _HOST,
)
HOST_MAINTENANCE = Metric(
    "ceph_orchestrator_host_maintenance",
    "gauge",
    "Whether the host is in maintenance mode (1) or not (0)",
    Hosts.document,
    _HOST,
)
LABEL_HOSTS = Metric(
    "ceph_orchestrator_label_hosts",
    "gauge",
    "Number of hosts with the label",
    Hosts.document,
    Labels("label"),
    detail=f"The {_MAX_LABELS} most frequent labels. Absent unless the answer lists every host.",
)


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How large a cluster may be for details about each daemon."""

    limit: Annotated[
        int,
        msgspec.Meta(
            description="Maximum number of daemons for which version, memory and start time are "
            "exported; with more daemons, they are exported for none",
            ge=0,
            le=10**12,
        ),
    ] = 2_000


def collect(facts: Facts, options: Options = Options()) -> Iterator[Family]:  # noqa: B008 - frozen
    """Yield the families of daemons, services and hosts."""
    if daemons := facts.get(Daemons):
        yield from facts.once(_daemons, daemons, options.limit)
    if services := facts.get(Services):
        rows = [(_SERVICE(row.type, row.name), row) for row in services.services]
        yield SERVICE_SIZE, [(block, row.size) for block, row in rows]
        yield SERVICE_RUNNING, [(block, row.running) for block, row in rows]
        yield SERVICE_UNMANAGED, [(block, row.unmanaged) for block, row in rows]
    if hosts := facts.get(Hosts):
        yield from _hosts(hosts)


def _daemons(answer: Daemons, limit: int) -> tuple[Family, ...]:
    """Return the families of daemons, of which a cluster may have thousands."""
    rows = answer.daemons
    status = DAEMON_STATUS.labels
    blocks = tuple(status(row.type, row.name, row.hostname, row.service) for row in rows)
    return (
        (DAEMON_STATUS, Columns(blocks, [row.status for row in rows])),
        (REFRESH_TIME, [*_refreshed(answer)]),
        *([(DAEMONS, [*_by_state(answer)])] if answer.complete else []),
        *(_details(rows) if len(rows) <= limit else []),
    )


def _by_state(daemons: Daemons) -> Iterator[tuple[str, int]]:
    """Yield the number of daemons of each type in each state, 0 if there is none."""
    counts = Counter((row.type, row.state) for row in daemons.daemons)
    for type_ in sorted({row.type for row in daemons.daemons}):
        for state in STATES.values():
            yield DAEMONS.labels(type_, state), counts[type_, state]


def _details(daemons: tuple[Daemon, ...]) -> Iterator[Family]:
    info = DAEMON_INFO.labels
    yield (
        DAEMON_INFO,
        ones(
            tuple(
                info(row.type, row.name, row.hostname, row.service, row.version) for row in daemons
            )
        ),
    )
    blocks = tuple(_DAEMON(row.name, row.hostname) for row in daemons)
    yield MEMORY_USAGE, Columns(blocks, [row.memory_usage for row in daemons])
    yield MEMORY_REQUEST, Columns(blocks, [row.memory_request for row in daemons])
    yield MEMORY_LIMIT, Columns(blocks, [row.memory_limit for row in daemons])
    yield START_TIME, Columns(blocks, [row.started for row in daemons])


def _refreshed(daemons: Daemons) -> Iterator[tuple[str, float]]:
    oldest: dict[str, float] = {}
    for row in daemons.daemons:
        if row.refreshed is not None and row.hostname:
            oldest[row.hostname] = min(row.refreshed, oldest.get(row.hostname, row.refreshed))
    for hostname, seconds in oldest.items():
        yield _HOST(hostname), seconds


def _hosts(answer: Hosts) -> Iterator[Family]:
    statuses = [(_HOST(row.name), row.status) for row in answer.hosts if row.status is not None]
    if answer.complete and len(statuses) == len(answer.hosts):
        counts = Counter({ONLINE: 0, OFFLINE: 0, MAINTENANCE: 0})
        counts.update(status for _, status in statuses)
        yield HOSTS, [(HOSTS.labels(status), number) for status, number in counts.items()]
    yield HOST_OFFLINE, [(block, status == OFFLINE) for block, status in statuses]
    yield HOST_MAINTENANCE, [(block, status == MAINTENANCE) for block, status in statuses]
    if answer.complete:
        labels = Counter(label for row in answer.hosts for label in {*row.labels})
        most = sorted(labels.items(), key=lambda item: (-item[1], item[0]))[:_MAX_LABELS]
        yield LABEL_HOSTS, [(LABEL_HOSTS.labels(label), number) for label, number in most]
