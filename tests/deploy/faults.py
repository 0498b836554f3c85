"""Clusters with one fault each, or with none, and the alerts that fire after how long."""

from __future__ import annotations

from typing import NamedTuple

GB, TB = 10**9, 10**12
DAY = 144  # samples of ten minutes


class Fault(NamedTuple):
    """series: lines of a series and its values. expected: alerts by the time when they fire."""

    series: str
    expected: dict[str, set[str]]
    job: str = "ceph"


def check(name: str, values: str = "1", level: str = "WARN") -> str:
    """Return a line for a health check."""
    return f'ceph_health_detail{{name="{name}",severity="HEALTH_{level}"}} {values}\n'


def muted(name: str) -> str:
    """Return lines for a health check that is raised and muted."""
    return check(name) + f'ceph_health_check_muted{{name="{name}"}} 1\n'


def mons(*in_quorum: int, more: str = "") -> str:
    """Return a line for each monitor. more: further labels."""
    return "".join(
        f'ceph_mon_quorum_status{{ceph_daemon="mon.{"abcdefg"[n]}"{more}}} {value}\n'
        for n, value in enumerate(in_quorum)
    )


def osds(number: int, up: str = "1", down: str = "", downs: int = 0, in_: str = "1") -> str:
    """Return the OSDs of hosts of twenty. down, in_: the values of the first `downs` OSDs."""
    lines = []
    for n in range(number):
        osd = f'ceph_daemon="osd.{n}"'
        affected = n < downs
        lines += [
            f"ceph_osd_up{{{osd}}} {down if affected else up}",
            f"ceph_osd_in{{{osd}}} {in_ if affected else '1'}",
            f'ceph_osd_location{{{osd},host="h{n // 20}",root="default",device_class="hdd"}} 1',
        ]
    return "\n".join([*lines, f"ceph_osds {number}\n"])


def counted(number: int, up: int, in_: int | None = None) -> str:
    """Return the numbers of OSDs, for APIs that name no OSD."""
    more = "" if in_ is None else f"\nceph_osds_in {in_}"
    return f"ceph_osds {number}\nceph_osds_up {up}{more}\n"


def pgs(*numbers: int, weight: float = 1.0) -> str:
    """Return the OSDs' numbers of PGs."""
    return "".join(
        f'ceph_osd_numpg{{ceph_daemon="osd.{n}"}} {number}\n'
        f'ceph_osd_weight{{ceph_daemon="osd.{n}"}} 1\n'
        f'ceph_osd_crush_weight{{ceph_daemon="osd.{n}"}} {weight}\n'
        f'ceph_osd_location{{ceph_daemon="osd.{n}",host="h{n}",device_class="ssd"}} 1\n'
        for n, number in enumerate(numbers)
    )


def joined(*parts: tuple[float, float, int]) -> str:
    """Return values in promtool's notation: for each part the first, the step and the number."""
    words = []
    for first, step, number in parts:
        sign = "-" if step < 0 else "+"
        words.append(f"{first:.0f}{sign}{abs(step):.0f}x{number - 1}")
    return " ".join(words)


def disk(values: str, capacity: float = 200 * GB) -> str:
    """Return the disk of a monitor."""
    mon = 'monitor="c",ceph_daemon="mon.c"'
    return (
        f"ceph_monitor_capacity_bytes{{{mon}}} {capacity:.0f}\n"
        f"ceph_monitor_avail_bytes{{{mon}}} {values}\n"
    )


def pool(stored: str, available: float, quota: float = 0) -> str:
    """Return a pool."""
    return (
        f'ceph_pool_stored{{pool_id="4"}} {stored}\nceph_pool_max_avail{{pool_id="4"}} '
        f'{available:.0f}\nceph_pool_quota_bytes{{pool_id="4"}} {quota:.0f}\n'
    )


def device_class(name: str, total: str, used: str) -> str:
    """Return a device class."""
    return (
        f'ceph_cluster_by_class_total_bytes{{device_class="{name}"}} {total}\n'
        f'ceph_cluster_by_class_total_used_raw_bytes{{device_class="{name}"}} {used}\n'
    )


DOWN_HIGH, NONE = {"CephOSDDownHigh"}, set[str]()
MODULE = ',job="mgr",instance="mgr:9283"'

