"""The monitors: clocks, latency, disks and stores."""

from dashboards.content.phrases import (
    NO_MON_DATA,
    NO_MON_WARNING,
    NO_SKEW_WARNING,
    NOT_OVER_DASHBOARD,
    cluster,
    daemons,
    unknown,
)
from dashboards.engine.declare import Query, TimeSeries, limits

GIB = 1 << 30
NAME = "{{ceph_daemon}}"

CLOCKS = (
    TimeSeries(
        "Clock skew relative to the leader",
        "Good: between -0.05 s and 0.05 s (mon_clock_drift_allowed). Outside this range Ceph "
        "warns; with a much larger skew, leases expire and monitors call elections. If a line "
        "climbs steadily, the host has no time synchronization.",
        (Query(daemons("ceph_monitor_clock_skew_seconds"), NAME, empty_when=NO_SKEW_WARNING),),
        unknown("the dashboard API reports it only while MON_CLOCK_SKEW is raised"),
        unit="s",
        thresholds=limits((-0.05, "red"), (0.05, "red")),
        threshold_lines=True,
        size=(12, 9),
    ),
    TimeSeries(
        "Latency to the leader",
        "Round-trip time that the monitors' time checks measure. Good: close to the network's "
        "round-trip time. If it is high for one monitor, check its host and its link; if it is "
        "high for all, check the leader.",
        (Query(daemons("ceph_monitor_latency_seconds"), NAME, empty_when=NOT_OVER_DASHBOARD),),
        NOT_OVER_DASHBOARD,
        unit="s",
        thresholds=limits((0.1, "orange")),
        threshold_lines=True,
        minimum=0,
        size=(12, 9),
    ),
)

DISKS = (
    TimeSeries(
        "Available disk space",
        "Available share of the file system that holds the monitor's data. Good: over 30 %. Below "
        "30 % Ceph warns; below 5 % the health is HEALTH_ERR, and the monitor shuts down before "
        "its store is damaged.",
        (Query(daemons("ceph_monitor_avail_percent"), NAME, empty_when=NO_MON_WARNING),),
        NO_MON_DATA + ", where Ceph reports it only while MON_DISK_LOW or MON_DISK_CRIT is raised",
        unit="percent",
        thresholds=limits((5, "red"), (30, "orange")),
        threshold_lines=True,
        minimum=0,
        maximum=100,
        size=(12, 9),
    ),
    TimeSeries(
        "Store size",
        "Size of the monitor's store. Good: under 15 GiB (mon_data_size_warn). It grows while PGs "
        "are not clean; if it stays large afterwards, compact it.",
        (Query(daemons("ceph_monitor_store_capacity_bytes"), NAME, empty_when=NO_MON_WARNING),),
        NO_MON_DATA + ", where Ceph reports it only while MON_DISK_BIG is raised",
        unit="bytes",
        thresholds=limits((15 * GIB, "orange")),
        threshold_lines=True,
        minimum=0,
        size=(12, 9),
    ),
)

DETAILS = (
    TimeSeries(
        "Time check rounds",
        "Rises by one every few minutes and restarts with each election. If it does not rise, the "
        "skew and latency shown here are old.",
        (
            Query(
                cluster("ceph_monitor_timecheck_round"),
                "round",
                empty_when=NOT_OVER_DASHBOARD,
            ),
        ),
        NOT_OVER_DASHBOARD,
        size=(12, 7),
    ),
    TimeSeries(
        "Age of the monitors' reports",
        "How much older each monitor's disk report is than the newest one. Good: under 2 minutes. "
        "If higher, the disk and store values of that monitor are old.",
        (
            Query(
                daemons("ceph_monitor_report_age_seconds"), NAME, empty_when="Ceph is 12 or later"
            ),
        ),
        unknown("Ceph 12 and later do not report it"),
        unit="s",
        thresholds=limits((120, "orange")),
        threshold_lines=True,
        minimum=0,
        size=(12, 7),
    ),
    TimeSeries(
        "Store by file type",
        "Sorted tables (sst), logs and other files of all monitors. If the logs keep growing, "
        "compaction does not keep up.",
        tuple(
            Query(
                f"sum by (cluster) ({daemons(f'ceph_monitor_store_{kind}_bytes')})",
                kind,
                empty_when=NO_MON_DATA,
            )
            for kind in ("sst", "log", "misc")
        ),
        NO_MON_DATA,
        unit="bytes",
        stack=True,
        minimum=0,
        size=(12, 9),
    ),
    TimeSeries(
        "Disk usage in bytes",
        "Used and available space of the file system that holds the monitor's data. If the used "
        "space grows but the store does not, something else fills the disk, often logs.",
        (
            Query(daemons("ceph_monitor_used_bytes"), f"used {NAME}", empty_when=NO_MON_DATA),
            Query(daemons("ceph_monitor_avail_bytes"), f"available {NAME}", empty_when=NO_MON_DATA),
            Query(daemons("ceph_monitor_capacity_bytes"), f"total {NAME}", empty_when=NO_MON_DATA),
        ),
        NO_MON_DATA,
        unit="bytes",
        minimum=0,
        size=(12, 9),
    ),
)
