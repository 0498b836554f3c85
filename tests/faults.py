"""Faults of a proxy in front of Ceph, and the forwarding of a healthy one."""

import http.client
import random
from collections.abc import Callable
from typing import TypeAlias
from urllib.parse import urlsplit

from tests.sources import fakes
from tests.sources.faulty import Behaviour, Connection, Reply, Request, answering

Healthy: TypeAlias = Callable[[Request], Reply]


def forwarding(url: str) -> Healthy:
    """Return a proxy that forwards requests to a URL."""
    to = urlsplit(url).netloc

    def forward(request: Request) -> Reply:
        connection = http.client.HTTPConnection(to, timeout=20)
        try:
            connection.request(request.method, request.path, headers=dict(request.headers))
            answer = connection.getresponse()
            return Reply(answer.status, answer.read(), answer.headers["content-type"])
        finally:
            connection.close()

    return forward


def always(status: int, body: bytes, type_: str = "application/json", **headers: str) -> Behaviour:
    """Send the same answer to every request."""
    return answering(lambda _: Reply(status, body, type_, headers))


def start_answer(connection: Connection, length: int) -> None:
    """Read a request and send the first bytes of an answer with this length."""
    connection.request()
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n{" % length)


def reset(connection: Connection) -> None:
    """Reset the connection in the middle of an answer."""
    start_answer(connection, 1000)
    connection.server.stopped.wait(0.05)
    connection.reset()


def drip(connection: Connection) -> None:
    """Send the answer one byte at a time, slowly."""
    start_answer(connection, 1000)
    connection.drip(b" " * 1000)


def flood(connection: Connection) -> None:
    """Send 200 MB."""
    start_answer(connection, 200_000_001)
    for _ in range(200):
        connection.send(b" " * 1_000_000)


def noise(connection: Connection) -> None:
    """Send random bytes instead of an answer."""
    connection.request()
    connection.send(random.Random(7).randbytes(10_000))  # noqa: S311 - no secret


def noisy_body(connection: Connection) -> None:
    """Send an answer with a random body."""
    connection.request()
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n")
    connection.send(random.Random(8).randbytes(10_000))  # noqa: S311 - no secret


FAULTS: dict[str, Behaviour] = {
    "reset at once": Connection.reset,
    "reset in the middle": reset,
    "silence": Connection.silence,
    "a byte now and then": drip,
    "truncated": lambda connection: start_answer(connection, 1000),
    "HTML": always(200, b"<!DOCTYPE html><html><body>Welcome to nginx!</body></html>", fakes.HTML),
    "500": always(500, b'{"detail": "The server encountered an unexpected condition"}'),
    "503": always(503, b"<html><h1>503 Service Unavailable</h1></html>", fakes.HTML),
    "redirect": always(303, b"", fakes.HTML, Location="https://192.0.2.1:8443/"),
    "200 MB": flood,
    "random bytes": noise,
    "a random body": noisy_body,
    "an empty list": always(200, b"[]"),
}
