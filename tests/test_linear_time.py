"""Nothing from outside costs more than linear time: regular expressions, and parsers of texts.

Python's regular expressions backtrack, and hold the interpreter lock while they do: a pattern that
takes quadratic time lets a single text stop the process.
"""

from __future__ import annotations

import json
import logging
import re
from base64 import b64encode
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from ceph_exporter import exposition, metric
from ceph_exporter.collectors import _perf_names, rgw_buckets, versions
from ceph_exporter.config.units import Duration, Size
from ceph_exporter.facts import (
    Facts,
    mds_clients,
    pg_states,
    preluminous,
    progress_events,
    scrub_debt,
)
from ceph_exporter.facts.decode import DecodeError
from ceph_exporter.facts.fs_dump import Filesystem, Mds
from ceph_exporter.facts.health import decode_health
from ceph_exporter.facts.rgw_buckets import Bucket, RgwBuckets
from ceph_exporter.facts.version import decode_version
from ceph_exporter.facts.versions import decode_features
from ceph_exporter.log import Json, Logfmt
from ceph_exporter.web import discovery, request, security
from ceph_exporter.web.interval import Interval
from tests import linear

if TYPE_CHECKING:
    from collections.abc import Callable

CONFIGURED = {
    "ceph_exporter.collectors.perf_counters.__init__",
    "ceph_exporter.collectors.perf_counters.__post_init__",
    "ceph_exporter.collectors._wildcards._patterns",
}
"""Functions with patterns of the operator's own; wildcards take linear time, see below."""
PATTERNS = list(linear.patterns())


def test_all_patterns_are_found() -> None:
    """Every pattern is literal or made at import, except those in the configuration."""
    assert set(linear.unknown_patterns()) == CONFIGURED
    found = {pattern.where.removeprefix("ceph_exporter.") for pattern in PATTERNS}
    assert {"facts.pg_states._COUNT", "facts.preluminous._CODES", "web.reading._END"} <= found


@pytest.mark.parametrize(
    ("pattern", "unit"),
    [(r"\d+ x", "0"), (r"a.*b.*c", "ab"), (r" *: *x?y", " "), (r"^ *(a?) *$", " ")],
)
def test_the_measurement_recognizes_slow_patterns(pattern: str, unit: str) -> None:
    """A search that takes more than linear time is found."""
    assert linear.growth(re.compile(pattern).search, ":", unit, "\0") + linear.growth(
        re.compile(pattern).search, "", unit, "\0"
    )


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.where)
def test_patterns_take_linear_time(pattern: linear.Pattern) -> None:
    """No repetition of characters or of the pattern's own words costs more than linear time."""
    source = pattern.compiled.pattern
    words = linear.literals(source if isinstance(source, str) else source.decode())
    for use in pattern.uses:
        run = calling(pattern.compiled, use)
        for start, unit, end in linear.attacks(words):
            assert not linear.growth(run, start, unit, end), (use, start, unit, end)


def calling(compiled: re.Pattern[str] | re.Pattern[bytes], use: str) -> Callable[[str], object]:
    """Return a function that applies a pattern to a text."""
    method = getattr(compiled, use)
    arguments = [lambda _: b"" if isinstance(compiled.pattern, bytes) else ""] * ("sub" in use)

    def run(text: str) -> object:
        found = method(*arguments, text if isinstance(compiled.pattern, str) else text.encode())
        return list(found) if use == "finditer" else found

    return run


def field(name: str) -> Callable[[str], object]:
    """Return a function that parses a request with a text in a field, and what reads the field."""

    def run(text: str) -> None:
        request._ranges.cache_clear()
        request._parse_cached.cache_clear()
        header = f"GET /sd HTTP/1.1\r\nHost: h\r\n{name}: {text}".encode("latin-1")
        if name == "Host":
            header = header.replace(b"Host: h\r\n", b"")
        with suppress(request.BadRequestError):
            parsed = request.parse(header)
            request.accepts_gzip(parsed.headers.get("accept-encoding", ""))
            request.ranges(parsed.headers.get("accept", ""))
            request.scrape_timeout(parsed.headers)
            discovery.targets([], parsed)

    return run


def target(text: str) -> None:
    """Parse a request with the text in its first line."""
    for line in (text, f"GET /{text} HTTP/1.0", f"GET /?{text} HTTP/1.0", f"GET {text}"):
        request._parse_cached.cache_clear()
        with suppress(request.BadRequestError):
            request.parse(line.encode("latin-1"))


FILESYSTEM = Filesystem(1, "home", (2,), 1, (Mds("a", 0, "up:active"),), 1, 0, 0, 0)


def health(text: str) -> None:
    """Decode health answers of both eras with the text everywhere, and count stuck PGs."""
    line = {"message": text}
    codes = ("SLOW_OPS", "PG_AVAILABILITY", "MON_DISK_LOW", "MON_DISK_BIG", "MON_CLOCK_SKEW")
    check = {"severity": text, "summary": line, "detail": [line]}
    codes_of_all = (*codes, "MON_DOWN", "MDS_CLIENT_RECALL", *scrub_debt.KINDS.values())
    modern = {"status": "HEALTH_WARN", "checks": dict.fromkeys(codes_of_all, check)}
    old = {
        "overall_status": "HEALTH_WARN",
        "summary": [{"severity": "HEALTH_WARN", "summary": text}],
        "detail": [text],
    }
    for answer in (modern, old):
        (fact,) = decode_health(json.dumps(answer).encode())
        pg_states.stuck(fact)  # type: ignore[arg-type]
        scrub_debt.debts(fact)  # type: ignore[arg-type]
        mds_clients.failing(fact, FILESYSTEM)  # type: ignore[arg-type]


