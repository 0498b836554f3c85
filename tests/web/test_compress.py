"""Bodies that are compressed once and completed for each request."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceph_exporter.web import compress
from ceph_exporter.web.compress import Compressed, Plain, Tail


@pytest.fixture(params=["isal", "zlib"], autouse=True)
def _library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "zlib":
        monkeypatch.setattr(compress, "zlib", zlib)
    else:
        pytest.importorskip("isal")


@pytest.mark.parametrize("ends", [[b""], [b"own 1\n", b"own 2\n" * 1000, b""]])
@pytest.mark.parametrize("parts", [[], [b""], [b"ceph_up 1\n", b"a" * 100_000]])
def test_start_and_end_are_one_gzip_file(parts: list[bytes], ends: list[bytes]) -> None:
    """With each end, the same start forms a gzip file of a single member."""
    compressed = Compressed(parts)
    for end in ends:
        body = compressed.start + compressed.end(Tail(end))
        assert gzip.decompress(body) == b"".join(parts) + end
        member = zlib.decompressobj(zlib.MAX_WBITS | 16)
        member.decompress(body)
        assert member.eof
        assert not member.unused_data


def test_any_bytes_survive() -> None:
    """Any parts and end are decompressed unchanged, and are unchanged without compression."""

    @given(st.lists(st.binary()), st.binary())
    def survive(parts: list[bytes], end: bytes) -> None:
        for encoding, decode in ((Compressed, gzip.decompress), (Plain, bytes)):
            body = encoding(parts)
            assert decode(body.start + body.end(Tail(end))) == b"".join([*parts, end])

    survive()
