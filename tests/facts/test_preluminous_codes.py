"""The texts of 0.67 to 11.2 and the codes that 12 and later have for the same problems."""

import pytest

from ceph_exporter.facts.preluminous import _CODES, UNMAPPED, code_of

# The texts are those of the sources of 0.67 to 11.2, the first of a code one of `summary`, others
# of `summary` or `detail`.
TEXTS = {
    "MON_DOWN": (
        "1 mons down, quorum 0,1 a,b",
        "mon.c (rank 2) addr 192.0.2.3:6789/0 is down (out of quorum)",
    ),
    "MON_CLOCK_SKEW": (
        "Monitor clock skew detected ",
        "mon.b addr 192.0.2.2:6789/0 clock skew 0.072315s > max 0.05s (latency 0.002411s)",
    ),
    "MON_DISK_CRIT": (
        "mon.b low disk space, shutdown imminent",
        "mon.b addr 192.0.2.2:6789/0 has 4% avail disk space -- shutdown iminent!",
    ),
    "MON_DISK_LOW": (
        "mon.b low disk space",
        "mon.b low disk space -- 21% avail",
        "mon.b addr 192.0.2.2:6789/0 has 21% avail disk space -- low disk space!",
    ),
    "MON_DISK_BIG": ("mon.b store is getting too big! 45056 MB >= 40960 MB",),
    "MDS_SLOW_REQUEST": ("mds0: 12 slow requests are blocked > 30 sec",),
    "MDS_CLIENT_RECALL": (
        "mds0: Client node7 failing to respond to cache pressure",
        "mds0: Many clients (34) failing to respond to cache pressure(client_count: 34)",
    ),
    "MDS_CLIENT_LATE_RELEASE": ("mds0: Client n failing to respond to capability release",),
    "MDS_CLIENT_OLDEST_TID": ("mds0: Client n failing to advance its oldest client/flush tid",),
    "MDS_TRIM": ("mds0: Behind on trimming (55/30)(max_segments: 30, num_segments: 55)",),
    "MDS_CACHE_OVERSIZED": ("mds0: Too many inodes in cache (200/100), 150 inodes in use",),
    "MDS_READ_ONLY": ("mds0: MDS in read-only mode",),
    "MDS_DAMAGE": (
        "mds rank 0 is damaged",
        "mds ranks 0,1 are damaged",
        "mds.0 is damaged",
        "mds0: Metadata damage detected",
    ),
    "MDS_UP_LESS_THAN_MAX": ("mds a is laggy", "mds.a at 192.0.2.9:6800/7 is laggy/unresponsive"),
    "FS_WITH_FAILED_MDS": (
        "mds rank 0 has failed",
        "mds ranks 0,1 have failed",
        "mds.0 has failed",
    ),
    "FS_DEGRADED": (
        "mds cluster is degraded",
        "mds.a at 192.0.2.9:6800/7 rank 0 is replaying journal",
    ),
    "TOO_FEW_OSDS": ("no osds",),
    "OSD_DOWN": (
        "1/3 in osds are down",
        "osd.4 is down since epoch 87, last address 192.0.2.23:6800/1187",
    ),
    "OSD_NEARFULL": ("2 near full osd(s)", "osd.5 is near full at 88%"),
    "OSD_FULL": ("1 full osd(s)", "osd.1 is full at 95%"),
    "OSDMAP_FLAGS": ("noout flag(s) set", "full,noscrub,sortbitwise flag(s) set"),
    "SLOW_OPS": (
        "17 requests are blocked > 32 sec",
        "2 osds have slow requests",
        "9 ops are blocked > 65.536 sec on osd.4",
    ),
    "OSD_SCRUB_ERRORS": ("1 scrub errors",),
    "TOO_FEW_PGS": ("too few PGs per OSD (19 < min 30)",),
    "TOO_MANY_PGS": ("too many PGs per OSD (756 > max 300)",),
    "MANY_OBJECTS_PER_PG": (
        "pool rbd has many more objects per pg than average (too few pgs?)",
        "pool rbd has too few pgs",
        "pool rbd objects per pg (27686) is more than 21.1021 times cluster average (1312)",
    ),
    "SMALLER_PGP_NUM": ("pool rbd pg_num 128 > pgp_num 64",),
    "PG_NOT_SCRUBBED": (
        "5 unscrubbed pgs",
        "pg 1.2 is not scrubbed, last_scrub_stamp 2017-01-01 10:00:00.000000",
        "pg 1.2 is not deep-scrubbed, last_deep_scrub_stamp 2017-01-01 10:00:00.000000",
    ),
    "PG_DAMAGED": (
        "1 pgs inconsistent",
        "1 pgs repair",
        "pg 2.4b is active+clean+inconsistent, acting [1,4,7]",
    ),
    "PG_RECOVERY_FULL": (
        "2 pgs recovery_toofull",
        "pg 1.3 is active+recovery_toofull+degraded, acting [5,2]",
    ),
    "PG_BACKFILL_FULL": (
        "7 pgs backfill_toofull",
        "pg 1.30 is active+undersized+degraded+remapped+backfill_toofull, acting [5,2]",
    ),
    "PG_AVAILABILITY": (
        "4 pgs stuck inactive",
        "4 pgs are stuck inactive for more than 300 seconds",
        "20 pgs stale",
        "20 pgs stuck stale",
        "4 pgs down",
        "1 pgs incomplete",
        "21 pgs peering",
        "pg 1.2a is stuck inactive since forever, current state down+peering, last acting [3]",
        "pg 0.1 is stale+active+clean, acting [0]",
    ),
    "OBJECT_UNFOUND": (
        "recovery 4/2059 unfound (0.194%)",
        "3/42 unfound (7.143%)",
        "pg 4.77 is active+recovering+degraded, acting [2,0], 1 unfound",
    ),
    "OBJECT_MISPLACED": ("recovery 77/90213 objects misplaced (0.085%)",),
    "PG_DEGRADED": (
        "30 pgs degraded",
        "30 pgs undersized",
        "3 pgs recovering",
        "6 pgs recovery_wait",
        "21 pgs backfill",
        "21 pgs backfill_wait",
        "2 pgs backfilling",
        "1 pgs splitting",
        "29 pgs stuck unclean",
        "7 pgs stuck degraded",
        "1 pgs stuck undersized",
        "recovery 812/90213 objects degraded (0.900%)",
        "recovery 21/126 degraded (16.667%)",
        "recovery  recovering 3 o/s, 11534KB/s",
        "pg 1.31 is active+undersized+degraded, acting [5]",
        "pg 3.1f is stuck unclean for 913.220114, current state active+degraded, last acting [2]",
    ),
    "CACHE_POOL_NEAR_FULL": (
        "'hot' at/near target max",
        "cache pool 'hot' with 1021 objects at/near target max 1000 objects",
        "cache pool 'hot' with 1021MB at/near target max 1000MB",
    ),
    "CACHE_POOL_NO_HIT_SET": (
        "1 cache pools are missing hit_sets",
        "pool 'hot' with cache_mode writeback needs hit_set_type to be set but it is not",
    ),
    "POOL_NEAR_FULL": (
        "pool 'rbd' has 950 objects (max 1000)",
        "pool 'rbd' has 950M bytes (max 1000M)",
    ),
    "POOL_FULL": ("pool 'rbd' is full",),
    "OLD_CRUSH_TUNABLES": (
        "crush map has legacy tunables",
        "crush map has non-optimal tunables",
        "crush map has legacy tunables (require bobtail, min is firefly)",
        "crush map has legacy tunables; see http://ceph.com/docs/master/rados/operations/crush-map/",
    ),
    "OLD_CRUSH_STRAW_CALC_VERSION": ("crush map has straw_calc_version=0",),
    "OSD_NO_SORTBITWISE": ("no legacy OSD present but 'sortbitwise' flag is not set",),
    "OSD_UPGRADE_FINISHED": (
        "all OSDs are running jewel or later but the 'require_jewel_osds' osdmap flag is not set",
    ),
    "OSD_ORPHAN": ("2 osds exist in the crush map but not in the osdmap",),
    "OSD_NO_DOWN_OUT_INTERVAL": ("mon.a has mon_osd_down_out_interval set to 0",),
    UNMAPPED: (
        "some monitors are running older code",
        'mon.c only supports the "classic" command set',
    ),
}


@pytest.mark.parametrize(
    ("code", "text"), [(code, text) for code, texts in TEXTS.items() for text in texts]
)
def test_code(code: str, text: str) -> None:
    """A text of an old release has the code that newer releases use for the same problem."""
    assert code_of(text) == code


def test_each_pattern_is_used() -> None:
    """Each pattern is the first to match one of the texts: no pattern is shadowed or unused."""
    patterns = [pattern for pattern, _ in _CODES]
    texts = [text.lower() for texts in TEXTS.values() for text in texts]
    used = {next((p for p in patterns if p.search(text)), None) for text in texts}
    assert [pattern.pattern for pattern in patterns if pattern not in used] == []
