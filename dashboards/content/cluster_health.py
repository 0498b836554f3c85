"""One cluster: the health checks in words, and what changed."""

from dashboards.content.checks import EXPLANATIONS, OSDS, PLACEMENT, SERVICES, with_board
from dashboards.content.phrases import NOTHING_RAISED, PGS_NOT_CLEAN, cluster
from dashboards.engine.declare import (
    YES_IS_GOOD,
    Link,
    Query,
    Stat,
    StateTimeline,
    Table,
    warn_from,
)

CHECK = "max by (cluster, name) (ceph_health_check_{}{{*}})"

CHECKS = Table(
    "Health checks that are raised",
    "What Ceph complains of, in words. A click on a check leads to the dashboard where its cause "
    "is found. Things: how many OSDs, PGs or the like it is about (Ceph 15 and later). A muted "
    "check does not count for the health.",
    (
        Query(
            with_board("max by (cluster, name, severity) (ceph_health_detail{*}) == 1"),
            "raised",
            empty_when=NOTHING_RAISED,
            hidden=True,
        ),
        Query(CHECK.format("items"), "things", empty_when=NOTHING_RAISED, no_value="not told"),
        Query(CHECK.format("details"), "lines of detail", empty_when=NOTHING_RAISED),
        Query(
            CHECK.format("muted"),
            "muted",
            empty_when=NOTHING_RAISED,
            mappings={0: ("no", "text"), 1: ("muted", "blue")},
        ),
    ),
    "no check is raised, or Ceph is not reached (see Age of data)",
    size=(16, 8),
    hidden=("board",),
    texts=("name", EXPLANATIONS),
    links=(Link("name", "${__data.fields.board}", "Look for the cause"),),
    sort_ascending="severity",
)

HEALTH_SECTION = (
    CHECKS,
    Stat(
        "Slow requests",
        "Requests that OSDs and monitors have worked at for longer than 30 s. Good: 0. More: "
        "clients wait; look for OSDs with a high latency.",
        (Query(cluster("ceph_healthcheck_slow_ops"), "{{cluster}}"),),
        "unknown: Ceph is not reached",
        thresholds=warn_from(1),
        size=(4, 4),
        details=OSDS,
    ),
    Stat(
        "PGs not clean",
        "PGs that have not all their copies in place. Good: 0. While data moves it falls steadily.",
        (Query(PGS_NOT_CLEAN, "{{cluster}}"),),
        "the API does not tell PGs by pool",
        thresholds=warn_from(1),
        size=(4, 4),
        details=PLACEMENT,
    ),
    Stat(
        "Mgr available",
        "A mgr is active and has finished its start. Without one there is no balancing, and "
        "numbers of use and PGs stand still.",
        (Query(cluster("ceph_mgr_available"), "{{cluster}}"),),
        "unknown, or Ceph is older than 12",
        mappings=YES_IS_GOOD,
        size=(4, 4),
        details=SERVICES,
    ),
    Stat(
        "Mutes",
        "Health checks that somebody muted. A mute that was forgotten hides a fault.",
        (Query(cluster("ceph_health_mutes"), "{{cluster}}"),),
        "unknown: Ceph is not reached",
        thresholds=((None, "green"), (1, "blue")),
        size=(4, 4),
    ),
)

CHANGED = (
    StateTimeline(
        "Health checks over time",
        "Which check was raised when. What was raised first is mostly the cause.",
        (
            Query(
                "max by (cluster, name) (ceph_health_detail{*}) == 1",
                "{{name}} {{cluster}}",
                empty_when=NOTHING_RAISED,
            ),
        ),
        "no check was raised in the shown time, or Ceph is not reached",
        mappings={1: ("raised", "orange")},
        size=(16, 8),
    ),
    Table(
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
                empty_when="only after something changed",
            ),
        ),
        "nothing changed, or Ceph is not reached",
        size=(8, 8),
        sort_descending="times",
    ),
)
