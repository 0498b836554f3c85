"""A simulated ceph-rest-api on the loopback interface, for the demo and for tests.

It behaves like `ceph_rest_api.py` of Ceph 10.2 to 12.2 on Werkzeug's development server. The server
speaks HTTP/1.0, answers one request at a time and closes the connection after each answer. Errors
have the same status and content type as Ceph's. XML, `?help` and the human-readable output of
commands are not simulated; instead of the latter, a client receives JSON without an envelope.
"""

import json
from collections.abc import Callable
from typing import TypeAlias
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from ceph_exporter.simulator.server import HTML, JSON, PLAIN, Handler, Response, Server
from ceph_exporter.simulator.simulated import Simulated, name_of

Answer: TypeAlias = Callable[[str, dict[str, str]], object]

_HELP = (
    "df",
    "fs ls",
    "fsid",
    "health",
    "mds dump",
    "mds stat",
    "mon dump",
    "mon metadata",
    "mon stat",
    "mon_status",
    "node ls",
    "osd blacklist ls",
    "osd blocked-by",
    "osd df",
    "osd dump",
    "osd ls",
    "osd lspools",
    "osd metadata",
    "osd perf",
    "osd pool ls",
    "osd pool stats",
    "osd stat",
    "osd tree",
    "osd utilization",
    "pg dump",
    "pg stat",
    "quorum_status",
    "report",
    "status",
    "version",
)
"""Commands in the help of Ceph 10.2. A request for the first part of a command returns help."""


class CommandError(Exception):
    """Raised by an answer function to reject a command with status code 400.

    The text becomes the field `status`. If the monitor returned an errno, ceph-rest-api prints
    "Error: TEXT (-ERRNO)".
    """


class RestApi(Server):
    """A server that answers each command with the result of the function `answer`.

    `answer(command, args)` receives the command ("osd pool stats") and the arguments from the
    query. An argument without a value has its name as the value ({"detail": "detail"}). The
    function returns the output, or None for an unknown command. The output is an object, or the
    bytes that the monitor would print, which need not be valid JSON. The function may raise
    CommandError, or an OSError to drop the connection without an answer.
    """

    def __init__(
        self,
        answer: Answer,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        base: str = "/api/v0.1",
        client_timeout: float = 5.0,
    ) -> None:
        super().__init__(_Handler, host, port, client_timeout)
        self.answer = answer
        self.base = base


def demo(age: Callable[[], float] | None = None) -> RestApi:
    """Return a server, not yet started, for a simulated cluster.

    age: a function that returns the cluster's age in seconds. By default, the cluster starts now.
    """
    return RestApi(answer_of(Simulated(age=age)))


def answer_of(simulated: Simulated) -> Answer:
    """Return the answer function of a simulated cluster."""

    def answer(command: str, args: dict[str, str]) -> object:
        try:
            body = simulated.body("rest-api", name_of(command, args))
        except KeyError as error:
            raise CommandError(_message(command, args, error.args)) from None
        return None if body is None else msgspec.Raw(body)

    return answer


def _message(command: str, args: dict[str, str], unused: tuple[str, ...]) -> str:
    """Return the message of ceph_argparse.validate(); only `health` and `df` have parameters."""
    if command not in ("health", "df"):
        return "\n"
    if "detail" in unused and args["detail"] != "detail":
        return f"{args['detail']} not in detail\n"
    return f"unused arguments: {sorted(unused)}\n"


class _Handler(Handler):
    server_version = "Werkzeug/0.14.1"
    sys_version = "Python/2.7.16"

    @property
    def _owner(self) -> RestApi:
        owner = self.server.owner
        assert isinstance(owner, RestApi)  # noqa: S101 - for mypy
        return owner

    def route(self, body: bytes) -> Response:
        """Return the response of Flask's routes and of `handler` in ceph_rest_api.py."""
        del body
        if self.command not in {"GET", "HEAD", "PUT"}:
            return Response(405, HTML, _page("Method Not Allowed"), (("Allow", "GET, PUT"),))
        base = self._owner.base
        path = unquote(urlsplit(self.path).path)
        if path == "/":
            location = f"http://{self.headers.get('Host', '')}{base}"
            return Response(302, HTML, _page("Redirecting..."), (("Location", location),))
        as_json = path.endswith((".json", ".json-pretty")) or _accepts_json(
            self.headers.get("Accept", "")
        )
        endpoint = path.removesuffix(".json-pretty").removesuffix(".json")
        if not f"{endpoint}/".startswith(f"{base}/"):
            return _refusal(404, "Page not found", as_json=as_json)
        words = endpoint[len(base) + 1 :].replace("/", " ")
        command = words.strip()
        if words == command != "":
            response = self._run(command, as_json=as_json)
            if response is not None:
                return response
        # Ceph returns help for the start of a command, the base path and a trailing slash.
        matches = [name for name in _HELP if name.startswith(command)]
        if matches and words not in _HELP:
            return Response(400, HTML, _page("Possible commands:", *matches))
        return _refusal(400, f"Invalid endpoint {endpoint}", as_json=as_json)

    def _run(self, command: str, *, as_json: bool) -> Response | None:
        """Run a command. PUT is rejected, because no command here changes anything."""
        if self.command != "GET":
            return _refusal(400, "\n", as_json=as_json)
        query = parse_qsl(urlsplit(self.path).query, keep_blank_values=True)
        try:
            output = self._owner.answer(command, {key: value or key for key, value in query})
        except CommandError as error:
            return _refusal(400, str(error), as_json=as_json)
        return None if output is None else _success(output, as_json=as_json)


def _accepts_json(accept: str) -> bool:
    """Return whether an Accept header names JSON. `*/*` does not count, as in Ceph."""
    return JSON in (element.partition(";")[0].strip() for element in accept.split(","))


def _success(output: object, *, as_json: bool) -> Response:
    if isinstance(output, bytes):
        if not as_json:
            return Response(200, PLAIN, output)
        try:
            envelope = {"output": json.loads(output or b"[]"), "status": "OK"}
        except ValueError:
            # Ceph's handler sends status 500 with the content type of a successful response.
            return Response(500, JSON, b"Error decoding JSON from " + output)
        return Response(200, JSON, json.dumps(envelope).encode())
    if not as_json:
        return Response(200, PLAIN, msgspec.json.encode(output))
    return Response(200, JSON, msgspec.json.encode({"output": output, "status": "OK"}))


def _refusal(code: int, status: str, *, as_json: bool) -> Response:
    """Return an error. Its content type is Flask's default, even if the body is JSON."""
    envelope = json.dumps({"output": [], "status": status})
    return Response(code, HTML, (envelope if as_json else f"\n{status}\n").encode())


def _page(title: str, *rows: str) -> bytes:
    table = "".join(f"<tr><td>{row}</td><td>GET</td></tr>" for row in rows)
    return f"<html><body><table><tr><th>{title}</th></tr>{table}</table></body></html>".encode()
