"""The mgrs and their modules, crash reports, and the versions of daemons and clients."""

from dashboards.content.hosts_and_osds import host_link, page_link, with_page
from dashboards.content.phrases import (
    NOT_OVER_DASHBOARD,
    NOTHING_WRONG,
    REACHABLE,
    REACHED,
    daemons,
    unknown,
)
from dashboards.content.versions import VERSIONS
from dashboards.engine.declare import Query, StateTimeline, Table

MGRS = (
    StateTimeline(
        "Mgrs",
        "Which mgr was active over time. Good: always the same one.",
        (
            Query(
                daemons("ceph_mgr_status"), "{{ceph_daemon}}", empty_when="Ceph is older than 12"
            ),
            REACHABLE,
        ),
        "Prometheus scrapes no exporter",
        mappings={0: ("standby", "blue"), 1: ("active", "green")} | REACHED,
        size=(12, 8),
    ),
    Table(
        "Modules that cannot run",
        "Enabled mgr modules that cannot run because a dependency is missing. Good: none.",
        (
            Query(
                "max by (cluster, name) (ceph_mgr_module_status{*}) > 0"
                " unless max by (cluster, name) (ceph_mgr_module_can_run{*}) == 1",
                "cannot run",
                empty_when=NOTHING_WRONG,
                mappings={1: ("enabled", "red"), 2: ("always on", "red")},
            ),
        ),
        "All enabled modules can run, or the exporter cannot reach Ceph",
        size=(12, 8),
        labels=("name",),
    ),
    Table(
        "Crashes",
        "Daemons with crash reports, both new and archived. Good: no new ones.",
        (
            Query(
                with_page(
                    "max by (cluster, entity, hostname, status) (ceph_crash_reports{*}) > 0",
                    "entity",
                ),
                "reports",
                empty_when=NOTHING_WRONG,
            ),
        ),
        "No crash reports, Ceph is too old, or the exporter cannot reach it",
        size=(12, 8),
        labels=("status", "entity", "hostname"),
        texts={"status": {"new": ("new", "orange"), "archived": ("archived", "")}},
        hidden=("page",),
        links=(page_link("entity"), host_link("hostname")),
        sort_descending="status",
    ),
    VERSIONS,
    Table(
        "Clients by release",
        "Clients and daemons by the release that their feature bits correspond to. Old clients "
        "prevent the cluster from using new features.",
        (
            Query(
                "max by (cluster, daemon, release) (ceph_features{*})",
                "connections",
                empty_when=NOT_OVER_DASHBOARD,
            ),
        ),
        unknown("Ceph before 12 or this API does not report it"),
        size=(24, 7),
        labels=("daemon", "release"),
        sort_descending="connections",
    ),
)
