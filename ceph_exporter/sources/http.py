"""The HTTP client: requests with strict limits. Only this module uses httpx.

httpx's timeouts are per operation, so a server that sends one byte per second never exceeds them.
Here, each request has a deadline, at which the connection is shut down. The host name is resolved
before the request, because httpx would resolve it without a time limit. httpx then receives the
address to connect to, and the name for the Host header and the check of the certificate.
"""

import ssl
import threading
from collections.abc import Callable, Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, NamedTuple

import httpx

from ceph_exporter import __version__
from ceph_exporter.config import Poll
from ceph_exporter.deadline import Deadline
from ceph_exporter.printable import quoted
from ceph_exporter.sources import linear_headers, reasons
from ceph_exporter.sources.base import ErrorKind, SourceError
from ceph_exporter.sources.resolve import resolve
from ceph_exporter.sources.shared_socket import SharedSocket
from ceph_exporter.sources.tls import DEFAULT_TLS, Tls, context

_CODINGS = ("identity", "gzip", "deflate")  # proxies compress although nobody asked them to
_MOMENT = 0.1
"""If a connection attempt times out with at most this many seconds left, the deadline caused it."""
BODY_LIMIT = int(Poll().body_limit)
"""The default limit for the size of an answer, in bytes."""
CONNECT_TIMEOUT = 5.0
"""Seconds for each step of connecting to one address (TCP, then TLS), so that other addresses can
still be tried."""


linear_headers.install()


