"""A request's header to a Request, and what its Accept headers ask for: pure functions."""

import math
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qs, unquote

HEADER_LIMIT = 32 * 1024
"""Bytes of the longest header that is read."""
FIELDS_LIMIT = 100

_LINE = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+) (\S+) HTTP/(\d)\.(\d)")
_FIELD = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*")
_ABSOLUTE = re.compile(r"https?://[^/?#]+", re.IGNORECASE)
_Q = re.compile(r"0(\.\d{0,3})?|1(\.0{0,3})?")


class Request(NamedTuple):
    """What a page may look at: headers with lower-case names, the query's last values."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    method: str = "GET"


class Reply(NamedTuple):
    """An answer: body, Content-Type, status, further headers.

    start: what is sent before the body and too large to be copied for each client.
    """

    body: bytes
    content_type: str = "text/plain; charset=utf-8"
    status: int = 200
    headers: Mapping[str, str] = {}
    start: bytes = b""


class BadRequestError(Exception):
    """What a client sent is no request: the status to answer with, and why."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


def parse(header: bytes) -> Request:
    """Parse the bytes up to the empty line; raises BadRequestError."""
    first, *lines = header.decode("latin-1").replace("\r\n", "\n").split("\n")
    found = _LINE.fullmatch(first)
    if found is None:
        raise BadRequestError(400, "malformed request line")
    method, target, major, minor = found.groups()
    if major != "1":
        raise BadRequestError(505, "HTTP/1.0 and HTTP/1.1 are spoken here")
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
    # No resolving of dots or double slashes: a path is looked up in a table as it stands.
    path, _, query = _ABSOLUTE.sub("", target, count=1).partition("#")[0].partition("?")
    try:
        values = parse_qs(query, keep_blank_values=True, max_num_fields=FIELDS_LIMIT)
    except ValueError:
        raise BadRequestError(400, "too many parameters") from None
    return unquote(path) or "/", {key: found[-1] for key, found in values.items()}


def scrape_timeout(headers: Mapping[str, str]) -> float:
    """Seconds after which Prometheus gives this scrape up; infinite for other clients."""
    try:
        seconds = float(headers.get("x-prometheus-scrape-timeout-seconds", "inf"))
    except ValueError:
        return math.inf
    return seconds if seconds > 0 else math.inf


class Range(NamedTuple):
    """One element of an Accept header: a media range or coding, its parameters, its q value."""

    name: str
    parameters: Mapping[str, str]
    q: float


@lru_cache(maxsize=16)  # every scrape of a Prometheus has the same
def ranges(accept: str) -> tuple[Range, ...]:
    """Split an Accept header; an element whose q value is nonsense counts as absent."""
    found = []
    for part in accept.lower().split(","):
        name, *pieces = [piece.strip() for piece in part.split(";")]
        pairs = (piece.partition("=") for piece in pieces)
        parameters = {key.strip(): value.strip(' "') for key, _, value in pairs}
        q = parameters.pop("q", "1")
        if name and _Q.fullmatch(q):
            found.append(Range(name, parameters, float(q)))
    return tuple(found)


def accepts_gzip(accept_encoding: str) -> bool:
    """Say whether the client asked for gzip by name."""
    return any(found.name == "gzip" and found.q > 0 for found in ranges(accept_encoding))
