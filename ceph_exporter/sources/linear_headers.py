"""Makes h11, which httpx uses, read header fields in linear time.

h11's own pattern backtracks quadratically over blanks before a NUL: 60 KB of them, in the header or
the trailer of an answer, took 8 s, during which the interpreter lock stopped the whole process. The
pattern here matches the same lines and never backtracks.
"""

import re
from typing import Final

from h11 import _abnf, _readers

HEADER_FIELD: Final = re.compile(
    (
        rf"\A(?P<field_name>{_abnf.field_name}):[ \t]*+"
        rf"(?P<field_value>(?:{_abnf.field_vchar}++(?:[ \t]++{_abnf.field_vchar}++)*+)?+)[ \t]*+"
    ).encode("ascii")
)


def install() -> None:
    """Make h11 use the pattern, for all of its users in this process."""
    _readers.header_field_re = HEADER_FIELD
