"""Each pool: what it is, what it holds and may hold, client IO and recovery."""

from collections.abc import Iterator

from ceph_exporter.facts import Facts, Status
from ceph_exporter.facts.df import Df, PoolUsage
from ceph_exporter.facts.osd_dump import ErasureProfile, OsdDump, Pool
from ceph_exporter.facts.pool_stats import PoolRates, PoolStats
from ceph_exporter.facts.pool_sums import PoolSum, PoolSums
from ceph_exporter.metric import Family, Labels, Metric, Type

_POOL = Labels("pool_id")


def _df(name: str, text: str, type_: Type = "gauge") -> Metric:
    return Metric(f"ceph_pool_{name}", type_, text, Df.document, _POOL)


def _map(name: str, text: str) -> Metric:
    return Metric(f"ceph_pool_{name}", "gauge", text, OsdDump.document, _POOL)


def _io(name: str, text: str) -> Metric:
    return Metric(f"ceph_pool_{name}", "gauge", text, PoolStats.document, _POOL)


METADATA = Metric(
    "ceph_pool_metadata",
    "untyped",
    "The pool's name, kind (replica:3, ec:4+2), compression and use (Block, Filesystem, Object or "
    "as Ceph names it); always 1",
    OsdDump.document,
    Labels("pool_id", "name", "type", "description", "compression_mode", "application"),
)
STORED = _df("stored", "Data as users see it, bytes")
STORED_RAW = _df("stored_raw", "Data with its replicas, bytes (Ceph 14 and later)")
BYTES_USED = _df("bytes_used", "Space that is taken, replicas included (Ceph 0.94 and later)")
MAX_AVAIL = _df("max_avail", "Data that still fits until the first OSD is full, bytes")
AVAIL_RAW = _df("avail_raw", "The same with replicas, bytes (Ceph 14 and later)")
PERCENT_USED = _df("percent_used", "Used part of what the pool can hold, 0 to 1 on every release")
OBJECTS = _df("objects", "Number of objects")
DIRTY = _df(
    "dirty", "Objects of a cache tier that are not flushed; in Ceph 14 and older of any pool"
)
RD = _df("rd", "Read operations", "counter")
RD_BYTES = _df("rd_bytes", "Bytes read", "counter")
WR = _df("wr", "Write operations", "counter")
WR_BYTES = _df("wr_bytes", "Bytes written", "counter")
COMPRESS_USED = _df("compress_bytes_used", "Space that compressed data takes")
COMPRESS_UNDER = _df("compress_under_bytes", "Size of that data before compression")
QUOTA_BYTES = _df("quota_bytes", "Quota in bytes, 0 for none")
QUOTA_OBJECTS = _df("quota_objects", "Quota in objects, 0 for none")
QUOTA_BYTES_RATIO = _df("quota_bytes_used_ratio", "Used part of the quota in bytes, 0 to 1")
QUOTA_OBJECTS_RATIO = _df("quota_objects_used_ratio", "Used part of the quota in objects, 0 to 1")
SIZE = _map("size", "Replicas, or chunks of an erasure code")
MIN_SIZE = _map("min_size", "Replicas or chunks that must be there for IO")
PG_NUM = _map("pg_num", "Number of PGs")
PGP_NUM = _map("pgp_num", "Number of PGs for placement")
PG_NUM_TARGET = _map("pg_num_target", "Number of PGs that is being approached (Ceph 14 and later)")
AUTOSCALE = Metric(
    "ceph_pool_pg_autoscale_mode",
    "gauge",
    "Mode of the PG autoscaler (off, warn, on); always 1 (Ceph 14 and later)",
    OsdDump.document,
    Labels("pool_id", "mode"),
)
READ_BYTES = _io("client_io_read_bytes", "Client reads, bytes/s")
WRITE_BYTES = _io("client_io_write_bytes", "Client writes, bytes/s")
READ_OPS = _io("client_io_read_ops", "Client reads/s (Ceph 10 and later)")
WRITE_OPS = _io("client_io_write_ops", "Client writes/s (Ceph 10 and later)")
OPS = _io("client_io_ops", "Client reads and writes/s")
RECOVERING_OBJECTS = _io("recovering_objects_per_sec", "Recovery, objects/s")
RECOVERING_BYTES = _io("recovering_bytes_per_sec", "Recovery, bytes/s")
RECOVERING_KEYS = _io("recovering_keys_per_sec", "Recovery, keys/s")
RECOVERED_OBJECTS = _io("num_objects_recovered", "Objects recovered in the last seconds")
RECOVERED_BYTES = _io("num_bytes_recovered", "Bytes recovered in the last seconds")
DEGRADED = _io("num_objects_degraded", "Copies of objects that are missing")
MISPLACED = _io("num_objects_misplaced", "Copies of objects that are not where they should be")
UNFOUND = _io("num_objects_unfound", "Objects of which no good copy is found")
REPAIRED = Metric(
    "ceph_pool_objects_repaired",
    "counter",
    "Objects that were repaired (Ceph 14 and later)",
    PoolSums.document,
    _POOL,
)

