"""Parses request headers with h11, and the values of Accept headers; all functions are pure.

Input on which h11 would take more than linear time is refused first: its pattern for fields
backtracks quadratically over blanks before a control character.
"""

import math
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qs, unquote

import h11

HEADER_LIMIT = 32 * 1024
"""Maximum size of a header in bytes."""
FIELDS_LIMIT = 100
ACCEPT_LIMIT = 4096
"""Number of characters of an Accept header that are read; browsers send fewer than 200."""

_CACHED = 2048
"""Size of the largest header whose result is cached; Prometheus sends 400 bytes."""
_FORBIDDEN = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|\n[ \t]")
"""Control characters, a bare CR, and folded lines, which proxies interpret in different ways."""
_LENGTH = re.compile(rb"\ncontent-length:([^\n]*)", re.IGNORECASE)
_PASSWORD = re.compile(rb"\r\nAuthorization: (Basic [A-Za-z0-9+/=]++)(?=\r\n|\Z)")
"""A field with a password, as most clients write it. It can be parsed apart from the others."""
_ABSOLUTE = re.compile(r"https?://[^/?#]+", re.IGNORECASE)
_Q = re.compile(r"0(\.\d{0,3})?|1(\.0{0,3})?")
_NUMBER_LIMIT = 32


class Request(NamedTuple):
    """A request as pages see it.

    query: the last value of each parameter. headers: names are in lower case. length: bytes of the
    body. keep_alive: whether the client may send another request on the connection. client: the
    address that it comes from, empty for a Unix socket.
    """

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    method: str = "GET"
    length: int = 0
    keep_alive: bool = False
    version: str = "1.1"
    client: str = ""


class Reply(NamedTuple):
    """A reply. headers: in addition to Content-Type.

    start: sent before the body; a separate object, which need not be copied for each client.
    """

    body: bytes
    content_type: str = "text/plain; charset=utf-8"
    status: int = 200
    headers: Mapping[str, str] = {}
    start: bytes = b""


class BadRequestError(Exception):
    """The client did not send a valid request. status: the HTTP status of the reply."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


def parse(header: bytes) -> Request:
    """Return the request in a header without its final empty line; raises BadRequestError.

    Prometheus sends the same header with every scrape, so results are cached, but without a
    password, which must not stay in memory.
    """
    if len(header) > _CACHED:
        return _parse(header)
    passwords = list(_PASSWORD.finditer(header))
    if len(passwords) != 1:
        return _parse(header) if b"\nauthorization:" in header.lower() else _parse_cached(header)
    (line,) = passwords
    request = _parse_cached(header[: line.start()] + header[line.end() :])
    if "authorization" in request.headers:  # a second time, in another form
        return _parse(header)
    return request._replace(headers={**request.headers, "authorization": line[1].decode()})


def _parse(header: bytes) -> Request:
    _check(header)
    event = _event(header)
    version = event.http_version.decode()
    if not version.startswith("1."):
        raise BadRequestError(505, "unsupported HTTP version; use HTTP/1.0 or HTTP/1.1")
    headers: dict[str, str] = {}
    for raw_name, raw_value in event.headers:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    if "transfer-encoding" in headers:
        # With a length as well, or in HTTP/1.0, it may smuggle a request past a proxy.
        if "content-length" in headers or version == "1.0":
            raise BadRequestError(400, "Transfer-Encoding cannot be combined with these headers")
        raise BadRequestError(411, "send a body with Content-Length")
    path, query = _target(event.target.decode("latin-1"))
    options = {option.strip() for option in headers.get("connection", "").lower().split(",")}
    keep_alive = "close" not in options and (version != "1.0" or "keep-alive" in options)
    length = int(headers.get("content-length", "0"))  # h11 allows digits only, at most 20
    return Request(path, query, headers, event.method.decode(), length, keep_alive, version)


_parse_cached = lru_cache(maxsize=16)(_parse)


def _check(header: bytes) -> None:
    if len(header) > HEADER_LIMIT:
        raise BadRequestError(431, "header too large")
    if header.count(b"\n") > FIELDS_LIMIT:
        raise BadRequestError(431, "too many header fields")
    if _FORBIDDEN.search(header):
        raise BadRequestError(400, "control character or folded line in the header")
    lengths = _LENGTH.findall(header)
    if len(lengths) > 1 or b"," in b"".join(lengths):  # h11 accepts repetitions of one length
        raise BadRequestError(400, "more than one Content-Length")


def _event(header: bytes) -> h11.Request:
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=HEADER_LIMIT)
    connection.receive_data(header + b"\r\n\r\n")
    try:
        event = connection.next_event()
    except h11.RemoteProtocolError as error:
        reason = str(error).partition(": bytearray(")[0]  # without what the client sent
        raise BadRequestError(error.error_status_hint, reason) from None
    if not isinstance(event, h11.Request):
        raise BadRequestError(400, "malformed request line")
    return event


def _target(target: str) -> tuple[str, dict[str, str]]:
    # Dots and double slashes are not resolved: paths are looked up in a table unchanged.
    absolute = _ABSOLUTE.match(target)
    rest = target[absolute.end() :] if absolute else target
    path, _, query = rest.partition("#")[0].partition("?")
    try:
        values = parse_qs(query, keep_blank_values=True, max_num_fields=FIELDS_LIMIT)
    except ValueError:
        raise BadRequestError(400, "too many parameters") from None
    return unquote(path) or "/", {name: listed[-1] for name, listed in values.items()}


def scrape_timeout(headers: Mapping[str, str]) -> float:
    """Return the seconds until Prometheus aborts this scrape; infinite for other clients."""
    text = headers.get("x-prometheus-scrape-timeout-seconds", "")
    try:
        seconds = float(text) if len(text) <= _NUMBER_LIMIT else math.inf
    except ValueError:
        return math.inf
    return seconds if seconds > 0 else math.inf


class Range(NamedTuple):
    """One element of an Accept header: a media range or content coding. q: its weight, 0 to 1."""

    name: str
    parameters: Mapping[str, str]
    q: float


def ranges(accept: str) -> tuple[Range, ...]:
    """Return the elements of an Accept header, except those with an invalid q value."""
    return _ranges(accept[:ACCEPT_LIMIT])


@lru_cache(maxsize=16)  # Prometheus sends the same header with every scrape
def _ranges(accept: str) -> tuple[Range, ...]:
    elements = []
    for part in accept.lower().split(","):
        name, *pieces = [piece.strip() for piece in part.split(";")]
        pairs = (piece.partition("=") for piece in pieces)
        parameters = {key.strip(): value.strip(' "') for key, _, value in pairs}
        q = parameters.pop("q", "1")
        if name and _Q.fullmatch(q):
            elements.append(Range(name, parameters, float(q)))
    return tuple(elements)


def accepts_gzip(accept_encoding: str) -> bool:
    """Return whether the client names gzip; a wildcard is not enough."""
    return any(coding.name == "gzip" and coding.q > 0 for coding in ranges(accept_encoding))
