"""The file systems, their MDSs and the standby MDSs."""

from collections.abc import Iterator, Mapping

from ceph_exporter.facts import Facts
from ceph_exporter.facts.daemons import NOWHERE, Daemon, MdsMetadata, places
from ceph_exporter.facts.fs_dump import FsDump, Mds
from ceph_exporter.metric import Family, Labels, Metric, one

_DOCUMENT = FsDump.document
_FS = Labels("fs_id", "name")

FS_METADATA = Metric(
    "ceph_fs_metadata",
    "untyped",
    "Pools of the file system; always 1",
    _DOCUMENT,
    Labels("data_pools", "fs_id", "metadata_pool", "name"),
)
MDS_METADATA = Metric(
    "ceph_mds_metadata",
    "untyped",
    "Rank, host and version of the MDS (fs_id and rank of a standby are -1); always 1",
    _DOCUMENT,
    Labels("ceph_daemon", "fs_id", "hostname", "public_addr", "rank", "ceph_version"),
)
MDS_STATE = Metric(
    "ceph_mds_state",
    "gauge",
    "State of the MDS, such as up:active or up:standby-replay; always 1",
    _DOCUMENT,
    Labels("ceph_daemon", "fs_id", "state"),
)
MAX_MDS = Metric("ceph_fs_max_mds", "gauge", "Configured number of ranks (max_mds)", _DOCUMENT, _FS)
ACTIVE = Metric("ceph_fs_mds_active", "gauge", "Number of active ranks", _DOCUMENT, _FS)
FAILED = Metric("ceph_fs_mds_failed", "gauge", "Number of ranks without an MDS", _DOCUMENT, _FS)
DAMAGED = Metric("ceph_fs_mds_damaged", "gauge", "Number of damaged ranks", _DOCUMENT, _FS)
STANDBYS_WANTED = Metric(
    "ceph_fs_standbys_wanted",
    "gauge",
    "Configured number of standby MDSs (standby_count_wanted)",
    _DOCUMENT,
    _FS,
)
STANDBYS = Metric("ceph_mds_standbys", "gauge", "Number of standby MDSs", _DOCUMENT)


def collect(facts: Facts) -> Iterator[Family]:
    """Yield the families of `fs dump`.

    The labels hostname and ceph_version of an MDS without metadata are empty. MDS_METADATA is left
    out while `mds metadata` is unavailable.
    """
    dump, daemons = facts.get(FsDump), places(facts, MdsMetadata)
    if dump is None:
        return
    yield (
        FS_METADATA,
        [
            (
                FS_METADATA.labels(
                    ",".join(map(str, fs.data_pools)), str(fs.id), str(fs.metadata_pool), fs.name
                ),
                1,
            )
            for fs in dump.filesystems
        ],
    )
    servers = [(mds, -1) for mds in dump.standbys]
    servers += [(mds, fs.id) for fs in dump.filesystems for mds in fs.mds]
    if daemons is not None:
        yield MDS_METADATA, [(_metadata(mds, fs_id, daemons), 1) for mds, fs_id in servers]
    yield (
        MDS_STATE,
        [(MDS_STATE.labels(f"mds.{mds.name}", str(fs_id), mds.state), 1) for mds, fs_id in servers],
    )
    rows = [(_FS(str(fs.id), fs.name), fs) for fs in dump.filesystems]
    yield MAX_MDS, [(block, fs.max_mds) for block, fs in rows]
    active = [
        sum(m.state == "up:active" for m in fs.mds) if fs.complete else None for _, fs in rows
    ]
    yield ACTIVE, [(block, number) for (block, _), number in zip(rows, active, strict=True)]
    yield FAILED, [(block, fs.failed) for block, fs in rows]
    yield DAMAGED, [(block, fs.damaged) for block, fs in rows]
    yield STANDBYS_WANTED, [(block, fs.standby_count_wanted) for block, fs in rows]
    yield STANDBYS, one(len(dump.standbys) if dump.complete else None)


def _metadata(mds: Mds, fs_id: int, daemons: Mapping[str, Daemon]) -> str:
    daemon = daemons.get(mds.name, NOWHERE)
    place = f"mds.{mds.name}", str(fs_id), daemon.hostname
    return MDS_METADATA.labels(*place, mds.addr, str(mds.rank), daemon.version)
