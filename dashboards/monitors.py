"""The monitors: quorum, clocks, latency, disks, stores and elections."""

from dashboards.declare import (
    HEALTH,
    PLAIN,
    Dashboard,
    Panel,
    Query,
    Section,
    bad_from,
    falling,
    rising,
    warn_from,
)
from dashboards.phrases import NOT_OVER_DASHBOARD, OLDER, SKEW, cluster, monitors

SMALL = (4, 4)
GIB = 1 << 30
NAME = "{{ceph_daemon}} {{cluster}}"
WORST_SKEW = "max by (cluster) (abs(ceph_monitor_clock_skew_seconds{*}))"
ELECTIONS = (
    "max by (cluster) (ceph_monitor_election_epoch{*})"
    " - min by (cluster) (min_over_time(ceph_monitor_election_epoch{*}[$__range]))"
)

GLANCE = (
    Panel(
        "stat",
        "In quorum",
        "Monitors in the quorum. Good: all of them. More than half must be there for Ceph to work.",
        (Query("sum by (cluster) (" + monitors("ceph_mon_quorum_status") + ")", "{{cluster}}"),),
        "unknown: Ceph is not reached",
        steps=falling(1, 2),
        size=SMALL,
    ),
    Panel(
        "stat",
        "Out of quorum",
        "Monitors out of the quorum. Good: 0. When half of them are out, Ceph stops.",
        (
            Query(
                "sum by (cluster) (1 - " + monitors("ceph_mon_quorum_status") + ")",
                "{{cluster}}",
            ),
        ),
        "unknown: Ceph is not reached",
        steps=bad_from(1),
        size=SMALL,
    ),
    Panel(
        "stat",
        "Leader",
        "The monitor that leads. A leader that changes often points at the network or at clocks.",
        (Query(monitors("ceph_monitor_leader") + " == 1", NAME),),
        "no leader is known",
        text="name",
        size=SMALL,
    ),
    Panel(
        "stat",
        "Elections",
        "By how much the epoch of elections grew in the shown time; an election adds 2. Good: 0 "
        "while nobody restarts a monitor.",
        (Query(ELECTIONS, "{{cluster}}"),),
        "unknown: Ceph is not reached",
        steps=rising(1, 10),
        size=SMALL,
    ),
    Panel(
        "stat",
        "Worst clock",
        "The largest clock skew of all monitors. Good: under 0.05 s, from where on Ceph warns.",
        (Query(WORST_SKEW, "{{cluster}}", quiet=SKEW),),
        "not told: over the dashboard only while Ceph warns",
        unit="s",
        steps=rising(0.025, 0.05),
        size=SMALL,
    ),
    Panel(
        "stat",
        "Age of the quorum",
        "How long the quorum stands. Good: days. Minutes, again and again: monitors flap.",
        (
            Query(
                cluster("ceph_monitor_quorum_age_seconds"), "{{cluster}}", quiet="from Ceph 14 on"
            ),
        ),
        "Ceph older than 14, or the API, does not tell it",
        unit="dtdurations",
        size=SMALL,
    ),
)

QUORUM = (
    Panel(
        "state-timeline",
        "Quorum",
        "Each monitor in or out of the quorum over time. Good: always in.",
        (Query(monitors("ceph_mon_quorum_status"), NAME),),
        "unknown: Ceph is not reached",
        states={0: ("out", "red"), 1: ("in", "green")},
        size=(12, 8),
    ),
    Panel(
        "state-timeline",
        "Leader",
        "Which monitor led when. Good: one, for as long as it runs.",
        (Query(monitors("ceph_monitor_leader"), NAME),),
        "no leader is known",
        states={0: (" ", "transparent"), 1: ("leads", "blue")},
        size=(12, 8),
    ),
    Panel(
        "state-timeline",
        "What Ceph says of each monitor",
        "The worst that the health checks say of the single monitor: disk, store, clock, quorum.",
        (Query(monitors("ceph_monitor_health_status"), NAME),),
        "unknown: Ceph is not reached",
        states=HEALTH,
        size=(12, 8),
    ),
    Panel(
        "timeseries",
        "Epoch of elections",
        "Grows by 2 with each election. Good: flat. A staircase: monitors lose each other; compare "
        "with clock skew, latency and disk.",
        (Query(cluster("ceph_monitor_election_epoch"), "epoch {{cluster}}"),),
        "unknown: Ceph is not reached",
        size=(12, 8),
    ),
)

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
        (Query(monitors("ceph_monitor_report_age_seconds"), NAME, quiet=OLDER),),
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
        "not told: from Ceph 12 on only while MON_DISK_LOW or MON_DISK_CRIT is raised",
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
        "not told: from Ceph 12 on only while MON_DISK_BIG is raised",
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
            Query(monitors(f"ceph_monitor_store_{kind}_bytes"), f"{kind} {NAME}", quiet=OLDER)
            for kind in ("sst", "log", "misc")
        ),
        "Ceph tells it up to release 11 only",
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
            Query(monitors("ceph_monitor_used_bytes"), f"used {NAME}", quiet=OLDER),
            Query(monitors("ceph_monitor_avail_bytes"), f"available {NAME}", quiet=OLDER),
            Query(monitors("ceph_monitor_capacity_bytes"), f"whole {NAME}", quiet=OLDER),
        ),
        "Ceph tells it up to release 11 only",
        unit="bytes",
        minimum=0,
        size=(12, 9),
    ),
)

PLACES = (
    Panel(
        "table",
        "Monitors",
        "Where each monitor runs and what. Good: an odd number, one version, a rank each.",
        (
            Query(
                "max by (cluster, ceph_daemon, hostname, public_addr, rank, ceph_version)"
                " (ceph_mon_metadata{*})",
                "is there",
                hidden=True,
            ),
            Query(
                monitors("ceph_mon_quorum_status"),
                "in quorum",
                states={0: ("out", "red"), 1: ("in", "green")},
            ),
            Query(
                WORST_SKEW.replace("(cluster)", "(cluster, ceph_daemon)"),
                "clock skew",
                quiet=SKEW,
                unit="s",
                steps=rising(0.025, 0.05),
                none="not told",
            ),
            Query(
                monitors("ceph_daemon_slow_ops"),
                "slow requests",
                states={0: ("no", "green"), 1: ("yes", "orange")},
            ),
        ),
        "unknown: Ceph is not reached",
        steps=PLAIN,
        size=(24, 7),
    ),
)

BOARD = Dashboard(
    "ceph-monitors",
    "Ceph monitors",
    "The monitors of a Ceph cluster: quorum, clocks, latency, disks, stores, elections.",
    (
        Section("At a glance", GLANCE),
        Section("Quorum and elections", QUORUM),
        Section("Clocks and latency", CLOCKS),
        Section("Disks and stores", DISKS),
        Section("Where they are", PLACES),
    ),
)
