"""The decoder: Ceph's deviations from JSON, and one-line errors for everything else."""

import math
import re
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceph_exporter.facts import DecodeError, Decoder


class Figures(msgspec.Struct):
    """Two fields as examples."""

    value: float | None = None
    text: str = ""


figures = Decoder(Figures)
anything: Decoder[Any] = Decoder(object)


@pytest.mark.parametrize("text", ["0.050000", "-0.000000", "12", "1e-05"])
def test_quoted_numbers_are_numbers(text: str) -> None:
    """A number in quotes, as Ceph up to 0.89 prints all floats, becomes a number."""
    assert figures(f'{{"value": "{text}"}}'.encode()).value == float(text)


@pytest.mark.parametrize("token", ["nan", "-nan", "inf", "-inf", "NaN", "Infinity", "-Infinity"])
def test_bare_tokens_are_absent(token: str) -> None:
    """Bare nan and inf, which are not JSON, become None in objects and in arrays."""
    assert figures(f'{{"value":{token},"text":"x"}}'.encode()) == Figures(None, "x")
    assert anything(f"[1, {token}]".encode()) == [1, None]


def test_null_is_absent() -> None:
    """The null that newer releases print for nan becomes None."""
    assert figures(b'{"value": null}').value is None


def test_quoted_nan_is_no_number_either() -> None:
    """A nan or inf in quotes is decoded as nan or inf, not as an error."""
    value = figures(b'{"value": "nan"}').value
    assert value is not None
    assert math.isnan(value)
    assert figures(b'{"value": "-inf"}').value == -math.inf


@pytest.mark.parametrize(
    "text", ["nan", "a nan b", "-inf", "NaN, Infinity", r"quote \" nan", "\\\\", "nano banane info"]
)
def test_strings_keep_what_looks_like_a_token(text: str) -> None:
    """The repair leaves strings unchanged, even after an escaped quote."""
    decoded = anything(f'{{"{text}": nan, "text": "{text}"}}'.encode())
    unescaped = text.replace(r"\"", '"').replace(r"\\", "\\")
    assert decoded == {unescaped: None, "text": unescaped}


def test_words_that_only_begin_like_a_token_stay_errors() -> None:
    """A bare word that merely contains nan or inf is an error."""
    with pytest.raises(DecodeError, match="malformed"):
        anything(b'{"value": info}')


def test_invalid_utf8_is_replaced() -> None:
    """Bytes that are not UTF-8 become replacement characters; the others are unchanged."""
    assert figures(b'{"value": 1, "text": "r\xff\xc3k"}') == Figures(1, "r\ufffd\ufffdk")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "the answer is empty"),
        (b" \r\n", "the answer is empty"),
        (b"<!DOCTYPE html><html></html>", "the answer is HTML, not JSON"),
        (b"\n <html>nan</html>", "the answer is HTML, not JSON"),
        (b'{"value": 1', "Input data was truncated"),
        (b'{"value": "1', "Input data was truncated"),
        (b'{"value": nan, "te', "Input data was truncated"),
        (b"Error: 22", "JSON is malformed: invalid character (byte 0)"),
        (b'{"value": 1} x', "JSON is malformed: trailing characters (byte 14)"),
        (b"[]", "Expected `object`, got `array`"),
        (b'{"value": []}', "Expected `float | null`, got `array` - at `value`"),
        (b'{"value": nan, "text": 1}', "Expected `str`, got `int` - at `text`"),
        (b'{"value": "much"}', "Expected `float | null`, got `str` - at `value`"),
    ],
)
def test_errors_name_the_trouble_in_one_line(body: bytes, reason: str) -> None:
    """An invalid answer is rejected with one line that says why and where."""
    with pytest.raises(DecodeError) as caught:
        figures(body)
    assert str(caught.value) == reason


@pytest.mark.parametrize("body", [b"[" * 200_000, b'{"a":' * 200_000, b"[nan," * 200_000])
def test_deep_nesting_is_an_error(body: bytes) -> None:
    """An answer with extremely deep nesting is rejected and does not crash the program."""
    with pytest.raises(DecodeError, match=r"nested too deeply|truncated"):
        anything(body)


@pytest.mark.parametrize(
    "body",
    [
        b'{"outb": "' + rb"{\"a\": 1}, " * 30_000,
        b'{"a": "' + b"\\" * 200_001,
        b'"' * 200_001,
        b'\xff"a\\"' * 50_000,
    ],
)
def test_large_broken_answers_are_refused_at_once(body: bytes) -> None:
    """The repair takes linear time, even if a long string is cut off."""
    with pytest.raises(DecodeError):
        anything(body)


@given(st.binary())
def test_nothing_but_decode_error(body: bytes) -> None:
    """Any bytes are either decoded or rejected with one line of text."""
    try:
        anything(body)
    except DecodeError as error:
        assert re.fullmatch(r"[^\n]+", str(error))  # noqa: PT017 - no other error is allowed


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def as_ceph(value: Any) -> str:  # noqa: ANN401 - any JSON
    """Return a value as JSON with bare nan and inf."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, list):
        return f"[{','.join(map(as_ceph, value))}]"
    if isinstance(value, dict):
        return f"{{{','.join(f'{as_ceph(k)}:{as_ceph(v)}' for k, v in value.items())}}}"
    return msgspec.json.encode(value).decode()


def without_nan(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return a value with None instead of nan and inf."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, list):
        return [without_nan(item) for item in value]
    if isinstance(value, dict):
        return {key: without_nan(item) for key, item in value.items()}
    return value


@given(json_values)
def test_mending_changes_bare_tokens_only(value: Any) -> None:  # noqa: ANN401 - any JSON
    """The repair of any document only changes nan and inf outside strings, to null."""
    assert anything(as_ceph(value).encode()) == without_nan(value)
