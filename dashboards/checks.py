"""Ceph's health checks in words, and the dashboard on which the cause of each is found.

The checks are those of Ceph's documentation, rados/operations/health-checks; the numbers are Ceph's
defaults.
"""

MONITORS, OSDS, POOLS = "ceph-monitors", "ceph-osds", "ceph-pools"
PLACEMENT, SERVICES, EXPORTER = "ceph-pgs", "ceph-services", "ceph-exporter"

# By the beginning of the check's name, so that checks of later releases find their place too.
BOARDS = (
    (MONITORS, "MON_.*|AUTH_.*|TOO_MANY_MONS|LOW_MON.*"),
    (OSDS, "OSD_.*|OSDMAP_.*|BLUESTORE_.*|BLUEFS_.*|DB_DEVICE_.*|DEVICE_.*|SLOW_OPS|DAEMON_OLD_.*"),
    (PLACEMENT, "PG_.*|OBJECT_.*|SMALLER_PG.*|LARGE_OMAP_OBJECTS|REQUEST_.*|STUCK_.*"),
    (POOLS, "POOL_.*|CACHE_POOL_.*|TOO_(FEW|MANY)_PGS|MANY_OBJECTS_PER_PG"),
    (SERVICES, "MDS_.*|FS_.*|MGR_.*|RECENT_.*|CEPHADM_.*|RGW_.*|RBD_.*|NVMEOF_.*|TELEMETRY_.*"),
)


def with_board(expr: str, otherwise: str = "ceph-cluster") -> str:
    """Give each series with a label `name`, a check, the uid of its dashboard as label `board`."""
    found = f'label_replace({expr}, "board", "{otherwise}", "name", ".*")'
    for uid, pattern in BOARDS:
        found = f'label_replace({found}, "board", "{uid}", "name", "{pattern}")'
    return found


_WORDS = """
BLUESTORE_DISK_SIZE_MISMATCH   an OSD's disk and its own note of the size disagree
BLUESTORE_SPURIOUS_READ_ERRORS reads failed and worked when repeated: a disk is about to die
CACHE_POOL_NEAR_FULL           a cache pool is near the objects it should hold
DEVICE_HEALTH                  disks are expected to fail soon
DEVICE_HEALTH_IN_USE           a disk that is expected to fail still holds data
DEVICE_HEALTH_TOOMANY          more disks are expected to fail than can be taken out
FS_DEGRADED                    a filesystem has ranks that are not active
FS_WITH_FAILED_MDS             a filesystem has a rank without an MDS
MDS_ALL_DOWN                   a filesystem has no MDS at all: it is offline
MDS_DAMAGE                     metadata of a filesystem is damaged
MDS_HEALTH_READ_ONLY           an MDS went read only after a write error
MDS_INSUFFICIENT_STANDBY       fewer standby MDSs than wanted
MDS_READ_ONLY                  an MDS went read only after a write error
MDS_UP_LESS_THAN_MAX           fewer active MDSs than wanted
MGR_DOWN                       no mgr is active
MGR_MODULE_ERROR               a module of the mgr failed
MON_CLOCK_SKEW                 a monitor's clock is off by more than 0.05 s
MON_DISK_BIG                   a monitor's store is larger than 15 GiB
MON_DISK_CRIT                  a monitor has less than 5 % of its disk left
MON_DISK_LOW                   a monitor has less than 30 % of its disk left
MON_DOWN                       a monitor is out of the quorum
OBJECT_MISPLACED               objects are not where they should be: data moves
OBJECT_UNFOUND                 no good copy of an object is to be found
OSDMAP_FLAGS                   flags of the OSD map are set, such as noout
OSD_BACKFILLFULL               an OSD is too full to take data over
OSD_DOWN                       OSDs are down
OSD_FULL                       an OSD is full: the cluster takes no writes
OSD_HOST_DOWN                  all OSDs of a host are down
OSD_NEARFULL                   an OSD is nearly full
OSD_SCRUB_ERRORS               scrubs found objects that differ
OSD_SLOW_PING_TIME_BACK        heartbeats over the cluster network are slow
OSD_SLOW_PING_TIME_FRONT       heartbeats over the public network are slow
OSD_TOO_MANY_REPAIRS           an OSD had to mend many reads: its disk is going
PG_AVAILABILITY                PGs are not active: their data cannot be read or written
PG_BACKFILL_FULL               PGs cannot move as an OSD is too full
PG_DAMAGED                     PGs are inconsistent
PG_DEGRADED                    copies of objects are missing
PG_NOT_DEEP_SCRUBBED           PGs are overdue for a deep scrub
PG_NOT_SCRUBBED                PGs are overdue for a scrub
PG_RECOVERY_FULL               PGs cannot recover as an OSD is full
POOL_BACKFILLFULL              a pool is too full for data to be moved
POOL_FULL                      a pool has reached its quota: it takes no writes
POOL_NEAR_FULL                 a pool is near its quota
RECENT_CRASH                   a daemon crashed in the past two weeks
RECENT_MGR_MODULE_CRASH        a module of the mgr crashed in the past two weeks
SLOW_OPS                       requests take longer than 30 s
TOO_MANY_PGS                   more PGs for each OSD than is good
"""
WORDS = {
    code: f"{code}: {words.strip()}"
    for code, _, words in (line.partition(" ") for line in _WORDS.strip().splitlines())
}
