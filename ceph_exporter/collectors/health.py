"""Cluster health: the status, each check that is raised, its size and its mutes."""

from collections.abc import Iterator

from ceph_exporter.facts import STATUSES, Facts, Health, Status
from ceph_exporter.metric import Family, Labels, Metric, one

_DOCUMENT = Health.document
_CHECK = Labels("name")

STATUS = Metric(
    "ceph_health_status",
    "untyped",
    "Cluster health: 0 HEALTH_OK, 1 HEALTH_WARN, 2 HEALTH_ERR",
    _DOCUMENT,
)
DETAIL = Metric(
    "ceph_health_detail",
    "gauge",
    "Health check is raised (1) or not (0), muted or not",
    _DOCUMENT,
    Labels("name", "severity"),
)
ITEMS = Metric(
    "ceph_health_check_items",
    "gauge",
    "Number of things that a raised health check is about, as Ceph counts them (Ceph 15 and later)",
    _DOCUMENT,
    _CHECK,
)
DETAILS = Metric(
    "ceph_health_check_details",
    "gauge",
    "Number of detail lines of a raised health check (Ceph gives 50 at most from 12 on)",
    _DOCUMENT,
    _CHECK,
)
MUTED = Metric(
    "ceph_health_check_muted",
    "gauge",
    "Raised health check is muted (1), which keeps it out of the cluster's status",
    _DOCUMENT,
    _CHECK,
)
MUTES = Metric("ceph_health_mutes", "gauge", "Number of mutes in force", _DOCUMENT)
MUTE_STICKY = Metric(
    "ceph_health_mute_sticky",
    "gauge",
    "A mute is in force for the check; 1 if it stays when the check clears",
    _DOCUMENT,
    _CHECK,
)
MUTE_EXPIRY = Metric(
    "ceph_health_mute_expiry_timestamp_seconds",
    "gauge",
    "When the mute of the check ends; absent for a mute without end",
    _DOCUMENT,
    _CHECK,
)
SLOW_OPS = Metric(
    "ceph_healthcheck_slow_ops",
    "gauge",
    "OSD or Monitor requests taking a long time to process",
    _DOCUMENT,
)

# Checks that alert rules watch are 0 while they are not raised, so that a rule that compares two of
# them works, and none needs absent(). Any other check is on the page while it is raised.
_KNOWN_WARN = """
    BLUESTORE_DISK_SIZE_MISMATCH BLUESTORE_SPURIOUS_READ_ERRORS CACHE_POOL_NEAR_FULL
    DEVICE_HEALTH DEVICE_HEALTH_IN_USE DEVICE_HEALTH_TOOMANY FS_DEGRADED FS_WITH_FAILED_MDS
    MDS_HEALTH_READ_ONLY MDS_INSUFFICIENT_STANDBY MDS_READ_ONLY MDS_UP_LESS_THAN_MAX MGR_DOWN
    MON_CLOCK_SKEW MON_DISK_BIG MON_DISK_LOW MON_DOWN OBJECT_MISPLACED OBJECT_UNFOUND
    OSDMAP_FLAGS OSD_BACKFILLFULL OSD_DOWN OSD_HOST_DOWN OSD_NEARFULL OSD_SLOW_PING_TIME_BACK
    OSD_SLOW_PING_TIME_FRONT OSD_TOO_MANY_REPAIRS PG_AVAILABILITY PG_BACKFILL_FULL PG_DEGRADED
    PG_NOT_DEEP_SCRUBBED PG_NOT_SCRUBBED POOL_BACKFILLFULL POOL_FULL POOL_NEAR_FULL RECENT_CRASH
    RECENT_MGR_MODULE_CRASH SLOW_OPS TOO_MANY_PGS
"""
_KNOWN_ERR = """
    MDS_ALL_DOWN MDS_DAMAGE MGR_MODULE_ERROR MON_DISK_CRIT OSD_FULL OSD_SCRUB_ERRORS PG_DAMAGED
    PG_RECOVERY_FULL
"""
KNOWN = dict.fromkeys(_KNOWN_WARN.split(), "HEALTH_WARN") | dict.fromkeys(
    _KNOWN_ERR.split(), "HEALTH_ERR"
)


def collect(facts: Facts) -> Iterator[Family]:
    """Give the families of the health document, or the bare status where only that is to be had."""
    health = facts.get(Health)
    status = facts.get(Status)
    if health is None:
        if status is not None and status.health is not None:
            yield STATUS, one(STATUSES.get(status.health))
        return
    checks = health.checks
    yield STATUS, one(STATUSES.get(health.status))
    quiet = [(code, severity) for code, severity in KNOWN.items() if code not in checks]
    yield (
        DETAIL,
        [(DETAIL.labels(code, check.severity), 1) for code, check in checks.items()]
        + [(DETAIL.labels(*row), 0) for row in quiet],
    )
    named = [(_CHECK(code), check) for code, check in checks.items()]
    yield ITEMS, [(block, check.count) for block, check in named]
    yield DETAILS, [(block, len(check.detail)) for block, check in named]
    yield MUTED, [(block, check.muted) for block, check in named]
    yield MUTES, one(len(health.mutes))
    yield MUTE_STICKY, [(_CHECK(mute.code), mute.sticky) for mute in health.mutes]
    yield MUTE_EXPIRY, [(_CHECK(mute.code), mute.expires) for mute in health.mutes]
    yield SLOW_OPS, one(health.slow_ops)
