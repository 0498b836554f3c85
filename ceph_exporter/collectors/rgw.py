"""The RADOS Gateways, and the data, quotas and requests of their users."""

from collections.abc import Iterator, Mapping

from ceph_exporter.facts import Facts
from ceph_exporter.facts.orchestrator import Daemons, instances
from ceph_exporter.facts.rgw_buckets import Held, Quota, RgwBuckets, by_owner, by_user
from ceph_exporter.facts.rgw_usage import RgwUsage, Totals, by_category
from ceph_exporter.facts.rgw_users import RgwUsers, User
from ceph_exporter.facts.service_dump import ServiceDump
from ceph_exporter.metric import Family, Labels, Metric, one

_USER = Labels("user")
_PLACE = Labels("user", "placement")
_CATEGORY = Labels("user", "category")
_SUM = (
    "Bucket owners with a tenant are named TENANT$USER. Absent unless all buckets and their owners "
    "are known, and for a user of whom the placement of a bucket is unknown."
)

DAEMON_INFO = Metric(
    "ceph_rgw_daemon_info",
    "gauge",
    "Zone, zonegroup and version of the RADOS Gateway; always 1",
    ServiceDump.document,
    Labels("ceph_daemon", "instance_id", "hostname", "ceph_version", "zone", "zonegroup"),
)
USERS = Metric("ceph_rgw_users", "gauge", "Number of users of the zone", RgwUsers.document)
QUOTAS_MISSING = Metric(
    "ceph_exporter_rgw_user_quotas_missing",
    "gauge",
    "Number of RGW users whose quotas the exporter has not received",
    RgwUsers.document,
    detail="Quotas are requested user by user, over several rounds, and of at most 2,000 users.",
)
BUCKETS = Metric(
    "ceph_rgw_user_buckets",
    "gauge",
    "Number of the user's buckets, by placement target",
    RgwBuckets.document,
    _PLACE,
    detail=_SUM,
)
OBJECTS = Metric(
    "ceph_rgw_user_objects",
    "gauge",
    "Number of objects in the user's buckets, by placement target",
    RgwBuckets.document,
    _PLACE,
    detail=_SUM,
)
BYTES = Metric(
    "ceph_rgw_user_bytes",
    "gauge",
    "Total size of the objects in the user's buckets, by placement target",
    RgwBuckets.document,
    _PLACE,
    detail=f"{_SUM} The size is the one that quotas count, before compression and replication.",
)
QUOTA_ENABLED = Metric(
    "radosgw_usage_user_quota_enabled",
    "gauge",
    "Whether the quota of the user is enabled (1) or not (0)",
    RgwUsers.document,
    _USER,
)
QUOTA_BYTES = Metric(
    "radosgw_usage_user_quota_size_bytes",
    "gauge",
    "Maximum total size of the user's objects",
    RgwUsers.document,
    _USER,
    detail="Absent if it is not limited.",
)
QUOTA_OBJECTS = Metric(
    "radosgw_usage_user_quota_size_objects",
    "gauge",
    "Maximum number of objects of the user",
    RgwUsers.document,
    _USER,
    detail="Absent if it is not limited.",
)
QUOTA_RATIO = Metric(
    "ceph_rgw_user_quota_used_ratio",
    "gauge",
    "Used share of the enabled quota of the user, for size or objects, whichever is larger",
    RgwUsers.document,
    _USER,
    detail="Absent if the user has no quota or no bucket, or unless all buckets and their owners "
    "are known.",
)
BUCKET_QUOTA_ENABLED = Metric(
    "radosgw_usage_user_bucket_quota_enabled",
    "gauge",
    "Whether the quota for each bucket of the user is enabled (1) or not (0)",
    RgwUsers.document,
    _USER,
)
BUCKET_QUOTA_BYTES = Metric(
    "radosgw_usage_user_bucket_quota_size_bytes",
    "gauge",
    "Maximum size of all objects in a bucket of the user",
    RgwUsers.document,
    _USER,
    detail="Absent if it is not limited.",
)
BUCKET_QUOTA_OBJECTS = Metric(
    "radosgw_usage_user_bucket_quota_size_objects",
    "gauge",
    "Maximum number of objects in a bucket of the user",
    RgwUsers.document,
    _USER,
    detail="Absent if it is not limited.",
)
OPS = Metric(
    "ceph_rgw_user_ops_total",
    "counter",
    "Number of requests by user and category",
    RgwUsage.document,
    _CATEGORY,
)
SUCCESSFUL_OPS = Metric(
    "ceph_rgw_user_successful_ops_total",
    "counter",
    "Number of successful requests by user and category",
    RgwUsage.document,
    _CATEGORY,
)
SENT = Metric(
    "ceph_rgw_user_sent_bytes_total",
    "counter",
    "Bytes that RGW sent in reply to requests, by user and category",
    RgwUsage.document,
    _CATEGORY,
)
RECEIVED = Metric(
    "ceph_rgw_user_received_bytes_total",
    "counter",
    "Bytes that RGW received in requests, by user and category",
    RgwUsage.document,
    _CATEGORY,
)


