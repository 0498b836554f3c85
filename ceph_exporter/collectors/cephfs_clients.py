"""The sessions of file system clients: capabilities, leases, requests, and each client on request.

The dashboard asks the MDS of rank 0 for all its sessions, of which each takes up 1.5 kB, and the
MDS handles no other request meanwhile.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Annotated

import msgspec

from ceph_exporter.facts import Facts, FsDump
from ceph_exporter.facts.cephfs_clients import (
    RANK,
    CephfsClients,
    FilesystemSessions,
    Session,
)
from ceph_exporter.metric import Family, Labels, Metric, one

DEFAULT = False  # off because listing the sessions takes time of the MDS
_REQUESTED_TOO = (FsDump,)
"""The poller asks for sessions only if this lists a file system."""

_DOCUMENT = CephfsClients.document
_RANK = Labels("fs_id", "name", "rank")
_STATE = Labels("fs_id", "name", "rank", "state")
_CLIENT = Labels("fs_id", "client")
_ONLY_0 = (
    "The dashboard asks rank 0 only; a client with sessions of other ranks may have more there."
)
_EACH = "Only with --collector.cephfs_clients.each."
_STATES = ("open", "stale")
"""The states that are 0 if no session has them; the others only last a moment."""

SESSIONS = Metric(
    "ceph_fs_sessions",
    "gauge",
    "Number of sessions of clients by state, such as open or stale",
    _DOCUMENT,
    _STATE,
    detail=_ONLY_0,
)
CAPS = Metric(
    "ceph_fs_session_caps",
    "gauge",
    "Number of capabilities that clients hold in all sessions",
    _DOCUMENT,
    _RANK,
    detail=_ONLY_0,
)
LEASES = Metric(
    "ceph_fs_session_leases",
    "gauge",
    "Number of leases on dentries that clients hold in all sessions",
    _DOCUMENT,
    _RANK,
    detail=_ONLY_0,
)
REQUESTS = Metric(
    "ceph_fs_session_requests_in_flight",
    "gauge",
    "Number of requests of clients that the MDS has not answered yet",
    _DOCUMENT,
    _RANK,
    since="15",
    detail=_ONLY_0,
)
OLDEST = Metric(
    "ceph_fs_client_oldest_release",
    "gauge",
    "Major release of Ceph of the oldest client in userspace, such as 18",
    _DOCUMENT,
    Labels("fs_id", "name"),
    detail="Absent if there is no such client. Clients in the kernel report the kernel's version.",
)
INFO = Metric(
    "ceph_fs_client_info",
    "gauge",
    "Host, user, root, mount point and version of the client; always 1",
    _DOCUMENT,
    Labels(
        *("fs_id", "name", "client", "hostname", "user", "root", "mount_point", "type"),
        "version",
    ),
    detail=_EACH,
)
CLIENT_CAPS = Metric(
    "ceph_fs_client_caps",
    "gauge",
    "Number of capabilities that the client holds",
    _DOCUMENT,
    _CLIENT,
    detail=_EACH,
)
CLIENT_LEASES = Metric(
    "ceph_fs_client_leases",
    "gauge",
    "Number of leases on dentries that the client holds",
    _DOCUMENT,
    _CLIENT,
    detail=_EACH,
)
CLIENT_REQUESTS = Metric(
    "ceph_fs_client_requests_in_flight",
    "gauge",
    "Number of requests of the client that the MDS has not answered yet",
    _DOCUMENT,
    _CLIENT,
    since="15",
    detail=_EACH,
)
CUT = Metric(
    "ceph_exporter_cephfs_clients_cut",
    "gauge",
    "Number of clients left out because of --collector.cephfs_clients.limit",
    _DOCUMENT,
    detail=_EACH,
)


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether to export each client, and how many of them."""

    each: Annotated[
        bool, msgspec.Meta(description="Export series for each client, not only sums")
    ] = False
    limit: Annotated[
        int,
        msgspec.Meta(
            description="Maximum number of clients to export; those with the most capabilities "
            "come first",
            ge=0,
            le=10**12,
        ),
    ] = 1000


def collect(facts: Facts, options: Options = Options()) -> Iterator[Family]:  # noqa: B008 - frozen
    """Yield the sums over the sessions of each file system, then its clients if requested."""
    if answer := facts.get(CephfsClients):
        yield from facts.once(_families, answer, options)


def _families(answer: CephfsClients, options: Options) -> tuple[Family, ...]:
    each = _each(answer.filesystems, options.limit) if options.each else ()
    return (*_sums(answer.filesystems), *each)


def _sums(filesystems: tuple[FilesystemSessions, ...]) -> Iterator[Family]:
    whole = [(fs, fs.sessions) for fs in filesystems if fs.complete]
    rows = [(_RANK(str(fs.id), fs.name, str(RANK)), sessions) for fs, sessions in whole]
    yield (
        SESSIONS,
        [
            (_STATE(str(fs.id), fs.name, str(RANK), state), number)
            for fs, sessions in whole
            for state, number in _states(sessions).items()
        ],
    )
    yield CAPS, [(block, _sum(row.caps for row in sessions)) for block, sessions in rows]
    yield LEASES, [(block, _sum(row.leases for row in sessions)) for block, sessions in rows]
    yield REQUESTS, [(block, _sum(row.requests for row in sessions)) for block, sessions in rows]
    yield (
        OLDEST,
        [
            (OLDEST.labels(str(fs.id), fs.name), min(releases))
            for fs, sessions in whole
            if (releases := [row.release for row in sessions if row.release is not None])
        ],
    )


def _states(sessions: tuple[Session, ...]) -> dict[str, int | None]:
    """Return the number of sessions by state, None if the state of one is unknown."""
    counted = Counter(row.state for row in sessions)
    numbers: dict[str, int | None] = {**dict.fromkeys(_STATES, 0), **counted}
    return dict.fromkeys(numbers) if "" in counted else numbers


def _sum(numbers: Iterable[int | None]) -> int | None:
    total = 0
    for number in numbers:
        if number is None:
            return None
        total += number
    return total


def _each(filesystems: tuple[FilesystemSessions, ...], limit: int) -> Iterator[Family]:
    rows = [(fs, row) for fs in filesystems for row in fs.sessions]
    rows.sort(key=lambda pair: (-(pair[1].caps or 0), pair[0].id, pair[1].id))
    shown = [(_CLIENT(str(fs.id), str(row.id)), row) for fs, row in rows[:limit]]
    yield INFO, [(_info(fs, row), 1) for fs, row in rows[:limit]]
    yield CLIENT_CAPS, [(block, row.caps) for block, row in shown]
    yield CLIENT_LEASES, [(block, row.leases) for block, row in shown]
    yield CLIENT_REQUESTS, [(block, row.requests) for block, row in shown]
    yield CUT, one(max(0, len(rows) - limit))


def _info(fs: FilesystemSessions, row: Session) -> str:
    of_client = row.hostname, row.user, row.root, row.mount_point, row.type, row.version
    return INFO.labels(str(fs.id), fs.name, str(row.id), *of_client)
