"""Makes h11, which httpx uses, read header fields and the sizes of chunks in linear time.

h11's own patterns backtrack quadratically over blanks before a NUL or a bare line feed: 60 KB of
them, in the header or the trailer of an answer, took 8 s, during which the interpreter lock stopped
the whole process. The patterns here match the same lines in linear time.
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
CHUNK_HEADER: Final = re.compile(
    rb"(?P<chunk_size>[0-9A-Fa-f]{1,20})(?:(?P<chunk_ext>;[^\n]*)|[ \t]*+)\r\n"
)


def install() -> None:
    """Make h11 use the patterns, for all of its users in this process."""
    _readers.header_field_re = HEADER_FIELD
    _readers.chunk_header_re = CHUNK_HEADER
