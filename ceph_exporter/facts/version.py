"""The document `version`: the release of Ceph that answers.

Sources: the mon command `version` (Ceph 0.94 and later); the dashboard's `/api/summary` (Ceph 14
and later).
"""

import re

import msgspec

from ceph_exporter.facts.decode import DecodeError, Decoder
from ceph_exporter.facts.fact import Fact, decodes

_DIGITS = 9
_RELEASE = re.compile(r"(?<!\d)(\d+(?:\.\d+)+)")  # (?<!\d) keeps the time linear


class Version(Fact, frozen=True):
    """The release, for example "16.2.15"."""

    document = "version"
    slow = True

    release: str

    @property
    def sums_in_pool_stats(self) -> bool:
        """Whether `osd pool stats` reports the numbers of objects at risk, not their changes.

        Up to Ceph 12.2.2, it reports how much these numbers changed in the last few seconds
        (PGMap::pool_recovery_summary; Ceph's PRs 20009 and 20150).
        """
        numbers = [int(part[:_DIGITS]) for part in self.release.split(".")]
        return numbers >= [12, 2, 3]


class RawVersion(msgspec.Struct, frozen=True):
    """`{"version": "ceph version 16.2.15 (sha1) pacific (stable)"}`."""

    version: str


_decode = Decoder(RawVersion)


@decodes("version", "dashboard/summary")
def decode_version(body: bytes) -> tuple[Fact, ...]:
    """Decode the version, which has the same key in both answers."""
    line = _decode(body).version
    match = _RELEASE.search(line)
    if match is None:
        raise DecodeError(f"no release in {line[:80]!r}")
    return (Version(match[1]),)
