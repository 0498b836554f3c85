"""The clients of file systems: ranks, capabilities, requests, pools, and each client."""

from dashboards.content.checks import SERVICES
from dashboards.content.filesystems import FS, NO_FILESYSTEM
from dashboards.content.hosts_and_osds import host_link
from dashboards.content.phrases import POOL_NAME, daemons, or_none
from dashboards.engine.declare import (
    Dashboard,
    Query,
    Section,
    Stat,
    Table,
    TimeSeries,
    bad_from,
    warn_from,
)

SMALL = (4, 4)
HALF = (12, 8)
NO_STATUS = "Ceph is older than 14, or over rados and restful older than 15"
UNKNOWN = "No filesystem, Ceph before 15, or the exporter cannot reach Ceph"
NO_SESSIONS = "the collector cephfs_clients is off, the API is not the dashboard, or no MDS answers"
NOT_EACH = "--collector.cephfs_clients.each is off, or the API is not the dashboard"
SESSIONS_UNKNOWN = (
    "Unknown: the collector cephfs_clients is off, the API is not the dashboard, or the exporter"
    " cannot reach Ceph"
)
FAILING = "max by (cluster, ceph_daemon, fs_id, name, problem) (ceph_mds_clients_failing{*})"
CLIENTS = FS.format("clients")
SESSIONS = "max by (cluster, fs_id, name, rank, state) (ceph_fs_sessions{*})"
_CLIENT = "max by (cluster, fs_id, client) (ceph_fs_client_{}{{*}})"


def _pool(metric: str) -> str:
    """Return a metric of pools by the names of the file system and of the pool."""
    pool = f"max by (cluster, name, pool_id, type) (ceph_fs_pool_{metric}{{*}})"
    of_filesystem = f'label_replace({pool}, "filesystem", "$1", "name", "(.*)")'
    return f"{of_filesystem} * on (cluster, pool_id) group_left (name) {POOL_NAME}"


GLANCE = (
    Stat(
        "Clients",
        "Number of clients of all filesystems.",
        (Query(f"sum by (cluster) ({CLIENTS})", "{{cluster}}", empty_when=NO_STATUS),),
        UNKNOWN,
        size=SMALL,
        brief="none or unknown",
    ),
    Stat(
        "Clients that fail",
        "Clients that do not do what an MDS asks of them. Good: 0. They may block other clients; "
        "`ceph health detail` names them.",
        (Query(f"sum by (cluster) ({FAILING})", "{{cluster}}", empty_when=NO_FILESYSTEM),),
        "No filesystem, or the exporter cannot reach Ceph",
        thresholds=warn_from(1),
        size=SMALL,
        brief="none or unknown",
    ),
    Stat(
        "Requests per second",
        "Requests of clients that all MDSs handle.",
        (
            Query(
                "sum by (cluster) (" + daemons("ceph_mds_requests_per_second") + ")",
                "{{cluster}}",
                empty_when=NO_STATUS,
            ),
        ),
        UNKNOWN,
        size=SMALL,
        brief="none or unknown",
    ),
    Stat(
        "Capabilities",
        "What clients may cache or lock, in total. An MDS needs memory for each capability.",
        (
            Query(
                "sum by (cluster) (" + daemons("ceph_mds_mem_cap") + ")",
                "{{cluster}}",
                empty_when=NO_STATUS,
            ),
        ),
        UNKNOWN,
        size=SMALL,
        brief="none or unknown",
    ),
    Stat(
        "Stale sessions",
        "Clients that the MDS of rank 0 has not heard from for a minute. Good: 0. After five "
        "minutes it evicts them.",
        (
            Query(
                "sum by (cluster) (max by (cluster, fs_id, rank)"
                ' (ceph_fs_sessions{*,state="stale"}))',
                "{{cluster}}",
                empty_when=NO_SESSIONS,
            ),
        ),
        SESSIONS_UNKNOWN,
        thresholds=warn_from(1),
        size=SMALL,
    ),
    Stat(
        "Oldest client",
        "Major release of Ceph of the oldest client in userspace.",
        (
            Query(
                "min by (cluster) (ceph_fs_client_oldest_release{*})",
                "{{cluster}}",
                empty_when=NO_SESSIONS,
            ),
        ),
        SESSIONS_UNKNOWN,
        size=SMALL,
    ),
)

RANKS = (
    Table(
        "Ranks",
        "The MDS of each rank, and its load. Good: no failing clients. If one rank has most "
        "requests, pin directories to other ranks.",
        (
            Query(
                or_none(
                    "max by (cluster, ceph_daemon, rank, hostname, name)"
                    ' (ceph_mds_metadata{*,rank!="-1"}'
                    " * on (cluster, fs_id) group_left (name) topk by (cluster, fs_id)"
                    " (1, max by (cluster, fs_id, name) (ceph_fs_metadata{*})))",
                    "No filesystem",
                ),
                "exists",
                hidden=True,
            ),
            Query(daemons("ceph_mds_requests_per_second"), "requests/s", empty_when=NO_STATUS),
            Query(daemons("ceph_mds_mem_cap"), "capabilities", empty_when=NO_STATUS),
            Query(daemons("ceph_mds_mem_ino"), "inodes", empty_when=NO_STATUS),
            Query(daemons("ceph_mds_mem_dn"), "dentries", empty_when=NO_STATUS),
            Query(daemons("ceph_mds_mem_dir"), "directories", empty_when=NO_STATUS),
            Query(
                f"sum by (cluster, ceph_daemon) ({FAILING})",
                "failing clients",
                empty_when=NO_FILESYSTEM,
                thresholds=warn_from(1),
            ),
        ),
        "Prometheus scrapes no exporter",
        size=(24, 7),
        labels=("name", "rank", "ceph_daemon", "hostname", "note"),
        links=(host_link("hostname"),),
        details=SERVICES,
    ),
    TimeSeries(
        "Requests per second by MDS",
        "Requests of clients that each MDS handles.",
        (
            Query(
                daemons("ceph_mds_requests_per_second"),
                "{{ceph_daemon}}",
                empty_when=NO_STATUS,
            ),
        ),
        UNKNOWN,
        size=HALF,
        minimum=0,
    ),
    TimeSeries(
        "Capabilities by MDS",
        "What clients of each MDS may cache or lock. If it only rises, clients do not release what "
        "they no longer use.",
        (Query(daemons("ceph_mds_mem_cap"), "{{ceph_daemon}}", empty_when=NO_STATUS),),
        UNKNOWN,
        size=HALF,
        minimum=0,
    ),
    TimeSeries(
        "Inodes in the cache by MDS",
        "Inodes that each MDS holds in its memory.",
        (Query(daemons("ceph_mds_mem_ino"), "{{ceph_daemon}}", empty_when=NO_STATUS),),
        UNKNOWN,
        size=HALF,
        minimum=0,
    ),
    TimeSeries(
        "Clients by filesystem",
        "Number of clients over time.",
        (Query(CLIENTS, "{{name}}", empty_when=NO_STATUS),),
        UNKNOWN,
        unit="locale",
        size=HALF,
        decimals=0,
        minimum=0,
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