# One sample a minute.
MINUTES = {
    "3 of 30": Fault(counted(30, 27, 30), {"20m": DOWN_HIGH}),
    "5 of 50": Fault(counted(50, 45), {"20m": DOWN_HIGH}),
    "11 of 110": Fault(counted(110, 99, 110), {"20m": DOWN_HIGH}),
    "10 of 101": Fault(counted(101, 91, 101), {"20m": NONE}),
    "4 of 40 out": Fault(counted(40, 36, 36), {"20m": NONE, "2h": NONE}),
    "4 of 40 out, by OSD": Fault(
        osds(40, down="0", downs=4, in_="0"), {"20m": {"CephOSDDownAndOut"}}
    ),
    # Two OSDs are out and up, so that counting alone finds nobody down.
    "drained and down": Fault(
        osds(20, down="0", downs=2) + counted(20, 18, 18), {"20m": DOWN_HIGH}
    ),
    "a disk dies": Fault(
        osds(30, down="1x10 0x300", downs=1, in_="1x20 0x300")
        + check("OSD_DOWN", "0x10 1x9 0x300"),
        {"18m": {"CephOSDDown"}, **{f"{n}m": {"CephOSDDownAndOut"} for n in (27, 30, 60, 120)}},
    ),
    "a host is out": Fault(osds(40, down="0", downs=12, in_="0"), {"20m": {"CephOSDDownAndOut"}}),
    "reboot under set-group noout": Fault(
        osds(60, down="1x20 0x14 1x300", downs=20)
        + check("OSD_DOWN", "0x20 1x14 0x300")
        + check("OSD_HOST_DOWN", "0x20 1x14 0x300")
        + check("OSD_FLAGS", "0x10 1x30 0x300"),
        {"27m": NONE, "34m": NONE, "40m": NONE},
    ),
    "forgotten after maintenance": Fault(
        osds(60, down="1x20 0x300", downs=20)
        + check("OSD_HOST_DOWN", "0x20 1x300")
        + 'ceph_osd_map_flag{flag="noout"} 0x10 1x300\n'
        + check("OSDMAP_FLAGS", "0x10 1x300"),
        {"40m": NONE, "70m": {"CephOSDDownHigh", "CephOSDHostDown"}},
    ),
    # Another flag is no maintenance.
    "noscrub": Fault(
        counted(30, 27, 30)
        + 'ceph_osd_map_flag{flag="noscrub"} 1\nceph_osd_map_flag{flag="noout"} 0\n'
        + check("OSDMAP_FLAGS"),
        {"20m": DOWN_HIGH},
    ),
    "pauserd": Fault(
        'ceph_osd_map_flag{flag="pauserd"} 1\nceph_osd_map_flag{flag="noout"} 0\n'
        + check("OSDMAP_FLAGS"),
        {"5m": {"CephClientIOPaused"}},
    ),
    "full flag": Fault('ceph_osd_map_flag{flag="full"} 1\n', {"5m": {"CephClientIOPaused"}}),
    "paused and muted": Fault(
        'ceph_osd_map_flag{flag="pausewr"} 1\n' + muted("OSDMAP_FLAGS"), {"5m": NONE, "2h": NONE}
    ),
    "muted PGs": Fault(
        muted("PG_AVAILABILITY")
        + 'ceph_pg_total{pool_id="3"} 64\nceph_pg_active{pool_id="3"} 60\n',
        {"20m": NONE},
    ),
    "muted monitor": Fault(muted("MON_DOWN") + mons(1, 1, 1, 1, 0), {"20m": NONE}),
    "muted OSDs, skew and recovery": Fault(
        muted("OSD_DOWN")
        + counted(40, 30, 40)
        + muted("MON_CLOCK_SKEW")
        + 'ceph_monitor_clock_skew_seconds{monitor="b",ceph_daemon="mon.b"} 0.04\n'
        + muted("PG_DEGRADED")
        + 'ceph_pg_total{pool_id="2"} 64\nceph_pg_clean{pool_id="2"} 60\n',
        {"20m": NONE, "2h": NONE},
    ),
    "certificate expires": Fault(
        check("CEPHADM_CERT_ERROR", level="WARN"), {"20m": NONE, "2h": {"CephCertificateWarning"}}
    ),
    "certificate expired": Fault(
        check("CEPHADM_CERT_ERROR", level="ERR"), {"20m": {"CephCertificateError"}}
    ),
    "6 of 7": Fault(mons(1, 1, 1, 1, 1, 1, 0), {"20m": {"CephMonDown"}}),
    "a monitor without a quorum document": Fault(check("MON_DOWN"), {"20m": {"CephMonDown"}}),
    "one step of a clock": Fault(
        'ceph_monitor_clock_skew_seconds{monitor="b",ceph_daemon="mon.b"} 0.002x60 0.018x300',
        {f"{n}m": NONE for n in (80, 90, 100, 120)},
    ),
    "a clock drifts": Fault(
        'ceph_monitor_clock_skew_seconds{monitor="b",ceph_daemon="mon.b"} 0.002+0.0002x100 0.022x9',
        {"100m": {"CephMonClockDrift"}},
    ),
    "large PGs recover": Fault(
        'ceph_pg_total{pool_id="2"} 2048\nceph_pg_clean{pool_id="2"} 2040x240 2048x300\n'
        "ceph_num_objects_misplaced 0\nceph_num_objects_degraded 960000-4000x240 0x300\n"
        + check("PG_DEGRADED", "1x240 0x300"),
        {"80m": NONE, "2h": NONE},
    ),
    "recovery stands": Fault(
        'ceph_pg_total{pool_id="2"} 2048\nceph_pg_clean{pool_id="2"} 2040\n'
        "ceph_num_objects_misplaced 0\nceph_num_objects_degraded 9000\n",
        {"2h": {"CephPGsUnclean"}},
    ),
    "the module beside": Fault(
        muted("RECENT_CRASH")
        + muted("MON_CLOCK_SKEW")
        + mons(1, 1, 1, 1, 0)
        + "".join(
            f'ceph_health_detail{{name="{name}",severity="HEALTH_WARN"{MODULE}}} 1\n'
            for name in ("RECENT_CRASH", "MON_CLOCK_SKEW", "PG_AVAILABILITY", "OSD_DOWN")
        )
        # It still reports a quorum that is gone, pools and OSDs that are gone, and slow requests.
        + mons(1, 1, 1, 1, 1, more=MODULE)
        + f'ceph_pg_total{{pool_id="9"{MODULE}}} 8\nceph_pg_active{{pool_id="9"{MODULE}}} 0\n'
        + f'ceph_osd_up{{ceph_daemon="osd.3"{MODULE}}} 0\n'
        + f'ceph_osd_in{{ceph_daemon="osd.3"{MODULE}}} 0\n'
        + f"ceph_healthcheck_slow_ops{{{MODULE[1:]}}} 9\nceph_health_status{{{MODULE[1:]}}} 2\n",
        {"20m": {"CephMonDown"}, "2h": {"CephMonDown"}},
    ),
    "flapping, 12 of 40": Fault(
        osds(40, down="1x20 0 1 1 0 1 1 0 1 1 0 1x300", downs=12), {"40m": {"CephOSDFlapping"}}
    ),
    "unfound only": Fault(
        check("OBJECT_UNFOUND") + check("PG_DAMAGED", level="ERR"), {"20m": {"CephObjectMissing"}}
    ),
    "unfound and a scrub error": Fault(
        check("OBJECT_UNFOUND")
        + check("PG_DAMAGED", level="ERR")
        + check("OSD_SCRUB_ERRORS", level="ERR"),
        {"20m": {"CephObjectMissing", "CephPGsDamaged"}},
    ),
}

