"""One cluster: capacity, client and recovery IO, PGs, OSDs and versions."""

from dashboards.content.checks import OSDS, PLACEMENT, POOLS
from dashboards.content.phrases import NO_OSDS, NOT_REACHED, cluster, unknown
from dashboards.content.states import PG_LIST, PG_STATES
from dashboards.content.versions import VERSIONS
from dashboards.engine.declare import Query, TimeSeries, limits

CAPACITY = (
    TimeSeries(
        "Raw space",
        "Used and total raw space, including replicas. The total shrinks when OSDs go out.",
        (
            Query(cluster("ceph_cluster_total_used_raw_bytes"), "used"),
            Query(cluster("ceph_cluster_total_bytes"), "total"),
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
                "{{device_class}}",
            ),
        ),
        unknown("Ceph before 14 does not report it"),
        unit="percentunit",
        thresholds=limits((0.75, "orange"), (0.85, "red")),
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
                "{{root}} {{device_class}}",
            ),
        ),
        unknown("Ceph before 12 does not report it"),
        unit="bytes",
        minimum=0,
        details=OSDS,
    ),
    TimeSeries(
        "Growth of the used space",
        "Bytes per second by which the raw used space grew over the past hour. Negative values: "
        "data was deleted. The forecast needs steady growth over a day.",
        (
            Query(
                "max by (cluster) (deriv(ceph_cluster_total_used_raw_bytes{*}[1h]))",
                "growth",
            ),
        ),
        NOT_REACHED,
        unit="Bps",
        details=POOLS,
    ),
    TimeSeries(
        "Objects",
        "Objects in all pools. Very many small objects slow down recovery and scrubs.",
        (Query(cluster("ceph_cluster_total_objects"), "objects"),),
        NOT_REACHED,
        minimum=0,
        details=POOLS,
    ),
    TimeSeries(
        "Growth of the number of objects",
        "Objects per second by which the cluster grew over the past hour. Negative values: objects "
        "were deleted.",
        (Query("max by (cluster) (deriv(ceph_cluster_total_objects{*}[1h]))", "objects per s"),),
        NOT_REACHED,
        details=POOLS,
    ),
)

IO = (
    TimeSeries(
        "Client throughput",
        "Bytes per second that clients read and write. If it suddenly drops to 0 while clients are "
        "active, IO is blocked.",
        (
            Query(cluster("ceph_client_io_read_bytes"), "read"),
            Query(cluster("ceph_client_io_write_bytes"), "written"),
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
            Query(cluster("ceph_client_io_read_ops"), "reads"),
            Query(cluster("ceph_client_io_write_ops"), "writes"),
            Query(cluster("ceph_client_io_ops"), "all"),
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
        (Query(cluster("ceph_recovery_io_bytes"), "recovered"),),
        NOT_REACHED,
        unit="Bps",
        minimum=0,
        details=PLACEMENT,
    ),
)

DAEMONS = (
    PG_STATES,
    PG_LIST,
    TimeSeries(
        "OSDs",
        "OSDs in the map, OSDs that are up, and OSDs that are in. Good: all three are equal.",
        (
            Query(cluster("ceph_osds"), "all"),
            Query(cluster("ceph_osds_up"), "up"),
            Query(cluster("ceph_osds_in"), "in"),
        ),
        NO_OSDS,
        unit="locale",
        size=(12, 8),
        decimals=0,
        minimum=0,
        details=OSDS,
    ),
    VERSIONS,
)