# As the mgr module of 20 names them (StorageType); any other name is shown as it is.
_APPLICATIONS = {"rbd": "Block", "cephfs": "Filesystem", "rgw": "Object"}
_QUOTA_END = 2**64  # quotas are 64-bit numbers
_NO_PROFILE, _NO_RATES, _NO_SUM = ErasureProfile(), PoolRates(), PoolSum()


class _Blocks(dict[int, str]):
    """The label block of each pool, made when it is needed first and shared by all families."""

    def __missing__(self, pool: int) -> str:
        block = self[pool] = _POOL(str(pool))
        return block


def collect(facts: Facts) -> Iterator[Family]:
    """Give what is known of each pool, from the OSD map, `df`, `osd pool stats` and `pg dump`."""
    dump, df = facts.get(OsdDump), facts.get(Df)
    blocks = _Blocks()
    if dump is not None:
        yield METADATA, [(_metadata(pool, dump), 1) for pool in dump.pools]
        yield from _settings([(blocks[pool.id], pool) for pool in dump.pools])
    if df is not None:
        yield from _usage([(blocks[pool.id], pool) for pool in df.pools])
    yield from _quotas(dump, df, blocks)
    yield from _activity(facts.get(PoolStats), facts.get(PoolSums), blocks)
    yield from _recovery(facts.get(PoolStats), facts.get(Status), blocks)


def _metadata(pool: Pool, dump: OsdDump) -> str:
    description = "unknown"
    if pool.type == "replicated":
        description = f"replica:{pool.size}"
    elif pool.type == "erasure":
        profile = dump.erasure_code_profiles.get(pool.erasure_code_profile, _NO_PROFILE)
        description = f"ec:{profile.k}+{profile.m}" if profile.k else "ec:unknown"
    uses = ", ".join(_APPLICATIONS.get(name, name) for name in pool.applications)
    return METADATA.labels(
        str(pool.id), pool.name, pool.type, description, pool.compression_mode, uses
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
    """Give quotas from `df`, where they are from 10 on, or from the OSD map."""
    quotas: dict[int, tuple[float | None, float | None]] = {}
    for pool in dump.pools if dump else ():
        quotas[pool.id] = pool.quota_max_bytes, pool.quota_max_objects
    for row in df.pools if df else ():
        if row.quota_bytes is not None or row.id not in quotas:
            quotas[row.id] = row.quota_bytes, row.quota_objects
    yield QUOTA_BYTES, [(blocks[pool], size) for pool, (size, _) in quotas.items()]
    yield QUOTA_OBJECTS, [(blocks[pool], objects) for pool, (_, objects) in quotas.items()]
    used = [(blocks[row.id], row, *quotas[row.id]) for row in df.pools] if df else []
    yield QUOTA_BYTES_RATIO, [(block, _part(row.stored, most)) for block, row, most, _ in used]
    yield QUOTA_OBJECTS_RATIO, [(block, _part(row.objects, most)) for block, row, _, most in used]


def _part(used: float | None, quota: float | None) -> float | None:
    return used / quota if used is not None and quota and quota < _QUOTA_END else None


def _activity(stats: PoolStats | None, sums: PoolSums | None, blocks: _Blocks) -> Iterator[Family]:
    rates = stats.pools if stats else {}
    summed = sums.pools if sums else {}
    pools = [(blocks[pool], row) for pool, row in rates.items()]
    yield READ_BYTES, [(block, row.read_bytes) for block, row in pools]
    yield WRITE_BYTES, [(block, row.write_bytes) for block, row in pools]
    yield READ_OPS, [(block, row.read_ops) for block, row in pools]
    yield WRITE_OPS, [(block, row.write_ops) for block, row in pools]
    yield OPS, [(block, row.ops) for block, row in pools]
    both = [
        (blocks[pool], rates.get(pool, _NO_RATES), summed.get(pool, _NO_SUM))
        for pool in {**rates, **summed}
    ]
    yield DEGRADED, [(block, _first(row.degraded, total.degraded)) for block, row, total in both]
    yield MISPLACED, [(block, _first(row.misplaced, total.misplaced)) for block, row, total in both]
    yield UNFOUND, [(block, _first(row.unfound, total.unfound)) for block, row, total in both]
    yield REPAIRED, [(blocks[pool], total.repaired) for pool, total in summed.items()]


def _recovery(stats: PoolStats | None, status: Status | None, blocks: _Blocks) -> Iterator[Family]:
    """Give each pool's recovery; where the API has the cluster's only, 0 while that is at rest."""
    pools = [(blocks[pool], row) for pool, row in stats.pools.items()] if stats else []
    rest = 0 if status and status.at_rest else None
    yield (
        RECOVERING_OBJECTS,
        [(block, _first(row.recovering_objects, rest)) for block, row in pools],
    )
    yield RECOVERING_BYTES, [(block, _first(row.recovering_bytes, rest)) for block, row in pools]
    yield RECOVERING_KEYS, [(block, _first(row.recovering_keys, rest)) for block, row in pools]
    yield (
        RECOVERED_OBJECTS,
        [(block, _first(row.num_objects_recovered, rest)) for block, row in pools],
    )
    yield RECOVERED_BYTES, [(block, _first(row.num_bytes_recovered, rest)) for block, row in pools]


def _first(value: float | None, otherwise: float | None) -> float | None:
    return otherwise if value is None else value
