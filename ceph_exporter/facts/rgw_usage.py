"""The document `rgw usage`: the requests to the RADOS Gateway by user, bucket and category.

Source: `/admin/usage` of RGW's admin API (rgw_usage.cc of 12 to 20), which has a record for each
hour. The source adds the hours up (sources/rgw_usage.py).
"""

from collections.abc import Mapping

import msgspec

from ceph_exporter.facts.decode import Decoder
from ceph_exporter.facts.fact import Fact, decodes
from ceph_exporter.facts.numbers import amounts


class Traffic(msgspec.Struct, frozen=True, gc=False):
    """Requests of one category for a bucket: how many, how many succeeded, and bytes.

    bucket: `-` or empty for requests that reached no bucket. A number is None if it is unknown.
    """

    user: str
    bucket: str
    category: str
    ops: int | None = None
    successful_ops: int | None = None
    bytes_sent: int | None = None
    bytes_received: int | None = None

    @property
    def tenant(self) -> str:
        """The tenant of the user, empty if there is none."""
        return self.user.partition("$")[0] if "$" in self.user else ""


class RgwUsage(Fact, frozen=True):
    """Counters of all requests in the usage log; they only grow until the exporter restarts.

    A counter that was idle for long is forgotten, and starts again from 0.

    complete: whether all of them could be read.
    """

    document = "rgw usage"
    aside = True

    traffic: tuple[Traffic, ...]
    complete: bool = True


class RawUsage(msgspec.Struct, frozen=True):
    """What the source puts together."""

    traffic: tuple[Traffic | None, ...] = ()


_decode = Decoder(RawUsage)


@decodes("rgw/usage")
def decode_usage(body: bytes) -> tuple[Fact, ...]:
    """Decode what the source put together."""
    rows = _decode(body).traffic
    traffic = tuple(amounts(row) for row in rows if row)
    return (RgwUsage(traffic, complete=len(traffic) == len(rows)),)


class Totals(msgspec.Struct, frozen=True):
    """Sums over requests; None if one of the numbers is unknown."""

    ops: int | None = 0
    successful_ops: int | None = 0
    bytes_sent: int | None = 0
    bytes_received: int | None = 0

    def plus(self, row: Traffic) -> "Totals":
        """Return the sums with one row more."""
        return Totals(
            _sum(self.ops, row.ops),
            _sum(self.successful_ops, row.successful_ops),
            _sum(self.bytes_sent, row.bytes_sent),
            _sum(self.bytes_received, row.bytes_received),
        )


def _sum(left: int | None, right: int | None) -> int | None:
    return None if left is None or right is None else left + right


def by_category(usage: RgwUsage) -> Mapping[tuple[str, str], Totals]:
    """Return the sums by user and category; empty unless all rows are known."""
    sums: dict[tuple[str, str], Totals] = {}
    for row in usage.traffic:
        key = row.user, row.category
        sums[key] = sums.get(key, Totals()).plus(row)
    return sums if usage.complete else {}
