"""From the bytes of one answer to typed values, whatever the release did to its JSON.

Every `msgspec` decoder of the package is made here, so that what Ceph prints beside JSON is
dealt with once: numbers in quotes (up to 0.89, Formatter.cc), bare `nan`, `-nan` and `inf`
(0.90 to 17.2.7, Ceph's PR #58598), the `NaN` and `Infinity` of the dashboard's Python, and
bytes that are no UTF-8 (CRUSH names are escaped byte by byte).

Rows of which a large cluster has many are structs with `gc=False`: JSON has no cycles, and looking
for them takes a fifth of the time.
"""

import re
from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")

# A string is matched first and kept, so that only a bare token is replaced. One that is cut off
# matches too: if it failed, each quote inside would be tried anew, minutes for a large answer.
_BARE = re.compile(rb'("(?:[^"\\]|\\.)*"?)|-?\b(?:[nN]a[nN]|inf|Infinity)\b', re.DOTALL)


class DecodeError(ValueError):
    """An answer that is not what the document should be; the text is one line for a person."""


class Decoder(Generic[T]):
    """Decodes one type from bytes.

    Raises `DecodeError` and nothing else, with the path of the field that did not fit. Non-finite
    numbers arrive as None (bare) or as nan and inf (quoted): collectors may pass both on, the
    exposition leaves them out.
    """

    def __init__(self, type_: type[T]) -> None:
        self._decode = msgspec.json.Decoder(type_, strict=False).decode

    def __call__(self, body: bytes) -> T:
        """Decode `body`, mended first when it is no valid JSON."""
        if not body.strip():
            raise DecodeError("the answer is empty")
        try:
            return self._decode(body)
        except msgspec.ValidationError as error:
            raise DecodeError(_one_line(error)) from None
        except (ValueError, RecursionError) as error:
            mended = _mend(body)
            if mended == body:
                raise DecodeError(_explain(body, error)) from None
        try:
            return self._decode(mended)
        except (ValueError, RecursionError) as error:
            raise DecodeError(_explain(mended, error)) from None


def _mend(body: bytes) -> bytes:
    text = body.decode("utf-8", "replace").encode()
    return _BARE.sub(lambda match: match[1] or b"null", text)


def _explain(body: bytes, error: Exception) -> str:
    if body.lstrip()[:1] == b"<":
        return "the answer is HTML, not JSON"
    return _one_line(error)


def _one_line(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text.replace("`$.", "`").replace(" - at `$`", "")
