"""Explanations of Ceph's health checks, and the dashboard that shows the cause of each.

The checks are from Ceph's documentation, rados/operations/health-checks; the thresholds in the
explanations are Ceph's defaults.
"""

# The uids of the dashboards that panels and checks link to.
CLUSTER = "ceph-cluster"
MONITORS = "ceph-monitors"
OSDS = "ceph-osds"
POOLS = "ceph-pools"
PLACEMENT = "ceph-pgs"
SERVICES = "ceph-services"
RGW = "ceph-rgw"
ORCHESTRATOR = "ceph-orchestrator"
CEPHFS = "ceph-cephfs"
EXPORTER = "ceph-exporter"

# The keys are the starts of checks' names, so that checks of later releases match too.
BOARDS = (
    (MONITORS, "MON_.*|AUTH_.*|TOO_MANY_MONS|LOW_MON.*"),
    (
        OSDS,
        "OSD(MAP)?_.*|BLUE(STORE|FS)_.*|(DB_)?DEVICE_.*|SLOW_OPS|DAEMON_OLD_.*|.*STRETCH_MODE",
    ),
    (PLACEMENT, "PG_.*|OBJECT_.*|SMALLER_PG.*|LARGE_OMAP_OBJECTS|REQUEST_.*|STUCK_.*"),
    (POOLS, "POOL_.*|CACHE_POOL_.*|TOO_(FEW|MANY)_PGS|MANY_OBJECTS_PER_PG"),
    (SERVICES, "MDS_.*|FS_.*|MGR_.*|RECENT_.*|RGW_.*|RBD_.*|NVMEOF_.*|TELEMETRY_.*"),
    (ORCHESTRATOR, "CEPHADM_.*|UPGRADE_.*|HOST_IN_MAINTENANCE"),
    (CEPHFS, "MDS_CLIENT.*|MDS_CACHE_.*|MDS_SLOW_.*"),  # instead of the one before
)


def with_board(expr: str, otherwise: str = CLUSTER) -> str:
    """Return series of health checks with the uid of each check's dashboard as the label `board`.

    The label `name` contains the check. otherwise: the uid for checks without a dashboard.
    """
    full = f'label_replace({expr}, "board", "{otherwise}", "name", ".*")'
    for uid, pattern in BOARDS:
        full = f'label_replace({full}, "board", "{uid}", "name", "{pattern}")'
    return full


_EXPLANATIONS = """
BLUESTORE_DISK_SIZE_MISMATCH   the size of an OSD's device differs from the size in its metadata
BLUESTORE_SPURIOUS_READ_ERRORS reads failed and succeeded when repeated: a disk is failing
CACHE_POOL_NEAR_FULL           a cache pool is close to its target size
DEGRADED_STRETCH_MODE          a site of the stretched cluster is down
DEVICE_HEALTH                  disks are expected to fail soon
DEVICE_HEALTH_IN_USE           a disk that is expected to fail still holds data
DEVICE_HEALTH_TOOMANY          too many disks are expected to fail to take all of them out
FS_DEGRADED                    a filesystem has ranks that are not active
FS_WITH_FAILED_MDS             a filesystem has a failed rank and no standby MDS to take over
MDS_ALL_DOWN                   all MDSs of a filesystem are down: it is offline
MDS_DAMAGE                     metadata of a filesystem is damaged
MDS_HEALTH_READ_ONLY           an MDS went read-only after a write error
MDS_INSUFFICIENT_STANDBY       there are fewer standby MDSs than wanted
MDS_READ_ONLY                  an MDS went read-only after a write error
MDS_UP_LESS_THAN_MAX           there are fewer active MDSs than max_mds
MGR_DOWN                       no mgr is active
MGR_MODULE_ERROR               a mgr module has failed
MON_CLOCK_SKEW                 a monitor's clock is off by more than 0.05 s
MON_DISK_BIG                   a monitor's store is larger than 15 GiB
MON_DISK_CRIT                  a monitor has less than 5 % of its disk left
MON_DISK_LOW                   a monitor has less than 30 % of its disk left
MON_DOWN                       a monitor is out of the quorum
OBJECT_MISPLACED               objects are not stored where they should be: data is moving
OBJECT_UNFOUND                 Ceph cannot find a current copy of some objects
OSDMAP_FLAGS                   flags of the OSD map are set, such as noout
OSD_BACKFILLFULL               an OSD is too full for backfill
OSD_DOWN                       OSDs are down
OSD_FULL                       an OSD is full: its pools refuse writes
OSD_HOST_DOWN                  all OSDs of a host are down
OSD_NEARFULL                   an OSD is nearly full
OSD_SCRUB_ERRORS               scrubs found inconsistent objects
OSD_SLOW_PING_TIME_BACK        heartbeats on the cluster network are slow
OSD_SLOW_PING_TIME_FRONT       heartbeats on the public network are slow
OSD_TOO_MANY_REPAIRS           an OSD repaired many reads: its disk is probably failing
PG_AVAILABILITY                PGs are not active: their data cannot be read or written
PG_BACKFILL_FULL               PGs cannot backfill because an OSD is too full
PG_DAMAGED                     PGs are inconsistent
PG_DEGRADED                    copies of objects are missing
PG_NOT_DEEP_SCRUBBED           PGs are overdue for a deep scrub
PG_NOT_SCRUBBED                PGs are overdue for a scrub
PG_RECOVERY_FULL               PGs cannot recover because an OSD is full
POOL_BACKFILLFULL              an OSD of the pool is too full for backfill
POOL_FULL                      a pool is full or has reached its quota: it refuses writes
POOL_NEARFULL                  a pool is nearly full, because an OSD is
POOL_NEAR_FULL                 a pool is close to its quota or its target size
RECENT_CRASH                   a daemon crashed in the past two weeks
RECENT_MGR_MODULE_CRASH        a mgr module crashed in the past two weeks
SLOW_OPS                       requests take longer than 30 s
TOO_MANY_PGS                   there are more PGs per OSD than recommended
"""
EXPLANATIONS = {
    code: f"{code}: {text.strip()}"
    for code, _, text in (line.partition(" ") for line in _EXPLANATIONS.strip().splitlines())
}
