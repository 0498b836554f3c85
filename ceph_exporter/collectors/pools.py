"""Each pool: settings, usage, quotas, client I/O and recovery."""

from collections.abc import Iterator

from ceph_exporter.facts import Facts, OsdDump, Status
from ceph_exporter.facts.df import Df, PoolUsage
from ceph_exporter.facts.map_pools import ErasureProfile, Pool
from ceph_exporter.facts.pool_stats import PoolRates, PoolStats
from ceph_exporter.facts.pool_sums import PoolSum, PoolSums
from ceph_exporter.facts.version import Version
from ceph_exporter.metric import Family, Labels, Metric, Type

_POOL = Labels("pool_id")


def _df(name: str, help_: str, type_: Type = "gauge", **fields: str) -> Metric:
    return Metric(f"ceph_pool_{name}", type_, help_, Df.document, _POOL, **fields)


def _map(name: str, help_: str, **fields: str) -> Metric:
    return Metric(f"ceph_pool_{name}", "gauge", help_, OsdDump.document, _POOL, **fields)


def _io(name: str, help_: str, unit: str = "", **fields: str) -> Metric:
    document = PoolStats.document
    return Metric(f"ceph_pool_{name}", "gauge", help_, document, _POOL, unit=unit, **fields)


def _sum(name: str, help_: str, type_: Type = "gauge", **fields: str) -> Metric:
    return Metric(f"ceph_pool_{name}", type_, help_, PoolSums.document, _POOL, **fields)


METADATA = Metric(
    "ceph_pool_metadata",
    "untyped",
    "Name, type, replicas or erasure code, compression and application of the pool; always 1",
    OsdDump.document,
    Labels("pool_id", "name", "type", "description", "compression_mode", "application"),
    detail="The label description has the form replica:3 or ec:4+2. The label application is Block "
    "for rbd, Filesystem for cephfs and Object for rgw; other applications keep their names.",
)
STORED = _df("stored", "Data stored by users", unit="bytes")
STORED_RAW = _df("stored_raw", "Data stored by users, including replicas", unit="bytes", since="14")
BYTES_USED = _df("bytes_used", "Used space, including replicas", since="0.94")
MAX_AVAIL = _df(
    "max_avail", "Data that can still be stored before the first OSD is full", unit="bytes"
)
AVAIL_RAW = _df(
    "avail_raw", "Data that can still be stored, including replicas", unit="bytes", since="14"
)
PERCENT_USED = _df("percent_used", "Used fraction of the pool's capacity, 0 to 1", unit="ratio")
OBJECTS = _df("objects", "Number of objects")
DIRTY = _df(
    "dirty",
    "Number of objects in a cache tier that have not been flushed",
    detail="Ceph 14 and earlier report the value for every pool.",
)
RD = _df("rd", "Number of read operations", "counter")
RD_BYTES = _df("rd_bytes", "Data read", "counter")
WR = _df("wr", "Number of write operations", "counter")
WR_BYTES = _df("wr_bytes", "Data written", "counter")
COMPRESS_USED = _df("compress_bytes_used", "Space used by compressed data", since="14")
COMPRESS_UNDER = _df(
    "compress_under_bytes", "Size of the compressed data before compression", since="14"
)
QUOTA_BYTES = _df("quota_bytes", "Quota on stored data; 0 if there is none")
QUOTA_OBJECTS = _df("quota_objects", "Quota on the number of objects; 0 if there is none")
QUOTA_BYTES_RATIO = _df("quota_bytes_used_ratio", "Used fraction of the quota on stored data")
QUOTA_OBJECTS_RATIO = _df(
    "quota_objects_used_ratio", "Used fraction of the quota on the number of objects"
)
SIZE = _map("size", "Number of replicas, or of chunks if the pool is erasure coded")
MIN_SIZE = _map("min_size", "Number of replicas or chunks that must be available for I/O")
PG_NUM = _map("pg_num", "Number of PGs")
PGP_NUM = _map("pgp_num", "Number of PGs that are used for placement")
PG_NUM_TARGET = _map(
    "pg_num_target", "Target number of PGs, which Ceph approaches in steps", since="14"
)
AUTOSCALE = Metric(
    "ceph_pool_pg_autoscale_mode",
    "gauge",
    "Mode of the PG autoscaler: off, warn or on; always 1",
    OsdDump.document,
    Labels("pool_id", "mode"),
    since="14",
)
READ_BYTES = _io("client_io_read_bytes", "Client read throughput in bytes per second", "bytes/s")
WRITE_BYTES = _io("client_io_write_bytes", "Client write throughput in bytes per second", "bytes/s")
READ_OPS = _io("client_io_read_ops", "Client read operations per second", "reads/s", since="10")
WRITE_OPS = _io("client_io_write_ops", "Client write operations per second", "writes/s", since="10")
OPS = _io("client_io_ops", "Client read and write operations per second", "operations/s")
RECOVERING_OBJECTS = _io("recovering_objects_per_sec", "Objects recovered per second", "objects/s")
RECOVERING_BYTES = _io("recovering_bytes_per_sec", "Recovery throughput", "bytes/s")
RECOVERING_KEYS = _io("recovering_keys_per_sec", "Omap keys recovered per second", "keys/s")
RECOVERED_OBJECTS = _io(
    "num_objects_recovered", "Number of objects recovered in the last few seconds"
)
RECOVERED_BYTES = _io("num_bytes_recovered", "Data recovered in the last few seconds", "bytes")
DEGRADED = _sum("num_objects_degraded", "Number of degraded object copies")
MISPLACED = _sum("num_objects_misplaced", "Number of misplaced object copies", since="0.94")
UNFOUND = _sum("num_objects_unfound", "Number of unfound objects")
REPAIRED = _sum("objects_repaired", "Number of repaired objects", "counter", since="14")

