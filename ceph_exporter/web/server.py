"""The HTTP server: one thread per connection.

No client can block it: the accept loop does nothing else, every step of a connection has a time
limit (connection.py), and if there are too many connections, the one that has been idle for the
longest time is closed (connections.py).
"""

import selectors
import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import TypeAlias

from ceph_exporter.log import fields, log
from ceph_exporter.web import connection
from ceph_exporter.web.connection import Count, Handler, Service, ignore
from ceph_exporter.web.connections import Connections, Slot
from ceph_exporter.web.request import Reply, Request
from ceph_exporter.web.security import OPEN, Security

MAX_CONNECTIONS = 256
"""Maximum number of open connections: a quarter of the 1024 descriptors that services have."""

CLOSE_PATIENCE = 2.0
"""Seconds for unfinished replies when the server closes."""

Page: TypeAlias = Callable[[Request], Reply]


def router(pages: Mapping[str, Page], actions: Mapping[str, Page] | None = None) -> Handler:
    """Return a handler that looks up pages (GET and HEAD) and actions (POST) by path."""
    actions = actions or {}

    def answer(request: Request) -> Reply:
        read = request.method in ("GET", "HEAD")
        page = (pages if read else actions).get(request.path)
        if page is not None and (read or request.method == "POST"):
            if not read and _forged(request):
                return Reply(b"refused: this request comes from another site\n", status=403)
            return page(request)
        allowed = ["GET, HEAD"] * (request.path in pages) + ["POST"] * (request.path in actions)
        if allowed:
            allow = {"Allow": ", ".join(allowed)}
            return Reply(b"method not allowed\n", status=405, headers=allow)
        return Reply(b"not found\n", status=404)

    return answer


def _forged(request: Request) -> bool:
    """Return whether a page of another site made a browser send this request.

    Browsers before 2023 send only Origin. Programs send neither header.
    """
    headers = request.headers
    if site := headers.get("sec-fetch-site", ""):
        return site not in ("same-origin", "none")
    origin = headers.get("origin", "")
    return bool(origin) and origin.lower().partition("://")[2] != headers.get("host", "").lower()


class Server:
    """Serves replies of the handler `answer` on listening sockets; owns the sockets.

    count: called with each request and the status of its reply.
    """

    def __init__(
        self,
        listeners: Iterable[socket.socket],
        answer: Handler,
        security: Callable[[], Security] = lambda: OPEN,
        count: Count = ignore,
    ) -> None:
        self._listeners = list(listeners)
        self._connections = Connections()
        self._service = Service(security, answer, self._connections, count)
        self._wake, self._woken = socket.socketpair()
        self._thread = threading.Thread(target=self._accept, name="web", daemon=True)

    def start(self) -> None:
        """Start to serve, in a separate thread."""
        self._thread.start()

    def close(self) -> None:
        """Stop listening, close idle connections, and the others after their reply."""
        self._wake.close()
        if self._thread.ident is not None:
            self._thread.join()
        self._woken.close()
        for listener in self._listeners:
            listener.close()
        self._connections.close(CLOSE_PATIENCE)

    def _accept(self) -> None:
        with selectors.DefaultSelector() as selector:
            for listener in self._listeners:
                with suppress(OSError):  # a Unix socket lacks the option and does not need it
                    # Connections inherit it, which saves each of them a system call.
                    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
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
                self._connections.shed()
                threading.Event().wait(0.1)  # out of descriptors: do not spin
            return
        slot = self._connections.add(sock, MAX_CONNECTIONS)
        if slot is None:
            sock.close()
            return
        try:
            threading.Thread(target=self._serve, args=(slot, address), daemon=True).start()
        except RuntimeError:  # the system refuses another thread
            self._connections.remove(slot)
            sock.close()

    def _serve(self, slot: Slot, address: object) -> None:
        client = str(address[0]) if isinstance(address, tuple) else ""
        try:
            connection.serve(self._service, slot, client)
        except OSError as error:
            # Only at debug level, because clients must not be able to fill the log.
            log.debug("connection to client lost", extra=fields(client=address, error=repr(error)))
        except Exception as error:  # noqa: BLE001 - a bug must cost only one connection
            log.error("connection failed; please report this", extra=fields(error=repr(error)))
        finally:
            self._connections.remove(slot)
            slot.sock.close()
