"""The only module that knows an HTTP client: one request, with limits that hold.

httpx' timeouts are per operation, so a server that drips a byte a second never meets them. Here a
request has a deadline of its own: when it passes, the connection is shut down under it. The host's
name is looked up before, as httpx would do that without a limit; it gets the address to connect to,
and the name for the Host header and for the certificate.
"""

import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, NamedTuple

import httpx

from ceph_exporter import __version__
from ceph_exporter.config import Poll
from ceph_exporter.deadline import Deadline
from ceph_exporter.sources.base import ErrorKind, SourceError
from ceph_exporter.sources.resolve import resolve

BODY_LIMIT = int(Poll().body_limit)
"""Bytes of the largest answer that is read, unless another limit is configured."""
CONNECT_TIMEOUT = 5.0
"""Seconds for an address to take a connection, TLS included: a dead host leaves time for others."""


class Tls(NamedTuple):
    """How the server's certificate is checked."""

    ca_file: str | None = None
    insecure_skip_verify: bool = False


DEFAULT_TLS = Tls()


class Response(NamedTuple):
    """Status, headers with lower-case names, and the whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Http:
    """Requests to one base URL, one at a time, without cookies, redirects or proxies.

    Raises SourceError: UNREACHABLE for everything that keeps the answer from arriving whole and in
    time, UNTRUSTED for a certificate that is not accepted, FAILED for an answer that is too large.
    """

    def __init__(
        self,
        url: str,
        *,
        tls: Tls = DEFAULT_TLS,
        limit: int = BODY_LIMIT,
    ) -> None:
        self.url = url.rstrip("/")
        self._limit = limit
        self._addresses: list[str] = []
        self._sock: socket.socket | None = None
        self._client = httpx.Client(
            verify=_context(tls),
            headers={
                "User-Agent": f"ceph_exporter/{__version__}",
                "Accept-Encoding": "identity",  # compressing costs the mgr more than it saves
            },
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
            cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
            follow_redirects=False,
            trust_env=False,
        )

    def request(
        self,
        method: str,
        path: str,
        deadline: Deadline,
        *,
        headers: Mapping[str, str] | None = None,
        json: object = None,
    ) -> Response:
        """Ask for `path` below the base URL and read the answer whole."""
        for _ in range(2):
            try:
                return self._request(method, path, deadline, headers or {}, json)
            except httpx.RemoteProtocolError as error:
                # A kept connection that the server closed just now: once more on a new one.
                if method == "GET" and "without sending a response" in str(error):
                    failure: Exception = error
                    continue
                raise self._unreachable(error, deadline) from None
            except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
                raise self._unreachable(error, deadline) from None
        raise self._unreachable(failure, deadline)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()
        self._keep(None)

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
        # Found once: a source that fails is made anew, and looks again.
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
        cut = threading.Timer(left, self._cut)
        cut.daemon = True
        cut.start()
        try:
            response = self._client.send(request, stream=True)
            try:
                body = self._read(response, deadline)
            finally:
                response.close()
        except BaseException:
            self._keep(None)  # or the duplicate would hold the connection open
            raise
        finally:
            cut.cancel()
        return Response(response.status_code, response.headers, body)

    def _read(self, response: httpx.Response, deadline: Deadline) -> bytes:
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
        return SourceError(
            ErrorKind.FAILED,
            f"the answer of {self.url} is larger than {self._limit >> 20} MiB, so not read; see "
            "--poll.body-limit (poll.body_limit)",
        )

    def _trace(self, event: str, info: Mapping[str, Any]) -> None:
        # A duplicate of the socket reaches the connection whatever TLS makes of the original.
        if event == "connection.connect_tcp.complete":
            self._keep(info["return_value"].get_extra_info("socket").dup())

    def _keep(self, sock: socket.socket | None) -> None:
        before, self._sock = self._sock, sock
        if before is not None:
            before.close()

    def _cut(self) -> None:
        sock = self._sock
        if sock is not None:
            with suppress(OSError):  # closed by the other side already
                sock.shutdown(socket.SHUT_RDWR)

    def _unreachable(self, error: Exception, deadline: Deadline) -> SourceError:
        if isinstance(error, TimeoutError) and not self._addresses:
            reason = _NO_NAME
        elif isinstance(error, httpx.ConnectTimeout) and deadline.left > _MOMENT:
            reason = _NO_CONNECTION
        elif isinstance(error, httpx.TimeoutException) or not deadline.left:
            reason = _LATE
        else:
            reason = _reason(error)
        kind = ErrorKind.UNTRUSTED if _UNTRUSTED in str(error) else ErrorKind.UNREACHABLE
        return SourceError(kind, f"{self.url}: {reason}")


def _context(tls: Tls) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=tls.ca_file)
    except OSError as error:  # gone since the configuration was read, or no certificate in it
        reason = "no certificate in it" if isinstance(error, ssl.SSLError) else error.strerror
        raise SourceError(
            ErrorKind.REFUSED, f"cannot use --cluster.ca-file (tls.ca_file) {tls.ca_file}: {reason}"
        ) from None
    if tls.insecure_skip_verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


_LATE = "no whole answer in time; is Ceph without quorum, or --poll.timeout too short?"
_UNTRUSTED = "certificate verify failed"
_MOMENT = 0.1
"""Seconds: with less left it was the deadline that ended a connection under way."""
_NO_NAME = "the name server did not answer in time; check DNS, or use an address in the URL"
_NO_CONNECTION = "no connection in time; is the host up, and does the firewall let it through?"
_HINTS = {
    "certificate has expired": "the server's certificate has expired; renew it",
    "self-signed certificate": "the server's certificate is self-signed; name it with "
    "--cluster.ca-file (tls.ca_file), or --cluster.insecure-skip-verify",
    "unable to get local issuer": "the server's certificate is signed by an unknown CA; name it "
    "with --cluster.ca-file (tls.ca_file)",
    "ostname mismatch": "the server's certificate is for another name; use that name in the URL",
    "IP address mismatch": "the server's certificate is for another name; use that name in the URL",
    "WRONG_VERSION_NUMBER": "the server does not speak TLS here; use http:// or another port",
    "Connection refused": "connection refused; is the service running, and is the port right?",
    "Name or service not known": "unknown host name; check the URL and DNS",
    "name resolution": "unknown host name; check the URL and DNS",
    "without sending a response": "the server closed the connection without an answer; is it "
    "http:// where https:// is needed?",
    "No route to host": "no route to the host; check the URL and the firewall",
    "UNEXPECTED_EOF": "the server broke off TLS; is it https:// where http:// is needed?",
    "Connection reset": "the server reset the connection; is http:// or https:// right in the URL?",
    "illegal status line": "the server does not speak HTTP here; use https:// or another port",
    # The error itself would quote the header, which may be a token.
    "Illegal header value": "a header that HTTP does not allow; check the user's name and token",
    "complete message body": "the answer ended too early; is there a proxy that cuts it off?",
}


def _reason(error: Exception) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    hints = (hint for sign, hint in _HINTS.items() if sign in text)
    return next(hints, f"{text}; check the URL and the way there")
