"""The cases of alerts that depend on health checks and query other metrics in their text."""

from tests.deploy.rules import Case, case_of

GIB = 2**30

_A = 'monitor="a",ceph_daemon="mon.a"'
POOL = 'ceph_pool_metadata{pool_id="1",name="rbd"} 1'


def _filesystem(active: int) -> str:
    return (
        f'ceph_fs_mds_active{{fs_id="1",name="shared"}} {active}\n'
        'ceph_fs_max_mds{fs_id="1",name="shared"} 2\n'
        'ceph_fs_mds_active{fs_id="2",name="other"} 1\n'
        'ceph_fs_max_mds{fs_id="2",name="other"} 1'
    )


def _failing(mds: str, filesystem: str, clients: int) -> str:
    labels = f'ceph_daemon="mds.{mds}",fs_id="1",name="{filesystem}",problem="recall"'
    return f"ceph_mds_clients_failing{{{labels}}} {clients}\n"


def _osds(*states: int, hosts: str = "12") -> str:
    """Return OSDs that are in, up (1) or down (0), on the hosts h1 and h2 in turn."""
    return "\n".join(
        f'ceph_osd_up{{ceph_daemon="osd.{n}"}} {up}\nceph_osd_in{{ceph_daemon="osd.{n}"}} 1\n'
        f'ceph_osd_location{{ceph_daemon="osd.{n}",host="h{hosts[n % len(hosts)]}"}} 1'
        for n, up in enumerate(states)
    )


def _check(check: str, also: str, description: str) -> Case:
    return case_of(check, {"name": check}, also, description)


