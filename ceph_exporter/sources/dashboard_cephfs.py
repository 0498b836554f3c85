"""File systems over the dashboard, which has an answer of its own for each of them.

Sources: controllers/cephfs.py of 14 to 20. The state of a file system comes from the mgr's memory.
For its clients, the dashboard asks the MDS of rank 0 and waits up to 5 s, so they are requested
beside the polls. From 18 on, it reports no clients if the MDS cannot be asked, unless the parameter
`suppress_client_ls_errors=False` makes that an error; earlier releases reject the parameter.
"""

from collections.abc import Callable, Mapping

import msgspec

from ceph_exporter.deadline import Deadline
from ceph_exporter.facts import DecodeError, Decoder
from ceph_exporter.sources.base import ErrorKind, SourceError
from ceph_exporter.sources.credentials import Credentials
from ceph_exporter.sources.dashboard_aside import DashboardAside, formats_of
from ceph_exporter.sources.http import Http, Response

LIST = "cephfs"
CLIENTS = f"{LIST}/clients"
"""Stands for `cephfs/ID/clients` of all file systems."""
ENDPOINTS: Mapping[str, tuple[str, ...]] = {CLIENTS: ("cephfs clients",)}
_WITH_ERRORS = "?suppress_client_ls_errors=False"


class _Map(msgspec.Struct):
    fs_name: str


class _Filesystem(msgspec.Struct):
    id: int
    mdsmap: _Map


class _Row(msgspec.Struct):
    """What is put together for a file system. clients: None if the dashboard did not answer."""

    id: int
    name: str
    clients: msgspec.Raw | None


_filesystems = Decoder(tuple[_Filesystem, ...])
_raw = Decoder(msgspec.Raw)


def states(ask: Callable[[str], Response]) -> bytes:
    """Return the states of all file systems as one list.

    ask: requests an endpoint, and raises SourceError if it is unavailable. A file system that was
    removed since it was listed is left out.
    """
    rows = []
    for row in _listed(ask(LIST).body):
        try:
            rows.append(_checked(f"{LIST}/{row.id}", ask(f"{LIST}/{row.id}").body))
        except SourceError as error:
            if error.kind is not ErrorKind.UNSUPPORTED:
                raise
    return msgspec.json.encode(rows)


def _listed(body: bytes) -> tuple[_Filesystem, ...]:
    try:
        return _filesystems(body)
    except DecodeError as error:
        raise SourceError(ErrorKind.FAILED, f"/api/{LIST}: {error}") from None


def _checked(endpoint: str, body: bytes) -> msgspec.Raw:
    """Return a body as it is, if it is JSON."""
    try:
        return _raw(body)
    except DecodeError as error:
        raise SourceError(ErrorKind.FAILED, f"/api/{endpoint}: {error}") from None


class DashboardCephfs(DashboardAside):
    """The clients of file systems from the dashboard, over a connection of its own."""

    about = "the MDS"
    many = "clients"
    formats = formats_of(ENDPOINTS)
    documents = frozenset(formats)

    def __init__(self, connect: Callable[[], Http], credentials: Credentials) -> None:
        super().__init__(connect, credentials)
        self._parameter = _WITH_ERRORS

    def fetch(self, document: str, deadline: Deadline) -> bytes:
        """Request the clients of all file systems; raise SourceError if none are available.

        A file system that was removed, or whose MDS cannot be asked, does not affect the others.
        """
        del document  # there is only one
        rows, failure = [], None
        for row in _listed(self._get(LIST, deadline)):
            clients = None
            try:
                clients = self._clients(row.id, deadline)
            except SourceError as error:
                if error.kind not in (ErrorKind.FAILED, ErrorKind.UNSUPPORTED):
                    raise
                failure = error
            rows.append(_Row(row.id, row.mdsmap.fs_name, clients))
        if failure and all(row.clients is None for row in rows):
            raise failure
        return msgspec.json.encode(rows)

    def _clients(self, fs_id: int, deadline: Deadline) -> msgspec.Raw:
        endpoint = f"{LIST}/{fs_id}/clients"
        try:
            return _checked(endpoint, self._get(endpoint + self._parameter, deadline))
        except SourceError as error:
            if error.kind is not ErrorKind.UNSUPPORTED or not self._parameter:
                raise
        body = self._get(endpoint, deadline)
        self._parameter = ""
        return _checked(endpoint, body)

    def _get(self, endpoint: str, deadline: Deadline) -> bytes:
        return self._body(endpoint, self._ask(endpoint, deadline))
