"""The document `cephfs clients`: the sessions of the clients of each file system.

Source: the dashboard's `/api/cephfs/ID/clients` (controllers/cephfs.py of Ceph 14 to 20), which
asks the MDS of rank 0 for `session ls`; the source puts one answer per file system together. If the
MDS does not answer within 5 s, the dashboard repeats its previous answer with a `status` other than
0, or has none.
"""

import re
from collections.abc import Mapping

import msgspec

from ceph_exporter.facts.decode import Decoder
from ceph_exporter.facts.fact import Fact, Facts, decodes
from ceph_exporter.facts.fs_status import without_filesystem
from ceph_exporter.facts.numbers import amount

_RELEASE = re.compile(r"ceph version (\d{1,3})\.")
_LONGEST = 200
"""How many characters of a text that a client chose are kept."""
RANK = 0
"""The rank that the dashboard asks."""


class Session(msgspec.Struct, frozen=True, gc=False):
    """The session of a client. A number that is unknown is None; an unknown text is empty.

    type: userspace or kernel; version: of Ceph or of the kernel. user: of Ceph, without the
    prefix client.
    """

    id: int
    state: str
    type: str
    version: str
    hostname: str
    root: str
    mount_point: str
    user: str
    caps: int | None
    leases: int | None
    requests: int | None

    @property
    def release(self) -> int | None:
        """The major release of Ceph of a client in userspace, such as 18."""
        match = _RELEASE.match(self.version)
        return int(match[1]) if match else None


class FilesystemSessions(msgspec.Struct, frozen=True):
    """The sessions of a file system at rank 0. complete: whether all of them could be read."""

    id: int
    name: str
    sessions: tuple[Session, ...]
    complete: bool = True


class CephfsClients(Fact, frozen=True):
    """The sessions of the file systems whose MDS answered."""

    document = "cephfs clients"
    slow = True
    aside = True

    filesystems: tuple[FilesystemSessions, ...]

    @classmethod
    def nonexistent(cls, available: Facts) -> str:
        """Return that there is no file system, if that is known."""
        return without_filesystem(available)


class RawSession(msgspec.Struct, frozen=True, gc=False):
    """One session. The dashboard adds the last four fields, if the client reported its version.

    `requests_in_flight` exists in Ceph 15 and later.
    """

    id: int
    state: str | None = ""
    num_caps: int | None = None
    num_leases: int | None = None
    requests_in_flight: int | None = None
    client_metadata: dict[str, object] | None = None
    type: str | None = ""
    version: str | None = ""
    hostname: str | None = ""
    root: str | None = ""


class RawClients(msgspec.Struct, frozen=True):
    """The answer of the dashboard for one file system."""

    status: int | None = None
    data: tuple[RawSession | None, ...] | None = None


class RawFilesystem(msgspec.Struct, frozen=True):
    """A file system; `clients` is null if the dashboard did not answer."""

    id: int
    name: str
    clients: RawClients | None = None


_decode = Decoder(tuple[RawFilesystem | None, ...])


@decodes("dashboard/cephfs/clients")
def decode_clients(body: bytes) -> tuple[Fact, ...]:
    """Decode the answers of the dashboard; those that are old are left out."""
    current = [
        (row.id, row.name, row.clients.data)
        for row in _decode(body)
        if row and row.clients and row.clients.status == 0 and row.clients.data is not None
    ]
    by_id = {
        fs_id: FilesystemSessions(fs_id, name, _sessions(rows), complete=None not in rows)
        for fs_id, name, rows in current
    }
    return (CephfsClients(tuple(by_id.values())),)


def _sessions(rows: tuple[RawSession | None, ...]) -> tuple[Session, ...]:
    return tuple({row.id: _session(row) for row in rows if row}.values())


def _session(row: RawSession) -> Session:
    metadata = row.client_metadata or {}
    return Session(
        id=row.id,
        state=_short(row.state),
        type=_short(row.type),
        version=_short(row.version),
        hostname=_short(row.hostname),
        root=_short(row.root),
        mount_point=_of(metadata, "mount_point"),
        user=_of(metadata, "entity_id"),
        caps=amount(row.num_caps),
        leases=amount(row.num_leases),
        requests=amount(row.requests_in_flight),
    )


def _of(metadata: Mapping[str, object], name: str) -> str:
    value = metadata.get(name, "")
    return value[:_LONGEST] if isinstance(value, str) else ""


def _short(text: str | None) -> str:
    return (text or "")[:_LONGEST]
