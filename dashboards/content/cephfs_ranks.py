"""The ranks of file systems: the load of each MDS, and how many clients it has."""

from dashboards.content.checks import SERVICES
from dashboards.content.filesystems import FS, NO_FILESYSTEM
from dashboards.content.hosts_and_osds import host_link
from dashboards.content.phrases import daemons, or_none
from dashboards.engine.declare import Query, Table, TimeSeries, warn_from

HALF = (12, 8)
NO_STATUS = "Ceph is older than 14, or over rados and restful older than 15"
UNKNOWN = "No filesystem, Ceph before 15, or the exporter cannot reach Ceph"
FAILING = "max by (cluster, ceph_daemon, fs_id, name, problem) (ceph_mds_clients_failing{*})"
CLIENTS = FS.format("clients")

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
