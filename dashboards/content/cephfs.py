"""The clients of file systems: ranks, capabilities, requests, pools, and each client."""

from dashboards.content.cephfs_ranks import CLIENTS, FAILING, HALF, NO_STATUS, RANKS, UNKNOWN
from dashboards.content.figures import Absence, figure
from dashboards.content.filesystems import NO_FILESYSTEM
from dashboards.content.phrases import POOL_NAME, daemons, or_none
from dashboards.engine.declare import (
    Dashboard,
    Query,
    Section,
    Table,
    TimeSeries,
    bad_from,
    warn_from,
)

NO_SESSIONS = "the collector cephfs_clients is off, the API is not the dashboard, or no MDS answers"
NOT_EACH = "--collector.cephfs_clients.each is off, or the API is not the dashboard"
SESSIONS_UNKNOWN = (
    "Unknown: the collector cephfs_clients is off, the API is not the dashboard, or the exporter"
    " cannot reach Ceph"
)
_ABSENT = Absence(NO_STATUS, UNKNOWN)
_NO_SESSION = Absence(NO_SESSIONS, SESSIONS_UNKNOWN, "unknown")
SESSIONS = "max by (cluster, fs_id, name, rank, state) (ceph_fs_sessions{*})"
_CLIENT = "max by (cluster, fs_id, client) (ceph_fs_client_{}{{*}})"


def _pool(metric: str) -> str:
    """Return a metric of pools by the names of the file system and of the pool."""
    pool = f"max by (cluster, name, pool_id, type) (ceph_fs_pool_{metric}{{*}})"
    of_filesystem = f'label_replace({pool}, "filesystem", "$1", "name", "(.*)")'
    return f"{of_filesystem} * on (cluster, pool_id) group_left (name) {POOL_NAME}"


GLANCE = (
    figure(
        "Clients",
        "Number of clients of all filesystems.",
        f"sum by (cluster) ({CLIENTS})",
        _ABSENT,
    ),
    figure(
        "Clients that fail",
        "Clients that do not do what an MDS asks of them. Good: 0. They may block other clients; "
        "`ceph health detail` names them.",
        f"sum by (cluster) ({FAILING})",
        Absence(NO_FILESYSTEM, "No filesystem, or the exporter cannot reach Ceph"),
        thresholds=warn_from(1),
    ),
    figure(
        "Requests per second",
        "Requests of clients that all MDSs handle.",
        "sum by (cluster) (" + daemons("ceph_mds_requests_per_second") + ")",
        _ABSENT,
    ),
    figure(
        "Capabilities",
        "What clients may cache or lock, in total. An MDS needs memory for each capability.",
        "sum by (cluster) (" + daemons("ceph_mds_mem_cap") + ")",
        _ABSENT,
    ),
    figure(
        "Stale sessions",
        "Clients that the MDS of rank 0 has not heard from for a minute. Good: 0. After five "
        "minutes it evicts them.",
        'sum by (cluster) (max by (cluster, fs_id, rank) (ceph_fs_sessions{*,state="stale"}))',
        _NO_SESSION,
        thresholds=warn_from(1),
    ),
    figure(
        "Oldest client",
        "Major release of Ceph of the oldest client in userspace.",
        "min by (cluster) (ceph_fs_client_oldest_release{*})",
        _NO_SESSION,
    ),
)

FAILS = (
    TimeSeries(
        "Clients that fail, by problem",
        "late_release: clients that keep capabilities. recall: clients that do not shrink their "
        "caches. oldest_tid: clients that do not advance their oldest request. Good: 0.",
        (
            Query(
                f"sum by (cluster, name, problem) ({FAILING})",
                "{{name}} {{problem}}",
                empty_when=NO_FILESYSTEM,
            ),
        ),
        "No filesystem, or the exporter cannot reach Ceph",
        unit="locale",
        size=HALF,
        decimals=0,
        minimum=0,
        thresholds=bad_from(1),
    ),
    TimeSeries(
        "Sessions by state",
        "Sessions of clients with rank 0. A stale session is one of a client that is silent.",
        (
            Query(
                f"sum by (cluster, name, state) ({SESSIONS})",
                "{{name}} {{state}}",
                empty_when=NO_SESSIONS,
            ),
        ),
        SESSIONS_UNKNOWN,
        unit="locale",
        size=HALF,
        decimals=0,
        minimum=0,
    ),
)

POOLS = (
    Table(
        "Pools of filesystems",
        "The metadata and data pools of each filesystem. Used: including replicas. Available: data "
        "that can still be stored, without replicas.",
        (
            Query(
                or_none(_pool("stored_bytes"), "No filesystem"),
                "exists",
                hidden=True,
            ),
            Query(_pool("stored_bytes"), "stored", unit="bytes", empty_when=NO_FILESYSTEM),
            Query(_pool("used_bytes"), "used", unit="bytes", empty_when=NO_FILESYSTEM),
            Query(_pool("avail_bytes"), "available", unit="bytes", empty_when=NO_FILESYSTEM),
        ),
        "Prometheus scrapes no exporter",
        size=(24, 7),
        labels=("filesystem", "name", "type", "note"),
        hidden=("pool_id",),
        details="ceph-pools",
    ),
)

EACH = (
    Table(
        "Clients",
        "The clients with the most capabilities. Needs --collector.cephfs_clients.each.",
        (
            Query(
                or_none(
                    "max by (cluster, fs_id, name, client, runs_on, user, root, mount_point, type)"
                    ' (label_replace(ceph_fs_client_info{*}, "runs_on", "$1", "hostname", "(.*)"))',
                    "Not exported",
                ),
                "exists",
                hidden=True,
            ),
            Query(_CLIENT.format("caps"), "capabilities", empty_when=NOT_EACH),
            Query(_CLIENT.format("leases"), "leases", empty_when=NOT_EACH),
            Query(_CLIENT.format("requests_in_flight"), "in flight", empty_when=NOT_EACH),
        ),
        "Prometheus scrapes no exporter",
        size=(24, 10),
        labels=("name", "client", "runs_on", "user", "root", "mount_point", "type", "note"),
        hidden=("fs_id",),
        sort_descending="capabilities",
    ),
)

BOARD = Dashboard(
    "ceph-cephfs",
    "Ceph filesystem clients",
    "The clients of filesystems: load of each rank, capabilities, pools, and clients that fail.",
    (
        Section("At a glance", GLANCE),
        Section("Ranks", RANKS),
        Section("Clients that fail", FAILS),
        Section("Pools", POOLS),
        Section("Each client", EACH),
    ),
)
