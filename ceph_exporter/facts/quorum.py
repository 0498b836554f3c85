"""The document `quorum_status`: the monitors of the map, and those in the quorum.

Sources: Monitor.cc of every release (`quorum_status`, `mon_status`), MonmapMonitor.cc (`mon dump`).
"""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from ceph_exporter.facts.decode import Decoder
from ceph_exporter.facts.fact import Fact, decodes


class Monitor(msgspec.Struct, frozen=True):
    """One monitor of the monmap. rank: its position there, from 0; address: without the port.

    reports: unix times, by the mgr's clock, of its last two reports to the mgr, newest last.
    """

    name: str
    rank: int
    in_quorum: bool
    address: str = ""
    reports: tuple[float, ...] = ()


class Quorum(Fact, frozen=True):
    """The monmap and the quorum. age: seconds, None before 14; leader: None if unknown."""

    document = "quorum_status"

    fsid: str
    monitors: tuple[Monitor, ...]
    monmap_epoch: int | None = None
    election_epoch: int | None = None
    leader: str | None = None
    age: float | None = None


class RawMon(msgspec.Struct, frozen=True):
    """One row of `monmap.mons`; the rank is the position of the row, also in 0.67 to 0.94."""

    name: str
    rank: int
    addr: str = ""
    public_addr: str = ""


class RawMonmap(msgspec.Struct, frozen=True):
    """The monmap; in `mon dump` it contains the ranks of the quorum."""

    fsid: str
    mons: tuple[RawMon, ...]
    epoch: int | None = None
    quorum: tuple[int, ...] = ()


class RawQuorum(msgspec.Struct, frozen=True):
    """The answer of `quorum_status`, and the dashboard's `mon_status`.

    The latter has no `quorum_leader_name`; the leader is the lowest rank of the quorum.
    """

    quorum: tuple[int, ...]
    monmap: RawMonmap
    election_epoch: int | None = None
    quorum_age: float | None = None
    quorum_leader_name: str | None = None


class RawStats(msgspec.Struct, frozen=True):
    """Rows of time and value, newest last, as each monitor reports them to the mgr."""

    num_sessions: tuple[tuple[float, float], ...] = ()


class RawReport(msgspec.Struct, frozen=True):
    """One monitor's name and some of its performance counters."""

    name: str
    stats: RawStats = RawStats()


class RawDashboardMonitor(msgspec.Struct, frozen=True):
    """The dashboard's `/api/monitor`; the monitors in and out of the quorum have counters."""

    mon_status: RawQuorum
    in_quorum: tuple[RawReport, ...] = ()
    out_quorum: tuple[RawReport, ...] = ()


_NONE: Mapping[str, tuple[float, ...]] = MappingProxyType({})
_decode = Decoder(RawQuorum)
_decode_dump = Decoder(RawMonmap)
_decode_dashboard = Decoder(RawDashboardMonitor)


@decodes("quorum_status")
def decode_quorum(body: bytes) -> tuple[Fact, ...]:
    """Decode the mon command's answer."""
    return (_fact(_decode(body)),)


@decodes("mon dump")
def decode_mon_dump(body: bytes) -> tuple[Fact, ...]:
    """Decode the answer of `mon dump`, which has everything except elections."""
    monmap = _decode_dump(body)
    return (_fact(RawQuorum(monmap.quorum, monmap)),)


@decodes("dashboard/monitor")
def decode_dashboard_monitor(body: bytes) -> tuple[Fact, ...]:
    """Decode the dashboard's `/api/monitor`."""
    answer = _decode_dashboard(body)
    rows = [(mon.name, mon.stats.num_sessions) for mon in answer.in_quorum + answer.out_quorum]
    reports = {name: tuple(time for time, _ in row[-2:]) for name, row in rows}
    return (_fact(answer.mon_status, reports),)


def _fact(answer: RawQuorum, reports: Mapping[str, tuple[float, ...]] = _NONE) -> Quorum:
    ranks = set(answer.quorum)
    monitors = tuple(
        Monitor(
            mon.name,
            mon.rank,
            mon.rank in ranks,
            # "10.0.0.1:6789/0" and "[::1]:6789/0"; public_addr from 12 on
            (mon.public_addr or mon.addr).rpartition(":")[0],
            reports.get(mon.name, ()),
        )
        for mon in answer.monmap.mons
    )
    leader = answer.quorum_leader_name or next(
        (mon.name for mon in monitors if ranks and mon.rank == min(ranks)), None
    )
    return Quorum(
        fsid=answer.monmap.fsid,
        monitors=monitors,
        monmap_epoch=answer.monmap.epoch,
        election_epoch=answer.election_epoch,
        leader=leader,
        age=answer.quorum_age,
    )
