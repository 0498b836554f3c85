"""One cluster: the health checks and recent changes."""

from dashboards.content.checks import EXPLANATIONS, with_board
from dashboards.content.hosts_and_osds import page_link, with_page
from dashboards.content.phrases import (
    HEALTH_OR_UNREACHABLE,
    HEALTH_OVER_TIME,
    NOTHING_WRONG,
    UP,
    or_none,
)
from dashboards.engine.declare import Link, Query, StateTimeline, Table, Texts

CHECK = "max by (cluster, name) (ceph_health_check_{}{{*}})"
RAISED = or_none(
    'label_replace(max by (cluster, name, severity) (ceph_health_detail{*}) == 1, "check", "$1",'
    ' "name", "(.+)")',
    "No check is raised",
    "check",
)
# Checks that were raised at some time in the range.
SEEN = "(max by (cluster, name) (max_over_time(ceph_health_detail{*}[$__range] @ end())) == 1)"
SEVERITY: Texts = {
    "HEALTH_ERR": ("HEALTH_ERR", "red"),
    "HEALTH_WARN": ("HEALTH_WARN", "orange"),
}
NAMES: Texts = {code: (text, "") for code, text in EXPLANATIONS.items()}

CHECKS = Table(
    "Raised health checks",
    "The health checks that Ceph has raised, with an explanation. Click a check to open the "
    "dashboard that shows its cause. Affected: the number of OSDs, PGs or other items that the "
    "check counts (Ceph 15 and later). A muted check does not affect the health.",
    (
        Query(with_board(RAISED), "raised", hidden=True),
        Query(CHECK.format("items"), "affected", empty_when=NOTHING_WRONG),
        Query(CHECK.format("details"), "detail lines", empty_when=NOTHING_WRONG),
        Query(
            CHECK.format("muted"),
            "muted",
            empty_when=NOTHING_WRONG,
            mappings={0: ("no", "text"), 1: ("muted", "blue")},
        ),
    ),
    "Prometheus scrapes no exporter",
    size=(24, 9),
    labels=("severity", "check"),
    hidden=("board", "name"),
    texts={"severity": SEVERITY, "check": NAMES},
    links=(Link("${__data.fields.board}", "Find the cause", "check"),),
    sort_ascending="severity",
)

_CHANGES = " or ".join(
    f'label_replace(label_replace(max by ({labels}) (changes({metric}{{*}}[$__range])), "change",'
    f' "{change}", "", ""), "item", "$1", "{item}", "(.+)")'
    for metric, labels, item, change in (
        ("ceph_osd_up", "cluster, ceph_daemon", "ceph_daemon", "up or down"),
        ("ceph_osd_in", "cluster, ceph_daemon", "ceph_daemon", "in or out"),
        ("ceph_mon_quorum_status", "cluster, ceph_daemon", "ceph_daemon", "quorum"),
        ("ceph_mgr_status", "cluster, ceph_daemon", "ceph_daemon", "active mgr"),
        ("ceph_osd_map_flag", "cluster, flag", "flag", "flag"),
    )
)

CHANGED = (
    StateTimeline(
        "Health and health checks over time",
        "The health, and each check while it was raised. The check that was raised first is "
        "usually the cause.",
        (
            Query(HEALTH_OR_UNREACHABLE, "health"),
            Query(
                # Checks that Ceph knows only while they are raised are not raised before.
                "10 + (max by (cluster, name) (ceph_health_detail{*})"
                f" and on (cluster, name) {SEEN}"
                f" or on (cluster, name) 0 * ({SEEN} and on (cluster) {UP} == 1))",
                "{{name}}",
                empty_when=NOTHING_WRONG,
            ),
        ),
        "Prometheus scrapes no exporter",
        mappings=HEALTH_OVER_TIME | {10: (" ", "transparent"), 11: ("raised", "orange")},
        size=(16, 9),
    ),
    Table(
        "Changes in this time range",
        "How often each item changed: a monitor joined or left the quorum, an OSD went up or down, "
        "in or out, a flag of the OSD map was set or unset. Good: only changes that someone made "
        "on purpose.",
        (
            Query(
                with_page(f"sum by (cluster, item, change) ({_CHANGES}) > 0", "item"),
                "times",
                empty_when="nothing has changed",
            ),
        ),
        "Nothing changed, or the exporter cannot reach Ceph",
        size=(8, 9),
        labels=("item", "change"),
        hidden=("page",),
        links=(page_link("item"),),
        sort_descending="times",
    ),
)