# Names in the mgr module prometheus of Ceph 20 (StorageType); others are exported unchanged.
_APPLICATIONS = {"rbd": "Block", "cephfs": "Filesystem", "rgw": "Object"}
_QUOTA_LIMIT = 2**64  # Ceph stores quotas as 64-bit integers, so a larger value is invalid
_NO_PROFILE, _NO_RATES, _NO_SUM = ErasureProfile(), PoolRates(), PoolSum()

# The poller always requests `version`, so this collector does not need to.
OPTIONAL = (Version,)


class _Blocks(dict[int, str]):
    """The label block of each pool, rendered on first use and shared by all families."""

    def __missing__(self, pool: int) -> str:
        block = self[pool] = _POOL(str(pool))
        return block


def collect(facts: Facts) -> Iterator[Family]:
    """Yield the families of the pools from the OSD map, `df`, `osd pool stats` and `pg dump`."""
    dump, df = facts.get(OsdDump), facts.get(Df)
    blocks = _Blocks()
    if dump is not None:
        yield METADATA, [(_metadata(pool, dump), 1) for pool in dump.pools]
        yield from _settings([(blocks[pool.id], pool) for pool in dump.pools])
    if df is not None:
        yield from _usage([(blocks[pool.id], pool) for pool in df.pools])
    yield from _quotas(dump, df, blocks)
    yield from _activity(facts.get(PoolStats), blocks)
    yield from _at_risk(facts, blocks)
    yield from _recovery(facts.get(PoolStats), facts.get(Status), blocks)


def _metadata(pool: Pool, dump: OsdDump) -> str:
    description = "unknown"
    if pool.type == "replicated":
        description = f"replica:{pool.size}"
    elif pool.type == "erasure":
        profile = dump.erasure_code_profiles.get(pool.erasure_code_profile, _NO_PROFILE)
        description = f"ec:{profile.k}+{profile.m}" if profile.k else "ec:unknown"
    applications = ", ".join(_APPLICATIONS.get(name, name) for name in pool.applications)
    return METADATA.labels(
        str(pool.id), pool.name, pool.type, description, pool.compression_mode, applications
    )


def _settings(pools: list[tuple[str, Pool]]) -> Iterator[Family]:
    yield SIZE, [(block, pool.size) for block, pool in pools]
    yield MIN_SIZE, [(block, pool.min_size) for block, pool in pools]
    yield PG_NUM, [(block, pool.pg_num) for block, pool in pools]
    yield PGP_NUM, [(block, pool.pgp_num) for block, pool in pools]
    yield PG_NUM_TARGET, [(block, pool.pg_num_target) for block, pool in pools]
    modes = [(pool.id, pool.pg_autoscale_mode) for _, pool in pools if pool.pg_autoscale_mode]
    yield AUTOSCALE, [(AUTOSCALE.labels(str(pool), mode), 1) for pool, mode in modes]


def _usage(pools: list[tuple[str, PoolUsage]]) -> Iterator[Family]:
    yield STORED, [(block, pool.stored) for block, pool in pools]
    yield STORED_RAW, [(block, pool.stored_raw) for block, pool in pools]
    yield BYTES_USED, [(block, pool.bytes_used) for block, pool in pools]
    yield MAX_AVAIL, [(block, pool.max_avail) for block, pool in pools]
    yield AVAIL_RAW, [(block, pool.avail_raw) for block, pool in pools]
    yield PERCENT_USED, [(block, pool.percent_used) for block, pool in pools]
    yield OBJECTS, [(block, pool.objects) for block, pool in pools]
    yield DIRTY, [(block, pool.dirty) for block, pool in pools]
    yield RD, [(block, pool.rd) for block, pool in pools]
    yield RD_BYTES, [(block, pool.rd_bytes) for block, pool in pools]
    yield WR, [(block, pool.wr) for block, pool in pools]
    yield WR_BYTES, [(block, pool.wr_bytes) for block, pool in pools]
    yield COMPRESS_USED, [(block, pool.compress_bytes_used) for block, pool in pools]
    yield COMPRESS_UNDER, [(block, pool.compress_under_bytes) for block, pool in pools]


