"""A simulation of the mgr dashboard's REST API in front of a simulated cluster, over plain HTTP.

Modelled on src/pybind/mgr/dashboard of Ceph 18.2: a login, requests with its token, versions of
endpoints, and lists that contain only the first rows unless the client requests all of them. TLS,
roles and the endpoints that the exporter does not use are not simulated.
"""

import re
from urllib.parse import urlsplit

import msgspec

from ceph_exporter.simulator.dashboard_answers import answer, error
from ceph_exporter.simulator.server import HTML, JSON, Handler, Response, Server
from ceph_exporter.simulator.simulated import Simulated

USER = "ceph_exporter"
PASSWORD = "simulated"  # noqa: S105 - it protects nothing
_TOKEN = "simulated-token"  # noqa: S105
_VERSION = re.compile(r"application/vnd\.ceph\.api\.v(\d)\.(\d)\+json")


class _Login(msgspec.Struct):
    username: str = ""
    password: str = ""


class Dashboard(Server):
    """A server for one simulated cluster."""

    def __init__(self, simulated: Simulated, *, host: str = "127.0.0.1", port: int = 0) -> None:
        super().__init__(_Handler, host, port, client_timeout=30.0)
        self.simulated = simulated


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
        version = _VERSION.fullmatch(self.headers.get("Accept", ""))
        if version is None:
            return error(415, "Unable to find version in request header")
        endpoint = url.path.removeprefix("/api/")
        if (self.command, endpoint) == ("POST", "auth"):
            return _log_in(body)
        if self.headers.get("Authorization") != f"Bearer {_TOKEN}":
            return error(401, "You are not authorized to access that resource")
        if self.command != "GET":
            return error(405, "Specified method is invalid for this resource")
        requested = int(version[1]), int(version[2])
        return answer(owner.simulated, endpoint, url.query, requested)


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
