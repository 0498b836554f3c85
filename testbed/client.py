"""An HTTP client for requests to the exporter."""

from __future__ import annotations

import http.client
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping


class Answer(NamedTuple):
    """An HTTP response; the names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def ask(  # noqa: PLR0913 - the parts of a request
    port: int,
    path: str,
    method: str = "GET",
    *,
    tls: ssl.SSLContext | None = None,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
) -> Answer:
    """Send a request and return the response."""
    connection = (
        http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        if tls is None
        else http.client.HTTPSConnection("127.0.0.1", port, timeout=20, context=tls)
    )
    try:
        connection.request(method, path, body, dict(headers or {}))
        response = connection.getresponse()
        names = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, names, response.read())
    finally:
        connection.close()


def scrape(port: int, timeout: float = 20.0) -> bytes:
    """Return the compressed page of metrics; raise OSError or HTTPException if that fails."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", "/metrics", headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        if answer.status != 200:
            raise http.client.HTTPException(str(answer.status))
        return answer.read()
    finally:
        connection.close()


def raw(port: int, *parts: bytes) -> bytes:
    """Send the parts and close the sending side; return everything that the server sends."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        received = []
        with suppress(OSError):  # the server may close first
            for part in parts:
                client.sendall(part)
            client.shutdown(socket.SHUT_WR)
        with suppress(ConnectionError):
            while part := client.recv(65536):
                received.append(part)
        return b"".join(received)
