"""What happens to clusters, and the notifications that a person receives for it.

docs/alerts.md has the numbers in a table.
"""

from __future__ import annotations

from typing import NamedTuple

from tests.deploy.faults import DAY, GB, TB, check, device_class, disk, joined, mons, osds, pool


class Situation(NamedTuple):
    """series: lines of a series and its values. pages, tickets: alerts, once per notification.

    second: series of a second exporter.
    """

    series: str
    pages: tuple[str, ...] = ()
    tickets: tuple[str, ...] = ()
    second: str = ""


FLAP = "0x4 1 0 1 0 1 0 1 0x80"

# A sample every two minutes; what happens starts after ten.
HOURS = {
    "a host of a 1,000-OSD cluster is lost": Situation(
        osds(1000, down="1x4 0x80", downs=20, in_="1x9 0x80")
        + check("OSD_DOWN", "0x4 1x4 0x80")
        + check("OSD_HOST_DOWN", "0x4 1x4 0x80")
        + check("SLOW_OPS", "0x4 1x1 0x80")
        + check("PG_DEGRADED", "0x4 1x80")
        + 'ceph_pg_total{pool_id="1"} 32768\nceph_pg_clean{pool_id="1"} 32768x4 31000+10x80\n'
        "ceph_num_objects_misplaced 0\nceph_num_objects_degraded 0x4 2000000-20000x80\n",
        tickets=("CephOSDHostDown", "CephOSDDownAndOut"),
    ),
    "a rack is lost, with a fifth of the OSDs and one of three monitors": Situation(
        osds(200, down="1x4 0x80", downs=40)
        + "".join(check(f"OSD_{unit}DOWN", "0x4 1x80") for unit in ("", "HOST_", "RACK_"))
        + check("MON_DOWN", "0x4 1x80")
        + mons(1, 1)
        + 'ceph_mon_quorum_status{ceph_daemon="mon.c"} 1x4 0x80\n'
        + check("PG_DEGRADED", "0x4 1x80")
        + 'ceph_pg_total{pool_id="1"} 4096\nceph_pg_clean{pool_id="1"} 4096x4 2000x80\n'
        "ceph_num_objects_misplaced 0\nceph_num_objects_degraded 0x4 2000000x80\n",
        pages=("CephOSDDownHigh", "CephMonDownQuorumAtRisk"),
    ),
    "the network flaps: 150 of 200 OSDs go down and up four times": Situation(
        osds(200, down="1x4 0 1 0 1 0 1 0 1x80", downs=150)
        + check("OSD_DOWN", FLAP)
        + check("PG_AVAILABILITY", FLAP)
        + check("SLOW_OPS", FLAP),
        tickets=("CephOSDFlapping",),
    ),
    "maintenance with noout: a host with a monitor is down for 14 minutes": Situation(
        osds(200, down="1x4 0x6 1x80", downs=20)
        + 'ceph_osd_map_flag{flag="noout"} 0x1 1x24 0x80\n'
        + check("OSDMAP_FLAGS", "0x1 1x24 0x80")
        + check("OSD_DOWN", "0x4 1x6 0x80")
        + check("OSD_HOST_DOWN", "0x4 1x6 0x80")
        + check("MON_DOWN", "0x4 1x6 0x80")
        + mons(1, 1)
        + 'ceph_mon_quorum_status{ceph_daemon="mon.c"} 1x4 0x6 1x80\n'
        + check("PG_DEGRADED", "0x4 1x6 0x80"),
    ),
    "a pool approaches its quota and becomes full": Situation(
        'ceph_pool_quota_bytes_used_ratio{pool_id="1"} 0.8x4 0.95x20 1x80\n'
        + check("POOL_FULL", "0x25 1x80"),
        pages=("CephPoolFull",),
        tickets=("CephPoolQuotaNear",),
    ),
    "a scrub error, and then a host, a monitor and a nearly full OSD": Situation(
        osds(240, down="1x14 0x80", downs=20)
        + check("PG_DAMAGED", "0x4 1x80", level="ERR")
        + check("OSD_SCRUB_ERRORS", "0x4 1x80", level="ERR")
        + "ceph_health_status 0x4 2x80\n"
        + check("OSD_DOWN", "0x14 1x80")
        + check("OSD_HOST_DOWN", "0x14 1x80")
        + check("MON_DOWN", "0x14 1x80")
        + mons(1, 1, 1, 1)
        + 'ceph_mon_quorum_status{ceph_daemon="mon.e"} 1x14 0x80\n'
        + check("OSD_NEARFULL", "0x14 1x80"),
        pages=("CephPGsDamaged",),
        tickets=("CephOSDHostDown", "CephMonDown", "CephOSDNearFull"),
    ),
    "one of two exporters is restarted": Situation(
        "up 1\n" + mons(1, 1, 1),
        second="up 1x4 0 1x80\nceph_up 1x4 _ 0 1x80\n" + mons(1, 1).replace(" 1", " 1x4 _x1 1x80"),
    ),
    "one of two exporters is gone": Situation(
        "up 1\n" + mons(1, 1, 1),
        tickets=("CephExporterDown",),
        second="up 1x4 0x80\nceph_up 1x4 _x80\n",
    ),
    "of two clusters in one Prometheus, this one has a dead disk": Situation(
        osds(20, down="1x4 0x80", downs=1, in_="1x9 0x80") + check("OSD_DOWN", "0x4 1x4 0x80"),
        tickets=("CephOSDDown", "CephOSDDownAndOut"),
    ),
    "of two clusters in one Prometheus, this one is healthy": Situation(
        osds(20) + check("OSD_DOWN", "0")
    ),
}

ROTATED = " ".join([joined((10 * TB, 4 * TB / DAY, DAY))] * 4)

# A sample every ten minutes: days of normal growth.
DAYS = {
    "growth: data that is rotated every day": Situation(pool(ROTATED, 6 * TB)),
    "growth: a weekly backup that takes eight hours": Situation(
        pool(joined((20 * TB, 0, 160), (20 * TB, 2 * TB / 48, 48), (22 * TB, 0, 300)), 5 * TB)
    ),
    "growth: recovery after a twentieth of the OSDs went out": Situation(
        device_class(
            "hdd",
            f"{100 * TB}x159 {95 * TB}x400",
            joined((70 * TB, 0, 160), (66.5 * TB, 3.5 * TB / 72, 72), (70 * TB, 0, 300)),
        )
    ),
    "growth: an image is pulled on a monitor's host": Situation(
        disk(f"{80 * GB}x160 {64 * GB}x400", 100 * GB)
    ),
    "growth: one step of a monitor's clock": Situation(
        'ceph_monitor_clock_skew_seconds{monitor="b",ceph_daemon="mon.b"} 0.001x160 0.019x400\n'
    ),
}
