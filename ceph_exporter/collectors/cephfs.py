"""The clients, pools and metadata cache of file systems, and clients that do not respond."""

from collections.abc import Iterator

from ceph_exporter.facts import Df, Facts, FsDump, Health
from ceph_exporter.facts.fs_dump import Filesystem
from ceph_exporter.facts.fs_status import FsStatus, is_ranked
from ceph_exporter.facts.mds_clients import PROBLEMS, failing
from ceph_exporter.metric import Family, Labels, Metric, Samples

_FS = Labels("fs_id", "name")
_POOL = Labels("fs_id", "name", "pool_id", "type")
_MDS = Labels("ceph_daemon")
_LOAD = (
    "From the counters that the MDS last reported to the mgr. Only of MDSs that have a rank; "
    "ceph_mds_metadata has their ranks and file systems."
)

CLIENTS = Metric(
    "ceph_fs_clients",
    "gauge",
    "Number of clients of the file system",
    FsStatus.document,
    _FS,
    detail="The sessions of the lowest rank, as in `ceph fs status`.",
)
REQUESTS = Metric(
    "ceph_mds_requests_per_second",
    "gauge",
    "Requests of clients that the MDS handles per second",
    FsStatus.document,
    _MDS,
    unit="requests/s",
    detail=f"{_LOAD} Only while the MDS is active.",
)
INODES = Metric(
    "ceph_mds_mem_ino",
    "gauge",
    "Number of inodes in the cache of the MDS",
    FsStatus.document,
    _MDS,
    detail=_LOAD,
)
DENTRIES = Metric(
    "ceph_mds_mem_dn",
    "gauge",
    "Number of dentries in the cache of the MDS",
    FsStatus.document,
    _MDS,
    detail=_LOAD,
)
DIRECTORIES = Metric(
    "ceph_mds_mem_dir",
    "gauge",
    "Number of directories in the cache of the MDS",
    FsStatus.document,
    _MDS,
    since="15",
    detail=_LOAD,
)
CAPS = Metric(
    "ceph_mds_mem_cap",
    "gauge",
    "Number of capabilities that clients hold from the MDS",
    FsStatus.document,
    _MDS,
    since="15",
    detail=_LOAD,
)
POOL_USED = Metric(
    "ceph_fs_pool_used_bytes",
    "gauge",
    "Space used by the pool of the file system, including replicas",
    Df.document,
    _POOL,
)
POOL_STORED = Metric(
    "ceph_fs_pool_stored_bytes",
    "gauge",
    "Size of the data in the pool of the file system, without replicas",
    Df.document,
    _POOL,
)
POOL_AVAIL = Metric(
    "ceph_fs_pool_avail_bytes",
    "gauge",
    "Size of the data that the pool of the file system can still store",
    Df.document,
    _POOL,
)
FAILING = Metric(
    "ceph_mds_clients_failing",
    "gauge",
    "Number of clients that fail to do what the MDS asks of them, by problem",
    Health.document,
    Labels("ceph_daemon", "fs_id", "name", "problem"),
    detail="The problems are those of the health checks MDS_CLIENT_LATE_RELEASE (late_release), "
    "MDS_CLIENT_RECALL (recall) and MDS_CLIENT_OLDEST_TID (oldest_tid). Absent if the API omits "
    "the details of health checks, or Ceph does not list all clients.",
)


def collect(facts: Facts) -> Iterator[Family]:
    """Yield the families of each file system; nothing while `fs dump` is unavailable."""
    dump = facts.get(FsDump)
    if dump is None:
        return
    if status := facts.get(FsStatus):
        yield (
            CLIENTS,
            [(_FS(str(fs.id), fs.name), status.clients_of(fs)) for fs in dump.filesystems],
        )
        named = [(_MDS(f"mds.{name}"), load) for name, load in status.mds.items()]
        yield REQUESTS, [(block, load.requests) for block, load in named]
        yield INODES, [(block, load.inodes) for block, load in named]
        yield DENTRIES, [(block, load.dentries) for block, load in named]
        yield DIRECTORIES, [(block, load.directories) for block, load in named]
        yield CAPS, [(block, load.caps) for block, load in named]
    if df := facts.get(Df):
        yield from _pools(dump, df)
    if health := facts.get(Health):
        yield FAILING, [row for fs in dump.filesystems for row in _failing(health, fs)]


def _pools(dump: FsDump, df: Df) -> Iterator[Family]:
    usage = {pool.id: pool for pool in df.pools}
    rows = [
        (_POOL(str(fs.id), fs.name, str(pool), type_), usage[pool])
        for fs in dump.filesystems
        for type_, pools in (("metadata", (fs.metadata_pool,)), ("data", fs.data_pools))
        for pool in dict.fromkeys(pools)
        if pool in usage
    ]
    yield POOL_USED, [(block, pool.bytes_used) for block, pool in rows]
    yield POOL_STORED, [(block, pool.stored) for block, pool in rows]
    yield POOL_AVAIL, [(block, pool.max_avail) for block, pool in rows]


def _failing(health: Health, fs: Filesystem) -> Samples:
    numbers = failing(health, fs)
    for mds in fs.mds:
        if mds.rank >= 0 and mds.state and is_ranked(mds.state):
            for problem in PROBLEMS:
                block = FAILING.labels(f"mds.{mds.name}", str(fs.id), fs.name, problem)
                of_problem = numbers.get(problem)
                yield block, None if of_problem is None else of_problem.get(mds.name, 0)
