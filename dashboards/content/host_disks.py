"""One host: its disks, and the crashes on it."""

from dashboards.content.hosts_and_osds import osd_link, page_link, with_page
from dashboards.content.osds_disks import LIFE, WEAR
from dashboards.content.phrases import unknown
from dashboards.engine.declare import Query, Table, falling, rising, warn_from

# The CRUSH map has the short name of a host; daemons may report the full one.
ON = ',hostname=~"$host([.].*)?"'
LABELS = ("ceph_daemon", "device", "device_id")
DISKS = (
    Table(
        "Wear",
        "Used share of the life span of each disk of the host. Good: under 80 %.",
        (
            Query(
                WEAR.format(ON),
                "wear",
                empty_when="the disks do not wear, or Ceph is older than 17",
                unit="percentunit",
                thresholds=rising(0.8, 0.95),
            ),
        ),
        unknown("the disks do not wear, or this release or API does not report it"),
        size=(12, 6),
        labels=LABELS,
        hidden=("hostname",),
        links=(osd_link(),),
        sort_descending="wear",
    ),
    Table(
        "Expected failures",
        "Time until the earliest date at which the mgr expects each disk to fail.",
        (
            Query(
                LIFE.format(ON),
                "time left",
                empty_when="Ceph predicts no failures",
                unit="dtdurations",
                thresholds=falling(6 * 7 * 86400, 12 * 7 * 86400),
            ),
        ),
        unknown("Ceph does not predict failures, or the API does not report them"),
        size=(12, 6),
        labels=LABELS,
        hidden=("hostname",),
        links=(osd_link(),),
        sort_ascending="time left",
    ),
    Table(
        "Crashes",
        "Daemons on the host with crash reports, both new and archived. Good: no new ones.",
        (
            Query(
                with_page(
                    f"max by (cluster, entity, status) (ceph_crash_reports{{*{ON}}}) > 0",
                    "entity",
                ),
                "reports",
                empty_when="no daemon has crashed",
                thresholds=warn_from(1),
            ),
        ),
        "No crash reports, Ceph is too old, or the exporter cannot reach it",
        size=(24, 5),
        labels=("status", "entity"),
        hidden=("page",),
        links=(page_link("entity"),),
        sort_descending="status",
    ),
)
