"""A simulated ceph-rest-api on the loopback interface, for the demo and for tests.

It behaves like `ceph_rest_api.py` of Ceph 10.2 to 12.2 under Werkzeug's development server:
HTTP/1.0, one request at a time, each connection closed after its answer, the same statuses and
content types for the same errors. Not simulated: XML, `?help`, and the human-readable output of
commands (the plain answer is the JSON of the output, without an envelope).
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
"""Commands that the help of Ceph 10.2 lists; a request for the start of one is answered by help."""


class CommandError(Exception):
    """Raised by an answer function to refuse a command with 400; the text becomes the `status`.

    For an errno of the monitor, ceph-rest-api prints "Error: TEXT (-ERRNO)".
    """


class RestApi(Server):
    """A server that answers commands with the result of a function, until it is closed.

    `answer(command, args)` receives the words of the path ("osd pool stats") and the query, in
    which a key without a value is its own value ({"detail": "detail"}). It returns the output as an
    object, or as the bytes that the monitor would print (valid JSON or not), or None for an unknown
    command. It may raise CommandError, or an OSError to drop the connection without an answer.
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

    age: returns the cluster's age in seconds; by default, the cluster starts now.
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
    """Return the message of ceph_argparse.validate(), empty for commands without parameters."""
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
        """Return the same response as Flask's routes and the first part of `handler`."""
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
        # Any prefix of a command, the base path and a trailing slash are answered with HTML help.
        matches = [name for name in _HELP if name.startswith(command)]
        if matches and words not in _HELP:
            return Response(400, HTML, _page("Possible commands:", *matches))
        return _refusal(400, f"Invalid endpoint {endpoint}", as_json=as_json)

    def _run(self, command: str, *, as_json: bool) -> Response | None:
        """Run a command; PUT is refused, because no command here changes anything."""
        if self.command != "GET":
            return _refusal(400, "\n", as_json=as_json)
        query = parse_qsl(urlsplit(self.path).query, keep_blank_values=True)
        try:
            output = self._owner.answer(command, {key: value or key for key, value in query})
        except CommandError as error:
            return _refusal(400, str(error), as_json=as_json)
        return None if output is None else _success(output, as_json=as_json)


def _accepts_json(accept: str) -> bool:
    """Return whether an Accept header names JSON explicitly; `*/*` only gets plain text."""
    return JSON in (element.partition(";")[0].strip() for element in accept.split(","))


def _success(output: object, *, as_json: bool) -> Response:
    if isinstance(output, bytes):
        if not as_json:
            return Response(200, PLAIN, output)
        try:
            envelope = {"output": json.loads(output or b"[]"), "status": "OK"}
        except ValueError:
            # The status is 500, but the handler still sets the content type of a success.
            return Response(500, JSON, b"Error decoding JSON from " + output)
        return Response(200, JSON, json.dumps(envelope).encode())
    if not as_json:
        return Response(200, PLAIN, msgspec.json.encode(output))
    return Response(200, JSON, msgspec.json.encode({"output": output, "status": "OK"}))


def _refusal(code: int, status: str, *, as_json: bool) -> Response:
    """Return an error, as JSON if JSON was requested, but always with Flask's default type."""
    envelope = json.dumps({"output": [], "status": status})
    return Response(code, HTML, (envelope if as_json else f"\n{status}\n").encode())


def _page(title: str, *rows: str) -> bytes:
    table = "".join(f"<tr><td>{row}</td><td>GET</td></tr>" for row in rows)
    return f"<html><body><table><tr><th>{title}</th></tr>{table}</table></body></html>".encode()