CASES = {
    "CephMonDiskspaceCritical": _check(
        "MON_DISK_CRIT",
        f"ceph_monitor_avail_percent{{{_A}}} 4",
        "A monitor has less than 5 % of its disk left (mon.a: 4 %). When its disk is full, the "
        "monitor stops and leaves the quorum. Free space on its host now.",
    ),
    "CephMonDiskspaceLow": _check(
        "MON_DISK_LOW",
        f"ceph_monitor_avail_percent{{{_A}}} 29",
        "A monitor has less than 30 % of its disk left (mon.a: 29 %). Below 5 % the health "
        "becomes HEALTH_ERR; when the disk is full, the monitor stops.",
    ),
    "CephMonStoreBig": _check(
        "MON_DISK_BIG",
        f"ceph_monitor_store_capacity_bytes{{{_A}}} {16 * GIB}",
        "The database of a monitor is larger than Ceph expects (mon.a: 16GiB). It grows while PGs "
        "are not clean, because the monitors must keep old maps.",
    ),
    "CephMonClockSkew": _check(
        "MON_CLOCK_SKEW",
        f"ceph_monitor_clock_skew_seconds{{{_A}}} -0.4",
        "A monitor's clock differs from the leader's by more than Ceph allows, 0.05 s by default "
        "(mon.a: 400ms). With a large skew, monitors leave the quorum and logins fail.",
    ),
    "CephOSDDown": case_of(
        "OSD_DOWN",
        {},
        _osds(1, 0, 1),
        "OSDs that are in are down. Number: 1. OSDs: osd.1. Their data is degraded; after ten "
        "minutes Ceph starts to recover it on other OSDs.",
    ),
    "CephOSDHostDown": case_of(
        "OSD_HOST_DOWN",
        {},
        _osds(0, 1, 0, 1),
        "All OSDs of a host, a rack or a larger CRUSH bucket are down. Hosts with no OSD up: h1. "
        "Their data is degraded until they return or Ceph has recovered it elsewhere.",
    ),
    "CephOSDFull": _check(
        "OSD_FULL",
        'ceph_osd_full{ceph_daemon="osd.0"} 0\nceph_osd_full{ceph_daemon="osd.1"} 1',
        "OSDs that have reached the full ratio: osd.1. Ceph refuses writes to every pool that uses "
        "a full OSD. Add space or delete data now.",
    ),
    "CephOSDBackfillFull": _check(
        "OSD_BACKFILLFULL",
        'ceph_osd_backfillfull{ceph_daemon="osd.1"} 1',
        "OSDs that have reached the backfillfull ratio: osd.1. Ceph no longer backfills data to "
        "such OSDs, so recovery may stall.",
    ),
    "CephOSDNearFull": _check(
        "OSD_NEARFULL",
        'ceph_osd_nearfull{ceph_daemon="osd.1"} 1',
        "OSDs that have reached the nearfull ratio: osd.1. Add space, or balance the data.",
    ),
    "CephPGUnavailableBlockingIO": _check(
        "PG_AVAILABILITY",
        f'ceph_pg_total{{pool_id="1"}} 32\nceph_pg_active{{pool_id="1"}} 30\n{POOL}',
        "PGs serve neither reads nor writes, and clients that use them hang. Inactive PGs by "
        "pool: rbd (2).",
    ),
    "CephPGsDamaged": case_of(
        "PG_DAMAGED",
        {},
        f'ceph_pg_inconsistent{{pool_id="1"}} 3\n{POOL}',
        "A scrub found copies that differ or cannot be read. Inconsistent PGs by pool: rbd (3). "
        "Usually a good copy exists; find out which disk is bad before you repair.",
    ),
    "CephObjectMissing": _check(
        "OBJECT_UNFOUND",
        "ceph_num_objects_unfound 5",
        "Ceph cannot find a current copy of some objects: 5 objects. Reads of these objects hang. "
        "An OSD that is down or removed may have them.",
    ),
    "CephFilesystemOffline": _check(
        "MDS_ALL_DOWN",
        _filesystem(0),
        "All MDS ranks of a filesystem are down. Clients cannot use it. Filesystems that lack "
        "active ranks: shared.",
    ),
    "CephFilesystemDegraded": _check(
        "FS_DEGRADED",
        _filesystem(1),
        "At least one rank of a filesystem has failed or is still starting. Clients that use its "
        "part of the filesystem hang. Filesystems that lack active ranks: shared.",
    ),
    "CephFilesystemMDSRanksLow": _check(
        "MDS_UP_LESS_THAN_MAX",
        _filesystem(1),
        "Fewer ranks are active than `max_mds` demands, so fewer MDSs share the load. Active "
        "ranks: shared (1).",
    ),
    "CephFilesystemFailureNoStandby": _check(
        "FS_WITH_FAILED_MDS",
        'ceph_fs_mds_failed{fs_id="1",name="shared"} 1\n'
        'ceph_fs_mds_failed{fs_id="2",name="other"} 0',
        "A rank of a filesystem has failed and no standby MDS can take over. Clients that use its "
        "part of the filesystem hang. Failed ranks: shared (1).",
    ),
    "CephFilesystemInsufficientStandby": _check(
        "MDS_INSUFFICIENT_STANDBY",
        "ceph_mds_standbys 0",
        "If an MDS fails now, there are too few standby MDSs to take over: 0.",
    ),
    "CephDaemonCrash": _check(
        "RECENT_CRASH",
        'ceph_crash_reports{entity="osd.3",hostname="h1",status="new"} 2\n'
        'ceph_crash_reports{entity="osd.4",hostname="h1",status="archived"} 1',
        "A Ceph daemon crashed recently. New crash reports: osd.3 on h1 (2). Usually it has been "
        "restarted; read the report.",
    ),
    "CephHardwareFailed": _check("HARDWARE_FANS", "", ""),
    "CephSlowOps": case_of(
        "SLOW_OPS",
        {},
        'ceph_healthcheck_slow_ops 7\nceph_daemon_slow_ops{ceph_daemon="osd.3"} 1\n'
        'ceph_daemon_slow_ops{ceph_daemon="osd.4"} 0',
        "Clients wait for requests that take longer than usual. Slow requests: 7. Daemons: osd.3.",
    )._replace(
        quiet=(
            "ceph_healthcheck_slow_ops 0",
            'ceph_healthcheck_slow_ops 7\nceph_health_check_muted{name="SLOW_OPS"} 1',
        )
    ),
    "CephOSDFlagsSet": case_of(
        "OSDMAP_FLAGS",
        {},
        'ceph_osd_map_flag{flag="noout"} 1\nceph_osd_map_flag{flag="noin"} 0\n'
        'ceph_osd_individual_flag{scope="crush_node",name="node1",flag="noin"} 1',
        "Flags that are set: noout. Flags of parts of the cluster: node1 (noin). Flags, or a host "
        "in maintenance, have kept Ceph from recovering by itself for an hour.",
    ),
    "CephCertificateError": _check("CEPHADM_CERT_ERROR HEALTH_ERR", "", "")._replace(
        labels={"name": "CEPHADM_CERT_ERROR"}
    ),
    "CephCertificateWarning": case_of("CEPHADM_CERT_ERROR", {}),
    "CephFilesystemReadOnly": case_of("MDS_READ_ONLY", {}),
    "CephFilesystemClientsNotResponding": case_of(
        "MDS_CLIENT_RECALL_MANY",
        {},
        _failing("a", "shared", 12) + _failing("b", "shared", 0) + _failing("c", "other", 0),
        "Clients do not release capabilities, do not shrink their caches, or do not advance their "
        "oldest request, although an MDS asks for it. Other clients may hang. Problems of clients "
        "by filesystem: shared (12).",
    ),
    "CephPoolBackfillFull": case_of("POOL_BACKFILLFULL", {}),
    "CephPoolNearFull": case_of("POOL_NEARFULL", {}),
    "CephDataDegraded": case_of(
        "PG_DEGRADED",
        {},
        "ceph_num_objects_degraded 5",
        "PGs have been short of copies for at least six hours, objects: 5. Either recovery makes "
        "no progress, or it takes longer than a day.",
    ),
    "CephObjectsMisplaced": case_of(
        "OBJECT_MISPLACED",
        {},
        "ceph_num_objects_misplaced 6",
        "Objects have been in the wrong place for at least six hours, objects: 6. Either their "
        "number does not fall, or moving them takes longer than a week.",
    ),
}
