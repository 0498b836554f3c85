"""The document `fs status`: the clients of each file system, and the cache and load of each MDS.

Sources: status/module.py (`fs status`) of Ceph 15 to 20; the dashboard's `/api/cephfs/ID`
(controllers/cephfs.py) of Ceph 14 to 20, of which the source puts one answer per file system
together. Both read the counters that the MDSs last reported to the mgr, so they cost no MDS
anything. They print 0 for a counter that the mgr does not have, which happens after a failover of
the mgr. An MDS that works has at least the inodes of the root, so without inodes its counters are
unknown. Ceph 12 to 14 print only a table.
"""

from collections.abc import Mapping

import msgspec

from ceph_exporter.facts.decode import Decoder, UnsupportedError
from ceph_exporter.facts.fact import Fact, Facts, decodes
from ceph_exporter.facts.fs_dump import Filesystem, FsDump
from ceph_exporter.facts.numbers import amount

_ACTIVE = "active"
_LAGGY = "laggy"  # "active(laggy)": the MDS has stopped to report
_STANDBY_REPLAY = "standby-replay"  # Ceph 20 prints 5 for each of its counters
_TABLE = b"+----"
NO_FILESYSTEM = "the cluster has no file system"


class MdsLoad(msgspec.Struct, frozen=True):
    """What an MDS holds in its cache, and how many requests it answers per second.

    A number that is unknown is None.
    """

    requests: float | None = None
    inodes: int | None = None
    dentries: int | None = None
    directories: int | None = None
    caps: int | None = None


class FsStatus(Fact, frozen=True):
    """The number of clients by file system, None if unknown, and the load by name of the MDS.

    mds: only the MDSs with a rank whose counters are known.
    """

    document = "fs status"

    clients: Mapping[str, int | None]
    mds: Mapping[str, MdsLoad]

    @classmethod
    def nonexistent(cls, available: Facts) -> str:
        """Return that there is no file system, if that is known."""
        return without_filesystem(available)

    def without_mgr(self) -> None:
        """Return None, because all figures come from the mgr."""

    def clients_of(self, filesystem: Filesystem) -> int | None:
        """Return the number of clients, None if it is unknown.

        Ceph counts the sessions of the lowest rank, so its counters must be known.
        """
        ranked = [mds for mds in filesystem.mds if mds.rank >= 0 and is_ranked(mds.state)]
        first = min(ranked, key=lambda mds: mds.rank, default=None)
        if first is None or first.name not in self.mds:
            return None
        return self.clients.get(filesystem.name)


def without_filesystem(available: Facts) -> str:
    """Return the reason for missing documents if the cluster has no file system, otherwise ""."""
    dump = available.get(FsDump)
    return NO_FILESYSTEM if dump is not None and not dump.filesystems else ""


def is_ranked(state: str) -> bool:
    """Return whether an MDS in a state such as up:active has a rank of its own."""
    return not state.endswith(_STANDBY_REPLAY)


class RawMds(msgspec.Struct, frozen=True):
    """An MDS. Its name is `mds` over the dashboard; a failed rank and a standby lack counters.

    `dirs` and `caps` exist in Ceph 15 and later.
    """

    name: str | None = None
    mds: str | None = None
    state: str = ""
    rate: float | None = None
    activity: float | None = None
    dns: int | None = None
    inos: int | None = None
    dirs: int | None = None
    caps: int | None = None


class RawClients(msgspec.Struct, frozen=True):
    """The number of clients of a file system."""

    fs: str
    clients: int | None = None


class RawStatus(msgspec.Struct, frozen=True):
    """The answer to `fs status`, which lists the MDSs of all file systems together."""

    clients: tuple[RawClients | None, ...] | None = ()
    mdsmap: tuple[RawMds | None, ...] | None = ()


class RawFilesystem(msgspec.Struct, frozen=True):
    """`cephfs` in the answer of the dashboard."""

    name: str
    client_count: int | None = None
    ranks: tuple[RawMds | None, ...] | None = ()


class RawEntry(msgspec.Struct, frozen=True):
    """The answer of the dashboard for one file system."""

    cephfs: RawFilesystem


_decode = Decoder(RawStatus)
_decode_dashboard = Decoder(tuple[RawEntry | None, ...])


@decodes("fs status")
def decode_fs_status(body: bytes) -> tuple[Fact, ...]:
    """Decode the answer to `fs status`; raise UnsupportedError if it is a table."""
    if _TABLE in body and not body.lstrip().startswith(b"{"):
        raise UnsupportedError("Ceph 14 and earlier print it only as a table")
    answer = _decode(body)
    clients = {row.fs: amount(row.clients) for row in answer.clients or () if row}
    return (FsStatus(clients, _loads(answer.mdsmap or ())),)


@decodes("dashboard/cephfs")
def decode_dashboard(body: bytes) -> tuple[Fact, ...]:
    """Decode the answers of the dashboard, one for each file system."""
    filesystems = [row.cephfs for row in _decode_dashboard(body) if row]
    clients = {row.name: amount(row.client_count) for row in filesystems}
    rows = tuple([mds for row in filesystems for mds in row.ranks or ()])
    return (FsStatus(clients, _loads(rows)),)


def _loads(rows: tuple[RawMds | None, ...]) -> dict[str, MdsLoad]:
    """Return the loads of the MDSs that have a rank, and whose counters the mgr knows."""
    ranked = [
        (row.name or row.mds, row)
        for row in rows
        if row and row.inos and row.state != _STANDBY_REPLAY and _LAGGY not in row.state
    ]
    return {
        name: MdsLoad(
            requests=amount(_rate(row)) if row.state == _ACTIVE else None,
            inodes=amount(row.inos),
            dentries=amount(row.dns),
            directories=amount(row.dirs),
            caps=amount(row.caps),
        )
        for name, row in ranked
        if name
    }


def _rate(row: RawMds) -> float | None:
    return row.activity if row.rate is None else row.rate
