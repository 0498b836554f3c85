"""What to do about the health checks that are raised most often, in one line each.

docs/runbook.md describes the same in full. The words fit every way to install Ceph.
"""

_NEARFULL = "add OSDs or delete data; `ceph osd df tree` shows which OSDs are the fullest"
_DAEMON = "its log says why it stopped; start it, or replace its host"
_DISK = "free space on the monitor's host: old logs, crash dumps, container images"
_PGS = "bring back OSDs that are down; `ceph health detail` names the PGs"
_MDS = "start an MDS; `ceph fs status` shows which are missing"

_REMEDIES = {
    "BLUEFS_SPILLOVER": "give the OSD a larger DB device, or compact it: `ceph tell osd.N compact`",
    "CEPHADM_FAILED_DAEMON": "`ceph orch ps` names the daemon; its log says why it failed",
    "DEVICE_HEALTH": "replace the disk before it fails; `ceph device ls` names it",
    "FS_DEGRADED": "wait until the MDS is active; if it does not become active, read its log",
    "LARGE_OMAP_OBJECTS": "reshard the bucket; the cluster log names the object",
    "MDS_ALL_DOWN": _MDS,
    "MDS_INSUFFICIENT_STANDBY": _MDS,
    "MDS_UP_LESS_THAN_MAX": _MDS,
    "MGR_DOWN": f"`ceph mgr stat` shows that no mgr is active; {_DAEMON}",
    "MON_CLOCK_SKEW": "fix the time synchronization of that host; `chronyc tracking` shows it",
    "MON_DISK_BIG": "get all PGs clean, then compact one monitor at a time: "
    "`ceph tell mon.NAME compact`",
    "MON_DISK_CRIT": _DISK,
    "MON_DISK_LOW": _DISK,
    "MON_DOWN": f"start the monitor before another one fails; {_DAEMON}",
    "OSDMAP_FLAGS": "if the maintenance is over, clear the flag: `ceph osd unset FLAG`",
    "OSD_BACKFILLFULL": _NEARFULL,
    "OSD_DOWN": "its log says why it stopped; start it, or replace its disk",
    "OSD_FULL": f"clients cannot write; {_NEARFULL}",
    "OSD_HOST_DOWN": "bring the host or its network back; otherwise its data is copied elsewhere",
    "OSD_NEARFULL": _NEARFULL,
    "OSD_SCRUB_ERRORS": "`ceph pg repair PGID`, after a look at the disks of that PG's OSDs",
    "PG_AVAILABILITY": f"clients wait for this data; {_PGS}",
    "PG_DAMAGED": "`ceph health detail` names the PG; run `ceph pg repair PGID`",
    "PG_DEGRADED": "it recovers by itself once its OSDs are up; see `ceph health detail`",
    "PG_NOT_DEEP_SCRUBBED": "allow more or longer scrubs; see `osd_max_scrubs`",
    "PG_NOT_SCRUBBED": "allow more or longer scrubs; see `osd_max_scrubs`",
    "POOL_FULL": "raise the pool's quota, or delete data",
    "POOL_NEARFULL": _NEARFULL,
    "POOL_NEAR_FULL": _NEARFULL,
    "RECENT_CRASH": "read `ceph crash info ID`, then archive it: `ceph crash archive-all`",
    "RECENT_MGR_MODULE_CRASH": "read `ceph crash info ID`, then archive it: `ceph crash "
    "archive-all`",
    "SLOW_OPS": "one slow OSD: check its disk; all of a host: check the host; all: check the "
    "network",
    "TOO_FEW_OSDS": "add OSDs, or lower the size of the pools",
}


def remedy(code: str) -> str:
    """Return what to do about a health check; empty if there is no general answer."""
    return _REMEDIES.get(code, "")
