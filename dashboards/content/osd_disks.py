"""One OSD: its disks and crashes."""

from dashboards.content.hosts_and_osds import host_link
from dashboards.content.osds_disks import LIFE, WEAR
from dashboards.content.phrases import NO_DISKS, unknown
from dashboards.engine.declare import Query, Table, rising, warn_from

_IS = ',ceph_daemon=~"$osd"'
# A disk that several OSDs share has all of them in its label.
_HAS = ',ceph_daemon=~"(.*[ ,])?$osd([ ,].*)?"'

DISKS = (
    Table(
        "Disks",
        "The disks of the OSD, including those of its database and its log.",
        (
            Query(
                "max by (cluster, devices, db_device, wal_device, device_ids)"
                f" (ceph_disk_occupation{{*{_IS}}})",
                "exists",
                empty_when=NO_DISKS,
                hidden=True,
            ),
        ),
        unknown("Ceph before 10 or this API does not report it"),
        size=(24, 4),
        labels=("devices", "db_device", "wal_device", "device_ids"),
    ),
    Table(
        "Wear",
        "Used share of each disk's life span. Good: under 80 %.",
        (
            Query(
                WEAR.format(_HAS),
                "wear",
                empty_when="the disks do not wear, or Ceph is older than 17",
                unit="percentunit",
                thresholds=rising(0.8, 0.95),
            ),
        ),
        unknown("the disks do not wear, or this release or API does not report it"),
        size=(8, 5),
        labels=("device", "device_id"),
        hidden=("ceph_daemon", "hostname"),
    ),
    Table(
        "Expected failure",
        "Time until the earliest date at which the mgr expects the disk to fail.",
        (
            Query(
                LIFE.format(_HAS),
                "time left",
                empty_when="Ceph predicts no failures",
                unit="dtdurations",
            ),
        ),
        unknown("Ceph does not predict failures, or the API does not report them"),
        size=(8, 5),
        labels=("device", "device_id"),
        hidden=("ceph_daemon", "hostname"),
    ),
    Table(
        "Crashes",
        "Crash reports of the OSD, both new and archived. Good: none.",
        (
            Query(
                'max by (cluster, status, hostname) (ceph_crash_reports{*,entity=~"$osd"}) > 0',
                "reports",
                empty_when="the OSD has not crashed",
                thresholds=warn_from(1),
            ),
        ),
        "No crash reports, Ceph is too old, or the exporter cannot reach it",
        size=(8, 5),
        labels=("status", "hostname"),
        links=(host_link("hostname"),),
    ),
)
