"""One cluster: its health in words, capacity, IO, PGs, OSDs, monitors and what changed."""

from dashboards.checks import MONITORS, OSDS, PLACEMENT, POOLS, WORDS, with_board
from dashboards.declare import (
    HEALTH,
    PLAIN,
    YES_IS_GOOD,
    Dashboard,
    Link,
    Panel,
    Query,
    Section,
    falling,
    rising,
    warn_from,
)
from dashboards.phrases import AGE, GROWS, NEARFULL_IN, PGS_NOT_CLEAN, RAISED, STATUS, cluster

SMALL = (4, 4)
CHECK = "max by (cluster, name) (ceph_health_check_{}{{*}})"

GLANCE = (
    Panel(
        "stat",
        "Health",
        "What Ceph says of itself. Good: HEALTH_OK. HEALTH_WARN: something needs a person, the "
        "checks below say what. HEALTH_ERR: data is at risk or out of reach.",
        (Query(STATUS, "{{cluster}}"),),
        "unknown: Ceph is not reached",
        states=HEALTH,
        size=SMALL,
    ),
    Panel(
        "stat",
        "Age of data",
        "How long ago Ceph last told its health. Good: under a minute. Older: the exporter does "
        "not get through to Ceph, and what is shown is old.",
        (Query(AGE, "{{cluster}}"),),
        "never had",
        unit="s",
        steps=rising(60, 300),
        decimals=0,
        size=SMALL,
        to="ceph-exporter",
    ),
    Panel(
        "stat",
        "Used space",
        "Used part of the raw space. Good: under 75 %, so that a host can fail and its data still "
        "fits. From 85 % on OSDs are nearly full.",
        (Query(cluster("ceph_cluster_total_used_raw_ratio"), "{{cluster}}"),),
        "unknown: Ceph is not reached",
        unit="percentunit",
        steps=rising(0.75, 0.85),
        size=SMALL,
        to=OSDS,
    ),
    Panel(
        "stat",
        "Nearly full in",
        "When the first OSD is nearly full if the used space goes on growing as in the past day, "
        "and all growth goes where least room is. Good: more than a month. Before Ceph 12: when "
        "no space is left.",
        (Query(NEARFULL_IN, "{{cluster}}", quiet=GROWS),),
        "does not grow",
        unit="dtdurations",
        steps=falling(7 * 86400, 30 * 86400),
        size=SMALL,
        to=OSDS,
    ),
    Panel(
        "stat",
        "OSDs up",
        "Part of the OSDs that are up. Good: 100 %. Data on OSDs that are down has fewer copies.",
        (Query(f"{cluster('ceph_osds_up')} / {cluster('ceph_osds')}", "{{cluster}}"),),
        "unknown, or no OSD",
        unit="percentunit",
        steps=falling(0.9, 1),
        size=SMALL,
        to=OSDS,
    ),
    Panel(
        "stat",
        "Monitors in quorum",
        "Part of the monitors that are in the quorum. Good: 100 %. At half of them Ceph stops.",
        (
            Query(
                "avg by (cluster) (max by (cluster, ceph_daemon) (ceph_mon_quorum_status{*}))",
                "{{cluster}}",
            ),
        ),
        "unknown: Ceph is not reached",
        unit="percentunit",
        steps=falling(0.6, 1),
        size=SMALL,
        to=MONITORS,
    ),
)

CHECKS = Panel(
    "table",
    "Health checks that are raised",
    "What Ceph complains of, in words. A click on a check leads to the dashboard where its cause "
    "is found. Things: how many OSDs, PGs or the like it is about (Ceph 15 and later). A muted "
    "check does not count for the health.",
    (
        Query(
            with_board("max by (cluster, name, severity) (ceph_health_detail{*}) == 1"),
            "raised",
            quiet=RAISED,
            hidden=True,
        ),
        Query(CHECK.format("items"), "things", quiet=RAISED, none="not told"),
        Query(CHECK.format("details"), "lines of detail", quiet=RAISED),
        Query(
            CHECK.format("muted"),
            "muted",
            quiet=RAISED,
            states={0: ("no", "text"), 1: ("muted", "blue")},
        ),
    ),
    "no check is raised, or Ceph is not reached (see Age of data)",
    size=(16, 8),
    hidden=("board",),
    words=("name", WORDS),
    links=(Link("name", "${__data.fields.board}", "Look for the cause"),),
    sort="severity",
)

HEALTH_SECTION = (
    CHECKS,
    Panel(
        "stat",
        "Slow requests",
        "Requests that OSDs and monitors have worked at for longer than 30 s. Good: 0. More: "
        "clients wait; look for OSDs with a high latency.",
        (Query(cluster("ceph_healthcheck_slow_ops"), "{{cluster}}"),),
        "unknown: Ceph is not reached",
        steps=warn_from(1),
        size=(4, 4),
        to=OSDS,
    ),
    Panel(
        "stat",
        "PGs not clean",
        "PGs that have not all their copies in place. Good: 0. While data moves it falls steadily.",
        (Query(PGS_NOT_CLEAN, "{{cluster}}"),),
        "the API does not tell PGs by pool",
        steps=warn_from(1),
        size=(4, 4),
        to=PLACEMENT,
    ),
    Panel(
        "stat",
        "Mgr available",
        "A mgr is active and has finished its start. Without one there is no balancing, and "
        "numbers of use and PGs stand still.",
        (Query(cluster("ceph_mgr_available"), "{{cluster}}"),),
        "unknown, or Ceph is older than 12",
        states=YES_IS_GOOD,
        size=(4, 4),
        to="ceph-services",
    ),
    Panel(
        "stat",
        "Mutes",
        "Health checks that somebody muted. A mute that was forgotten hides a fault.",
        (Query(cluster("ceph_health_mutes"), "{{cluster}}"),),
        "unknown: Ceph is not reached",
        steps=((None, "green"), (1, "blue")),
        size=(4, 4),
    ),
)

