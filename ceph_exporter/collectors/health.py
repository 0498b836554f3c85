"""Cluster health: the status, the health checks with the number of affected items, and mutes."""

from collections.abc import Iterator

from ceph_exporter.facts import STATUSES, Facts, Health, Status
from ceph_exporter.metric import Family, Labels, Metric, one

_DOCUMENT = Health.document
_CHECK = Labels("name")

STATUS = Metric(
    "ceph_health_status",
    "untyped",
    "Cluster health: HEALTH_OK (0), HEALTH_WARN (1) or HEALTH_ERR (2)",
    _DOCUMENT,
)
DETAIL = Metric(
    "ceph_health_detail",
    "gauge",
    "Whether the health check is raised (1) or not (0), regardless of mutes",
    _DOCUMENT,
    Labels("name", "severity"),
    detail="A check that is not raised is 0 if alert rules use it, and absent otherwise.",
)
ITEMS = Metric(
    "ceph_health_check_items",
    "gauge",
    "Number of items that the raised health check affects, as counted by Ceph",
    _DOCUMENT,
    _CHECK,
    since="15",
)
DETAILS = Metric(
    "ceph_health_check_details",
    "gauge",
    "Number of detail lines of the raised health check, at most 50 by default",
    _DOCUMENT,
    _CHECK,
)
MUTED = Metric(
    "ceph_health_check_muted",
    "gauge",
    "Whether the raised health check is muted (1) or not (0); ceph_health_status ignores muted "
    "checks",
    _DOCUMENT,
    _CHECK,
)
MUTES = Metric("ceph_health_mutes", "gauge", "Number of health check mutes", _DOCUMENT)
MUTE_STICKY = Metric(
    "ceph_health_mute_sticky",
    "gauge",
    "Whether the mute remains after its health check clears (1) or not (0)",
    _DOCUMENT,
    _CHECK,
    since="15",
)
MUTE_EXPIRY = Metric(
    "ceph_health_mute_expiry_timestamp_seconds",
    "gauge",
    "Time at which the mute expires; absent if it does not expire",
    _DOCUMENT,
    _CHECK,
    since="15",
)
SLOW_OPS = Metric(
    "ceph_healthcheck_slow_ops",
    "gauge",
    "Number of OSD or monitor requests that take a long time to process",
    _DOCUMENT,
)

# Alert rules use these checks. While a check of this list is not raised, it is exported as 0, so a
# rule can compare two checks and does not need absent(). Other checks are exported only while they
# are raised.
_WARNINGS = """
    BLUESTORE_DISK_SIZE_MISMATCH BLUESTORE_SPURIOUS_READ_ERRORS CACHE_POOL_NEAR_FULL
    DEVICE_HEALTH DEVICE_HEALTH_IN_USE DEVICE_HEALTH_TOOMANY FS_DEGRADED FS_WITH_FAILED_MDS
    MDS_HEALTH_READ_ONLY MDS_INSUFFICIENT_STANDBY MDS_READ_ONLY MDS_UP_LESS_THAN_MAX MGR_DOWN
    MON_CLOCK_SKEW MON_DISK_BIG MON_DISK_LOW MON_DOWN OBJECT_MISPLACED OBJECT_UNFOUND
    OSDMAP_FLAGS OSD_BACKFILLFULL OSD_DOWN OSD_HOST_DOWN OSD_NEARFULL OSD_SLOW_PING_TIME_BACK
    OSD_SLOW_PING_TIME_FRONT OSD_TOO_MANY_REPAIRS PG_AVAILABILITY PG_BACKFILL_FULL PG_DEGRADED
    PG_NOT_DEEP_SCRUBBED PG_NOT_SCRUBBED POOL_BACKFILLFULL POOL_FULL POOL_NEAR_FULL RECENT_CRASH
    RECENT_MGR_MODULE_CRASH SLOW_OPS TOO_MANY_PGS
"""
_ERRORS = """
    MDS_ALL_DOWN MDS_DAMAGE MGR_MODULE_ERROR MON_DISK_CRIT OSD_FULL OSD_SCRUB_ERRORS PG_DAMAGED
    PG_RECOVERY_FULL
"""
WATCHED = dict.fromkeys(_WARNINGS.split(), "HEALTH_WARN") | dict.fromkeys(
    _ERRORS.split(), "HEALTH_ERR"
)


def collect(facts: Facts) -> Iterator[Family]:
    """Yield the families of `health detail`, or STATUS alone if only `status` is available."""
    health = facts.get(Health)
    status = facts.get(Status)
    if health is None:
        if status is not None and status.health is not None:
            yield STATUS, one(STATUSES.get(status.health))
        return
    checks = health.checks
    yield STATUS, one(STATUSES.get(health.status))
    quiet = [(code, severity) for code, severity in WATCHED.items() if code not in checks]
    quiet = quiet if health.listed else []
    yield (
        DETAIL,
        [(DETAIL.labels(code, check.severity), 1) for code, check in checks.items()]
        + [(DETAIL.labels(*row), 0) for row in quiet],
    )
    named = [(_CHECK(code), check) for code, check in checks.items()]
    yield ITEMS, [(block, check.count) for block, check in named]
    if health.detailed:
        details = [(block, len(check.detail) if check.complete else None) for block, check in named]
        yield DETAILS, details
    yield MUTED, [(block, check.muted) for block, check in named]
    mutes = health.mutes or ()
    yield MUTES, one(None if health.mutes is None else len(mutes))
    yield MUTE_STICKY, [(_CHECK(mute.code), mute.sticky) for mute in mutes]
    yield MUTE_EXPIRY, [(_CHECK(mute.code), mute.expires) for mute in mutes]
    if health.listed:
        yield SLOW_OPS, one(health.slow_ops.number)
