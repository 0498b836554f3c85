"""The monitors: quorum, clocks, latency, disks, stores and elections."""

from dashboards.content.hosts_and_osds import host_link
from dashboards.content.monitors_disks import CLOCKS, DETAILS, DISKS, NAME
from dashboards.content.phrases import (
    GREY,
    HEALTH,
    NO_SKEW_WARNING,
    NOT_REACHED,
    REACHABLE,
    REACHED,
    cluster,
    daemons,
    or_none,
    unknown,
    versioned,
)
from dashboards.engine.declare import (
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
        "Monitors in the quorum. Good: all of them. Ceph needs more than half of them to work.",
        (Query("sum by (cluster) (" + daemons("ceph_mon_quorum_status") + ")", "{{cluster}}"),),
        NOT_REACHED,
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
        NOT_REACHED,
        thresholds=bad_from(1),
        size=SMALL,
    ),
    Stat(
        "Leader",
        "The monitor that leads the quorum. Frequent changes suggest a problem with the network or "
        "the clocks.",
        (Query(daemons("ceph_monitor_leader") + " == 1", NAME),),
        "Unknown, or there is no leader",
        label="ceph_daemon",
        size=SMALL,
    ),
    Stat(
        "Elections",
        "How much the election epoch grew in this time range; each election adds 2. Good: 0, "
        "unless someone restarted a monitor.",
        (Query(ELECTIONS, "{{cluster}}"),),
        NOT_REACHED,
        thresholds=rising(1, 10),
        size=SMALL,
    ),
    Stat(
        "Largest clock skew",
        "The largest clock skew of all monitors. Good: under 0.05 s, where Ceph starts to warn.",
        (Query(WORST_SKEW, "{{cluster}}", empty_when=NO_SKEW_WARNING),),
        unknown("the dashboard API reports it only while MON_CLOCK_SKEW is raised"),
        unit="s",
        thresholds=rising(0.025, 0.05),
        size=SMALL,
    ),
    Stat(
        "Age of the quorum",
        "Time since the current quorum formed. Good: days. If it is repeatedly only minutes, "
        "monitors keep leaving and rejoining.",
        (
            Query(
                cluster("ceph_monitor_quorum_age_seconds"),
                "{{cluster}}",
                empty_when="Ceph is older than 14",
            ),
        ),
        unknown("Ceph before 14 or this API does not report it"),
        unit="dtdurations",
        size=SMALL,
    ),
)

QUORUM = (
    StateTimeline(
        "Quorum",
        "Whether each monitor was in the quorum over time. Good: always in.",
        (Query(daemons("ceph_mon_quorum_status"), NAME), REACHABLE),
        "Prometheus scrapes no exporter",
        mappings={0: ("out", "red"), 1: ("in", "green")} | REACHED,
        size=(12, 8),
    ),
    StateTimeline(
        "Leader",
        "Which monitor was the leader over time. Good: always the same one.",
        (Query(daemons("ceph_monitor_leader"), NAME), REACHABLE),
        "Prometheus scrapes no exporter",
        mappings={0: ("peon", GREY), 1: ("leader", "blue")} | REACHED,
        size=(12, 8),
    ),
    StateTimeline(
        "Health of each monitor",
        "The most severe health check about each monitor: disk, store, clock or quorum.",
        (Query(daemons("ceph_monitor_health_status"), NAME), REACHABLE),
        "Prometheus scrapes no exporter",
        mappings=HEALTH | REACHED,
        size=(12, 8),
    ),
    TimeSeries(
        "Election epoch",
        "Each election adds 2. Good: constant. If it rises step by step, monitors lose contact "
        "with each other; compare it with clock skew, latency and disk usage.",
        (Query(cluster("ceph_monitor_election_epoch"), "epoch"),),
        NOT_REACHED,
        size=(12, 8),
    ),
)

PLACES = (
    Table(
        "Monitors",
        "Where each monitor runs, and its version. Good: an odd number of monitors, all in the "
        "quorum and with the same version. Click a host to see what else runs on it.",
        (
            Query(
                or_none(
                    "max by (cluster, ceph_daemon, hostname, public_addr, rank, version)"
                    f" ({versioned('ceph_mon_metadata{*}')})",
                    "No monitors",
                ),
                "exists",
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
            ),
            Query(
                'max by (cluster, ceph_daemon) (ceph_daemon_slow_ops{*,ceph_daemon=~"mon[.].*"})',
                "slow requests",
                mappings={0: ("no", "green"), 1: ("yes", "orange")},
            ),
        ),
        "Prometheus scrapes no exporter",
        size=(24, 7),
        labels=("ceph_daemon", "hostname", "public_addr", "rank", "version", "note"),
        links=(host_link("hostname"),),
        sort_ascending="in quorum",
    ),
)

BOARD = Dashboard(
    "ceph-monitors",
    "Ceph monitors",
    "The monitors of a Ceph cluster: quorum, clocks, latency, disks, stores and elections.",
    (
        Section("At a glance", (*GLANCE, *PLACES)),
        Section("Quorum and elections", QUORUM),
        Section("Clocks and latency", CLOCKS),
        Section("Disks and stores", DISKS),
        Section("Details of the time checks and stores", DETAILS, collapsed=True),
    ),
)
