"""The base class of the servers of both APIs, which answer one request at a time."""

import sys
import threading
from abc import abstractmethod
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer
from typing import Any, NamedTuple, Self

HTML, JSON, PLAIN = "text/html; charset=utf-8", "application/json", "text/plain"


class Response(NamedTuple):
    """The response to a request."""

    code: int
    content_type: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


class Server:
    """A server on the loopback interface. The class `handler` answers each request.

    client_timeout: the number of seconds that a read or write may block the only thread.
    """

    def __init__(
        self, handler: type["Handler"], host: str, port: int, client_timeout: float
    ) -> None:
        self.client_timeout = client_timeout
        self._server = _Server((host, port), handler)
        self._server.owner = self
        self._thread: threading.Thread | None = None
        self.url = f"http://{host}:{self._server.server_address[1]}"
        """The URL of the server, without a path. Clients can connect before `start` is called."""

    def start(self) -> None:
        """Serve in a background thread, which does not prevent the program from exiting."""
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": 0.05},  # close() may wait for this number of seconds
            name="ceph-simulator",
            daemon=True,
        )
        self._thread.start()

    def close(self) -> None:
        """Finish the current request, then stop serving. Further calls do nothing."""
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
    request_queue_size = 128  # clients wait for the single thread instead of being refused
    owner: Server

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Print the traceback of an exception, unless it is due to a broken connection."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """Answers one request over HTTP/1.0 and closes the connection, as Werkzeug does."""

    server: _Server
    protocol_version = "HTTP/1.0"

    @abstractmethod
    def route(self, body: bytes) -> Response:
        """Return the response to the request, whose body has been read."""

    def setup(self) -> None:
        """Set the timeout of each read and write."""
        self.request.settimeout(self.server.owner.client_timeout)
        super().setup()

    def answer(self) -> None:
        """Answer a request with any method."""
        # The body is always read, because closing a connection with unread data resets the
        # connection, and the client might lose the answer.
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
        """Write no access log."""


for _method in ("GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS"):
    setattr(Handler, f"do_{_method}", Handler.answer)
