"""The document `fs dump`: the file systems, their MDSs and the standbys.

Sources: FSMap::dump and MDSMap::dump of Ceph 10 to 20. In Ceph 9 and earlier, there is only one
MDSMap, and `mds dump` prints it.
"""

from collections.abc import Iterable

import msgspec

from ceph_exporter.facts.decode import Decoder
from ceph_exporter.facts.fact import Fact, decodes
from ceph_exporter.facts.numbers import amount


class Mds(msgspec.Struct, frozen=True):
    """An MDS.

    rank: -1 for a standby. state: for example "up:active"; an empty string if it is unknown. addr:
    the address with the nonce.
    """

    name: str
    rank: int = -1
    state: str = ""
    addr: str = ""


class Filesystem(msgspec.Struct, frozen=True):
    """A file system. `failed` and `damaged` are numbers of ranks, None if unknown.

    complete: whether all MDSs and their states are known.
    """

    id: int
    name: str
    data_pools: tuple[int, ...]
    metadata_pool: int
    mds: tuple[Mds, ...]
    max_mds: int | None
    failed: int | None
    damaged: int | None
    standby_count_wanted: int | None
    complete: bool = True


class FsDump(Fact, frozen=True):
    """All file systems, and the standby MDSs, which belong to none of them.

    complete: whether all standbys are known.
    """

    document = "fs dump"

    filesystems: tuple[Filesystem, ...]
    standbys: tuple[Mds, ...]
    complete: bool = True


class RawMdsMap(msgspec.Struct, frozen=True):
    """`mdsmap`. `standby_count_wanted` exists in Ceph 11 and later."""

    fs_name: str = "cephfs"
    enabled: bool = True
    data_pools: tuple[int, ...] = ()
    metadata_pool: int = 0
    info: dict[str, Mds | None] | None = msgspec.field(default_factory=dict)
    max_mds: int | None = 1
    failed: tuple[int, ...] | None = ()
    damaged: tuple[int, ...] | None = ()
    standby_count_wanted: int | None = 0


class RawFilesystem(msgspec.Struct, frozen=True):
    """One file system of `fs dump`."""

    mdsmap: RawMdsMap
    id: int


class RawFsMap(msgspec.Struct, frozen=True):
    """The answer to `fs dump`, and `fs_map` in the dashboard's `/api/health/full`."""

    filesystems: tuple[RawFilesystem, ...] = ()
    standbys: tuple[Mds | None, ...] | None = ()


_decode = Decoder(RawFsMap)
_decode_mds = Decoder(RawMdsMap)


@decodes("fs dump")
def decode_fs_dump(body: bytes) -> tuple[Fact, ...]:
    """Decode the answer to `fs dump`."""
    return (from_raw(_decode(body)),)


@decodes("mds dump")
def decode_mds_dump(body: bytes) -> tuple[Fact, ...]:
    """Decode the MDS map of Ceph 0.67 to 9: one file system, or none if it is not in use."""
    answer = _decode_mds(body)
    # If the MDSs are unknown, an entry None in both lists marks both as incomplete.
    info = {"": None} if answer.info is None else answer.info
    ranked = {gid: mds for gid, mds in info.items() if mds is None or mds.rank >= 0}
    standbys = tuple(mds for mds in info.values() if mds is None or mds.rank < 0)
    mdsmap = msgspec.structs.replace(answer, info=ranked)
    filesystems = (RawFilesystem(mdsmap, 0),) if answer.enabled and answer.data_pools else ()
    return (from_raw(RawFsMap(filesystems, standbys)),)


def from_raw(answer: RawFsMap) -> FsDump:
    """Return the fact for a file system map."""
    return FsDump(
        filesystems=tuple(
            Filesystem(
                id=row.id,
                name=row.mdsmap.fs_name,
                data_pools=row.mdsmap.data_pools,
                metadata_pool=row.mdsmap.metadata_pool,
                mds=_present((row.mdsmap.info or {}).values()),
                max_mds=amount(row.mdsmap.max_mds),
                failed=None if row.mdsmap.failed is None else len(row.mdsmap.failed),
                damaged=None if row.mdsmap.damaged is None else len(row.mdsmap.damaged),
                standby_count_wanted=amount(row.mdsmap.standby_count_wanted),
                complete=row.mdsmap.info is not None
                and all(mds is not None and mds.state for mds in row.mdsmap.info.values()),
            )
            for row in answer.filesystems
        ),
        standbys=_present(answer.standbys or ()),
        complete=answer.standbys is not None and None not in answer.standbys,
    )


def _present(rows: Iterable[Mds | None]) -> tuple[Mds, ...]:
    return tuple([mds for mds in rows if mds is not None])
