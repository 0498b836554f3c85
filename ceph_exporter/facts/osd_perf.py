"""The document `osd perf`: the latency of each OSD.

Sources: PGMap::dump_osd_perf_stats of Ceph 0.67 to 20; DaemonServer.cc of Ceph 14 and later, which
puts that output into another object.
"""

from collections.abc import Mapping

import msgspec

from ceph_exporter.facts.decode import DecodeError, Decoder
from ceph_exporter.facts.fact import Fact, decodes
from ceph_exporter.facts.numbers import LIMIT, amounts


class OsdLatency(msgspec.Struct, frozen=True, gc=False):
    """Latency of committing to the journal and of applying to the store, in whole milliseconds."""

    commit_latency_ms: float | None = None
    apply_latency_ms: float | None = None


class OsdPerf(Fact, frozen=True):
    """Latencies by OSD id."""

    document = "osd perf"

    osds: Mapping[int, OsdLatency]


class RawInfo(msgspec.Struct, frozen=True, gc=False):
    """One row. In Ceph 14 and later, `perf_stats` also has the latencies in nanoseconds."""

    id: int
    perf_stats: OsdLatency = OsdLatency()


class RawOsdPerf(msgspec.Struct, frozen=True):
    """The answer to `osd perf`. In Ceph 14 and later, the rows are inside `osdstats`."""

    osd_perf_infos: tuple[RawInfo, ...] | None = None
    osdstats: "RawOsdPerf | None" = None


_decode = Decoder(RawOsdPerf)


@decodes("osd perf")
def decode_osd_perf(body: bytes) -> tuple[Fact, ...]:
    """Decode the answer to `osd perf` from any release."""
    answer = _decode(body)
    infos = (answer.osdstats or answer).osd_perf_infos
    if infos is None:
        raise DecodeError("the answer has no `osd_perf_infos`")
    return (OsdPerf({info.id: latency(info.perf_stats) for info in infos}),)


def latency(row: OsdLatency) -> OsdLatency:
    """Return the latency of an OSD, with None for each impossible number."""
    commit, apply = row.commit_latency_ms or 0, row.apply_latency_ms or 0
    return row if 0 <= commit < LIMIT and 0 <= apply < LIMIT else amounts(row)
