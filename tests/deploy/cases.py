"""The cases of alerts that depend on more than health checks.

The other cases are in cases_of_exporter.py and cases_of_checks.py, or follow from the rule.
"""

from tests.deploy.rules import Case

MIB, GIB, TIB, DAY = 2**20, 2**30, 2**40, 24 * 60
HOURS = 14 * 60  # twelve hours of history, an hour of `for`, and a margin

MON_A = {"monitor": "a", "ceph_daemon": "mon.a"}
_A = 'monitor="a",ceph_daemon="mon.a"'
POOL = 'ceph_pool_metadata{pool_id="1",name="rbd"} 1'


def _mons(*values: int) -> str:
    return "\n".join(
        f'ceph_mon_quorum_status{{ceph_daemon="mon.{name}"}} {value}'
        for name, value in zip("abcde", values, strict=False)
    )


def _imbalance(pgs: tuple[int, ...]) -> str:
    return "\n".join(
        f'ceph_osd_numpg{{ceph_daemon="osd.{n}"}} {count}\n'
        f'ceph_osd_weight{{ceph_daemon="osd.{n}"}} {int(count > 0)}\n'
        f'ceph_osd_crush_weight{{ceph_daemon="osd.{n}"}} {1 + n}\n'
        f'ceph_osd_location{{ceph_daemon="osd.{n}",host="h{n}",rack="",root="default",'
        'device_class="hdd"} 1'
        for n, count in enumerate(pgs)
    )


