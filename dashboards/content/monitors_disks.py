"""The monitors: clocks, latency, disks and stores."""

from dashboards.content.phrases import (
    NO_MON_DATA,
    NO_MON_WARNING,
    NO_SKEW_WARNING,
    NOT_OVER_DASHBOARD,
    cluster,
    daemons,
)
from dashboards.engine.declare import Query, TimeSeries, falling, warn_from

GIB = 1 << 30
NAME = "{{ceph_daemon}} {{cluster}}"

CLOCKS = (
    TimeSeries(
        "Clock skew against the leader",
        "Good: between -0.05 s and 0.05 s (mon_clock_drift_allowed); beyond it Ceph warns, and far "
        "beyond it leases run out and monitors hold elections. A line that climbs: the host has no "
        "time service.",
        (Query(daemons("ceph_monitor_clock_skew_seconds"), NAME, empty_when=NO_SKEW_WARNING),),
        "not told: over the dashboard only while Ceph warns",
        unit="s",
        thresholds=((None, "red"), (-0.05, "green"), (0.05, "red")),
        threshold_lines=True,
        size=(12, 9),
    ),
    TimeSeries(
        "Latency to the leader",
        "From the monitors' time checks. Good: about the round trip of the network. High for one "
        "monitor: its host or its link; high for all: the leader.",
        (Query(daemons("ceph_monitor_latency_seconds"), NAME, empty_when=NOT_OVER_DASHBOARD),),
        "the dashboard's API does not tell it",
        unit="s",
        thresholds=warn_from(0.1),
        threshold_lines=True,
        minimum=0,
        size=(12, 9),
    ),
    TimeSeries(
        "Rounds of time checks",
        "Grows by one every few minutes and starts anew with an election. Flat: the skew and the "
        "latency that are shown are old.",
        (
            Query(
                cluster("ceph_monitor_timecheck_round"),
                "round {{cluster}}",
                empty_when=NOT_OVER_DASHBOARD,
            ),
        ),
        "the dashboard's API does not tell it",
        size=(12, 7),
    ),
    TimeSeries(
        "Age of the monitors' reports",
        "How much older a monitor's report of its disk is than the newest. Good: under 2 minutes. "
        "Older: what is shown of its disk and store is old.",
        (Query(daemons("ceph_monitor_report_age_seconds"), NAME, empty_when="only up to Ceph 11"),),
        "Ceph tells it up to release 11 only",
        unit="s",
        thresholds=warn_from(120),
        threshold_lines=True,
        minimum=0,
        size=(12, 7),
    ),
)

DISKS = (
    TimeSeries(
        "Available disk",
        "Available part of the file system of the monitor's data. Good: over 30 %. Below it Ceph "
        "warns, below 5 % the health is HEALTH_ERR and the monitor shuts down to save its store.",
        (Query(daemons("ceph_monitor_avail_percent"), NAME, empty_when=NO_MON_WARNING),),
        NO_MON_DATA + ", or while MON_DISK_LOW or MON_DISK_CRIT is raised",
        unit="percent",
        thresholds=falling(5, 30),
        threshold_lines=True,
        minimum=0,
        maximum=100,
        size=(12, 9),
    ),
    TimeSeries(
        "Store",
        "Size of the monitor's store. Good: under 15 GiB (mon_data_size_warn). It grows while PGs "
        "are not clean; if it stays large afterwards, compact it.",
        (Query(daemons("ceph_monitor_store_capacity_bytes"), NAME, empty_when=NO_MON_WARNING),),
        NO_MON_DATA + ", or while MON_DISK_BIG is raised",
        unit="bytes",
        thresholds=warn_from(15 * GIB),
        threshold_lines=True,
        minimum=0,
        size=(12, 9),
    ),
    TimeSeries(
        "Store by kind",
        "Sorted tables, logs and the rest. Logs that grow: compaction does not keep up.",
        tuple(
            Query(
                daemons(f"ceph_monitor_store_{kind}_bytes"),
                f"{kind} {NAME}",
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
        "Disk in bytes",
        "Used and available space of the file system of the monitor's data. Used without the store "
        "growing: something else fills the disk, often logs.",
        (
            Query(daemons("ceph_monitor_used_bytes"), f"used {NAME}", empty_when=NO_MON_DATA),
            Query(daemons("ceph_monitor_avail_bytes"), f"available {NAME}", empty_when=NO_MON_DATA),
            Query(daemons("ceph_monitor_capacity_bytes"), f"whole {NAME}", empty_when=NO_MON_DATA),
        ),
        NO_MON_DATA,
        unit="bytes",
        minimum=0,
        size=(12, 9),
    ),
)
