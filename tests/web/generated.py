"""Requests that no client should send: noise, odd parts, mutants, pipelines, huge headers."""

import random
import socket
from collections.abc import Callable

Generator = Callable[[random.Random], bytes]
GOOD = b"GET /metrics HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n"
METHODS = (b"GET", b"HEAD", b"POST", b"PUT", b"get", b"G\x00T", b"", b"CONNECT", b"TRACE")
PATHS = (
    *(b"/metrics", b"/", b"/config", b"/-/healthy", b"/-/ready", b"//", b"/../../etc/passwd"),
    *(b"/%2e%2e/%2e%2e/etc/passwd", b"/metrics%00", b"/%ff%fe", b"/%", b"http://x/metrics", b"*"),
    *(b"http://[::1", b"//[", b"/metrics?" + b"a=b&" * 300, b"/?q=%zz", b"x" * 9000, b"\xff\xfe"),
    *(b"/\\..\\", b"/metrics/", b"/metrics;x", b"/./metrics", b"javascript:1", b"/#", b"?"),
)
VERSIONS = (b"HTTP/1.1", b"HTTP/1.0", b"HTTP/0.9", b"HTTP/2.0", b"HTTP/1.1.1", b"", b"HTTP/9.9")
FIELDS = (
    *(b"Host: x", b"Accept: " + b"a/b;q=0.1," * 200, b"Accept: ;;;,,q=", b"Content-Length: -1"),
    *(
        b"Content-Length: 99999999999999999999",
        b"Transfer-Encoding: chunked",
        b"Expect: 100-continue",
    ),
    *(b"X-Prometheus-Scrape-Timeout-Seconds: nan", b"X-Prometheus-Scrape-Timeout-Seconds: 1e-9"),
    *(b"Authorization: Basic \xff", b"Accept-Encoding: gzip;q=1e9", b": x", b"A b: c", b" folded"),
    *(b"Upgrade: h2c", b"Connection: keep-alive", b"X: " + b"y" * 5000, b"\x00: \x00", b"A:\rb"),
)


def noise(source: random.Random) -> bytes:
    """Return random bytes."""
    return source.randbytes(source.choice((0, 1, 5, 50, 500, 5000)))


def request(source: random.Random) -> bytes:
    """Return a request of unusual parts."""
    line = b" ".join((source.choice(METHODS), source.choice(PATHS), source.choice(VERSIONS)))
    fields = source.choices(FIELDS, k=source.choice((0, 1, 3, 8)))
    return source.choice((b"\r\n", b"\r\n", b"\n", b"\r")).join((line, *fields, b"", b""))


def mutant(source: random.Random) -> bytes:
    """Return a valid request with some bytes changed."""
    changed = bytearray(GOOD)
    for _ in range(source.randint(1, 6)):
        changed[source.randrange(len(changed))] = source.randrange(256)
    return bytes(changed)


def pipeline(source: random.Random) -> bytes:
    """Return many requests for one connection."""
    return GOOD * source.randint(2, 200)


def huge(source: random.Random) -> bytes:
    """Return a header that is too large, with one field or with many."""
    many = b"".join(b"A%d: b\r\n" % number for number in range(source.choice((90, 200, 5000))))
    one = b"A: " + b"b" * source.choice((1000, 33_000, 200_000)) + b"\r\n"
    return b"GET /metrics HTTP/1.1\r\nHost: x\r\n" + source.choice((many, one)) + b"\r\n"


def framed(source: random.Random) -> bytes:
    """Return a request whose body looks like another request, and one behind it."""
    body = GOOD * source.randint(0, 3)
    length = len(body) + source.choice((0, 0, 0, 1, -1, 10**6, 10**9))
    frame = source.choice((b"Content-Length: %d", b"Content-Length: %d\r\nContent-Length: 0"))
    frame = source.choice((frame % length, b"Transfer-Encoding: chunked", b"Expect: 100-continue"))
    return b"POST /-/healthy HTTP/1.1\r\nHost: x\r\n" + frame + b"\r\n\r\n" + body + GOOD


def filled(source: random.Random) -> bytes:
    """Return a request with a field that is filled with one kind of bytes."""
    name = source.choice((b"Accept", b"Accept-Encoding", b"Authorization", b"Connection", b"X"))
    unit = source.choice((b" ", b"\t", b",", b";", b"0", b"QUJD", b"a, ", b";q=1,"))
    end = source.choice((b"", b"\0", b"x", b"\x7f"))
    value = unit * (source.choice((100, 8000, 31_000)) // len(unit)) + end
    return b"GET /metrics HTTP/1.1\r\nHost: x\r\n" + name + b": " + value + b"\r\n\r\n"


GENERATORS: tuple[Generator, ...] = (
    noise,
    request,
    request,
    request,
    mutant,
    mutant,
    pipeline,
    huge,
    framed,
    filled,
)


def throw(port: int, sent: bytes, step: int = 0) -> bytes:
    """Send bytes on a new connection, `step` at once; return the first 64 bytes of the reply."""
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.settimeout(20)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        # Close with a reset: tens of thousands of sockets in TIME_WAIT would use up all ports.
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        try:
            for at in range(0, len(sent), step or max(len(sent), 1)):
                client.sendall(sent[at : at + (step or len(sent))])
            client.shutdown(socket.SHUT_WR)
            return client.recv(64)
        except OSError:
            return b""
