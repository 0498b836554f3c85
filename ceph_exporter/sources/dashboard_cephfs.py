"""File systems over the dashboard, which has an answer of its own for each of them.

Sources: controllers/cephfs.py of 14 to 20. The state of a file system comes from the mgr's memory.
For its clients, the dashboard asks the MDS of rank 0 and waits up to 5 s, so they are requested
beside the polls. From 18 on, it reports no clients if the MDS cannot be asked, unless the parameter
`suppress_client_ls_errors=False` makes that an error; earlier releases reject the parameter.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import msgspec

from ceph_exporter.deadline import Deadline
from ceph_exporter.facts import DecodeError, Decoder
from ceph_exporter.sources.base import ErrorKind, SourceError
from ceph_exporter.sources.credentials import Credentials
from ceph_exporter.sources.dashboard_errors import detail, hint
from ceph_exporter.sources.dashboard_login import LoggedIn
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


class DashboardCephfs:
    """The clients of file systems from the dashboard, over a connection of its own.

    connect: returns a client for it; called before the first request, if there is any.
    """

    about = "the MDS"
    many = "clients"
    documents = frozenset(name for names in ENDPOINTS.values() for name in names)
    formats: Mapping[str, str] = MappingProxyType(
        {names[0]: f"dashboard/{endpoint}" for endpoint, names in ENDPOINTS.items()}
    )

    def __init__(self, connect: Callable[[], Http], credentials: Credentials) -> None:
        self._connect = connect
        self._credentials = credentials
        self._http: Http | None = None
        self._parameter = _WITH_ERRORS

    def fetch(self, document: str, deadline: Deadline) -> bytes:
        """Request the clients of all file systems; raise SourceError if none are available.

        A file system that was removed, or whose MDS cannot be asked, does not affect the others.
        """
        del document  # there is only one
        rows, failure = [], None
        for row in _listed(self._ask(LIST, deadline).body):
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

    def close(self) -> None:
        """Close the connection, even during a request in another thread."""
        if self._http is not None:
            self._http.abort()

    def _clients(self, fs_id: int, deadline: Deadline) -> msgspec.Raw:
        endpoint = f"{LIST}/{fs_id}/clients"
        try:
            return _checked(endpoint, self._ask(endpoint + self._parameter, deadline).body)
        except SourceError as error:
            if error.kind is not ErrorKind.UNSUPPORTED or not self._parameter:
                raise
        body = self._ask(endpoint, deadline).body
        self._parameter = ""
        return _checked(endpoint, body)

    def _ask(self, endpoint: str, deadline: Deadline) -> Response:
        self._http = self._http or self._connect()
        response = LoggedIn(self._http, self._credentials).ask(endpoint, deadline)
        if response.status == 200:
            return response
        text = f"/api/{endpoint}: HTTP {response.status}: {detail(response)}"
        if response.status == 403:
            text += f"; {hint(LIST, self._credentials.username)}"
            raise SourceError(ErrorKind.DENIED, text)
        kind = ErrorKind.UNSUPPORTED if response.status == 404 else ErrorKind.FAILED
        raise SourceError(kind, text)
