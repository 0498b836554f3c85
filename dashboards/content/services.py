"""Filesystems, gateways and mirrors, the mgr and its modules, crashes and versions."""

from dashboards.content.checks import OSDS, RGW
from dashboards.content.filesystems import FILESYSTEMS, FS, NO_FILESYSTEM
from dashboards.content.hosts_and_osds import host_link
from dashboards.content.mgrs import MGRS
from dashboards.content.phrases import NOT_OVER_DASHBOARD, cluster, daemons, unknown, versioned
from dashboards.engine.declare import (
    Dashboard,
    Query,
    Section,
    Stat,
    Table,
    TimeSeries,
    bad_from,
    warn_from,
)

SMALL = (4, 4)

GLANCE = (
    Stat(
        "Ranks without an MDS",
        "Good: 0. If a rank has no MDS, its part of the filesystem hangs.",
        (
            Query(
                "sum by (cluster) (" + FS.format("mds_failed") + ")",
                "{{cluster}}",
                empty_when=NO_FILESYSTEM,
            ),
        ),
        "No filesystem, or the exporter cannot reach Ceph",
        thresholds=bad_from(1),
        size=SMALL,
        brief="none or unknown",
    ),
    Stat(
        "Damaged ranks",
        "Good: 0. Repairing damaged metadata requires experience with cephfs-journal-tool.",
        (
            Query(
                "sum by (cluster) (" + FS.format("mds_damaged") + ")",
                "{{cluster}}",
                empty_when=NO_FILESYSTEM,
            ),
        ),
        "No filesystem, or the exporter cannot reach Ceph",
        thresholds=bad_from(1),
        size=SMALL,
        brief="none or unknown",
    ),
    Stat(
        "Standby MDSs",
        "MDSs that can take over. Good: at least one if there is a filesystem.",
        (
            Query(
                f"{cluster('ceph_mds_standbys')}"
                " and on (cluster) max by (cluster) (ceph_fs_max_mds{*}) > 0",
                "{{cluster}}",
                empty_when=NO_FILESYSTEM,
            ),
        ),
        "No filesystem, or the exporter cannot reach Ceph",
        thresholds=((None, "orange"), (1, "green")),
        size=SMALL,
        brief="none or unknown",
    ),
    Stat(
        "Active mgr",
        "The mgr that is active. Without one, the balancer and the dashboard stop, and usage "
        "statistics are no longer updated.",
        (Query(daemons("ceph_mgr_status") + " == 1", "{{ceph_daemon}}"),),
        "No mgr is active, or Ceph is older than 12",
        label="ceph_daemon",
        size=SMALL,
    ),
    Stat(
        "New crash reports",
        "Crash reports that nobody has archived. Good: 0. List them with `ceph crash ls-new`.",
        (
            Query(
                "sum by (cluster) (max by (cluster, entity, hostname)"
                ' (ceph_crash_reports{*,status="new"})) or 0 * max by (cluster)'
                ' (ceph_exporter_document_success{*,document="crash ls"} == 1)',
                "{{cluster}}",
                empty_when=NOT_OVER_DASHBOARD,
            ),
        ),
        unknown("Ceph before 14 or this API does not report it"),
        thresholds=warn_from(1),
        size=SMALL,
    ),
    Stat(
        "Balancer",
        "Whether the balancer is on. If it is off, OSDs fill up unevenly.",
        (
            Query(
                cluster("ceph_balancer_active"),
                "{{cluster}}",
                empty_when="the API does not report the balancer",
            ),
        ),
        unknown("this release or this API does not report it"),
        mappings={0: ("off", "orange"), 1: ("on", "green")},
        size=SMALL,
        details=OSDS,
    ),
)

SERVICES = (
    TimeSeries(
        "Service daemons",
        "Gateways, mirrors and other daemons that register with the mgr. If a line falls, a daemon "
        "has stopped.",
        (
            Query(
                "max by (cluster, service) (ceph_service_daemons{*})",
                "{{service}}",
                empty_when=NOT_OVER_DASHBOARD,
            ),
        ),
        NOT_OVER_DASHBOARD,
        unit="locale",
        size=(12, 8),
        decimals=0,
        minimum=0,
        details=RGW,
    ),
    Table(
        "Object gateways and RBD mirrors",
        "Where each daemon runs, and its version. Good: one version.",
        (
            Query(
                "max by (cluster, service_daemon, hostname, version) (label_replace("
                + versioned("(ceph_rgw_metadata{*} or ceph_rbd_mirror_metadata{*})")
                + ', "service_daemon", "$1", "ceph_daemon", "(.+)"))',
                "exists",
                empty_when="the cluster has no gateways or mirrors",
                hidden=True,
            ),
        ),
        "No gateways and no mirrors, or the exporter cannot reach Ceph",
        size=(12, 8),
        labels=("service_daemon", "hostname", "version"),
        details=RGW,
        links=(host_link("hostname"),),
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
        Section("Mgr, crashes and versions", MGRS),
    ),
)
