"""RBD mirroring: daemons, images by state, and how far they are behind."""

from dashboards.content.figures import Absence, figure
from dashboards.content.hosts_and_osds import host_link
from dashboards.content.phrases import or_none
from dashboards.engine.declare import (
    Query,
    Table,
    TimeSeries,
    ValueMappings,
    bad_from,
    warn_from,
)

NO_MIRRORS = "no RBD mirror daemon runs"
NOT_BY_RADOS = "only the dashboard API reports it"
NO_STATES = "Nothing is being mirrored, the API is not dashboard, or the exporter cannot reach Ceph"
UNKNOWN_MIRROR = "No RBD mirror daemon runs, or the exporter cannot reach Ceph"
DAEMONS = "max by (cluster, ceph_daemon, id, hostname) (ceph_rbd_mirror_daemon_health{*})"
HEALTH: ValueMappings = {0: ("ok", "green"), 1: ("warning", "orange"), 2: ("error", "red")}

FIGURES = (
    figure(
        "Mirror daemons in error",
        "RBD mirror daemons that report an error. Good: 0.",
        "sum by (cluster) (max by (cluster, ceph_daemon) (ceph_rbd_mirror_daemon_health{*})"
        " == bool 2)",
        Absence(NO_MIRRORS, UNKNOWN_MIRROR),
        thresholds=bad_from(1),
    ),
    figure(
        "Images not mirrored",
        "Images that the mirror daemons cannot mirror. Good: 0.",
        "sum by (cluster) (max by (cluster, pool) (ceph_rbd_mirror_image_errors{*}))",
        Absence(NO_MIRRORS, UNKNOWN_MIRROR),
        thresholds=bad_from(1),
    ),
    figure(
        "Slowest mirror",
        "The estimated time until the last image has all changes of its primary. Good: seconds.",
        "max by (cluster) (ceph_rbd_mirror_until_synced_seconds{*})",
        Absence(f"{NO_MIRRORS}, or nothing is being mirrored", NO_STATES),
        unit="s",
        thresholds=warn_from(3600),
    ),
)

MIRRORING = (
    Table(
        "Mirror daemons",
        "Every RBD mirror daemon and its health. Good: ok. For what it reports, run "
        "`rbd mirror pool status POOL --verbose`.",
        (
            Query(
                or_none(
                    DAEMONS,
                    "No RBD mirror daemon",
                ),
                "exists",
                hidden=True,
            ),
            Query(
                DAEMONS,
                "health",
                empty_when=NO_MIRRORS,
                mappings=HEALTH,
            ),
        ),
        "Prometheus scrapes no exporter",
        size=(12, 8),
        labels=("ceph_daemon", "id", "hostname", "note"),
        links=(host_link("hostname"),),
    ),
    TimeSeries(
        "Mirrored images by state",
        "Good: replaying or, in the cluster of the primaries, stopped. syncing: the first copy is "
        "under way. error, unknown: not mirrored.",
        (
            Query(
                "sum by (cluster, state)"
                " (max by (cluster, pool, state) (ceph_rbd_mirror_images{*}))",
                "images {{state}}",
                empty_when=NOT_BY_RADOS,
            ),
        ),
        NO_STATES,
        unit="locale",
        size=(12, 8),
        stack=True,
        decimals=0,
        minimum=0,
    ),
    TimeSeries(
        "Time until in sync",
        "The estimated time until the slowest image of each pool has all changes of its primary. "
        "Good: seconds.",
        (
            Query(
                "max by (cluster, pool) (ceph_rbd_mirror_until_synced_seconds{*})",
                "{{pool}}",
                empty_when=NOT_BY_RADOS,
            ),
        ),
        NO_STATES,
        unit="s",
        size=(12, 8),
        minimum=0,
    ),
    TimeSeries(
        "Images that are not mirrored",
        "Images of each pool that the mirror daemons cannot mirror, or about which they warn. "
        "Good: 0.",
        (
            Query(
                "max by (cluster, pool) (ceph_rbd_mirror_image_errors{*})",
                "errors {{pool}}",
                empty_when=NO_MIRRORS,
            ),
            Query(
                "max by (cluster, pool) (ceph_rbd_mirror_image_warnings{*})",
                "warnings {{pool}}",
                empty_when=NO_MIRRORS,
            ),
        ),
        UNKNOWN_MIRROR,
        unit="locale",
        size=(12, 8),
        decimals=0,
        minimum=0,
    ),
)