# The notifications are the same whether cephadm or another orchestrator reports a fault.
_NFS = (
    "".join(
        f'ceph_cephadm_daemon_status{{service_type="nfs",daemon_name="nfs.{n}",hostname="h{n}",'
        f'service_name="nfs"}} {1 - 2 * n}\n'
        f'ceph_orchestrator_host_maintenance{{hostname="h{n}"}} 0\n'
        for n in (0, 1)
    )
    + 'ceph_orchestrator_service_size{service_type="nfs",service_name="nfs"} 2\n'
    'ceph_orchestrator_service_running{service_type="nfs",service_name="nfs"} 1\n'
    'ceph_orchestrator_service_unmanaged{service_type="nfs",service_name="nfs"} 0\n'
)
_REACHED = 'ceph_orchestrator_host_offline{hostname="h1"} 0\n'
_LOST = 'ceph_orchestrator_host_offline{hostname="h1"} 1\n'
MINUTES |= {
    "cephadm, a daemon": Fault(
        _NFS + _REACHED + check("CEPHADM_FAILED_DAEMON"),
        {"20m": {"CephadmDaemonFailed"}, "2h": {"CephadmDaemonFailed"}},
    ),
    "Rook, a daemon": Fault(
        _NFS + _REACHED,
        {"20m": {"CephOrchestratorDaemonFailed"}, "2h": {"CephOrchestratorDaemonFailed"}},
    ),
    "cephadm, a host": Fault(
        _NFS + _LOST + check("CEPHADM_HOST_CHECK_FAILED"),
        {"20m": {"CephHealthWarning"}, "2h": {"CephHealthWarning"}},
    ),
    "Rook, a host": Fault(
        _NFS + _LOST,
        {"20m": {"CephOrchestratorHostOffline"}, "2h": {"CephOrchestratorHostOffline"}},
    ),
}

