"""One cluster: the health checks and recent changes."""

from dashboards.content.checks import EXPLANATIONS, OSDS, PLACEMENT, SERVICES, with_board
from dashboards.content.phrases import NOT_REACHED, NOTHING_WRONG, PGS_NOT_CLEAN, cluster
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
    "Raised health checks",
    "The health checks that Ceph has raised, with an explanation. Click a check to open the "
    "dashboard that shows its cause. Affected: the number of OSDs, PGs or other items that the "
    "check counts (Ceph 15 and later). A muted check does not affect the health.",
    (
        Query(
            with_board("max by (cluster, name, severity) (ceph_health_detail{*}) == 1"),
            "raised",
            empty_when=NOTHING_WRONG,
            hidden=True,
        ),
        Query(CHECK.format("items"), "affected", empty_when=NOTHING_WRONG, no_value="not reported"),
        Query(CHECK.format("details"), "detail lines", empty_when=NOTHING_WRONG),
        Query(
            CHECK.format("muted"),
            "muted",
            empty_when=NOTHING_WRONG,
            mappings={0: ("no", "text"), 1: ("muted", "blue")},
        ),
    ),
    "No check is raised, or the exporter cannot reach Ceph (see Age of data)",
    size=(16, 8),
    hidden=("board",),
    texts=("name", EXPLANATIONS),
    links=(Link("name", "${__data.fields.board}", "Find the cause"),),
    sort_ascending="severity",
)

HEALTH_SECTION = (
    CHECKS,
    Stat(
        "Slow requests",
        "Requests that OSDs and monitors have not finished after 30 s. Good: 0. If higher, clients "
        "wait; look for OSDs with a high latency.",
        (Query(cluster("ceph_healthcheck_slow_ops"), "{{cluster}}"),),
        NOT_REACHED,
        thresholds=warn_from(1),
        size=(4, 4),
        details=OSDS,
    ),
    Stat(
        "PGs not clean",
        "PGs that do not have all their copies in place. Good: 0. During recovery the number falls "
        "steadily.",
        (Query(PGS_NOT_CLEAN, "{{cluster}}"),),
        "Unknown: this API does not report PGs by pool",
        thresholds=warn_from(1),
        size=(4, 4),
        details=PLACEMENT,
    ),
    Stat(
        "Mgr available",
        "Whether a mgr is active and has finished starting. Without an active mgr the balancer "
        "stops, and usage and PG statistics are no longer updated.",
        (Query(cluster("ceph_mgr_available"), "{{cluster}}"),),
        "Unknown, or Ceph is older than 12",
        mappings=YES_IS_GOOD,
        size=(4, 4),
        details=SERVICES,
    ),
    Stat(
        "Muted checks",
        "Health checks that someone has muted. A forgotten mute hides problems.",
        (Query(cluster("ceph_health_mutes"), "{{cluster}}"),),
        NOT_REACHED,
        thresholds=((None, "green"), (1, "blue")),
        size=(4, 4),
    ),
)

CHANGED = (
    StateTimeline(
        "Health checks over time",
        "The health checks over time. The check that was raised first is usually the cause.",
        (
            Query(
                "max by (cluster, name) (ceph_health_detail{*}) == 1",
                "{{name}} {{cluster}}",
                empty_when=NOTHING_WRONG,
            ),
        ),
        "No check was raised in this time range, or the exporter cannot reach Ceph",
        mappings={1: ("raised", "orange")},
        size=(16, 8),
    ),
    Table(
        "Changes in this time range",
        "How often each item changed: a monitor joined or left the quorum, an OSD went up or down, "
        "in or out, a flag of the OSD map was set or unset. Good: only changes that someone made "
        "on purpose.",
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
                empty_when="nothing has changed",
            ),
        ),
        "Nothing changed, or the exporter cannot reach Ceph",
        size=(8, 8),
        sort_descending="times",
    ),
)
