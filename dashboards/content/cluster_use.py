"""One cluster: capacity, client and recovery IO, PGs, OSDs and versions."""

from dashboards.content.checks import OSDS, PLACEMENT, POOLS, SERVICES
from dashboards.content.phrases import NOT_REACHED, cluster
from dashboards.engine.declare import PLAIN, Query, Table, TimeSeries, rising

CAPACITY = (
    TimeSeries(
        "Raw space",
        "Used and total raw space, including replicas. The total shrinks when OSDs go out.",
        (
            Query(cluster("ceph_cluster_total_used_raw_bytes"), "used {{cluster}}"),
            Query(cluster("ceph_cluster_total_bytes"), "total {{cluster}}"),
        ),
        NOT_REACHED,
        unit="bytes",
        minimum=0,
        details=POOLS,
    ),
    TimeSeries(
        "Used space by device class",
        "Used share of the raw space of each device class. A single class can fill up while the "
        "average of all classes looks fine. Good: under 75 %.",
        (
            Query(
                "max by (cluster, device_class) (ceph_cluster_by_class_total_used_raw_ratio{*})",
                "{{device_class}} {{cluster}}",
            ),
        ),
        "Unknown: Ceph before 14 does not report it",
        unit="percentunit",
        thresholds=rising(0.75, 0.85),
        threshold_lines=True,
        minimum=0,
        maximum=1,
        details=OSDS,
    ),
    TimeSeries(
        "Space until the first OSD is nearly full",
        "Raw bytes that can be written before the first OSD is nearly full, by CRUSH root and "
        "device class. If the OSDs are filled unevenly, it reaches 0 long before the cluster is "
        "full.",
        (
            Query(
                "max by (cluster, root, device_class) (ceph_osds_nearfull_headroom_bytes{*})",
                "{{root}} {{device_class}} {{cluster}}",
            ),
        ),
        "Unknown: Ceph before 12 does not report it",
        unit="bytes",
        minimum=0,
        details=OSDS,
    ),
)

IO = (
    TimeSeries(
        "Client throughput",
        "Bytes per second that clients read and write. If it suddenly drops to 0 while clients are "
        "active, IO is blocked.",
        (
            Query(cluster("ceph_client_io_read_bytes"), "read {{cluster}}"),
            Query(cluster("ceph_client_io_write_bytes"), "written {{cluster}}"),
        ),
        NOT_REACHED,
        unit="Bps",
        minimum=0,
        details=POOLS,
    ),
    TimeSeries(
        "Client operations",
        "Client operations per second. Ceph before 10 reports only the sum of reads and writes.",
        (
            Query(cluster("ceph_client_io_read_ops"), "reads {{cluster}}"),
            Query(cluster("ceph_client_io_write_ops"), "writes {{cluster}}"),
            Query(cluster("ceph_client_io_ops"), "all {{cluster}}"),
        ),
        NOT_REACHED,
        unit="ops",
        minimum=0,
        details=POOLS,
    ),
    TimeSeries(
        "Recovery",
        "Bytes per second that recovery moves. Good: 0, or falling after an OSD was lost or added. "
        "If it is 0 while PGs are not clean, recovery is stuck or a flag has paused it.",
        (Query(cluster("ceph_recovery_io_bytes"), "recovered {{cluster}}"),),
        NOT_REACHED,
        unit="Bps",
        minimum=0,
        details=PLACEMENT,
    ),
)

DAEMONS = (
    TimeSeries(
        "PG states",
        "PGs by their combined state, as `ceph status` shows it. Good: all PGs are active+clean; "
        "some of them may be scrubbing.",
        (
            Query(
                "max by (cluster, state) (ceph_pg_state{*})",
                "{{state}} {{cluster}}",
            ),
        ),
        NOT_REACHED,
        stack=True,
        minimum=0,
        details=PLACEMENT,
    ),
    TimeSeries(
        "OSDs",
        "OSDs in the map, OSDs that are up, and OSDs that are in. Good: all three are equal.",
        (
            Query(cluster("ceph_osds"), "all {{cluster}}"),
            Query(cluster("ceph_osds_up"), "up {{cluster}}"),
            Query(cluster("ceph_osds_in"), "in {{cluster}}"),
        ),
        NOT_REACHED,
        minimum=0,
        details=OSDS,
    ),
    Table(
        "Versions",
        "Daemons by type and version. Good: one version; several only during an upgrade.",
        (
            Query(
                "max by (cluster, daemon, version_tag, release_name) (ceph_versions{*})",
                "daemons",
                thresholds=PLAIN,
            ),
        ),
        "Unknown: Ceph before 12 or this API does not report it",
        details=SERVICES,
    ),
)
