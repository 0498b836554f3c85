"""The cases of alerts that depend on more than health checks.

The other cases are in cases_of_exporter.py and cases_of_checks.py, or follow from the rule.
"""

from tests.deploy.rules import Case

MIB, GIB, TIB, DAY = 2**20, 2**30, 2**40, 24 * 60
HOURS = 32 * 60  # a day of history, six hours of `for`, and a margin

MON_A = {"monitor": "a", "ceph_daemon": "mon.a"}
_A = 'monitor="a",ceph_daemon="mon.a"'
_UPGRADE = 'ceph_progress_ratio{kind="upgrade",subject="20.2.4"} '
_LATE = 'ceph_pgs_not_scrubbed{kind="deep_scrub"} '
_DAYS = 2 * DAY + 200  # a day of history, a day of `for`, and a margin
POOL = 'ceph_pool_metadata{pool_id="1",name="rbd"} 1'


def _mons(*values: int) -> str:
    return "\n".join(
        f'ceph_mon_quorum_status{{ceph_daemon="mon.{name}"}} {value}'
        for name, value in zip("abcdefg", values, strict=False)
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


def _osds(*states: int) -> str:
    """Return OSDs that are in, up (1) or down (0), on the hosts h0 and h1 in turn."""
    return (
        "\n".join(
            f'ceph_osd_up{{ceph_daemon="osd.{n}"}} {up}\nceph_osd_in{{ceph_daemon="osd.{n}"}} 1\n'
            f'ceph_osd_location{{ceph_daemon="osd.{n}",host="h{n % 2}"}} 1'
            for n, up in enumerate(states)
        )
        + f"\nceph_osds_in {len(states)}"
    )


def _latency(*milliseconds: int) -> str:
    return "\n".join(
        f'ceph_osd_commit_latency_ms{{ceph_daemon="osd.{n}"}} {value}\n'
        f'ceph_osd_location{{ceph_daemon="osd.{n}",host="h{n}",device_class="hdd"}} 1'
        for n, value in enumerate(milliseconds)
    )


def _versions(*versions: str) -> str:
    return "\n".join(
        f'ceph_versions{{daemon="{daemon}",version_tag="{version}"}} 3'
        for daemon, version in zip(("mon", "osd"), versions, strict=True)
    )


def _service(name: str, size: int, running: int, unmanaged: int = 0) -> str:
    labels = f'service_name="{name}",service_type="{name.partition(".")[0]}"'
    return (
        f"ceph_orchestrator_service_size{{{labels}}} {size}\n"
        f"ceph_orchestrator_service_running{{{labels}}} {running}\n"
        f"ceph_orchestrator_service_unmanaged{{{labels}}} {unmanaged}"
    )


def _daemons(type_: str, *states: int) -> str:
    return "\n".join(
        f'ceph_cephadm_daemon_status{{service_type="{type_}",daemon_name="{type_}.{n}",'
        f'hostname="h{n}",service_name="{type_}"}} {state}'
        for n, state in enumerate(states)
    )


def _host(offline: int = 0, maintenance: int = 0) -> str:
    return (
        f'ceph_orchestrator_host_offline{{hostname="h1"}} {offline}\n'
        f'ceph_orchestrator_host_maintenance{{hostname="h1"}} {maintenance}'
    )


_REFRESHED = 'ceph_orchestrator_host_refresh_timestamp_seconds{hostname="h1"}'

CASES = {
    "CephHealthError": Case(
        'ceph_health_status 2\nceph_health_detail{name="SOME_CHECK",severity="HEALTH_ERR"} 1',
        (
            'ceph_health_status 2\nceph_health_detail{name="PG_DAMAGED",severity="HEALTH_ERR"} 1',
            'ceph_health_detail{name="SOME_CHECK",severity="HEALTH_WARN"} 1',
            "ceph_health_status 1",
            "ceph_health_status 0",
        ),
        {"name": "SOME_CHECK"},
        "Ceph counts the health check SOME_CHECK as an error. It has no alert of its own.",
        "Ceph has raised SOME_CHECK",
    ),
    "CephHealthWarning": Case(
        'ceph_health_status 1\nceph_health_detail{name="SOME_CHECK",severity="HEALTH_WARN"} 1',
        (
            'ceph_health_status 1\nceph_health_detail{name="OSD_DOWN",severity="HEALTH_WARN"} 1',
            (
                'ceph_health_detail{name="SOME_CHECK",severity="HEALTH_WARN"} 1\n'
                'ceph_health_check_muted{name="SOME_CHECK"} 1'
            ),
        ),
        {"name": "SOME_CHECK"},
        "The health check SOME_CHECK has been raised for 15 minutes. It has no alert of its own.",
        "Ceph has raised SOME_CHECK",
    ),
    "CephMonDownQuorumAtRisk": Case(
        _mons(1, 1, 0),
        (_mons(1, 1, 1), _mons(1, 1, 1, 1, 0)),
        description="Only 2 monitors are in the quorum; if one more fails, the whole cluster "
        "stops. Missing: mon.c.",
    ),
    "CephMonDown": Case(
        _mons(1, 1, 1, 1, 1, 1, 0),
        (_mons(1, 1, 1, 1, 1), _mons(1, 1, 0)),
        description="A monitor is not in the quorum. Monitors in the quorum: 6. More that can fail "
        "before the cluster stops: 2. Missing: mon.g.",
    ),
    "CephMonFewerThanThree": Case(
        _mons(1, 1),
        (_mons(1, 1, 1),),
        description="With 2 monitors, the cluster stops when one of them fails.",
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
        f"ceph_monitor_avail_bytes{{{_A}}} {80 * GIB}-{GIB // 15}x430",
        (
            (
                f"ceph_monitor_capacity_bytes{{{_A}}} {100 * GIB}\n"
                f"ceph_monitor_avail_bytes{{{_A}}} {80 * GIB}-{MIB}x430"
            ),
        ),
        MON_A,
        "51.33% of its disk is left. At the rate of the last six hours it falls below 30 %, where "
        "Ceph warns, within a day.",
        at=430,
    ),
    "CephMonStoreGrowing": Case(
        f"ceph_monitor_store_capacity_bytes{{{_A}}} {2 * GIB}+{10 * MIB}x430",
        (f"ceph_monitor_store_capacity_bytes{{{_A}}} {3 * GIB}+{MIB}x430",),
        MON_A,
        "Its size is 6.199GiB. At the rate of the last six hours it reaches 15 GiB, where Ceph "
        "warns, within a day.",
        at=430,
    ),
    "CephOSDDownHigh": Case(
        _osds(0, 1, 0, *[1] * 10),
        (
            _osds(0, *[1] * 13),
            "ceph_osds 3\nceph_osds_up 2",
            "ceph_osds 20\nceph_osds_in 17\nceph_osds_up 17",
        ),
        description="15.38% of the OSDs that are in are down. OSDs down by host: h0 (2). Data may "
        "be unavailable.",
    ),
    "CephOSDDownAndOut": Case(
        'ceph_osd_up{ceph_daemon="osd.1"} 0\nceph_osd_in{ceph_daemon="osd.1"} 0',
        (
            'ceph_osd_up{ceph_daemon="osd.1"} 0\nceph_osd_in{ceph_daemon="osd.1"} 1',
            'ceph_osd_up{ceph_daemon="osd.1"} 1\nceph_osd_in{ceph_daemon="osd.1"} 0',
        ),
        {"ceph_daemon": "osd.1"},
        "Ceph has marked this OSD out and recovers the data elsewhere. Replace the disk, or remove "
        "the OSD from the cluster.",
        "osd.1 is down and out",
    ),
    "CephOSDFlapping": Case(
        'ceph_osd_up{ceph_daemon="osd.1"} 1 0 1 0 1 0 1x30',
        ('ceph_osd_up{ceph_daemon="osd.1"} 1 0 1x30', 'ceph_osd_up{ceph_daemon="osd.1"} 0'),
        {"ceph_daemon": "osd.1"},
        "It went down and came back three times or more within an hour. Look for a bad link, a "
        "wrong MTU, or a process that is killed repeatedly.",
        "osd.1 is flapping",
    ),
    "CephOSDLatencyHigh": Case(
        _latency(20, 30, 20, 20, 200),
        (_latency(20, 30, 20, 20, 90), _latency(1, 1, 1, 1, 20), _latency(20, 20, 200)),
        {"ceph_daemon": "osd.4", "device_class": "hdd"},
        "In the last hour it took 200ms to commit a write, more than five times the median of its "
        "device class. Its disk is probably failing, and it slows down every client whose data it "
        "holds.",
        at=130,
    ),
    "CephOSDReweighted": Case(
        'ceph_osd_weight{ceph_daemon="osd.1"} 0.9\nceph_osd_weight{ceph_daemon="osd.2"} 0.8',
        ('ceph_osd_weight{ceph_daemon="osd.1"} 1\nceph_osd_weight{ceph_daemon="osd.2"} 0',),
        description="2 OSDs that are in have a reweight below 1, so they hold less data than their "
        "CRUSH weight says. The balancer in upmap mode does without; a reweight that someone set "
        "and forgot wastes space.",
    ),
    "CephClientIOPaused": Case(
        'ceph_osd_map_flag{flag="pauserd"} 0\nceph_osd_map_flag{flag="pausewr"} 1',
        (
            'ceph_osd_map_flag{flag="pausewr"} 0\nceph_osd_map_flag{flag="noout"} 1',
            'ceph_osd_map_flag{flag="pausewr"} 1\nceph_health_check_muted{name="OSDMAP_FLAGS"} 1',
        ),
        description="All reads or writes of all clients hang. Flags that are set: pausewr. Someone "
        "ran `ceph osd pause`, or the cluster is full.",
    ),
    "CephClientsBlocklisted": Case(
        "ceph_cluster_osd_blocklist_count 60",
        ("ceph_cluster_osd_blocklist_count 12",),
        description="60 client addresses are on the blocklist. Clients with such an address cannot "
        "read or write. A mgr that failed over leaves about ten entries, which expire within a "
        "day.",
    ),
    "CephDaemonsLeftBehind": Case(
        'ceph_daemons_below_required_release{daemon="osd"} 0\n'
        'ceph_daemons_below_required_release{daemon="rgw"} 2',
        (
            'ceph_daemons_below_required_release{daemon="rgw"} 0',
            (
                'ceph_daemons_below_required_release{daemon="rgw"} 2\n'
                'ceph_health_detail{name="DAEMON_OLD_VERSION",severity="HEALTH_WARN"} 1'
            ),
        ),
        {"daemon": "rgw"},
        "2 daemons of this type are older than the release that all OSDs have run since the "
        "upgrade. Upgrade them too: Ceph does not support such a mixture for long.",
    ),
    "CephMixedVersions": Case(
        _versions("18.2.7", "20.2.4"),
        (
            _versions("18.2.7", "20.2.4") + '\nceph_daemons_below_required_release{daemon="rgw"} 2',
            _versions("18.2.7", "18.2.7"),
            _versions("18.2.7", "20.2.4")
            + '\nceph_health_detail{name="DAEMON_OLD_VERSION",severity="HEALTH_WARN"} 1',
        ),
        description="The daemons run 2 versions of Ceph. An upgrade has stopped half-way, or a "
        "host was left out.",
    ),
    "CephUpgradeStuck": Case(
        _UPGRADE + "0.4",
        (
            _UPGRADE + "0.1+0.001x300",
            'ceph_progress_ratio{kind="recovery",subject=""} 0.4',
            _UPGRADE + '0.4\nceph_health_detail{name="UPGRADE_EXCEPTION",severity="HEALTH_WARN"} 1',
            _UPGRADE
            + '0.4\nceph_health_detail{name="UPGRADE_FAILED_PULL",severity="HEALTH_WARN"} 1',
        ),
        description="For three hours, the upgrade by cephadm has been at 40%. Daemons of two "
        "releases are running side by side.",
        at=200,
    ),
    "CephScrubsFallBehind": Case(
        _LATE + f"10+1x{_DAYS}",
        (
            _LATE + "10",
            _LATE + f"{_DAYS}-1x{_DAYS}",
            _LATE + f"0x{2 * DAY - 100} 5+1x{DAY}",
            _LATE + f'10+1x{_DAYS}\nceph_health_check_muted{{name="PG_NOT_DEEP_SCRUBBED"}} 1',
            # CephOSDFlagsSet says that nothing is scrubbed.
            _LATE + f'10+1x{_DAYS}\nceph_osd_map_flag{{flag="nodeep-scrub"}} 1\nceph_up 1',
        ),
        {"kind": "deep_scrub"},
        f"For a day, more PGs have missed their deep scrub than a day before: {_DAYS + 10 - 100}. "
        "The OSDs do not scrub as fast as Ceph requires, and will not catch up.",
        at=_DAYS - 100,
    ),
    "CephPGImbalance": Case(
        _imbalance((180, 200, 300, 400)),
        (_imbalance((100, 200, 300, 400)), _imbalance((0, 200, 300, 400))),
        {"ceph_daemon": "osd.0", "root": "default", "device_class": "hdd"},
        "Relative to its CRUSH weight, its number of PGs differs by 50% from the average of its "
        "device class. Data and load are spread unevenly.",
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
            (
                'ceph_pg_total{pool_id="1"} 32\nceph_pg_clean{pool_id="1"} 30\n'
                "ceph_num_objects_degraded 9000-10x300"
            ),
        ),
        {"pool_id": "1"},
        "2 PGs of the pool 1 are not clean, and for an hour the number of degraded and misplaced "
        "objects has not fallen.",
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
        description="At the rate at which it has grown steadily, the cluster is full in "
        "1d 20h 48m 0s.",
        summary="A Ceph cluster will be full soon",
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
        "At the rate at which it has grown steadily, the pool rbd is full in 17h 4m 0s.",
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
        "At the rate at which it has grown steadily, the pool rbd reaches its quota in 2h 8m 0s. "
        "Ceph then refuses writes.",
        at=HOURS,
    ),
    "CephOrchestratorServiceIncomplete": Case(
        "\n".join((_service("nfs", 3, 1), _daemons("nfs", 1, 0), _daemons("rgw", -1))),
        (
            _service("nfs", 2, 2),
            _service("nfs", 3, 1, unmanaged=1),
            _service("osd", 3, 1),
            f"{_service('nfs', 2, 1)}\n{_daemons('nfs', 1, -1)}",
            f"{_service('nfs', 2, 1)}\n{_daemons('nfs', 1, 0)}\n{_host(maintenance=1)}",
        ),
        {"service_name": "nfs", "service_type": "nfs"},
        "For half an hour, fewer daemons of nfs have run than the orchestrator should run: 2 of "
        "them are missing.",
    ),
    "CephOrchestratorDaemonFailed": Case(
        f"{_daemons('nfs', -1, -1, 1)}\n{_host()}",
        (
            _daemons("nfs", 0, 1, 2, -2),
            _daemons("osd", -1),
            f"{_daemons('nfs', 1, -1)}\n{_host(offline=1)}",
            _daemons("nfs", -1)
            + '\nceph_health_detail{name="CEPHADM_FAILED_DAEMON",severity="HEALTH_WARN"} 1',
        ),
        {"service_type": "nfs"},
        "Daemons of the type nfs that are in an error state according to the orchestrator: 2.",
    ),
    "CephOrchestratorHostOffline": Case(
        _host(offline=1),
        (
            _host(),
            _host(maintenance=1),
            _host(offline=1)
            + '\nceph_health_detail{name="CEPHADM_HOST_CHECK_FAILED",severity="HEALTH_WARN"} 1',
        ),
        {"hostname": "h1"},
    ),
    "CephOrchestratorDataOld": Case(
        f"{_host()}\n{_REFRESHED} 0",
        (
            f"{_host()}\n{_REFRESHED} 0+60x120",
            f"{_host(offline=1)}\n{_REFRESHED} 0",
            f"{_host(maintenance=1)}\n{_REFRESHED} 0",
            (
                f"{_host()}\n{_REFRESHED} 0\n"
                'ceph_health_detail{name="CEPHADM_PAUSED",severity="HEALTH_WARN"} 1'
            ),
        ),
        description="Hosts that the orchestrator has not asked about their daemons for more than "
        "an hour: 1. The states that it reports may be wrong, and it does not repair these hosts.",
        at=90,
    ),
}
