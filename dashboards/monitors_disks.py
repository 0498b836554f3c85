"""The monitors: clocks, latency, disks and stores."""

from dashboards.declare import Panel, Query, falling, warn_from
from dashboards.phrases import MON_DATA, NOT_OVER_DASHBOARD, OLDER, SKEW, cluster, monitors

GIB = 1 << 30
NAME = "{{ceph_daemon}} {{cluster}}"

CLOCKS = (
    Panel(
        "timeseries",
        "Clock skew against the leader",
        "Good: between -0.05 s and 0.05 s (mon_clock_drift_allowed); beyond it Ceph warns, and far "
        "beyond it leases run out and monitors hold elections. A line that climbs: the host has no "
        "time service.",
        (Query(monitors("ceph_monitor_clock_skew_seconds"), NAME, quiet=SKEW),),
        "not told: over the dashboard only while Ceph warns",
        unit="s",
        steps=((None, "red"), (-0.05, "green"), (0.05, "red")),
        limits=True,
        size=(12, 9),
    ),
    Panel(
        "timeseries",
        "Latency to the leader",
        "From the monitors' time checks. Good: about the round trip of the network. High for one "
        "monitor: its host or its link; high for all: the leader.",
        (Query(monitors("ceph_monitor_latency_seconds"), NAME, quiet=NOT_OVER_DASHBOARD),),
        "the dashboard's API does not tell it",
        unit="s",
        steps=warn_from(0.1),
        limits=True,
        minimum=0,
        size=(12, 9),
    ),
    Panel(
        "timeseries",
        "Rounds of time checks",
        "Grows by one every few minutes and starts anew with an election. Flat: the skew and the "
        "latency that are shown are old.",
        (
            Query(
                cluster("ceph_monitor_timecheck_round"),
                "round {{cluster}}",
                quiet=NOT_OVER_DASHBOARD,
            ),
        ),
        "the dashboard's API does not tell it",
        size=(12, 7),
    ),
    Panel(
        "timeseries",
        "Age of the monitors' reports",
        "How much older a monitor's report of its disk is than the newest. Good: under 2 minutes. "
        "Older: what is shown of its disk and store is old.",
        (Query(monitors("ceph_monitor_report_age_seconds"), NAME, quiet="only up to Ceph 11"),),
        "Ceph tells it up to release 11 only",
        unit="s",
        steps=warn_from(120),
        limits=True,
        minimum=0,
        size=(12, 7),
    ),
)

DISKS = (
    Panel(
        "timeseries",
        "Available disk",
        "Available part of the file system of the monitor's data. Good: over 30 %. Below it Ceph "
        "warns, below 5 % the health is HEALTH_ERR and the monitor shuts down to save its store.",
        (Query(monitors("ceph_monitor_avail_percent"), NAME, quiet=OLDER),),
        MON_DATA + ", or while MON_DISK_LOW or MON_DISK_CRIT is raised",
        unit="percent",
        steps=falling(5, 30),
        limits=True,
        minimum=0,
        maximum=100,
        size=(12, 9),
    ),
    Panel(
        "timeseries",
        "Store",
        "Size of the monitor's store. Good: under 15 GiB (mon_data_size_warn). It grows while PGs "
        "are not clean; if it stays large afterwards, compact it.",
        (Query(monitors("ceph_monitor_store_capacity_bytes"), NAME, quiet=OLDER),),
        MON_DATA + ", or while MON_DISK_BIG is raised",
        unit="bytes",
        steps=warn_from(15 * GIB),
        limits=True,
        minimum=0,
        size=(12, 9),
    ),
    Panel(
        "timeseries",
        "Store by kind",
        "Sorted tables, logs and the rest. Logs that grow: compaction does not keep up.",
        tuple(
            Query(monitors(f"ceph_monitor_store_{kind}_bytes"), f"{kind} {NAME}", quiet=MON_DATA)
            for kind in ("sst", "log", "misc")
        ),
        MON_DATA,
        unit="bytes",
        stack=True,
        minimum=0,
        size=(12, 9),
    ),
    Panel(
        "timeseries",
        "Disk in bytes",
        "Used and available space of the file system of the monitor's data. Used without the store "
        "growing: something else fills the disk, often logs.",
        (
            Query(monitors("ceph_monitor_used_bytes"), f"used {NAME}", quiet=MON_DATA),
            Query(monitors("ceph_monitor_avail_bytes"), f"available {NAME}", quiet=MON_DATA),
            Query(monitors("ceph_monitor_capacity_bytes"), f"whole {NAME}", quiet=MON_DATA),
        ),
        MON_DATA,
        unit="bytes",
        minimum=0,
        size=(12, 9),
    ),
)