def collect(facts: Facts) -> Iterator[Family]:
    """Yield the families of gateways, users, and the sums over each user's buckets."""
    if dump := facts.get(ServiceDump):
        yield DAEMON_INFO, _gateways(dump, facts.get(Daemons))
    if buckets := facts.get(RgwBuckets):
        rows = [(_PLACE(*key), sums) for key, sums in facts.once(by_user, buckets).items()]
        yield BUCKETS, [(block, sums.buckets) for block, sums in rows]
        yield OBJECTS, [(block, sums.objects) for block, sums in rows]
        yield BYTES, [(block, sums.size) for block, sums in rows]
    if users := facts.get(RgwUsers):
        yield USERS, one(users.number)
        yield QUOTAS_MISSING, one(users.missing)
        yield from _quotas(users.users)
        if buckets:
            yield QUOTA_RATIO, _used(users.users, facts.once(by_owner, buckets))
    if usage := facts.get(RgwUsage):
        yield from _requests(facts.once(by_category, usage))


def _requests(by_user_and_category: Mapping[tuple[str, str], Totals]) -> Iterator[Family]:
    rows = [(_CATEGORY(*key), totals) for key, totals in by_user_and_category.items()]
    yield OPS, [(block, row.ops) for block, row in rows]
    yield SUCCESSFUL_OPS, [(block, row.successful_ops) for block, row in rows]
    yield SENT, [(block, row.bytes_sent) for block, row in rows]
    yield RECEIVED, [(block, row.bytes_received) for block, row in rows]


def _used(
    users: Mapping[str, User], held: Mapping[str, Held]
) -> Iterator[tuple[str, float | None]]:
    for name, user in users.items():
        if user.quota and (sums := held.get(name)):
            yield _USER(name), user.quota.used(sums.size, sums.objects)


def _gateways(dump: ServiceDump, orchestrated: Daemons | None) -> Iterator[tuple[str, int]]:
    """Yield the gateways with the same instance ids as `ceph_rgw_metadata` has."""
    names = instances(orchestrated, dump)
    for row in dump.services:
        if row.type == "rgw":
            place = row.hostname, row.version, row.zone, row.zonegroup
            yield DAEMON_INFO.labels(f"rgw.{row.name}", names.get(row.id, row.id), *place), 1


def _quotas(users: Mapping[str, User]) -> Iterator[Family]:
    own = [(_USER(name), user.quota or Quota()) for name, user in users.items()]
    yield QUOTA_ENABLED, [(block, quota.enabled) for block, quota in own]
    yield QUOTA_BYTES, [(block, quota.max_bytes) for block, quota in own]
    yield QUOTA_OBJECTS, [(block, quota.max_objects) for block, quota in own]
    each = [(_USER(name), user.bucket_quota or Quota()) for name, user in users.items()]
    yield BUCKET_QUOTA_ENABLED, [(block, quota.enabled) for block, quota in each]
    yield BUCKET_QUOTA_BYTES, [(block, quota.max_bytes) for block, quota in each]
    yield BUCKET_QUOTA_OBJECTS, [(block, quota.max_objects) for block, quota in each]
