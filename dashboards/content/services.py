"""Filesystems, gateways and mirrors, the mgr and its modules, crashes, versions."""

from dashboards.content.checks import OSDS
from dashboards.content.phrases import NOT_OVER_DASHBOARD, NOTHING_RAISED, cluster, daemons
from dashboards.engine.declare import (
    Dashboard,
    Query,
    Section,
    Stat,
    StateTimeline,
    Table,
    TimeSeries,
    bad_from,
    warn_from,
)

SMALL = (4, 4)
HAS_FS = "only of clusters with a filesystem"
FS = "max by (cluster, fs_id, name) (ceph_fs_{}{{*}})"

GLANCE = (
    Stat(
        "Ranks without an MDS",
        "Good: 0. A rank without an MDS: that part of the filesystem hangs.",
        (
            Query(
                "sum by (cluster) (" + FS.format("mds_failed") + ")",
                "{{cluster}}",
                empty_when=HAS_FS,
            ),
        ),
        "no filesystem, or Ceph is not reached",
        thresholds=bad_from(1),
        size=SMALL,
    ),
    Stat(
        "Damaged ranks",
        "Good: 0. Damaged metadata needs a person who knows cephfs-journal-tool.",
        (
            Query(
                "sum by (cluster) (" + FS.format("mds_damaged") + ")",
                "{{cluster}}",
                empty_when=HAS_FS,
            ),
        ),
        "no filesystem, or Ceph is not reached",
        thresholds=bad_from(1),
        size=SMALL,
    ),
    Stat(
        "Standby MDSs",
        "MDSs that can take over. Good: at least one where there is a filesystem.",
        (Query(cluster("ceph_mds_standbys"), "{{cluster}}"),),
        "unknown, or the API does not tell it",
        size=SMALL,
    ),
    Stat(
        "Active mgr",
        "The mgr that is active. None: no balancing, no dashboard, numbers of use stand still.",
        (Query(daemons("ceph_mgr_status") + " == 1", "{{ceph_daemon}} {{cluster}}"),),
        "no mgr is active, or Ceph is older than 12",
        text_mode="name",
        size=SMALL,
    ),
    Stat(
        "New crash reports",
        "Crashes that nobody has archived. Good: 0. Look with `ceph crash ls-new`.",
        (
            Query(
                "sum by (cluster) (max by (cluster, entity, hostname)"
                ' (ceph_crash_reports{*,status="new"}))',
                "{{cluster}}",
                empty_when=NOTHING_RAISED,
            ),
        ),
        "no new crash, or unknown: Ceph is too old or not reached",
        thresholds=warn_from(1),
        size=SMALL,
    ),
    Stat(
        "Balancer",
        "Whether the balancer is on. Off: OSDs fill up unevenly.",
        (Query(cluster("ceph_balancer_active"), "{{cluster}}", empty_when="not over every API"),),
        "the release or the API does not tell it",
        mappings={0: ("off", "orange"), 1: ("on", "green")},
        size=SMALL,
        details=OSDS,
    ),
)

FILESYSTEMS = (
    Table(
        "Filesystems",
        "Ranks that are wanted, active, without an MDS and damaged. Good: active as wanted, the "
        "rest 0.",
        (
            Query(FS.format("max_mds"), "wanted", empty_when=HAS_FS),
            Query(FS.format("mds_active"), "active", empty_when=HAS_FS),
            Query(
                FS.format("mds_failed"), "without an MDS", empty_when=HAS_FS, thresholds=bad_from(1)
            ),
            Query(FS.format("mds_damaged"), "damaged", empty_when=HAS_FS, thresholds=bad_from(1)),
            Query(FS.format("standbys_wanted"), "standbys wanted", empty_when=HAS_FS),
        ),
        "no filesystem, or Ceph is not reached",
        size=(12, 7),
    ),
    Table(
        "MDSs",
        "Every MDS, its state and its place. Good: up:active or up:standby. up:replay, up:rejoin "
        "and the like last seconds to minutes.",
        (
            Query(
                "max by (cluster, ceph_daemon, state) (ceph_mds_state{*})",
                "has a state",
                empty_when=HAS_FS,
                hidden=True,
            ),
            Query(
                "max by (cluster, ceph_daemon, rank, hostname, ceph_version)"
                " (ceph_mds_metadata{*})",
                "is there",
                empty_when=HAS_FS,
                hidden=True,
            ),
        ),
        "no MDS, or Ceph is not reached",
        size=(12, 7),
    ),
    StateTimeline(
        "MDSs over time",
        "Which MDS was in which state when. Many changes: an MDS is too slow for its beacons, "
        "often for lack of memory.",
        (
            Query(
                "max by (cluster, ceph_daemon, state) (ceph_mds_state{*})",
                "{{ceph_daemon}} {{state}} {{cluster}}",
                empty_when=HAS_FS,
            ),
        ),
        "no MDS, or Ceph is not reached",
        mappings={1: (" ", "blue")},
        size=(24, 7),
    ),
)

