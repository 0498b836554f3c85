"""The document `version`: which release of Ceph answers.

Sources: the mon command `version` (0.94 and later), `/api/summary` of the dashboard (14 and later).
"""

import re

import msgspec

from ceph_exporter.facts.decode import DecodeError, Decoder
from ceph_exporter.facts.fact import Fact, decodes

_RELEASE = re.compile(r"(\d+(?:\.\d+)+)")


class Version(Fact, frozen=True):
    """The release, as "16.2.15"; `text` is Ceph's whole line."""

    document = "version"
    slow = True

    release: str
    text: str


class RawVersion(msgspec.Struct, frozen=True):
    """`{"version": "ceph version 16.2.15 (sha1) pacific (stable)"}`."""

    version: str


_decode = Decoder(RawVersion)


@decodes("version", "dashboard/summary")
def decode_version(body: bytes) -> tuple[Fact, ...]:
    """Decode the version, which both answers hold under the same key."""
    text = _decode(body).version
    match = _RELEASE.search(text)
    if match is None:
        raise DecodeError(f"no release in {text[:80]!r}")
    return (Version(match[1], text),)