# One sample every five minutes.
HOURS = {
    "12 PGs an OSD": Fault(pgs(12, 12, 13, 9, 17, 12, 8, 15, 12, 10, 12, 12), {"8h": NONE}),
    "20 PGs an OSD": Fault(pgs(20, 30, 20, 14, 22, 11, 20, 20, 21), {"8h": NONE}),
    "100 PGs, one 145": Fault(pgs(*[100] * 11, 145), {"8h": {"CephPGImbalance"}}),
    "a step on a monitor's disk": Fault(
        disk("180e9x60 168e9 155e9x600"), {"7h": NONE, "8h": NONE, "9h": NONE}
    ),
    "a monitor's disk fills": Fault(
        disk(joined((180 * GB, -0.5 * GB, 150))), {"8h": {"CephMonDiskFilling"}}
    ),
}

BALANCER = " ".join(f"{2048 - n}x2" for _ in range(40) for n in (3, 5, 9, 14, 11, 7, 4, 3))

# One sample every ten minutes.
DAYS = {
    "undersized beside a balancer": Fault(
        check("PG_DEGRADED")
        + check("OBJECT_MISPLACED")
        + f'ceph_pg_total{{pool_id="6"}} 2048\nceph_pg_clean{{pool_id="6"}} {BALANCER}\n',
        {"12h": {"CephDataDegraded"}, "60h": {"CephDataDegraded"}},
    ),
    "restful, degraded": Fault(
        check("PG_DEGRADED")
        + 'ceph_pg_state{state="active+clean"} 500\nceph_num_objects_degraded 7000\n',
        {"12h": {"CephDataDegraded"}},
    ),
    "recovery of a day and a half": Fault(
        check("PG_DEGRADED", "1x216 0x300") + "ceph_num_objects_degraded 216000-1000x216 0x300\n",
        {"12h": NONE, "20h": NONE, "30h": {"CephDataDegraded"}},
    ),
    "a balancer at work": Fault(
        check("OBJECT_MISPLACED")
        + "ceph_num_objects_misplaced "
        + " ".join(["50000-900x53"] * 12)
        + "\n",
        {"12h": NONE, "30h": NONE, "70h": NONE},
    ),
    "nvme full in three days": Fault(
        device_class("nvme", f"{50 * TB}", joined((30 * TB, 5 * TB / DAY, 500)))
        + device_class("hdd", f"{900 * TB}", f"{300 * TB}"),
        {"20h": NONE, "40h": {"CephClusterFillingUp"}, "50h": {"CephClusterFillingUp"}},
    ),
    # The class as a whole has 40 % left, its fullest OSD 5 %.
    "the fullest OSD": Fault(
        device_class("hdd", f"{100 * TB}", joined((55 * TB, 1.5 * TB / DAY, 500)))
        + 'ceph_osd_utilization_ratio{ceph_daemon="osd.1"} 0.9\n'
        'ceph_osd_in{ceph_daemon="osd.1"} 1\nceph_osd_up{ceph_daemon="osd.1"} 1\n'
        'ceph_osd_location{ceph_daemon="osd.1",host="h1",device_class="hdd"} 1\n',
        {"40h": {"CephClusterFillingUp"}},
    ),
    "a pool full in two days": Fault(
        pool(joined((10 * TB, 2 * TB / DAY, 500)), 4 * TB), {"40h": {"CephPoolGrowthWarning"}}
    ),
    # Full in three days at the rate of a day, but it only grows for nine hours of each.
    "working hours": Fault(
        pool(
            " ".join(
                joined((d * TB + TB, TB / 54, 54), (d * TB + 2 * TB, 0, 90)) for d in range(5)
            ),
            3 * TB,
        ),
        {"66h": {"CephPoolGrowthWarning"}},
    ),
    "a pool's quota in a day": Fault(
        pool(joined((10 * TB, TB / DAY, 500)), 900 * TB, 13 * TB),
        {"40h": {"CephPoolQuotaSoonReached"}},
    ),
    "a step of 20 % in four hours": Fault(
        pool(joined((10 * TB, 0, 150), (10 * TB, 2 * TB / 24, 24), (12 * TB, 0, 400)), 4 * TB),
        {f"{n}h": NONE for n in (26, 29, 32, 36, 40, 44, 48, 54, 60, 70)},
    ),
    # Twenty minutes without data, twelve and twenty-four hours before.
    "a gap": Fault(
        pool(
            joined((10 * TB, 2 * TB / DAY, 200))
            + " _ _ "
            + joined((10 * TB + 202 * 2 * TB / DAY, 2 * TB / DAY, 300)),
            6 * TB,
        ),
        {
            at: {"CephPoolGrowthWarning"}
            for at in ("32h", "34h", "45h20m", "45h30m", "46h", "57h20m", "57h30m", "58h")
        },
    ),
    "dead for three days": Fault(
        'ceph_up{job="storage"} 1x12 _x500\nup{job="storage"} 1x12 0x500\n'
        'up{job="storage",instance="b:9128"} 1',
        {at: {"CephDataMissing"} for at in ("3h", "20h", "26h", "72h")},
        job="storage",
    ),
}
