"""Decoding of the bytes of an answer to typed values, including the invalid JSON of some releases.

All answers are decoded here, so that Ceph's deviations from JSON are handled in one place: numbers
in quotes (up to 0.89, Formatter.cc), bare `nan`, `-nan` and `inf` (0.90 to 17.2.7, Ceph's PR
#58598), the `NaN` and `Infinity` of the dashboard's Python, and bytes that are not valid UTF-8
(CRUSH names are escaped byte by byte).

Structs of which a large cluster has many are declared with `gc=False`: JSON has no cycles, and the
garbage collector's search for them takes a fifth of the decoding time.
"""

import re
from typing import Generic, TypeVar

import msgspec

from ceph_exporter.facts.odd_fields import Fitted, fit

T = TypeVar("T")

# Strings are matched first and left as they are, so that only bare tokens are replaced. A string
# that is cut off matches too: otherwise the search would restart at each quote inside it, which
# takes minutes in a large answer.
_BARE = re.compile(rb'("(?:[^"\\]|\\.)*"?)|-?\b(?:[nN]a[nN]|inf|Infinity)\b', re.DOTALL)


class DecodeError(ValueError):
    """The answer does not have the shape of its document; the text is one readable line."""


class MisfitError(DecodeError):
    """The answer is JSON, but some of its fields do not have the type that they should."""

    def __init__(self, text: str, type_: object, body: bytes) -> None:
        super().__init__(text)
        self._type = type_
        self._body = body

    def fit(self) -> Fitted:
        """Return the answer without these fields; raise DecodeError if one of them is required."""
        try:
            return fit(self._type, self._body)
        except (ValueError, RecursionError) as error:
            raise DecodeError(_explain(self._body, error)) from None


class Decoder(Generic[T]):
    """A decoder of one type.

    Raises only `DecodeError`, with the path of the field that does not match. Non-finite numbers
    become None (bare) or nan and inf (quoted): collectors may pass both on, because the exposition
    omits them.
    """

    def __init__(self, type_: type[T]) -> None:
        self._type = type_
        self._decode = msgspec.json.Decoder(type_, strict=False).decode

    def __call__(self, body: bytes) -> T:
        """Decode `body`; if it is not valid JSON, repair it and decode it again."""
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
    if isinstance(error, RecursionError):  # its own text depends on the version of Python
        return "the answer is nested too deeply"
    return _one_line(error)


def _one_line(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text.replace("`$.", "`").replace(" - at `$`", "")