def release(text: str) -> None:
    """Decode versions with the text."""
    with suppress(DecodeError):
        decode_version(json.dumps({"version": text}).encode())
    versions._parts(text)


def broken_json(text: str) -> None:
    """Decode the text itself, and inside an answer that has to be repaired."""
    for body in (text, f'{{"a": nan, "b": "{text}', f'{{"a": nan, "b": {text}'):
        with suppress(DecodeError):
            decode_features(body.encode())
        with suppress(DecodeError):
            decode_health(body.encode())


def units(text: str) -> None:
    """Read the text as durations and as a size."""
    for read in (Duration.parse, Size.parse, Interval.parse):
        with suppress(ValueError):
            read(text)


def log_line(text: str) -> None:
    """Write the text to the log, as a message and as a value."""
    record = logging.LogRecord("x", logging.INFO, "x", 1, text.replace("%", ""), None, None)
    record.fields = {"value": text}
    Logfmt().format(record)
    Json().format(record)


def label(text: str) -> None:
    """Export the text as a label and as a name of a counter."""
    shown = metric.Metric("x", "gauge", "x", "x", metric.Labels("a"))
    b"".join(exposition.parts([exposition.lines([(shown, [(shown.labels(text), 1)])])], FORMAT))
    _perf_names.name_of.__wrapped__(text)


FORMAT = exposition.Format.TEXT
FIELDS = ("X", "Host", "Accept", "Accept-Encoding", "Authorization", "Connection", "Content-Length")
PARSERS: dict[str, Callable[[str], object]] = {
    **{name: field(name) for name in (*FIELDS, "Transfer-Encoding", "Expect", "Origin")},
    "timeout": field("X-Prometheus-Scrape-Timeout-Seconds"),
    "target": target,
    "health": health,
    "line of health": preluminous.code_of,
    "progress": progress_events.identify,
    "release": release,
    "broken JSON": broken_json,
    "units": units,
    "log": log_line,
    "label": label,
    "client": security._name.__get__("IP Address"),
}
WORDS = [
    *("HTTP/1.1", "http://", "%41", "a=b&", "gzip;q=1,", "Basic ", "mon.a ", " is ", "pg 1.0 is "),
    *(
        "pool '",
        "' has ",
        "recovering ",
        " pgs stuck ",
        ", daemons [",
        '"group"',
        "nan",
        "1s",
        "::",
    ),
]


@pytest.mark.parametrize("name", PARSERS)
def test_parsers_take_linear_time(name: str) -> None:
    """No repetition of characters or of usual words costs a parser more than linear time."""
    for unit in (*" \t,;:.09a-\"'\\=()[]{}\n/%&", *WORDS):
        for start, end in (("", ""), ("a", "\0"), (" ", "\x7f")):
            assert not linear.growth(PARSERS[name], start, unit, end), (start, unit, end)


@pytest.mark.parametrize("name", sorted(FIELDS))
@pytest.mark.parametrize("unit", [" ", "\t", ",", ";", "0", "QUJD", "a, ", "gzip;q=1,"])
def test_a_request_of_the_largest_size_is_parsed_promptly(name: str, unit: str) -> None:
    """A field as long as a header may be costs less than 50 ms, whatever it is made of."""
    for end in ("", "\0", "a"):
        text = unit * (32_000 // len(unit)) + end
        assert linear._seconds(field(name), text, 3) < 0.05


def test_a_name_and_password_of_any_size_are_read_promptly() -> None:
    """The name and the password in an Authorization header are not searched."""
    users = pytest.importorskip("ceph_exporter.web.users")
    digest = f"$2b$04${'x' * 53}"
    accounts = users.Users({"alice": digest})
    accounts._matches = lambda *_: False
    for unit in (":", "a", "\0", "\xff"):
        run = lambda text: accounts.admit("Basic " + b64encode(text.encode("latin-1")).decode())  # noqa: E731
        assert not linear.growth(run, "", unit, "")


def test_many_digits_in_the_health_are_read_promptly() -> None:
    """A message of 100,000 digits or of many parts is read at once; it used to take minutes."""
    for text in ("9" * 100_000, "9" * 100_000 + " pgs stuck x", "1 pgs stuck " * 10_000):
        assert linear._seconds(health, text, 1) < 1
    assert not linear.growth(lambda text: health(text * 10), "", "x; ", "")


def test_wildcards_take_linear_time() -> None:
    """Whoever names a bucket cannot make the operator's wildcards slow."""
    options = rgw_buckets.Options(include="*a*a*a*a*a*a*a*a*a*b")

    def run(name: str) -> object:
        bucket = Bucket(name, "", "alice", "p", 1, 1, 1, 1, 1, None)
        return list(rgw_buckets.collect(Facts.of(RgwBuckets((bucket,))), options))

    assert not linear.growth(run, "", "a", "")
