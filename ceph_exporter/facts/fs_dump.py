"""The document `fs dump`: the filesystems, their MDSs and the standbys.

Sources: FSMap::dump and MDSMap::dump of 10 to 20; up to 9, `mds dump`, which prints the only
MDSMap.
"""

import msgspec

from ceph_exporter.facts.decode import Decoder
from ceph_exporter.facts.fact import Fact, decodes
from ceph_exporter.facts.numbers import amount


class Mds(msgspec.Struct, frozen=True):
    """An MDS. rank: -1 for a standby; state: for example "up:active"; addr: with its nonce."""

    name: str
    rank: int = -1
    state: str = ""
    addr: str = ""


class Filesystem(msgspec.Struct, frozen=True):
    """A filesystem. `failed` and `damaged` are numbers of ranks."""

    id: int
    name: str
    data_pools: tuple[int, ...]
    metadata_pool: int
    mds: tuple[Mds, ...]
    max_mds: int | None
    failed: int
    damaged: int
    standby_count_wanted: int | None


class FsDump(Fact, frozen=True):
    """All filesystems, and the standby MDSs that belong to none of them."""

    document = "fs dump"

    filesystems: tuple[Filesystem, ...]
    standbys: tuple[Mds, ...]


class RawMdsMap(msgspec.Struct, frozen=True):
    """`mdsmap`; `standby_count_wanted` from 11 on."""

    fs_name: str = "cephfs"
    enabled: bool = True
    data_pools: tuple[int, ...] = ()
    metadata_pool: int = 0
    info: dict[str, Mds] = {}
    max_mds: int = 1
    failed: tuple[int, ...] = ()
    damaged: tuple[int, ...] = ()
    standby_count_wanted: int = 0


class RawFilesystem(msgspec.Struct, frozen=True):
    """One filesystem of `fs dump`."""

    mdsmap: RawMdsMap
    id: int


class RawFsMap(msgspec.Struct, frozen=True):
    """The answer of `fs dump`, and `fs_map` of the dashboard's full answer."""

    filesystems: tuple[RawFilesystem, ...] = ()
    standbys: tuple[Mds, ...] = ()


_decode = Decoder(RawFsMap)
_decode_mds = Decoder(RawMdsMap)


@decodes("fs dump")
def decode_fs_dump(body: bytes) -> tuple[Fact, ...]:
    """Decode the mon command's answer."""
    return (from_raw(_decode(body)),)


@decodes("mds dump")
def decode_mds_dump(body: bytes) -> tuple[Fact, ...]:
    """Decode the MDS map of 0.67 to 9: one filesystem, or none if it has no pools."""
    answer = _decode_mds(body)
    ranked = {gid: mds for gid, mds in answer.info.items() if mds.rank >= 0}
    standbys = tuple(mds for gid, mds in answer.info.items() if gid not in ranked)
    mdsmap = msgspec.structs.replace(answer, info=ranked)
    filesystems = (RawFilesystem(mdsmap, 0),) if answer.enabled and answer.data_pools else ()
    return (from_raw(RawFsMap(filesystems, standbys)),)


def from_raw(answer: RawFsMap) -> FsDump:
    """Return the fact for a filesystem map."""
    return FsDump(
        filesystems=tuple(
            Filesystem(
                id=row.id,
                name=row.mdsmap.fs_name,
                data_pools=row.mdsmap.data_pools,
                metadata_pool=row.mdsmap.metadata_pool,
                mds=tuple(row.mdsmap.info.values()),
                max_mds=amount(row.mdsmap.max_mds),
                failed=len(row.mdsmap.failed),
                damaged=len(row.mdsmap.damaged),
                standby_count_wanted=amount(row.mdsmap.standby_count_wanted),
            )
            for row in answer.filesystems
        ),
        standbys=answer.standbys,
    )
