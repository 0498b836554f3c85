"""Bodies that are compressed once and ended by each request."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceph_exporter.web import compress
from ceph_exporter.web.compress import Compressed, Plain


@pytest.fixture(params=["isal", "zlib"], autouse=True)
def _library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "zlib":
        monkeypatch.setattr(compress, "zlib", zlib)
    else:
        pytest.importorskip("isal")


@pytest.mark.parametrize("ends", [[b""], [b"own 1\n", b"own 2\n" * 1000, b""]])
@pytest.mark.parametrize("parts", [[], [b""], [b"ceph_up 1\n", b"a" * 100_000]])
def test_the_whole_is_one_gzip_of_parts_and_end(parts: list[bytes], ends: list[bytes]) -> None:
    """Each end makes a gzip stream of its own, of one member, of the same parts."""
    ready = Compressed(parts)
    for end in ends:
        body = ready.start + ready.end(end)
        assert gzip.decompress(body) == b"".join(parts) + end
        member = zlib.decompressobj(zlib.MAX_WBITS | 16)
        member.decompress(body)
        assert member.eof
        assert not member.unused_data


def test_any_bytes_survive() -> None:
    """Any parts and end come out of the gzip as they were, and so without compression."""

    @given(st.lists(st.binary()), st.binary())
    def survive(parts: list[bytes], end: bytes) -> None:
        for kind, read in ((Compressed, gzip.decompress), (Plain, bytes)):
            ready = kind(parts)
            assert read(ready.start + ready.end(end)) == b"".join([*parts, end])

    survive()
