"""The documents `versions` and `features`: releases of daemons and clients (Ceph 12 and later).

Source: Monitor::handle_command of Ceph 12 to 20 (`versions`, `features`).
"""

import re
from collections.abc import Mapping
from itertools import count

import msgspec

from ceph_exporter.facts.decode import Decoder
from ceph_exporter.facts.fact import Fact, decodes
from ceph_exporter.facts.numbers import amounts, counts


class Versions(Fact, frozen=True):
    """The number of daemons by type and by Ceph's complete version line."""

    document = "versions"
    slow = True

    daemons: Mapping[str, Mapping[str, int]]


class Feature(msgspec.Struct, frozen=True):
    """A group of daemons or clients with the same feature bits.

    release: the oldest release that has these features. num: None if unknown.
    """

    features: str = ""
    release: str = ""
    num: int | None = 0


class Features(Fact, frozen=True):
    """Groups by type of entity (mon, mgr, osd, mds, client)."""

    document = "features"
    slow = True

    groups: Mapping[str, tuple[Feature, ...]]


_decode_versions = Decoder(dict[str, dict[str, int]])
_decode_features = Decoder(dict[str, tuple[Feature, ...] | dict[str, Feature]])
_GROUP = re.compile(rb'"group"(?=\s*:)')


@decodes("versions")
def decode_versions(body: bytes) -> tuple[Fact, ...]:
    """Decode the answer to `versions`, without the total `overall`."""
    answer = _decode_versions(body)
    return (Versions({type_: counts(row) for type_, row in answer.items() if type_ != "overall"}),)


@decodes("features")
def decode_features(body: bytes) -> tuple[Fact, ...]:
    """Decode the answer to `features`. In Ceph 12, lists are objects whose keys are all `group`."""
    numbers = count()  # numbers the keys, because a decoder keeps only the last of equal keys
    answer = _decode_features(_GROUP.sub(lambda _: b'"%d"' % next(numbers), body))
    return (
        Features(
            {
                type_: tuple(map(amounts, rows.values() if isinstance(rows, dict) else rows))
                for type_, rows in answer.items()
            }
        ),
    )
