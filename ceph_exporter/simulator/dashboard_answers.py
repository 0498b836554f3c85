"""The dashboard's answers by path and parameters: lists in pages, and one item of a list.

The exporter joins the answers about single users and file systems. The simulated release has the
joined answers, as they are in a recording, so here they are taken apart again.
"""

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, unquote

import msgspec

from ceph_exporter.simulator.server import JSON, Response
from ceph_exporter.simulator.simulated import Simulated

_PAGES = {"osd": 10, "host": 5, "service": 5, "block/image": 5}
"""By list, the number of rows in an answer to a request without `limit`."""
_IMAGES = "block/image"
_FILESYSTEMS = "cephfs"
_FILESYSTEM = re.compile(r"cephfs/(\d{1,9})(/clients)?")
_USERS = "rgw/user"
_VERSIONS = {
    "osd": (1, 1),
    "host": (1, 3),
    "service": (2, 0),
    "block/image": (2, 0),
    "rgw/bucket": (1, 1),
}
"""The versions of the endpoints, where they are not 1.0."""


class _Users(msgspec.Struct):
    users: dict[str, msgspec.Raw]


class _Id(msgspec.Struct):
    id: int


class _Filesystem(msgspec.Struct):
    cephfs: _Id


class _Clients(msgspec.Struct):
    id: int
    clients: msgspec.Raw


class _FsMap(msgspec.Struct):
    filesystems: msgspec.Raw


class _Pool(msgspec.Struct):
    pool_name: str
    value: list[msgspec.Raw]


class _Image(msgspec.Struct):
    name: str


def answer(simulated: Simulated, endpoint: str, query: str, version: tuple[int, int]) -> Response:
    """Return the answer to a request of an endpoint below /api/.

    version: of the endpoint, as the client requests it.
    """
    own = _VERSIONS.get(endpoint, (1, 0))
    if version[0] != own[0] or version[1] > own[1]:
        is_, requested = (f"'{major}.{minor}'" for major, minor in (own, version))
        return error(415, f"Incorrect version: endpoint is {is_}, client requested {requested}")
    parameters = dict(parse_qsl(query))
    if endpoint.partition("/")[0] == _FILESYSTEMS:
        return _cephfs(simulated, endpoint, parameters)
    if endpoint.startswith(_USERS):
        return _users(simulated, endpoint)
    if "include_service_instances" in parameters:  # later releases have it
        return error(500, _UNEXPECTED)
    return _list(simulated, endpoint, parameters)


def error(status: int, detail: str) -> Response:
    """Return an error as the dashboard describes it."""
    text = {"detail": detail, "request_id": "", "status": str(status)}
    return Response(status, JSON, msgspec.json.encode(text))


def _list(simulated: Simulated, endpoint: str, parameters: dict[str, str]) -> Response:
    """Return a whole answer, or a page of it if it is a list that has pages."""
    limit = int(parameters.pop("limit", _PAGES.get(endpoint, 0)))
    offset = int(parameters.pop("offset", 0))
    if endpoint == "host" and parameters == {"sources": "ceph"}:
        parameters = {}
    elif endpoint == "host":
        parameters = {"sources": "orchestrator"}  # it comes first, if there is one
    others = "&".join(f"{name}={value}" for name, value in parameters.items())
    name = f"dashboard/{endpoint}?{others}" if others else f"dashboard/{endpoint}"
    body = simulated.body("dashboard", name)
    if body is None:
        return NOT_FOUND
    if endpoint not in _PAGES:
        return Response(200, JSON, body)
    page = slice(offset, offset + limit if limit >= 0 else None)
    if endpoint == _IMAGES:
        return _images(msgspec.json.decode(body, type=list[_Pool]), page)
    rows = msgspec.json.decode(body, type=list[msgspec.Raw])
    return _page(rows[page], len(rows))


def _page(rows: list[msgspec.Raw] | list[_Pool], total: int) -> Response:
    return Response(200, JSON, msgspec.json.encode(rows), (("X-Total-Count", str(total)),))


def _images(pools: Iterable[_Pool], page: slice) -> Response:
    """Return a page of the images of all pools in the order of their names, grouped by pool."""
    rows = [(pool.pool_name, image) for pool in pools for image in pool.value]
    rows.sort(key=lambda row: msgspec.json.decode(row[1], type=_Image).name)
    shown: dict[str, _Pool] = {}
    for name, image in rows[page]:
        shown.setdefault(name, _Pool(name, [])).value.append(image)
    return _page([*shown.values()], len(rows))


def _cephfs(simulated: Simulated, endpoint: str, parameters: dict[str, str]) -> Response:
    """Return the file systems as in `fs dump`, the state of one, or its clients."""
    match = _FILESYSTEM.fullmatch(endpoint)
    if endpoint == _FILESYSTEMS:
        fs_map = msgspec.json.decode(simulated.body("restful", "fs dump") or b"", type=_FsMap)
        return Response(200, JSON, bytes(fs_map.filesystems))
    if match is None:
        return NOT_FOUND
    fs_id = int(match[1])
    if match[2]:
        return _clients(simulated, fs_id, parameters.get("suppress_client_ls_errors", "True"))
    body = simulated.body("dashboard", "dashboard/cephfs") or b""
    for row in msgspec.json.decode(body, type=list[msgspec.Raw]):
        if msgspec.json.decode(row, type=_Filesystem).cephfs.id == fs_id:
            return Response(200, JSON, bytes(row))
    return error(404, f"CephFS id {fs_id} not found")


def _clients(simulated: Simulated, fs_id: int, suppresses_errors: str) -> Response:
    """Return the clients of a file system; none, or an error, if no MDS can be asked."""
    body = simulated.body("dashboard", "dashboard/cephfs/clients") or b""
    for row in msgspec.json.decode(body, type=list[_Clients]):
        if row.id == fs_id:
            return Response(200, JSON, bytes(row.clients))
    if suppresses_errors == "True":
        return Response(200, JSON, b'{"status": 0, "data": []}')
    text = f"maybe there is no active MDS on CephFS {fs_id} or the FS is in failed state."
    return error(500, f"Could not fetch client(s), {text}")


def _users(simulated: Simulated, endpoint: str) -> Response:
    """Return the names of all users of RGW, or the quotas of one."""
    body = simulated.body("dashboard", f"dashboard/{_USERS}") or b""
    users = msgspec.json.decode(body, type=_Users).users
    if endpoint == _USERS:
        return Response(200, JSON, msgspec.json.encode(list(users)))
    name, _, what = endpoint.removeprefix(f"{_USERS}/").rpartition("/")
    if what != "quota" or unquote(name) not in users:
        return NOT_FOUND
    return Response(200, JSON, bytes(users[unquote(name)]))


NOT_FOUND = error(404, "The path was not found.")
_UNEXPECTED = (
    "The server encountered an unexpected condition which prevented it from fulfilling the request."
)