CHANGED = (
    Panel(
        "state-timeline",
        "Health checks over time",
        "Which check was raised when. What was raised first is mostly the cause.",
        (
            Query(
                "max by (cluster, name) (ceph_health_detail{*}) == 1",
                "{{name}} {{cluster}}",
                quiet=RAISED,
            ),
        ),
        "no check was raised in the shown time",
        states={1: ("raised", "orange")},
        size=(16, 8),
    ),
    Panel(
        "table",
        "What changed in the shown time",
        "How often each thing changed: a monitor's place in the quorum, an OSD up or down, in or "
        "out, a flag of the OSD map. Good: nothing that nobody meant to change.",
        (
            Query(
                "sum by (cluster, ceph_daemon, flag, change) ("
                + " or ".join(
                    f"label_replace(max by ({labels}) (changes({metric}{{*}}[$__range])),"
                    f' "change", "{change}", "", "")'
                    for metric, labels, change in (
                        ("ceph_osd_up", "cluster, ceph_daemon", "up or down"),
                        ("ceph_osd_in", "cluster, ceph_daemon", "in or out"),
                        ("ceph_mon_quorum_status", "cluster, ceph_daemon", "quorum"),
                        ("ceph_mgr_status", "cluster, ceph_daemon", "active mgr"),
                        ("ceph_osd_map_flag", "cluster, flag", "flag"),
                    )
                )
                + ") > 0",
                "times",
                quiet="only after something changed",
            ),
        ),
        "nothing changed",
        size=(8, 8),
        sort="times",
    ),
)

CAPACITY = (
    Panel(
        "timeseries",
        "Raw space",
        "Used and whole raw space, replicas included. The whole falls when OSDs go out.",
        (
            Query(cluster("ceph_cluster_total_used_raw_bytes"), "used {{cluster}}"),
            Query(cluster("ceph_cluster_total_bytes"), "whole {{cluster}}"),
        ),
        "unknown: Ceph is not reached",
        unit="bytes",
        minimum=0,
        to=POOLS,
    ),
    Panel(
        "timeseries",
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
        steps=rising(0.75, 0.85),
        limits=True,
        minimum=0,
        maximum=1,
        to=OSDS,
    ),
    Panel(
        "timeseries",
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
        to=OSDS,
    ),
)

IO = (
    Panel(
        "timeseries",
        "Client throughput",
        "Bytes that clients read and write. A sudden 0 while users work: IO is blocked.",
        (
            Query(cluster("ceph_client_io_read_bytes"), "read {{cluster}}"),
            Query(cluster("ceph_client_io_write_bytes"), "written {{cluster}}"),
        ),
        "unknown: Ceph is not reached",
        unit="Bps",
        minimum=0,
        to=POOLS,
    ),
    Panel(
        "timeseries",
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
        to=POOLS,
    ),
    Panel(
        "timeseries",
        "Recovery",
        "Bytes that recovery moves. Good: 0, or falling after an OSD went or came. 0 while PGs "
        "are not clean: recovery is stuck or paused by a flag.",
        (Query(cluster("ceph_recovery_io_bytes"), "recovered {{cluster}}"),),
        "unknown: Ceph is not reached",
        unit="Bps",
        minimum=0,
        to=PLACEMENT,
    ),
)

DAEMONS = (
    Panel(
        "timeseries",
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
        to=PLACEMENT,
    ),
    Panel(
        "timeseries",
        "OSDs",
        "OSDs in the map, up and in. Good: all three are the same.",
        (
            Query(cluster("ceph_osds"), "all {{cluster}}"),
            Query(cluster("ceph_osds_up"), "up {{cluster}}"),
            Query(cluster("ceph_osds_in"), "in {{cluster}}"),
        ),
        "unknown: Ceph is not reached",
        minimum=0,
        to=OSDS,
    ),
    Panel(
        "table",
        "Versions",
        "Daemons by kind and version. Good: one version; more only during an upgrade.",
        (
            Query(
                "max by (cluster, daemon, version_tag, release_name) (ceph_versions{*})",
                "daemons",
                steps=PLAIN,
            ),
        ),
        "Ceph older than 12, or the API, does not tell it",
        to="ceph-services",
    ),
)

BOARD = Dashboard(
    "ceph-cluster",
    "Ceph cluster",
    "One Ceph cluster: what is wrong, how full it is, what it does and what changed.",
    (
        Section("At a glance", GLANCE),
        Section("Health", HEALTH_SECTION),
        Section("What changed", CHANGED),
        Section("Capacity", CAPACITY),
        Section("Client and recovery IO", IO),
        Section("Placement groups, OSDs, versions", DAEMONS),
    ),
)
