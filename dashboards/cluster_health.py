"""One cluster: the health checks in words, and what changed."""

from dashboards.checks import OSDS, PLACEMENT, WORDS, with_board
from dashboards.declare import YES_IS_GOOD, Link, Panel, Query, warn_from
from dashboards.phrases import PGS_NOT_CLEAN, RAISED, cluster

CHECK = "max by (cluster, name) (ceph_health_check_{}{{*}})"

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
    least_first="severity",
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
        "no check was raised in the shown time, or Ceph is not reached",
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
        "nothing changed, or Ceph is not reached",
        size=(8, 8),
        most_first="times",
    ),
)
