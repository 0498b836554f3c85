"""Decoding of answers into typed values, including the invalid JSON that some releases print.

All answers are decoded here, so only this module has to handle Ceph's deviations from JSON:

- numbers in quotes (up to Ceph 0.89, Formatter.cc);
- bare `nan`, `-nan` and `inf` (Ceph 0.90 to 17.2.7; fixed by Ceph's PR #58598);
- bare `NaN` and `Infinity`, which the dashboard's Python prints;
- bytes that are not valid UTF-8 (Ceph escapes CRUSH names byte by byte).

Structs that occur many times in a large cluster are declared with `gc=False`. Decoded JSON has no
reference cycles, and the garbage collector's search for them takes a fifth of the decoding time.
"""

import re
from typing import Generic, TypeVar

import msgspec

from ceph_exporter.facts.odd_fields import Fitted, fit

T = TypeVar("T")

# The first alternative matches strings, which are kept, so that only tokens outside of strings are
# replaced. The closing quote is optional for a string that is cut off. Otherwise the search would
# restart at each quote inside that string, which takes minutes in a large answer.
_BARE = re.compile(rb'("(?:[^"\\]|\\.)*"?)|-?\b(?:[nN]a[nN]|inf|Infinity)\b', re.DOTALL)


class DecodeError(ValueError):
    """The answer cannot be decoded into the facts of its document; the message is one line."""


class UnsupportedError(DecodeError):
    """The answer shows that this release does not offer the document."""


class MisfitError(DecodeError):
    """The answer is valid JSON, but fields are missing or do not have the declared type."""

    def __init__(self, text: str, type_: object, body: bytes) -> None:
        super().__init__(text)
        self._type = type_
        self._body = body

    def fit(self) -> Fitted:
        """Return the answer without the odd fields; raise DecodeError if the rest is unusable."""
        try:
            return fit(self._type, self._body)
        except (ValueError, RecursionError) as error:
            raise DecodeError(_explain(self._body, error)) from None


class Decoder(Generic[T]):
    """A decoder for one type.

    It raises only `DecodeError`. If a field does not match, the message contains the field's path.
    A bare `nan` or `inf` is decoded as null; in quotes, it becomes the float nan or inf. Collectors
    can pass on None, nan and inf, because the exposition omits them.
    """

    def __init__(self, type_: type[T]) -> None:
        self._type = type_
        self._decode = msgspec.json.Decoder(type_, strict=False).decode

    def __call__(self, body: bytes) -> T:
        """Decode `body`. If that fails, repair invalid JSON and invalid UTF-8, and try again."""
        if not body.strip():
            raise DecodeError("the answer is empty")
        try:
            return self._decode(body)
        except (ValueError, RecursionError) as error:
            repaired = _repair(body)
            if repaired == body:
                raise self._error(body, error) from None
        try:
            return self._decode(repaired)
        except (ValueError, RecursionError) as error:
            raise self._error(repaired, error) from None

    def _error(self, body: bytes, error: Exception) -> DecodeError:
        if isinstance(error, msgspec.ValidationError):
            return MisfitError(_one_line(error), self._type, body)
        return DecodeError(_explain(body, error))


def _repair(body: bytes) -> bytes:
    text = body.decode("utf-8", "replace").encode()
    return _BARE.sub(lambda match: match[1] or b"null", text)


def _explain(body: bytes, error: Exception) -> str:
    if body.lstrip()[:1] == b"<":
        return "the answer is HTML, not JSON"
    if isinstance(error, RecursionError):  # its message depends on the version of Python
        return "the answer is nested too deeply"
    return _one_line(error)


def _one_line(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text.replace("`$.", "`").replace(" - at `$`", "")
