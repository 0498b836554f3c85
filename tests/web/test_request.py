"""Parsing of requests: what is accepted, and the HTTP status of each error."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceph_exporter.web import request
from ceph_exporter.web.request import BadRequestError, accepts_gzip, parse, ranges, scrape_timeout


def test_a_request_is_parsed() -> None:
    """The result has the decoded path, the last query values and lower-case header names."""
    parsed = parse(b"GET /a%20b?x=1&x=2&y HTTP/1.1\r\nHost: h\r\nX-Y:  z \r\nEmpty:")
    assert (parsed.method, parsed.path) == ("GET", "/a b")
    assert parsed.query == {"x": "2", "y": ""}
    assert parsed.headers == {"host": "h", "x-y": "z", "empty": ""}


@pytest.mark.parametrize(
    ("target", "path"),
    [
        (b"http://host:9128/metrics?x", "/metrics"),
        (b"http://host", "/"),
        (b"/x?to=http://host/y", "/x"),
        (b"/http://host", "/http://host"),
        (b"//metrics", "//metrics"),
        (b"/../metrics", "/../metrics"),
        (b"/metrics#x", "/metrics"),
        (b"*", "*"),
    ],
)
def test_paths_are_not_normalized(target: bytes, path: str) -> None:
    """Only scheme and host are removed; dots and double slashes are not resolved."""
    assert parse(b"GET " + target + b" HTTP/1.0").path == path


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (b"", 400),
        (b"GET /", 400),
        (b"GET  / HTTP/1.1\r\nHost: h", 400),
        (b"G\x00T / HTTP/1.1\r\nHost: h", 400),
        (b"\x16\x03\x01", 400),
        (b"GET / HTTP/1.1", 400),
        (b"GET / HTTP/1.1\r\nHost h", 400),
        (b"GET / HTTP/1.1\r\nHost : h", 400),
        (b"GET / HTTP/1.1\r\nHost: h\r\n folded", 400),
        (b"GET / HTTP/1.1\r\nHost: h\x00", 400),
        (b"GET / HTTP/1.1\r\nHost: a\rb", 400),
        (b"GET / HTTP/1.1\r\nHost: h\r\nHost: h", 400),
        (b"GET /\xff HTTP/1.0", 400),
        (b"GET / HTTP/1.1\r\nHost: h\r\nX: " + b"a" * 33_000, 431),
        (b"PRI * HTTP/2.0", 505),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 101 + b"Host: h", 431),
        (b"GET /?" + b"a&" * 200 + b" HTTP/1.0", 400),
    ],
)
def test_invalid_requests_are_refused(header: bytes, status: int) -> None:
    """Each kind of invalid request has its own status."""
    with pytest.raises(BadRequestError) as caught:
        parse(header)
    assert caught.value.status == status


def test_a_field_that_is_repeated_has_all_values() -> None:
    """Two fields of one name are one list, so that no part of it is overlooked."""
    parsed = parse(b"GET / HTTP/1.0\r\nAccept: a/b\r\nX: 1\r\naccept: c/d")
    assert parsed.headers == {"accept": "a/b, c/d", "x": "1"}


def test_a_password_is_not_kept() -> None:
    """Requests are cached, as a Prometheus repeats them, but none with a password."""
    line = b"GET /cached HTTP/1.0\r\nX: y"
    assert parse(line) is parse(line)
    line += b"\r\nAUTHORIZATION: Basic x"
    assert parse(line) is not parse(line)


def test_a_header_is_parsed_once_whatever_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a password, everything else is cached; nothing that is cached has the password."""
    request._parse_cached.cache_clear()
    parsed: list[bytes] = []
    event = request._event

    def record(header: bytes) -> object:
        parsed.append(header)
        return event(header)

    monkeypatch.setattr(request, "_event", record)
    for password in (b"YTpi", b"YTpj", b"YTpi"):
        header = b"GET /x HTTP/1.1\r\nHost: h\r\nAuthorization: Basic " + password + b"\r\nX: y"
        headers = parse(header).headers
        assert headers == {"host": "h", "x": "y", "authorization": f"Basic {password.decode()}"}
    assert parsed == [b"GET /x HTTP/1.1\r\nHost: h\r\nX: y"]


_LINES = [
    *(b"Host: h", b"Authorization: Basic YTpi", b"authorization: Basic YTpj", b"X: y"),
    *(b"Authorization: Basic YTpi ", b"Authorization: Bearer x", b"Authorization: Basic YTpi!"),
    *(b"X: Authorization: Basic YTpi", b" Authorization: Basic YTpi", b"Authorization:Basic a"),
    *(b"Authorization: Basic YTpi\nX: y", b"Transfer-Encoding: chunked", b"Content-Length: 1"),
]


def test_a_password_changes_nothing_else() -> None:
    """Whatever the fields are, the result is that of parsing the header as a whole."""

    @given(st.lists(st.sampled_from(_LINES), max_size=5))
    def same(lines: list[bytes]) -> None:
        header = b"\r\n".join([b"GET /a?b HTTP/1.1", *lines])
        results: list[object] = []
        for function in (parse, request._parse):
            try:
                results.append(function(header))
            except BadRequestError as error:
                results.append(error.status)
        assert results[0] == results[1]

    same()


def test_an_error_does_not_repeat_what_the_client_sent() -> None:
    """The text of an error names the problem; the client may have sent a secret."""
    for header in (b"GET /?token=secret", b"GET / HTTP/1.0\r\nsecret", b"GET secret HTTP/x"):
        with pytest.raises(BadRequestError) as caught:
            parse(header)
        assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("9.5", 9.5),
        ("", math.inf),
        ("x", math.inf),
        ("-1", math.inf),
        ("nan", math.inf),
        ("9" * 99, math.inf),
    ],
)
def test_the_scrape_timeout_is_read(header: str, seconds: float) -> None:
    """The header of Prometheus sets the timeout; an invalid value sets none."""
    assert scrape_timeout({"x-prometheus-scrape-timeout-seconds": header}) == seconds
    assert scrape_timeout({}) == math.inf


def test_ranges_have_parameters_and_q_values() -> None:
    """An Accept header is split into elements; one with an invalid q value is ignored."""
    elements = ranges('A/B;Version="1";q=0.5, c/d; q=2, e/f;q=nan, ,*/*')
    assert elements == (
        request.Range("a/b", {"version": "1"}, 0.5),
        request.Range("*/*", {}, 1.0),
    )


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("gzip", True),
        ("deflate, GZIP;q=0.5", True),
        ("gzip;q=0", False),
        ("*", False),
        ("identity", False),
        ("", False),
    ],
)
def test_gzip_has_to_be_named(header: str, accepted: bool) -> None:
    """A client receives gzip only if it names gzip."""
    assert accepts_gzip(header) is accepted
