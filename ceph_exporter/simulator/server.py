"""What the servers of both APIs share: one thread that answers one request after the other."""

import sys
import threading
from abc import abstractmethod
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer
from typing import Any, NamedTuple, Self

HTML, JSON, PLAIN = "text/html; charset=utf-8", "application/json", "text/plain"


class Response(NamedTuple):
    """What a request is answered with."""

    code: int
    content_type: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


class Server:
    """A server on loopback until it is closed; `handler` answers one request.

    client_timeout: how long (seconds) a client may keep the only thread waiting.
    """

    def __init__(
        self, handler: type["Handler"], host: str, port: int, client_timeout: float
    ) -> None:
        self.client_timeout = client_timeout
        self._server = _Server((host, port), handler)
        self._server.owner = self
        self._thread: threading.Thread | None = None
        self.url = f"http://{host}:{self._server.server_address[1]}"
        """Where it listens, without a path. Clients are queued from the beginning."""

    def start(self) -> None:
        """Serve in a thread of its own, which does not keep the program alive."""
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": 0.05},  # what close() may have to wait
            name="ceph-simulator",
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


class _Server(TCPServer):
    allow_reuse_address = True
    request_queue_size = 128  # clients of a single thread have to wait, not to be refused
    owner: Server

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Print nothing for a lost connection, but the trace of a mistake in an answer."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """One request, answered as Werkzeug does it: HTTP/1.0, the connection closed after it."""

    server: _Server
    protocol_version = "HTTP/1.0"

    @abstractmethod
    def route(self, body: bytes) -> Response:
        """Answer the request, whose body is read."""

    def setup(self) -> None:
        """Limit how long each reading and writing may take."""
        self.request.settimeout(self.server.owner.client_timeout)
        super().setup()

    def answer(self) -> None:
        """Answer a request of whatever method."""
        # A connection closed with a body unread is reset, and the answer may get lost.
        length = self.headers.get("Content-Length", "")
        response = self.route(self.rfile.read(int(length) if length.isdecimal() else 0))
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


for _method in ("GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS"):
    setattr(Handler, f"do_{_method}", Handler.answer)
