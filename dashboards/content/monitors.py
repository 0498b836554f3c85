"""The monitors: quorum, clocks, latency, disks, stores and elections."""

from dashboards.content.monitors_disks import CLOCKS, DISKS, NAME
from dashboards.content.phrases import HEALTH, NO_SKEW_WARNING, cluster, daemons
from dashboards.engine.declare import (
    PLAIN,
    Dashboard,
    Query,
    Section,
    Stat,
    StateTimeline,
    Table,
    TimeSeries,
    bad_from,
    rising,
)

SMALL = (4, 4)
WORST_SKEW = "max by (cluster) (abs(ceph_monitor_clock_skew_seconds{*}))"
ELECTIONS = (
    "max by (cluster) (ceph_monitor_election_epoch{*})"
    " - min by (cluster) (min_over_time(ceph_monitor_election_epoch{*}[$__range]))"
)

GLANCE = (
    Stat(
        "In quorum",
        "Monitors in the quorum. Good: all of them. More than half must be there for Ceph to work.",
        (Query("sum by (cluster) (" + daemons("ceph_mon_quorum_status") + ")", "{{cluster}}"),),
        "unknown: Ceph is not reached",
        thresholds=((None, "red"), (1, "green")),
        size=SMALL,
    ),
    Stat(
        "Out of quorum",
        "Monitors out of the quorum. Good: 0. When half of them are out, Ceph stops.",
        (
            Query(
                "sum by (cluster) (1 - " + daemons("ceph_mon_quorum_status") + ")",
                "{{cluster}}",
            ),
        ),
        "unknown: Ceph is not reached",
        thresholds=bad_from(1),
        size=SMALL,
    ),
    Stat(
        "Leader",
        "The monitor that leads. A leader that changes often points at the network or at clocks.",
        (Query(daemons("ceph_monitor_leader") + " == 1", NAME),),
        "no leader is known",
        text_mode="name",
        size=SMALL,
    ),
    Stat(
        "Elections",
        "By how much the epoch of elections grew in the shown time; an election adds 2. Good: 0 "
        "while nobody restarts a monitor.",
        (Query(ELECTIONS, "{{cluster}}"),),
        "unknown: Ceph is not reached",
        thresholds=rising(1, 10),
        size=SMALL,
    ),
    Stat(
        "Worst clock",
        "The largest clock skew of all monitors. Good: under 0.05 s, from where on Ceph warns.",
        (Query(WORST_SKEW, "{{cluster}}", empty_when=NO_SKEW_WARNING),),
        "not told: over the dashboard only while Ceph warns",
        unit="s",
        thresholds=rising(0.025, 0.05),
        size=SMALL,
    ),
    Stat(
        "Age of the quorum",
        "How long the quorum stands. Good: days. Minutes, again and again: monitors flap.",
        (
            Query(
                cluster("ceph_monitor_quorum_age_seconds"),
                "{{cluster}}",
                empty_when="from Ceph 14 on",
            ),
        ),
        "Ceph older than 14, or the API, does not tell it",
        unit="dtdurations",
        size=SMALL,
    ),
)

QUORUM = (
    StateTimeline(
        "Quorum",
        "Each monitor in or out of the quorum over time. Good: always in.",
        (Query(daemons("ceph_mon_quorum_status"), NAME),),
        "unknown: Ceph is not reached",
        mappings={0: ("out", "red"), 1: ("in", "green")},
        size=(12, 8),
    ),
    StateTimeline(
        "Leader",
        "Which monitor led when. Good: one, for as long as it runs.",
        (Query(daemons("ceph_monitor_leader"), NAME),),
        "no leader is known",
        mappings={0: (" ", "transparent"), 1: ("leads", "blue")},
        size=(12, 8),
    ),
    StateTimeline(
        "What Ceph says of each monitor",
        "The worst that the health checks say of the single monitor: disk, store, clock, quorum.",
        (Query(daemons("ceph_monitor_health_status"), NAME),),
        "unknown: Ceph is not reached",
        mappings=HEALTH,
        size=(12, 8),
    ),
    TimeSeries(
        "Epoch of elections",
        "Grows by 2 with each election. Good: flat. A staircase: monitors lose each other; compare "
        "with clock skew, latency and disk.",
        (Query(cluster("ceph_monitor_election_epoch"), "epoch {{cluster}}"),),
        "unknown: Ceph is not reached",
        size=(12, 8),
    ),
)

PLACES = (
    Table(
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
                daemons("ceph_mon_quorum_status"),
                "in quorum",
                mappings={0: ("out", "red"), 1: ("in", "green")},
            ),
            Query(
                WORST_SKEW.replace("(cluster)", "(cluster, ceph_daemon)"),
                "clock skew",
                empty_when=NO_SKEW_WARNING,
                unit="s",
                thresholds=rising(0.025, 0.05),
                no_value="not told",
            ),
            Query(
                daemons("ceph_daemon_slow_ops"),
                "slow requests",
                mappings={0: ("no", "green"), 1: ("yes", "orange")},
            ),
        ),
        "unknown: Ceph is not reached",
        thresholds=PLAIN,
        size=(24, 7),
        sort_ascending="in quorum",
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
