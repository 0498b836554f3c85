"""Text from outside, made safe to show."""

import time
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceph_exporter.config.strict_yaml import ConfigError
from ceph_exporter.printable import escape_text, escape_tree, mask_secrets, quoted


@given(st.text(st.characters(codec=None)))
def test_what_is_escaped_prints(text: str) -> None:
    """The result prints in a terminal, on one line, and escaping it again changes nothing."""
    escaped = escape_text(text)
    assert escaped.isprintable()
    assert escape_text(escaped) == escaped


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("1 pool is full, µ und 日本", "1 pool is full, µ und 日本"),
        ("\x1b[2J\x07", r"\x1b[2J\x07"),
        ("a\nb\r\tc\0", r"a\nb\r\tc\x00"),
        ("\x9b31m\x85", r"\x9b31m\x85"),
        ("\u202eKO\u2066\u2028", r"\u202eKO\u2066\u2028"),
        ("\ud800\U000e0041", r"\ud800\U000e0041"),
    ],
)
def test_only_what_does_not_print_is_escaped(text: str, escaped: str) -> None:
    """Controls, bidirectional overrides and line separators become escapes; letters stay."""
    assert escape_text(text) == escaped


class Row(NamedTuple):
    """A row of a report."""

    name: str
    number: int
    more: tuple[str, ...] = ()


def test_a_report_is_escaped_as_a_whole() -> None:
    """Every text in nested named tuples is escaped; types and other values stay."""
    assert escape_tree((Row("\x1b", 1, ("\n",)), None)) == (Row(r"\x1b", 1, (r"\n",)), None)
    assert type(escape_tree(Row("", 1))) is Row


@pytest.mark.parametrize(
    "text",
    [
        "http://admin:SECRET@host:8443/x",
        "no such file: https://SECRET@host",
        "got 'http://a:SE/SECRET@host', http://b:SECRET@c",
        "http://host/?token=SECRET",
        "http://host/?a=1&token=SECRET#x",
        "admin:SECRET@host",
        "http://admin:my SECRET:x@host",
    ],
)
def test_secrets_in_urls_are_masked(text: str) -> None:
    """User information and queries of URLs are not in an error."""
    assert "SECRET" not in mask_secrets(text)
    assert "SECRET" not in str(ConfigError(text))


def test_other_text_is_not_masked() -> None:
    """Names of files, addresses and times stay as they are."""
    for text in ("web@1.yml: No such file", "http://host:8443/api", "10:30 a?b", "a.urls[0]: x"):
        assert mask_secrets(text) == text


def test_masking_takes_linear_time() -> None:
    """A text of a million characters is masked at once, whatever is in it."""
    start = time.process_time()
    for text in ("://" * 300_000, "@" * 10**6, ":@" * 500_000, "?" * 10**6, " " * 10**6):
        mask_secrets(text)
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("soon", "'soon'"),
        (5, "5"),
        ("x" * 99, "'" + "x" * 59 + "..."),
        ("http://a:b@c", "a value that is not shown"),
        ("admin@host", "a value that is not shown"),
        ("x?token=1", "a value that is not shown"),
    ],
)
def test_a_refused_value_is_shown_if_it_is_no_secret(value: object, shown: str) -> None:
    """A short value is quoted, a long one cut; one that looks like a URL is not shown."""
    assert quoted(value) == shown
    assert quoted(1 << 99_999) == "a number that is too large"


def test_an_error_is_one_short_line() -> None:
    """The text of a ConfigError prints, and is bounded."""
    text = str(ConfigError("a\n\x1b" + "b" * 10**6))
    assert text.startswith(r"a\n\x1bb")
    assert len(text) == 1000