class Response(NamedTuple):
    """Status, headers with lower-case names, and the complete body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class TooLargeError(SourceError):
    """The answer is larger than the limit and was not read."""


class Http:
    """A client for one base URL: one request at a time, without cookies, redirects or proxies.

    Raises SourceError: UNREACHABLE if no complete answer arrives in time, UNTRUSTED if the
    certificate is not accepted, FAILED if the answer is too large, and REFUSED, on creation, if the
    CA file cannot be used. verify: the certificates to trust, instead of those in `tls`; loading
    them takes 25 ms and 1 MB.
    """

    def __init__(
        self,
        url: str,
        *,
        tls: Tls = DEFAULT_TLS,
        limit: int = BODY_LIMIT,
        verify: ssl.SSLContext | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        self._context = verify or context(tls)
        self._limit = limit
        self._addresses: list[str] = []
        self._socket = SharedSocket()
        self._client = httpx.Client(
            verify=self._context,
            headers={
                "User-Agent": f"ceph_exporter/{__version__}",
                "Accept-Encoding": "identity",  # compressing costs the mgr more than it saves
            },
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
            cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
            follow_redirects=False,
            trust_env=False,
        )

    def request(  # noqa: PLR0913 - the parts of a request
        self,
        method: str,
        path: str,
        deadline: Deadline,
        *,
        headers: Mapping[str, str] | None = None,
        json: object = None,
        check: Callable[[Response], object] = lambda _: None,
    ) -> Response:
        """Request `path` below the base URL and return the complete answer.

        check: raises SourceError if the answer shows that this is the wrong server, for example a
        standby mgr. The other addresses of the host are then tried.
        """
        if not self._socket.enter():
            raise SourceError(ErrorKind.UNREACHABLE, f"{self.url}: the connection was abandoned")
        try:
            return self._checked(check, method, path, deadline, headers or {}, json)
        finally:
            if self._socket.leave():
                self.close()

    def twin(self) -> "Http":
        """Return a client for the same URL with a connection of its own."""
        return Http(self.url, limit=self._limit, verify=self._context)

    def abort(self) -> None:
        """End the connection, even during a request in another thread, which then fails."""
        if self._socket.abort():
            self.close()

    def close(self) -> None:
        """Close the connection."""
        self._client.close()
        self._socket.remember(None)

    def _checked(  # noqa: PLR0913, PLR0917 - the parts of a request
        self,
        check: Callable[[Response], object],
        method: str,
        path: str,
        deadline: Deadline,
        headers: Mapping[str, str],
        json: object,
    ) -> Response:
        """Return the first answer of an address that passes the check."""
        tried = 0
        while True:
            response = self._complete(method, path, deadline, headers, json)
            try:
                check(response)
            except SourceError:
                tried += 1
                if tried >= len(self._addresses) or not deadline.left:
                    raise
                self._addresses.append(self._addresses.pop(0))
            else:
                return response

    def _complete(
        self,
        method: str,
        path: str,
        deadline: Deadline,
        headers: Mapping[str, str],
        json: object,
    ) -> Response:
        for _ in range(2):
            try:
                return self._request(method, path, deadline, headers, json)
            except httpx.RemoteProtocolError as error:
                # The server has just closed an idle connection: try once more on a new one.
                is_dropped = (
                    "without sending a response" in str(error) and not self._socket.is_aborted
                )
                if method == "GET" and is_dropped:
                    failure: Exception = error
                    continue
                raise self._unreachable(error, deadline) from None
            except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, RuntimeError) as error:
                raise self._unreachable(error, deadline) from None
        raise self._unreachable(failure, deadline)

    def _request(
        self,
        method: str,
        path: str,
        deadline: Deadline,
        headers: Mapping[str, str],
        json: object,
    ) -> Response:
        url = httpx.URL(self.url + path)
        name = url.raw_host.decode("ascii")
        # Resolved only once: a source that fails is replaced, and the new one resolves again.
        self._addresses = self._addresses or resolve(url.host, deadline)
        request = self._client.build_request(
            method,
            url,
            headers=dict(headers),
            json=json,
            extensions={"trace": self._trace, "sni_hostname": name},
        )
        for address in tuple(self._addresses):
            request.url = url.copy_with(host=address)
            try:
                return self._send(request, deadline)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failure = error
                self._addresses.append(self._addresses.pop(0))
        raise failure

    def _send(self, request: httpx.Request, deadline: Deadline) -> Response:
        left = deadline.left
        if not left:
            raise httpx.ReadTimeout("")
        timeout = httpx.Timeout(left, connect=min(left, CONNECT_TIMEOUT))
        request.extensions = {**request.extensions, "timeout": timeout.as_dict()}
        timer = threading.Timer(left, self._socket.shut_down)
        timer.daemon = True
        timer.start()
        try:
            response = self._client.send(request, stream=True)
            try:
                body = self._read(response, deadline)
            finally:
                response.close()
        except BaseException:
            self._socket.remember(None)  # otherwise the duplicate socket keeps the connection open
            raise
        finally:
            timer.cancel()
        return Response(response.status_code, response.headers, body)

    def _read(self, response: httpx.Response, deadline: Deadline) -> bytes:
        coding = response.headers.get("content-encoding", "identity").lower()
        if coding not in _CODINGS:  # each decoder more multiplies the size
            raise httpx.DecodingError(f"unexpected Content-Encoding {quoted(coding)}")
        declared = response.headers.get("content-length", "0")
        if declared.isdecimal() and int(declared) > self._limit:
            raise self._too_large()
        parts, size = [], 0
        for part in response.iter_bytes():
            size += len(part)
            if size > self._limit:
                raise self._too_large()
            if not deadline.left:
                raise httpx.ReadTimeout("")
            parts.append(part)
        return b"".join(parts)

    def _too_large(self) -> SourceError:
        return TooLargeError(
            ErrorKind.FAILED,
            f"the answer from {self.url} is larger than {self._limit >> 20} MiB and was not read; "
            "raise --poll.body-limit (poll.body_limit)",
        )

    def _trace(self, event: str, info: Mapping[str, Any]) -> None:
        # TLS detaches the original socket, but a duplicate can still shut down the connection.
        if event == "connection.connect_tcp.complete":
            self._socket.remember(info["return_value"].get_extra_info("socket").dup())

    def _unreachable(self, error: Exception, deadline: Deadline) -> SourceError:
        if isinstance(error, TimeoutError) and not self._addresses:
            reason = reasons.NO_NAME
        elif isinstance(error, httpx.ConnectTimeout) and deadline.left > _MOMENT:
            reason = reasons.NO_CONNECTION
        elif isinstance(error, httpx.TimeoutException) or not deadline.left:
            reason = reasons.LATE
        else:
            reason = reasons.reason(error)
        kind = ErrorKind.UNTRUSTED if reasons.UNTRUSTED in str(error) else ErrorKind.UNREACHABLE
        return SourceError(kind, f"{self.url}: {reason}")