def _quotas(dump: OsdDump | None, df: Df | None, blocks: _Blocks) -> Iterator[Family]:
    """Yield the quotas and the used fraction of each.

    The quotas come from `df` if it contains them (Ceph 10 and later), else from the OSD map.
    """
    quotas: dict[int, tuple[float | None, float | None]] = {}
    for pool in dump.pools if dump else ():
        quotas[pool.id] = pool.quota_max_bytes, pool.quota_max_objects
    for row in df.pools if df else ():
        if row.quota_bytes is not None or row.id not in quotas:
            quotas[row.id] = row.quota_bytes, row.quota_objects
    yield QUOTA_BYTES, [(blocks[pool], size) for pool, (size, _) in quotas.items()]
    yield QUOTA_OBJECTS, [(blocks[pool], objects) for pool, (_, objects) in quotas.items()]
    rows = [(blocks[row.id], row, *quotas[row.id]) for row in df.pools] if df else []
    yield (
        QUOTA_BYTES_RATIO,
        [(block, _used_ratio(row.stored, quota)) for block, row, quota, _ in rows],
    )
    yield (
        QUOTA_OBJECTS_RATIO,
        [(block, _used_ratio(row.objects, quota)) for block, row, _, quota in rows],
    )


def _used_ratio(used: float | None, quota: float | None) -> float | None:
    return used / quota if used is not None and quota and quota < _QUOTA_LIMIT else None


def _activity(stats: PoolStats | None, blocks: _Blocks) -> Iterator[Family]:
    pools = [(blocks[pool], row) for pool, row in stats.pools.items()] if stats else []
    yield READ_BYTES, [(block, row.read_bytes) for block, row in pools]
    yield WRITE_BYTES, [(block, row.write_bytes) for block, row in pools]
    yield READ_OPS, [(block, row.read_ops) for block, row in pools]
    yield WRITE_OPS, [(block, row.write_ops) for block, row in pools]
    yield OPS, [(block, row.ops) for block, row in pools]


def _at_risk(facts: Facts, blocks: _Blocks) -> Iterator[Family]:
    """Yield the numbers of degraded, misplaced, unfound and repaired objects.

    `pg dump` takes precedence over `osd pool stats`, which is used only if the release is known and
    reports totals there instead of changes.
    """
    stats, sums, version = facts.get(PoolStats), facts.get(PoolSums), facts.get(Version)
    rates = stats.pools if stats and version and version.sums_in_pool_stats else {}
    summed = sums.pools if sums else {}
    both = [
        (blocks[pool], rates.get(pool, _NO_RATES), summed.get(pool, _NO_SUM))
        for pool in {**rates, **summed}
    ]
    yield DEGRADED, [(block, _value_or(total.degraded, row.degraded)) for block, row, total in both]
    yield (
        MISPLACED,
        [(block, _value_or(total.misplaced, row.misplaced)) for block, row, total in both],
    )
    yield UNFOUND, [(block, _value_or(total.unfound, row.unfound)) for block, row, total in both]
    yield REPAIRED, [(blocks[pool], total.repaired) for pool, total in summed.items()]


def _recovery(stats: PoolStats | None, status: Status | None, blocks: _Blocks) -> Iterator[Family]:
    """Yield the recovery rates of each pool.

    If the API does not report the rates of a pool, they are 0 while the cluster recovers nothing,
    and absent otherwise.
    """
    pools = [(blocks[pool], row) for pool, row in stats.pools.items()] if stats else []
    idle = 0 if status and status.at_rest else None
    yield (
        RECOVERING_OBJECTS,
        [(block, _value_or(row.recovering_objects, idle)) for block, row in pools],
    )
    yield RECOVERING_BYTES, [(block, _value_or(row.recovering_bytes, idle)) for block, row in pools]
    yield RECOVERING_KEYS, [(block, _value_or(row.recovering_keys, idle)) for block, row in pools]
    yield (
        RECOVERED_OBJECTS,
        [(block, _value_or(row.num_objects_recovered, idle)) for block, row in pools],
    )
    yield (
        RECOVERED_BYTES,
        [(block, _value_or(row.num_bytes_recovered, idle)) for block, row in pools],
    )


def _value_or(value: float | None, otherwise: float | None) -> float | None:
    return otherwise if value is None else value
