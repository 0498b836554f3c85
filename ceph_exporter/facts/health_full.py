"""The dashboard's `/api/health/full`: nine documents in one answer (Ceph 14 and later).

Source: src/pybind/mgr/dashboard/controllers/health.py of Ceph 14 to 20. The answer contains the OSD
map with the CRUSH tree and the metadata of the OSDs, the usage, the mgr map, the file system map,
each pool with its PG states, and everything in `/api/health/minimal`.
"""

import msgspec

from ceph_exporter.facts import df as usage
from ceph_exporter.facts import fs_dump, mgr_dump, osd_dump, osd_tree, pg_states, status
from ceph_exporter.facts.decode import Decoder
from ceph_exporter.facts.fact import Fact, decodes
from ceph_exporter.facts.osd_metadata import RawDetails, from_map


class RawOsdMap(osd_dump.RawOsdDump, frozen=True, kw_only=True):
    """`osd_map`: the answer to `osd dump`, plus the CRUSH tree and the metadata of the OSDs."""

    tree: osd_tree.RawOsdTree
    osd_metadata: dict[str, RawDetails] = msgspec.field(default_factory=dict)


class RawFull(status.RawMinimal, frozen=True):
    """The answer; the dashboard leaves out sections that the user is not allowed to read."""

    osd_map: RawOsdMap | None = None  # type: ignore[assignment]  # a superset of RawOsds
    df: usage.RawDf | None = None
    mgr_map: mgr_dump.RawMgrMap | None = None
    fs_map: fs_dump.RawFsMap | None = None
    pools: tuple[pg_states.RawPoolStatus, ...] | None = None


_decode = Decoder(RawFull)


@decodes("dashboard/health/full")
def decode_full(body: bytes) -> tuple[Fact, ...]:
    """Decode the answer into the facts of up to nine documents."""
    answer = _decode(body)
    facts: list[Fact] = list(status.from_minimal(answer))
    if answer.osd_map:
        facts.append(osd_dump.from_raw(answer.osd_map))
        facts.append(osd_tree.from_raw(answer.osd_map.tree))
        facts.append(from_map(answer.osd_map.osd_metadata))
    if answer.df:
        facts.append(usage.from_raw(answer.df))
    if answer.mgr_map:
        facts.append(mgr_dump.from_raw(answer.mgr_map, by_mgr=True))
    if answer.fs_map:
        facts.append(fs_dump.from_raw(answer.fs_map))
    if answer.pools is not None:
        facts.append(pg_states.from_pool_status(answer.pools))
    return tuple(facts)
