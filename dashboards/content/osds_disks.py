"""The OSDs: their disks, how worn they are and which are expected to fail."""

from dashboards.content.hosts_and_osds import host_link, osd_link
from dashboards.engine.declare import Query, Table, falling, rising

WEEK = 7 * 86400
WEAR = "max by (cluster, ceph_daemon, hostname, device, device_id) (ceph_device_wear_ratio{{*{}}})"
LIFE = (
    "min by (cluster, ceph_daemon, hostname, device, device_id)"
    " (ceph_device_life_expectancy_min_timestamp_seconds{{*{}}}) - time()"
)
# A disk may be shared by several OSDs, which its label lists.
LABELS = ("ceph_daemon", "hostname", "device", "device_id")

DISKS = (
    Table(
        "Worn disks",
        "Used share of each disk's life span, as the mgr module devicehealth reports it. Good: "
        "under 80 %.",
        (
            Query(
                f"{WEAR.format('')} > 0.5",
                "wear",
                empty_when="no flash disk is worn, or Ceph is older than 17",
                unit="percentunit",
                thresholds=rising(0.8, 0.95),
            ),
        ),
        "No disk is known to be worn by more than half, or the exporter cannot reach Ceph",
        size=(12, 5),
        labels=LABELS,
        links=(osd_link(), host_link("hostname")),
        sort_descending="wear",
    ),
    Table(
        "Disks that are expected to fail within 12 weeks",
        "Time until the earliest date at which the mgr expects the disk to fail. Good: none.",
        (
            Query(
                f"({LIFE.format('')}) < {12 * WEEK}",
                "time left",
                empty_when="Ceph predicts no failures soon",
                unit="dtdurations",
                thresholds=falling(6 * WEEK, 12 * WEEK),
            ),
        ),
        "No disk is expected to fail soon, Ceph does not predict failures, or the exporter cannot "
        "reach Ceph",
        size=(12, 5),
        labels=LABELS,
        links=(osd_link(), host_link("hostname")),
        sort_ascending="time left",
    ),
)
