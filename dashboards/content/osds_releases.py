"""Flags of single OSDs, the releases that the cluster requires, and stretch mode."""

from dashboards.content.phrases import cluster, or_none, unknown
from dashboards.engine.declare import Query, Stat, Table, warn_from

SMALL = (4, 5)
BEFORE_12 = unknown("Ceph is older than 12, or the API does not report it")
NO_STRETCH = unknown("Ceph is older than 16")
_ITEM = "max by (cluster, scope, name, flag) (ceph_osd_individual_flag{*})"
# 0: off; 1: on; 2: a site is down; 3: the data of a site is being recovered.
STRETCH = (
    f"({cluster('ceph_stretch_mode_recovering')} == 1) + 2"
    f" or ({cluster('ceph_stretch_mode_degraded')} == 1) + 1"
    f" or {cluster('ceph_stretch_mode_enabled')}"
)


def _release(metric: str) -> str:
    return f"max by (cluster, release) ({metric}{{*}})"


RELEASES = (
    Table(
        "Flags of single OSDs, hosts and device classes",
        "Flags such as noout that someone set for a part of the cluster only. Good: none. Unset "
        "them after the maintenance: `ceph osd unset-group`.",
        (
            Query(
                or_none(_ITEM, "None is set"),
                "set",
                hidden=True,
            ),
        ),
        "Prometheus scrapes no exporter",
        size=(8, 5),
        labels=("scope", "name", "flag", "note"),
    ),
    Stat(
        "Required release",
        "The release that every OSD must have. Good: that of the OSDs; after an upgrade, run "
        "`ceph osd require-osd-release`.",
        (Query(_release("ceph_require_osd_release"), "{{release}}"),),
        BEFORE_12,
        label="release",
        size=SMALL,
    ),
    Stat(
        "Daemons left behind",
        "Daemons that are older than the required release of OSDs. Good: 0. More means that an "
        "upgrade left them out.",
        (
            Query(
                "sum by (cluster)"
                " (max by (cluster, daemon) (ceph_daemons_below_required_release{*}))",
                "{{cluster}}",
            ),
        ),
        BEFORE_12,
        thresholds=warn_from(1),
        size=SMALL,
    ),
    Stat(
        "Clients that are too old",
        "Connected clients that are older than the cluster is set to support, in "
        "require_min_compat_client. Good: 0.",
        (
            Query(
                cluster("ceph_clients_below_required_release"), "{{cluster}}", empty_when=BEFORE_12
            ),
        ),
        BEFORE_12,
        thresholds=warn_from(1),
        size=SMALL,
    ),
    Stat(
        "Stretch mode",
        "Whether the cluster extends over two sites and a tiebreaker, and whether both sites "
        "are up. Good: off, or on.",
        (Query(STRETCH, "{{cluster}}", empty_when=NO_STRETCH),),
        NO_STRETCH,
        mappings={
            0: ("off", "green"),
            1: ("on", "green"),
            2: ("a site is down", "red"),
            3: ("recovering", "orange"),
        },
        size=SMALL,
    ),
)
