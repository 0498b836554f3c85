"""A stand-in for ceph-rest-api on the loopback interface, for the demo and for tests.

It behaves as ``ceph_rest_api.py`` of Ceph 10.2 to 12.2 under Werkzeug's development server does:
HTTP/1.0, one request at a time, each connection closed after its answer, the same statuses and
content types for the same mistakes. Not imitated: XML, ``?help``, and the plain text that commands
print for people (the plain answer is the JSON of the output, without envelope).
"""

from __future__ import annotations

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from ceph_exporter.simulator.cluster import Cluster, state
from ceph_exporter.simulator.documents import DOCUMENTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    Answer = Callable[[str, dict[str, str]], object | None]

_HTML, _JSON, _PLAIN = "text/html; charset=utf-8", "application/json", "text/plain"

_HELP = (
    *("df", "fs ls", "fsid", "health", "mds dump", "mds stat", "mon dump", "mon metadata"),
    *("mon stat", "mon_status", "node ls", "osd blacklist ls", "osd blocked-by", "osd df"),
    *("osd dump", "osd ls", "osd lspools", "osd metadata", "osd perf", "osd pool ls"),
    *("osd pool stats", "osd stat", "osd tree", "osd utilization", "pg dump", "pg stat"),
    *("quorum_status", "report", "status", "version"),
)
"""Commands that Ceph 10.2 lists in its help, to tell the beginning of a command from a mistake."""


class CommandError(Exception):
    """Raised by an answer to have the command refused: 400, the text is the ``status``.

    For an errno of the monitor ceph-rest-api makes it "Error: TEXT (-ERRNO)".
    """


class RestApi:
    """A server whose commands are answered by a function, until it is closed.

    ``answer(command, args)`` gets the words of the path ("osd pool stats") and the query, in which
    a key without value stands for itself ({"detail": "detail"}). It returns the output; or bytes,
    the output as the monitor would print it, valid JSON or not; or None for an unknown command. It
    may raise CommandError, or an OSError to have the connection dropped without an answer.
    ``client_timeout`` is how long (seconds) a client may keep the only thread waiting.
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
        self._server = _Server((host, port), answer, base, client_timeout)
        self._thread: threading.Thread | None = None
        self.url = f"http://{host}:{self._server.server_address[1]}"
        """Where it listens, without the base path. Clients are queued from the beginning."""

    def start(self) -> None:
        """Serve in a thread of its own, which does not keep the program alive."""
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": 0.05},  # what close() may have to wait
            name="ceph-rest-api",
            daemon=True,
        )
        self._thread.start()

    def close(self) -> None:
        """Finish the request being answered, then refuse connections. May be repeated."""
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._thread = None
        self._server.server_close()

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        """Close."""
        self.close()


def demo(clock: Callable[[], float] = time.monotonic) -> RestApi:
    """Return a server, not yet started, of a cluster that lives from now on by ``clock``."""
    cluster, start = Cluster(), clock()

    def answer(command: str, args: dict[str, str]) -> object | None:
        if command not in DOCUMENTS or command.endswith(" detail"):
            return None  # "health detail" is a document; its URL is health?detail
        takes_detail = f"{command} detail" in DOCUMENTS
        unused = sorted(args.keys() - ({"detail"} if takes_detail else set()))
        if unused:
            # validate() of ceph_argparse names them only where a command has parameters at all.
            raise CommandError(f"unused arguments: {unused}\n" if takes_detail else "\n")
        if args and args["detail"] != "detail":
            raise CommandError(f"{args['detail']} not in detail\n")
        return DOCUMENTS[f"{command} detail" if args else command](state(cluster, clock() - start))

    return RestApi(answer)


class _Server(TCPServer):
    allow_reuse_address = True
    request_queue_size = 128  # clients of a single thread have to wait, not to be refused

    def __init__(
        self,
        address: tuple[str, int],
        answer: Answer,
        base: str,
        client_timeout: float,
    ) -> None:
        super().__init__(address, _Handler)
        self.answer = answer
        self.base = base
        self.client_timeout = client_timeout

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Print nothing for a lost connection, but the trace of a mistake in an answer."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Response(NamedTuple):
    code: int
    content_type: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.0"
    server_version = "Werkzeug/0.14.1"
    sys_version = "Python/2.7.16"

    def setup(self) -> None:
        """Limit how long each reading and writing may take."""
        self.request.settimeout(self.server.client_timeout)
        super().setup()

    def answer(self) -> None:
        """Answer a request of whatever method."""
        # A connection closed with a body unread is reset, and the answer may get lost.
        length = self.headers.get("Content-Length", "")
        self.rfile.read(int(length) if length.isdecimal() else 0)
        response = self._route()
        self.send_response(response.code)
        self.send_header("Content-Type", response.content_type)
        self.send_header("Content-Length", str(len(response.body)))
        for name, value in response.headers:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)

    def log_message(self, *_args: object) -> None:
        """Keep silent: no access log."""

    def _route(self) -> _Response:
        """Do what Flask's routes and the beginning of ``handler`` do."""
        if self.command not in {"GET", "HEAD", "PUT"}:
            return _Response(405, _HTML, _page("Method Not Allowed"), (("Allow", "GET, PUT"),))
        base = self.server.base
        path = unquote(urlsplit(self.path).path)
        if path == "/":
            where = f"http://{self.headers.get('Host', '')}{base}"
            return _Response(302, _HTML, _page("Redirecting..."), (("Location", where),))
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
        # What begins a command, the base path and a slash at the end too, gets help for people.
        matches = [name for name in _HELP if name.startswith(command)]
        if matches and words not in _HELP:
            return _Response(400, _HTML, _page("Possible commands:", *matches))
        return _refusal(400, f"Invalid endpoint {endpoint}", as_json=as_json)

    def _run(self, command: str, *, as_json: bool) -> _Response | None:
        """Run a command: none of those here changes anything, so that none is for PUT."""
        if self.command != "GET":
            return _refusal(400, "\n", as_json=as_json)
        query = parse_qsl(urlsplit(self.path).query, keep_blank_values=True)
        try:
            output = self.server.answer(command, {key: value or key for key, value in query})
        except CommandError as error:
            return _refusal(400, str(error), as_json=as_json)
        return None if output is None else _success(output, as_json=as_json)


for _method in ("GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS"):
    setattr(_Handler, f"do_{_method}", _Handler.answer)


def _accepts_json(accept: str) -> bool:
    """Tell whether a header names JSON itself: ``*/*`` gets plain text."""
    return _JSON in (element.partition(";")[0].strip() for element in accept.split(","))


def _success(output: object, *, as_json: bool) -> _Response:
    body = output if isinstance(output, bytes) else json.dumps(output).encode()
    if not as_json:
        return _Response(200, _PLAIN, body)
    try:
        envelope = {"output": json.loads(body or b"[]"), "status": "OK"}
    except ValueError:
        # 500, and yet the content type of success: the handler sets that last.
        return _Response(500, _JSON, b"Error decoding JSON from " + body)
    return _Response(200, _JSON, json.dumps(envelope).encode())


def _refusal(code: int, status: str, *, as_json: bool) -> _Response:
    """Return an error: an envelope if JSON was asked for, but with Flask's default content type."""
    envelope = json.dumps({"output": [], "status": status})
    return _Response(code, _HTML, (envelope if as_json else f"\n{status}\n").encode())


def _page(title: str, *rows: str) -> bytes:
    table = "".join(f"<tr><td>{row}</td><td>GET</td></tr>" for row in rows)
    return f"<html><body><table><tr><th>{title}</th></tr>{table}</table></body></html>".encode()
