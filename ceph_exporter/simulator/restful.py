"""A simulation of the mgr module restful in front of a simulated cluster, over plain HTTP.

Modelled on src/pybind/mgr/restful of Ceph 18.2 and its observed answers. Commands finish
immediately, and a request is stored until it is deleted. TLS, keys and the endpoints that the
exporter does not use are not simulated; the server behaves as if the module's option `enable_auth`
were off.
"""

from collections.abc import Iterator, Mapping
from itertools import count

import msgspec

from ceph_exporter.simulator.server import HTML, JSON, Handler, Response, Server
from ceph_exporter.simulator.simulated import Simulated, name_of

_ROOT = {
    "api_version": 1,
    "auth": 'Use "ceph restful create-key <key>" to create a key pair, pass it as HTTP Basic auth '
    "to authenticate",
    "doc": "See /doc endpoint",
    "info": "Ceph Manager RESTful API server",
}
_FORBIDDEN = "pg dump"  # the capabilities of the module's own key do not allow it


class Restful(Server):
    """A server for one simulated cluster."""

    def __init__(self, simulated: Simulated, *, host: str = "127.0.0.1", port: int = 0) -> None:
        super().__init__(_Handler, host, port, client_timeout=30.0)
        self.simulated = simulated
        self.requests: dict[str, bytes] = {}
        """The results of the requests that have not been deleted, by request id."""
        self._ids = count(140072978411472)

    def run(self, commands: list[dict[str, object]]) -> bytes:
        """Run commands as one request. Store the result of the request and return it."""
        results = list(self._results(commands))
        has_failed = any(failed for failed, _ in results)
        request_id = str(next(self._ids))
        self.requests[request_id] = msgspec.json.encode(
            {
                "failed": [row for failed, row in results if failed],
                "finished": [row for failed, row in results if not failed],
                "has_failed": has_failed,
                "id": request_id,
                "is_finished": True,
                "is_waiting": False,
                "running": [],
                "state": "failed" if has_failed else "success",
                "waiting": [],
            }
        )
        return self.requests[request_id]

    def _results(self, commands: list[dict[str, object]]) -> Iterator[tuple[bool, object]]:
        for command in commands:
            prefix = str(command["prefix"])
            args = {name: value for name, value in command.items() if name != "prefix"}
            words = " ".join(f"{name}={value}" for name, value in args.items())
            output, error = self._output(prefix, args)
            row = {"command": f"{prefix} {words}", "outb": output, "outs": error}
            yield bool(error), row

    def _output(self, prefix: str, args: Mapping[str, object]) -> tuple[str, str]:
        """Return the output and the error of a command; one of them is empty."""
        if prefix == _FORBIDDEN:
            return "", "access denied: does your client key have mgr caps?"
        try:
            name = name_of(prefix, {key: args[key] for key in args if key != "format"})
        except KeyError as error:
            return "", f"Invalid command: unused arguments: {error.args}"
        body = self.simulated.body("restful", name)
        return ("", "command not known") if body is None else (body.decode(), "")


class _Handler(Handler):
    server_version = "Werkzeug/2.2.2"
    sys_version = "Python/3.11.2"

    def route(self, body: bytes) -> Response:
        """Return the module's response, for the endpoints that the exporter uses."""
        owner = self.server.owner
        assert isinstance(owner, Restful)  # noqa: S101 - for mypy
        response = None
        match self.command, self.path.partition("?")[0].rstrip("/").split("/")[1:]:
            case "GET", []:
                response = Response(200, JSON, msgspec.json.encode(_ROOT))
            case "GET", ["perf"]:
                counters = owner.simulated.body("restful", "restful/perf")
                response = Response(200, JSON, counters or b"")
            case "POST", ["request"]:
                response = _run(owner, body)
            case "GET", ["request", request_id]:
                response = _stored(owner.requests.get(request_id))
            case "DELETE", ["request", request_id]:
                response = _stored(owner.requests.pop(request_id, None))
        return response or _NOT_FOUND


_NOT_FOUND = Response(404, HTML, b"<html><body><h1>404 Not Found</h1></body></html>")


def _stored(request: bytes | None) -> Response:
    if request is None:
        return _refusal("No such request id")
    return Response(200, JSON, request)


def _run(owner: Restful, body: bytes) -> Response:
    """Run the commands in the body: a single command, or a list of lists of commands."""
    try:
        posted = msgspec.json.decode(body, type=_Command | list[list[_Command]])
    except msgspec.DecodeError:
        return _refusal("Bad request")
    if isinstance(posted, dict):
        commands = [posted]
    else:
        commands = [command for group in posted for command in group]
    if any("prefix" not in command for command in commands):
        return _refusal("'prefix'")
    return Response(200, JSON, owner.run(commands))


_Command = dict[str, object]


def _refusal(message: str) -> Response:
    return Response(500, JSON, msgspec.json.encode({"message": message}))
