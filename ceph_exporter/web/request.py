"""Parses the header of a request and its Accept headers, in pure functions."""

import math
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qs, unquote

HEADER_LIMIT = 32 * 1024
"""Maximum size of a header in bytes."""
FIELDS_LIMIT = 100

_LINE = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+) (\S+) HTTP/(\d)\.(\d)")
_FIELD = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*")
_ABSOLUTE = re.compile(r"https?://[^/?#]+", re.IGNORECASE)
_Q = re.compile(r"0(\.\d{0,3})?|1(\.0{0,3})?")


class Request(NamedTuple):
    """A request as pages see it.

    query: the last value of each parameter. headers: names are in lower case.
    """

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    method: str = "GET"


class Reply(NamedTuple):
    """A reply. headers: in addition to Content-Type.

    start: sent before the body; apart from it because it is too large to be copied for each client.
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
    """Return the request in a header without its final empty line; raises BadRequestError."""
    first, *lines = header.decode("latin-1").replace("\r\n", "\n").split("\n")
    match = _LINE.fullmatch(first)
    if match is None:
        raise BadRequestError(400, "malformed request line")
    method, target, major, minor = match.groups()
    if major != "1":
        raise BadRequestError(505, "unsupported HTTP version; use HTTP/1.0 or HTTP/1.1")
    if len(lines) > FIELDS_LIMIT:
        raise BadRequestError(431, "too many header fields")
    headers: dict[str, str] = {}
    for line in lines:
        field = _FIELD.fullmatch(line)
        if field is None or "\0" in line or "\r" in line:
            raise BadRequestError(400, "malformed header field")
        headers[field[1].lower()] = field[2]
    if minor != "0" and "host" not in headers:
        raise BadRequestError(400, "missing Host header")
    path, query = _target(target)
    return Request(path, query, headers, method)


def _target(target: str) -> tuple[str, dict[str, str]]:
    # Dots and double slashes are not resolved: paths are looked up in a table unchanged.
    path, _, query = _ABSOLUTE.sub("", target, count=1).partition("#")[0].partition("?")
    try:
        values = parse_qs(query, keep_blank_values=True, max_num_fields=FIELDS_LIMIT)
    except ValueError:
        raise BadRequestError(400, "too many parameters") from None
    return unquote(path) or "/", {name: listed[-1] for name, listed in values.items()}


def scrape_timeout(headers: Mapping[str, str]) -> float:
    """Return the seconds until Prometheus aborts this scrape; infinite for other clients."""
    try:
        seconds = float(headers.get("x-prometheus-scrape-timeout-seconds", "inf"))
    except ValueError:
        return math.inf
    return seconds if seconds > 0 else math.inf


class Range(NamedTuple):
    """One element of an Accept header: a media range or content coding. q: its weight, 0 to 1."""

    name: str
    parameters: Mapping[str, str]
    q: float


@lru_cache(maxsize=16)  # a Prometheus sends the same header with every scrape
def ranges(accept: str) -> tuple[Range, ...]:
    """Return the elements of an Accept header, except those with an invalid q value."""
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