SERVICES = (
    TimeSeries(
        "Daemons of services",
        "Gateways, mirrors and others that register with the mgr. A line that falls: a daemon is "
        "gone.",
        (
            Query(
                "max by (cluster, service) (ceph_service_daemons{*})",
                "{{service}} {{cluster}}",
                empty_when=NOT_OVER_DASHBOARD,
            ),
        ),
        "the dashboard's API does not tell it",
        minimum=0,
        size=(12, 8),
    ),
    Table(
        "Object gateways and RBD mirrors",
        "Where they run and what. Good: one version.",
        (
            Query(
                "max by (cluster, ceph_daemon, hostname, ceph_version)"
                " (ceph_rgw_metadata{*} or ceph_rbd_mirror_metadata{*})",
                "is there",
                empty_when="only of clusters with gateways or mirrors",
                hidden=True,
            ),
        ),
        "no gateway and no mirror, or Ceph is not reached",
        size=(12, 8),
    ),
)

MGRS = (
    StateTimeline(
        "Mgrs",
        "Which mgr was active when. Good: one, for as long as it runs.",
        (Query(daemons("ceph_mgr_status"), "{{ceph_daemon}} {{cluster}}"),),
        "no mgr, or Ceph is older than 12",
        mappings={0: ("standby", "blue"), 1: ("active", "green")},
        size=(8, 8),
    ),
    Table(
        "Modules that cannot run",
        "Modules of the mgr that are enabled and lack what they need. Good: none.",
        (
            Query(
                "max by (cluster, name) (ceph_mgr_module_status{*}) > 0"
                " unless max by (cluster, name) (ceph_mgr_module_can_run{*}) == 1",
                "cannot run",
                empty_when=NOTHING_RAISED,
                mappings={1: ("enabled", "red"), 2: ("always on", "red")},
            ),
        ),
        "every enabled module can run, or Ceph is not reached",
        size=(8, 8),
    ),
    Table(
        "Crashes",
        "Daemons with crash reports, new and archived. Good: none that is new.",
        (
            Query(
                "max by (cluster, entity, hostname, status) (ceph_crash_reports{*}) > 0",
                "reports",
                empty_when=NOTHING_RAISED,
            ),
        ),
        "no crash, or unknown: Ceph is too old or not reached",
        size=(8, 8),
        sort_descending="reports",
    ),
    Table(
        "Versions",
        "Daemons by kind and version. Good: one version; more only during an upgrade.",
        (
            Query(
                "max by (cluster, daemon, version_tag, release_name, sha1) (ceph_versions{*})",
                "daemons",
            ),
        ),
        "Ceph older than 12, or the API, does not tell it",
        size=(12, 8),
    ),
    Table(
        "Clients by release",
        "Clients and daemons by the release that their features are of. An old client keeps the "
        "cluster from new features.",
        (
            Query(
                "max by (cluster, daemon, release) (ceph_features{*})",
                "connections",
                empty_when=NOT_OVER_DASHBOARD,
            ),
        ),
        "Ceph older than 12, or the API, does not tell it",
        size=(12, 8),
    ),
)

BOARD = Dashboard(
    "ceph-services",
    "Ceph filesystems and services",
    "Filesystems, gateways, mirrors, the mgr and its modules, crashes and versions.",
    (
        Section("At a glance", GLANCE),
        Section("Filesystems", FILESYSTEMS),
        Section("Gateways and mirrors", SERVICES),
        Section("Mgr, crashes, versions", MGRS),
    ),
)
