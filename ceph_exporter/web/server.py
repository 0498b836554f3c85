"""The HTTP server: hands out bytes, one short-lived thread a connection, capped.

Of the stdlib's threading server only the parts that cannot be stopped by a client are kept: each
connection has a time limit for its whole header, one answer, and is closed.
"""

import gzip
import socket
import socketserver
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler
from typing import NamedTuple, TypeAlias
from urllib.parse import parse_qs, urlsplit

from ceph_exporter import __version__
from ceph_exporter.log import fields, log

HEADER_TIMEOUT = 10.0
"""Seconds that a client has for its whole request."""
IDLE_TIMEOUT = 5.0
"""Seconds that a client may be silent, reading or writing."""
MAX_CONNECTIONS = 64
_GZIP_FROM = 1024


class Request(NamedTuple):
    """What a page may look at: headers with lower-case names, the query's last values."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]


class Reply(NamedTuple):
    """A page: status, Content-Type, body."""

    body: bytes
    content_type: str = "text/plain; charset=utf-8"
    status: int = 200


Page: TypeAlias = Callable[[Request], Reply]


class _Handler(BaseHTTPRequestHandler):
    server: "Server"
    timeout = IDLE_TIMEOUT
    protocol_version = "HTTP/1.1"
    server_version = f"ceph_exporter/{__version__}"
    sys_version = ""

    def handle_one_request(self) -> None:
        """Serve one request; a client that drips its header is cut when its time is up."""
        cut = threading.Timer(HEADER_TIMEOUT, self._cut)
        cut.daemon = True
        cut.start()
        self._timer = cut
        try:
            super().handle_one_request()
        finally:
            cut.cancel()
        self.close_connection = True

    def do_GET(self) -> None:
        """Answer with the page."""
        self._timer.cancel()
        self._answer()

    def do_HEAD(self) -> None:
        """Answer with the page's headers."""
        self._timer.cancel()
        self._answer()

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        page = self.server.pages.get(parts.path)
        if page is None:
            self._send(Reply(b"not found\n", status=404))
            return
        query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
        headers = {key.lower(): value for key, value in self.headers.items()}
        try:
            reply = page(Request(parts.path, query, headers))
        except Exception as error:  # noqa: BLE001 - a page must not take the server down
            log.error("page failed; please report this", extra=fields(error=repr(error)))
            reply = Reply(b"internal error\n", status=500)
        self._send(reply)

    def _send(self, reply: Reply) -> None:
        body = reply.body
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        if len(body) >= _GZIP_FROM and accepts_gzip(self.headers.get("Accept-Encoding", "")):
            body = gzip.compress(body, compresslevel=1)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Vary", "Accept, Accept-Encoding")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def __getattr__(self, name: str) -> Callable[[], None]:
        """Answer every method but GET and HEAD with 405."""
        if name.startswith("do_"):
            return self._not_allowed
        raise AttributeError(name)

    def _not_allowed(self) -> None:
        self.send_response(405)
        self.send_header("Allow", "GET, HEAD")
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")
        self.end_headers()

    def _cut(self) -> None:
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # gone already

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Log a client's mistake at debug level only: clients must not fill the log."""
        log.debug(format % args, extra=fields(client=self.address_string()))


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """Serves `pages` (path -> page) at one address; raises OSError when it cannot listen."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, host: str, port: int, pages: Mapping[str, Page]) -> None:
        self.pages = pages
        self._slots = threading.BoundedSemaphore(MAX_CONNECTIONS)
        info = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        # Without a host, an IPv6 socket serves IPv4 as well.
        self.address_family, _, _, _, address = max(info, key=lambda row: row[0] == socket.AF_INET6)
        super().__init__(address, _Handler)  # type: ignore[arg-type]

    def server_bind(self) -> None:
        """Bind; an IPv6 wildcard takes IPv4 clients too."""
        if self.address_family == socket.AF_INET6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()

    def process_request(self, request: object, client_address: object) -> None:
        """Start a thread for the connection, or drop it when too many are open."""
        if not self._slots.acquire(timeout=0.5):
            self.shutdown_request(request)  # type: ignore[arg-type]
            return
        super().process_request(request, client_address)  # type: ignore[arg-type]

    def process_request_thread(self, request: object, client_address: object) -> None:
        """Serve the connection and give its place back."""
        try:
            super().process_request_thread(request, client_address)  # type: ignore[arg-type]
        finally:
            self._slots.release()

    def handle_error(self, request: object, client_address: object) -> None:
        """Note a client that went away, which is no error of ours."""
        del request
        log.debug("client went away", extra=fields(client=client_address))

    def start(self) -> None:
        """Serve in a thread of its own."""
        threading.Thread(target=self.serve_forever, name="web", daemon=True).start()

    @property
    def port(self) -> int:
        """The port listened on."""
        return int(self.server_address[1])


def quality(accept: str, wanted: str) -> float:
    """Give the q value of a media range or coding in an Accept header; 0 if it is not there.

    wanted: lower case, with the parameters that count (`application/openmetrics-text`).
    """
    best = 0.0
    for part in accept.lower().split(","):
        name, *parameters = [piece.strip() for piece in part.split(";")]
        if name != wanted:
            continue
        values = dict(parameter.partition("=")[::2] for parameter in parameters)
        try:
            best = max(best, float(values.get("q", "1")))
        except ValueError:
            continue
    return best


def accepts_gzip(accept_encoding: str) -> bool:
    """Say whether the client asked for gzip by name."""
    return quality(accept_encoding, "gzip") > 0
