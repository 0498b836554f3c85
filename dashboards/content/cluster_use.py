"""One cluster: capacity, client and recovery IO, PGs, OSDs and versions."""

from dashboards.content.checks import OSDS, PLACEMENT, POOLS, SERVICES
from dashboards.content.phrases import cluster
from dashboards.engine.declare import PLAIN, Query, Table, TimeSeries, rising

CAPACITY = (
    TimeSeries(
        "Raw space",
        "Used and whole raw space, replicas included. The whole falls when OSDs go out.",
        (
            Query(cluster("ceph_cluster_total_used_raw_bytes"), "used {{cluster}}"),
            Query(cluster("ceph_cluster_total_bytes"), "whole {{cluster}}"),
        ),
        "unknown: Ceph is not reached",
        unit="bytes",
        minimum=0,
        details=POOLS,
    ),
    TimeSeries(
        "Used space by device class",
        "Used part of the raw space of each device class. A class fills up on its own: the "
        "average of all does not show it. Good: under 75 %.",
        (
            Query(
                "max by (cluster, device_class) (ceph_cluster_by_class_total_used_raw_ratio{*})",
                "{{device_class}} {{cluster}}",
            ),
        ),
        "Ceph older than 14 does not tell it",
        unit="percentunit",
        thresholds=rising(0.75, 0.85),
        threshold_lines=True,
        minimum=0,
        maximum=1,
        details=OSDS,
    ),
    TimeSeries(
        "Room until the first OSD is nearly full",
        "Raw bytes that can be written until the first OSD is nearly full, by CRUSH root and "
        "device class. Falls to 0 long before the cluster is full if OSDs are filled unevenly.",
        (
            Query(
                "max by (cluster, root, device_class) (ceph_osds_nearfull_headroom_bytes{*})",
                "{{root}} {{device_class}} {{cluster}}",
            ),
        ),
        "Ceph older than 12 does not tell it",
        unit="bytes",
        minimum=0,
        details=OSDS,
    ),
)

IO = (
    TimeSeries(
        "Client throughput",
        "Bytes that clients read and write. A sudden 0 while users work: IO is blocked.",
        (
            Query(cluster("ceph_client_io_read_bytes"), "read {{cluster}}"),
            Query(cluster("ceph_client_io_write_bytes"), "written {{cluster}}"),
        ),
        "unknown: Ceph is not reached",
        unit="Bps",
        minimum=0,
        details=POOLS,
    ),
    TimeSeries(
        "Client operations",
        "Operations of clients. Releases before 10 tell the sum of reads and writes only.",
        (
            Query(cluster("ceph_client_io_read_ops"), "reads {{cluster}}"),
            Query(cluster("ceph_client_io_write_ops"), "writes {{cluster}}"),
            Query(cluster("ceph_client_io_ops"), "all {{cluster}}"),
        ),
        "unknown: Ceph is not reached",
        unit="ops",
        minimum=0,
        details=POOLS,
    ),
    TimeSeries(
        "Recovery",
        "Bytes that recovery moves. Good: 0, or falling after an OSD went or came. 0 while PGs "
        "are not clean: recovery is stuck or paused by a flag.",
        (Query(cluster("ceph_recovery_io_bytes"), "recovered {{cluster}}"),),
        "unknown: Ceph is not reached",
        unit="Bps",
        minimum=0,
        details=PLACEMENT,
    ),
)

DAEMONS = (
    TimeSeries(
        "PG states",
        "PGs by state as Ceph joins it. Good: all active+clean, some of them scrubbing.",
        (
            Query(
                "max by (cluster, state) (ceph_pg_state{*})",
                "{{state}} {{cluster}}",
            ),
        ),
        "unknown: Ceph is not reached",
        stack=True,
        minimum=0,
        details=PLACEMENT,
    ),
    TimeSeries(
        "OSDs",
        "OSDs in the map, up and in. Good: all three are the same.",
        (
            Query(cluster("ceph_osds"), "all {{cluster}}"),
            Query(cluster("ceph_osds_up"), "up {{cluster}}"),
            Query(cluster("ceph_osds_in"), "in {{cluster}}"),
        ),
        "unknown: Ceph is not reached",
        minimum=0,
        details=OSDS,
    ),
    Table(
        "Versions",
        "Daemons by kind and version. Good: one version; more only during an upgrade.",
        (
            Query(
                "max by (cluster, daemon, version_tag, release_name) (ceph_versions{*})",
                "daemons",
                thresholds=PLAIN,
            ),
        ),
        "Ceph older than 12, or the API, does not tell it",
        details=SERVICES,
    ),
)