CASES = {
    "CephHealthError": Case(
        'ceph_health_status 2\nceph_health_detail{name="SOME_CHECK",severity="HEALTH_ERR"} 1',
        ("ceph_health_status 1", "ceph_health_status 0"),
        description="Ceph reports HEALTH_ERR. Raised health checks: SOME_CHECK. If an alert for "
        "the cause fires, it silences this one.",
    ),
    "CephHealthWarning": Case(
        'ceph_health_detail{name="SOME_CHECK",severity="HEALTH_WARN"} 1',
        (
            'ceph_health_detail{name="OSD_DOWN",severity="HEALTH_WARN"} 1',
            (
                'ceph_health_detail{name="SOME_CHECK",severity="HEALTH_WARN"} 1\n'
                'ceph_health_check_muted{name="SOME_CHECK"} 1'
            ),
        ),
        {"name": "SOME_CHECK"},
    ),
    "CephSlowOps": Case(
        'ceph_healthcheck_slow_ops 7\nceph_daemon_slow_ops{ceph_daemon="osd.3"} 1\n'
        'ceph_daemon_slow_ops{ceph_daemon="osd.4"} 0',
        (
            "ceph_healthcheck_slow_ops 0",
            'ceph_healthcheck_slow_ops 7\nceph_health_check_muted{name="SLOW_OPS"} 1',
        ),
        description="7 requests are slow. Daemons: osd.3.",
    ),
    "CephMonDownQuorumAtRisk": Case(
        _mons(1, 1, 0),
        (_mons(1, 1, 1), _mons(1, 1, 1, 1, 0)),
        description="Only 2 monitors are in the quorum; if one more fails, the whole cluster "
        "stops. Missing: mon.c.",
    ),
    "CephMonDown": Case(
        _mons(1, 1, 1, 1, 0),
        (_mons(1, 1, 1, 1, 1), _mons(1, 1, 0)),
        description="4 monitors are in the quorum, more than the minimum. Missing: mon.e.",
    ),
    "CephMonClockDrift": Case(
        f"ceph_monitor_clock_skew_seconds{{{_A}}} -0.04",
        (f"ceph_monitor_clock_skew_seconds{{{_A}}} 0.012",),
        MON_A,
        "Its clock is off by 40ms. Ceph warns at 0.05 s. Fix the time synchronization before that.",
    ),
    "CephMonLatencyHigh": Case(
        f"ceph_monitor_latency_seconds{{{_A}}} 0.25",
        (f"ceph_monitor_latency_seconds{{{_A}}} 0.02",),
        MON_A,
        "The average latency between the leader and this monitor is 250ms: more than 0.1 s, or "
        "more than four times the average of the day before.",
    ),
    "CephMonDiskFilling": Case(
        f"ceph_monitor_capacity_bytes{{{_A}}} {100 * GIB}\n"
        f"ceph_monitor_avail_bytes{{{_A}}} {80 * GIB}-{GIB // 15}x400",
        (
            (
                f"ceph_monitor_capacity_bytes{{{_A}}} {100 * GIB}\n"
                f"ceph_monitor_avail_bytes{{{_A}}} {80 * GIB}-{MIB}x400"
            ),
        ),
        MON_A,
        "54% of its disk is left. At the rate of the last six hours it falls below 30 %, where "
        "Ceph warns, within a day.",
        at=390,
    ),
    "CephMonStoreGrowing": Case(
        f"ceph_monitor_store_capacity_bytes{{{_A}}} {2 * GIB}+{10 * MIB}x400",
        (f"ceph_monitor_store_capacity_bytes{{{_A}}} {3 * GIB}+{MIB}x400",),
        MON_A,
        "Its size is 5.809GiB. At the rate of the last six hours it reaches 15 GiB, where Ceph "
        "warns, within a day.",
        at=390,
    ),
    "CephOSDDownHigh": Case(
        "ceph_osds 20\nceph_osds_up 17",
        ("ceph_osds 20\nceph_osds_up 19", "ceph_osds 3\nceph_osds_up 2"),
        description="15 % of the OSDs are down. Data may be unavailable.",
    ),
    "CephOSDDownAndOut": Case(
        'ceph_osd_up{ceph_daemon="osd.1"} 0\nceph_osd_in{ceph_daemon="osd.1"} 0',
        (
            'ceph_osd_up{ceph_daemon="osd.1"} 0\nceph_osd_in{ceph_daemon="osd.1"} 1',
            'ceph_osd_up{ceph_daemon="osd.1"} 1\nceph_osd_in{ceph_daemon="osd.1"} 0',
        ),
        {"ceph_daemon": "osd.1"},
    ),
    "CephOSDFlapping": Case(
        'ceph_osd_up{ceph_daemon="osd.1"} 1 0 1 0 1 0 1x30',
        ('ceph_osd_up{ceph_daemon="osd.1"} 1 0 1x30', 'ceph_osd_up{ceph_daemon="osd.1"} 0'),
        {"ceph_daemon": "osd.1"},
        "It went down and came back 3 times within an hour. Look for a bad link, a wrong MTU, or "
        "a process that is killed repeatedly.",
    ),
    "CephPGImbalance": Case(
        _imbalance((180, 200, 300, 400)),
        (_imbalance((100, 200, 300, 400)), _imbalance((0, 200, 300, 400))),
        {"ceph_daemon": "osd.0", "root": "default", "device_class": "hdd"},
        "Relative to its CRUSH weight, its number of PGs differs by 50% from the average of its "
        "device class. Data and load are spread unevenly.",
    ),
    "CephOSDFlagsSet": Case(
        'ceph_health_detail{name="OSDMAP_FLAGS",severity="HEALTH_WARN"} 1\n'
        'ceph_osd_map_flag{flag="noout"} 1\nceph_osd_map_flag{flag="noin"} 0',
        ('ceph_health_detail{name="OSDMAP_FLAGS",severity="HEALTH_WARN"} 0',),
        {"name": "OSDMAP_FLAGS"},
        "Flags that have been set for an hour: noout. Such flags keep Ceph from recovering by "
        "itself.",
    ),
    "CephPGsInactive": Case(
        f'ceph_pg_total{{pool_id="1"}} 32\nceph_pg_active{{pool_id="1"}} 30\n{POOL}',
        (f'ceph_pg_total{{pool_id="1"}} 32\nceph_pg_active{{pool_id="1"}} 32\n{POOL}',),
        {"pool_id": "1"},
        "2 PGs of the pool rbd are not active. Their data can be neither read nor written.",
    ),
    "CephPGsUnclean": Case(
        'ceph_pg_total{pool_id="1"} 32\nceph_pg_clean{pool_id="1"} 30',
        (
            'ceph_pg_total{pool_id="1"} 32\nceph_pg_clean{pool_id="1"} 32',
            'ceph_pg_total{pool_id="1"} 320\nceph_pg_clean{pool_id="1"} 0+1x300',
        ),
        {"pool_id": "1"},
        "2 PGs of the pool 1 are not clean, and their number has not fallen in the last half hour.",
        at=110,
    ),
    "CephClusterFillingUp": Case(
        f"ceph_cluster_total_bytes {100 * TIB}\n"
        f"ceph_cluster_total_used_raw_bytes {50 * TIB}+{10 * GIB}x{HOURS}",
        (
            (
                f"ceph_cluster_total_bytes {100 * TIB}\n"
                f"ceph_cluster_total_used_raw_bytes {50 * TIB}+{GIB}x{HOURS}"
            ),
        ),
        description="At the growth rate of the last day, the cluster is full in 2d 14h 48m 0s.",
        at=HOURS,
    ),
    "CephPoolGrowthWarning": Case(
        f'ceph_pool_max_avail{{pool_id="1"}} {TIB}\n'
        f'ceph_pool_stored{{pool_id="1"}} {TIB}+{GIB}x{HOURS}\n{POOL}',
        (
            (
                f'ceph_pool_max_avail{{pool_id="1"}} {TIB}\n'
                f'ceph_pool_stored{{pool_id="1"}} {TIB}-{MIB}x{HOURS}\n{POOL}'
            ),
        ),
        {"pool_id": "1"},
        "At the growth rate of the last day, the pool rbd is full in 17h 4m 0s.",
        at=HOURS,
    ),
    "CephPoolQuotaNear": Case(
        f'ceph_pool_quota_bytes_used_ratio{{pool_id="1"}} 0.2\n'
        f'ceph_pool_quota_objects_used_ratio{{pool_id="1"}} 0.95\n{POOL}',
        (f'ceph_pool_quota_bytes_used_ratio{{pool_id="1"}} 0.2\n{POOL}',),
        {"pool_id": "1"},
        "95% of the quota of the pool rbd is used. At 100 % Ceph refuses writes.",
    ),
    "CephPoolQuotaSoonReached": Case(
        f'ceph_pool_quota_bytes{{pool_id="1"}} {3 * TIB}\n'
        f'ceph_pool_stored{{pool_id="1"}} {TIB}+{GIB}x{HOURS}\n{POOL}',
        (
            (
                f'ceph_pool_quota_bytes{{pool_id="1"}} 0\n'
                f'ceph_pool_stored{{pool_id="1"}} {TIB}+{GIB}x{HOURS}\n{POOL}'
            ),
        ),
        {"pool_id": "1"},
        "At the growth rate of the last day, the pool rbd reaches its quota in 20h 8m 0s. Ceph "
        "then refuses writes.",
        at=HOURS,
    ),
}
