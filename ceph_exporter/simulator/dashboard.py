"""A simulation of the mgr dashboard's REST API in front of a simulated cluster, over plain HTTP.

Modelled on src/pybind/mgr/dashboard of Ceph 18.2: a login, requests with its token, and lists that
contain only the first rows unless the client requests all of them. TLS, roles and the endpoints
that the exporter does not use are not simulated.
"""

import re
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from ceph_exporter.simulator.server import HTML, JSON, Handler, Response, Server
from ceph_exporter.simulator.simulated import Simulated

USER = "ceph_exporter"
PASSWORD = "simulated"  # noqa: S105 - it protects nothing
_TOKEN = "simulated-token"  # noqa: S105
_USERS = "dashboard/rgw/user"
_VERSION = re.compile(r"application/vnd\.ceph\.api\.v\d\.\d\+json")
_ROWS = {"osd": 10, "host": 5}
"""By list, the number of rows in an answer to a request without `limit`."""
_PAGE = ("offset", "limit")
_REDUNDANT = {("sources", "ceph"), ("include_service_instances", "false")}
"""Parameters that the wire format of an answer does not name."""


class _Login(msgspec.Struct):
    username: str = ""
    password: str = ""


class _Users(msgspec.Struct):
    users: dict[str, msgspec.Raw]


class Dashboard(Server):
    """A server for one simulated cluster."""

    def __init__(self, simulated: Simulated, *, host: str = "127.0.0.1", port: int = 0) -> None:
        super().__init__(_Handler, host, port, client_timeout=30.0)
        self.simulated = simulated

    def get(self, endpoint: str, query: str) -> Response:
        """Return the answer to a request of an endpoint below /api/ by a user who has logged in."""
        if endpoint.startswith("rgw/user"):
            return self._users(endpoint)
        pairs = [pair for pair in parse_qsl(query) if pair not in _REDUNDANT]
        others = "&".join(f"{key}={value}" for key, value in pairs if key not in _PAGE)
        name = f"dashboard/{endpoint}?{others}" if others else f"dashboard/{endpoint}"
        body = self.simulated.body("dashboard", name)
        if body is None:
            return _NOT_FOUND
        if endpoint not in _ROWS:
            return Response(200, JSON, body)
        rows = msgspec.json.decode(body, type=list[msgspec.Raw])
        total = (("X-Total-Count", str(len(rows))),)
        page = {"offset": "0", "limit": str(_ROWS[endpoint])} | dict(pairs)
        start, length = int(page["offset"]), int(page["limit"])
        rows = rows[start:] if length < 0 else rows[start : start + length]
        return Response(200, JSON, msgspec.json.encode(rows), total)

    def _users(self, endpoint: str) -> Response:
        """Return the names of all users of RGW, or the quotas of one."""
        body = self.simulated.body("dashboard", _USERS) or b""
        users = msgspec.json.decode(body, type=_Users).users
        if endpoint == "rgw/user":
            return Response(200, JSON, msgspec.json.encode(list(users)))
        name, _, what = endpoint.removeprefix("rgw/user/").rpartition("/")
        if what != "quota" or unquote(name) not in users:
            return _NOT_FOUND
        return Response(200, JSON, bytes(users[unquote(name)]))


class _Handler(Handler):
    server_version = "Ceph-Dashboard"
    sys_version = ""

    def route(self, body: bytes) -> Response:
        """Return the response, for the endpoints that the exporter uses."""
        owner = self.server.owner
        assert isinstance(owner, Dashboard)  # noqa: S101 - for mypy
        url = urlsplit(self.path)
        if not url.path.startswith("/api/"):
            return Response(404, HTML, b"<html><body><h1>404 Not Found</h1></body></html>")
        if not _VERSION.fullmatch(self.headers.get("Accept", "")):
            return _error(415, "Unable to find version in request header")
        endpoint = url.path.removeprefix("/api/")
        if (self.command, endpoint) == ("POST", "auth"):
            return _log_in(body)
        if self.headers.get("Authorization") != f"Bearer {_TOKEN}":
            return _error(401, "You are not authorized to access that resource")
        if self.command != "GET":
            return _error(405, "Specified method is invalid for this resource")
        return owner.get(endpoint, url.query)


def _log_in(body: bytes) -> Response:
    try:
        login = msgspec.json.decode(body, type=_Login)
    except msgspec.DecodeError:
        login = _Login()
    if (login.username, login.password) != (USER, PASSWORD):
        wrong = {"detail": "Invalid credentials", "code": "invalid_credentials"}
        return Response(400, JSON, msgspec.json.encode(wrong | {"component": "auth"}))
    granted = {"token": _TOKEN, "username": USER, "pwdUpdateRequired": False}
    return Response(201, JSON, msgspec.json.encode(granted))


def _error(status: int, detail: str) -> Response:
    text = {"detail": detail, "request_id": "", "status": str(status)}
    return Response(status, JSON, msgspec.json.encode(text))


_NOT_FOUND = _error(404, "The path was not found.")
