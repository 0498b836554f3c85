"""The HTTP server: one short-lived thread per connection.

No client can block it: the accept loop only accepts, every step of a connection has a time limit
(see connection.py), and if there are too many connections, the oldest is closed.
"""

import itertools
import selectors
import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import TypeAlias

from ceph_exporter.log import fields, log
from ceph_exporter.web import connection
from ceph_exporter.web.connection import Handler
from ceph_exporter.web.request import Reply, Request
from ceph_exporter.web.security import OPEN, Security

MAX_CONNECTIONS = 256
"""Maximum number of open connections; leaves most of a service's usual 1024 descriptors free."""

Page: TypeAlias = Callable[[Request], Reply]


def router(pages: Mapping[str, Page], actions: Mapping[str, Page] | None = None) -> Handler:
    """Return a handler that looks up pages (GET and HEAD) and actions (POST) by path."""
    actions = actions or {}

    def answer(request: Request) -> Reply:
        read = request.method in ("GET", "HEAD")
        page = (pages if read else actions).get(request.path)
        if page is not None and (read or request.method == "POST"):
            return page(request)
        allowed = ["GET, HEAD"] * (request.path in pages) + ["POST"] * (request.path in actions)
        if allowed:
            allow = {"Allow": ", ".join(allowed)}
            return Reply(b"method not allowed\n", status=405, headers=allow)
        return Reply(b"not found\n", status=404)

    return answer


class Server:
    """Serves replies of the handler `answer` on listening sockets; owns the sockets."""

    def __init__(
        self,
        listeners: Iterable[socket.socket],
        answer: Handler,
        security: Callable[[], Security] = lambda: OPEN,
    ) -> None:
        self._listeners = list(listeners)
        self._answer = answer
        self._security = security
        self._lock = threading.Lock()
        self._open: dict[int, socket.socket] = {}  # by number, oldest first
        self._numbers = itertools.count()
        self._wake, self._woken = socket.socketpair()
        self._thread = threading.Thread(target=self._accept, name="web", daemon=True)

    def start(self) -> None:
        """Start to serve, in a separate thread."""
        self._thread.start()

    def close(self) -> None:
        """Stop listening and close all open connections."""
        self._wake.close()
        if self._thread.ident is not None:
            self._thread.join()
        self._woken.close()
        for listener in self._listeners:
            listener.close()
        with self._lock:
            for sock in self._open.values():
                _cut(sock)

    def _accept(self) -> None:
        with selectors.DefaultSelector() as selector:
            for listener in (*self._listeners, self._woken):
                listener.setblocking(False)  # the client may disconnect between select and accept
                selector.register(listener, selectors.EVENT_READ)
            while True:
                ready = {key.fileobj for key, _ in selector.select()}
                if self._woken in ready:
                    return
                for listener in self._listeners:
                    if listener in ready:
                        self._take(listener)

    def _take(self, listener: socket.socket) -> None:
        try:
            sock, address = listener.accept()
        except OSError as error:
            if not isinstance(error, (BlockingIOError, ConnectionError)):
                log.warning("connection not accepted", extra=fields(error=error.strerror))
                self._make_room(0)
                threading.Event().wait(0.1)  # out of descriptors: do not spin
            return
        self._make_room(MAX_CONNECTIONS - 1)
        number = next(self._numbers)
        with self._lock:
            self._open[number] = sock
        try:
            threading.Thread(target=self._serve, args=(number, sock, address), daemon=True).start()
        except RuntimeError:  # the system refuses another thread
            self._forget(number)
            sock.close()

    def _make_room(self, most: int) -> None:
        """Cut the oldest connection if more than `most` are open; its thread then terminates."""
        with self._lock:
            if len(self._open) > most:
                _cut(self._open.pop(next(iter(self._open))))

    def _serve(self, number: int, sock: socket.socket, address: object) -> None:
        def secured(successor: socket.socket) -> None:
            with self._lock:
                if number in self._open:
                    self._open[number] = successor

        try:
            connection.serve(sock, self._security(), self._answer, secured)
        except OSError as error:
            # Only at debug level, because clients must not be able to fill the log.
            log.debug("connection to client lost", extra=fields(client=address, error=repr(error)))
        except Exception as error:  # noqa: BLE001 - a bug must cost only one connection
            log.error("connection failed; please report this", extra=fields(error=repr(error)))
        finally:
            self._forget(number)
            sock.close()

    def _forget(self, number: int) -> None:
        with self._lock:
            self._open.pop(number, None)


def _cut(sock: socket.socket) -> None:
    with suppress(OSError):  # already closed
        sock.shutdown(socket.SHUT_RDWR)
