"""The document `quorum_status`: the monitors in the monmap, and which of them are in the quorum.

Sources: Monitor.cc of every release (`quorum_status`, `mon_status`); MonmapMonitor.cc (`mon dump`).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

import msgspec

from ceph_exporter.facts.decode import Decoder
from ceph_exporter.facts.fact import Fact, decodes
from ceph_exporter.facts.numbers import amount


class Monitor(msgspec.Struct, frozen=True):
    """One monitor of the monmap.

    rank: the position in the monmap, starting at 0. address: without port and nonce. reports: the
    times of the monitor's last two reports to the mgr, as unix times of the mgr's clock, newest
    last. sessions: the number of open sessions in the last report. Only the dashboard's
    `/api/monitor` contains reports.
    """

    name: str
    rank: int
    in_quorum: bool
    address: str = ""
    reports: tuple[float, ...] = ()
    sessions: float | None = None


class Quorum(Fact, frozen=True):
    """The monmap and the quorum.

    leader: None if unknown. age: the age of the quorum in seconds, None before Ceph 14.
    tiebreaker: the name of the monitor that breaks ties in stretch mode; an empty string if there
    is none, and before Ceph 16.
    """

    document = "quorum_status"

    fsid: str
    monitors: tuple[Monitor, ...]
    monmap_epoch: int | None = None
    election_epoch: int | None = None
    leader: str | None = None
    age: float | None = None
    tiebreaker: str = ""


class RawMon(msgspec.Struct, frozen=True):
    """One row of `monmap.mons`. In every release, the rank is the position of the row."""

    name: str
    rank: int
    addr: str = ""
    public_addr: str = ""


class RawMonmap(msgspec.Struct, frozen=True):
    """The monmap. In the answer to `mon dump`, it also contains the ranks in the quorum.

    election_strategy: 1 (classic), 2 (disallow) or 3 (connectivity). disallowed_leaders: the names
    of the monitors that must not become the leader, separated by commas. Both exist from Ceph 16
    on.
    """

    fsid: str
    mons: tuple[RawMon, ...]
    epoch: int | None = None
    quorum: tuple[int, ...] = ()
    election_strategy: int = 1
    disallowed_leaders: str = msgspec.field(name="disallowed_leaders: ", default="")
    stretch_mode: bool = False
    tiebreaker_mon: str = ""


class RawQuorum(msgspec.Struct, frozen=True):
    """The answer to `quorum_status`; also the field `mon_status` of the dashboard's `/api/monitor`.

    `mon_status` has no `quorum_leader_name`. Instead, it has the name and the state (leader, peon,
    electing etc.) of the monitor that answered.
    """

    quorum: tuple[int, ...]
    monmap: RawMonmap
    election_epoch: int | None = None
    quorum_age: float | None = None
    quorum_leader_name: str | None = None
    name: str = ""
    state: str = ""


class RawStats(msgspec.Struct, frozen=True):
    """A counter that the monitor reports to the mgr: pairs of time and value, newest last."""

    num_sessions: tuple[tuple[float, float], ...] = ()


class RawReport(msgspec.Struct, frozen=True):
    """The name of one monitor, and one of its performance counters."""

    name: str
    stats: RawStats = RawStats()


class RawDashboardMonitor(msgspec.Struct, frozen=True):
    """The dashboard's `/api/monitor`. The lists contain a report from each monitor."""

    mon_status: RawQuorum
    in_quorum: tuple[RawReport, ...] = ()
    out_quorum: tuple[RawReport, ...] = ()


Reports: TypeAlias = Mapping[str, tuple[tuple[float, float], ...]]
"""By monitor, pairs of a time and a number of sessions, newest last."""

_NO_REPORTS: Reports = MappingProxyType({})
_decode = Decoder(RawQuorum)
_decode_dump = Decoder(RawMonmap)
_decode_dashboard = Decoder(RawDashboardMonitor)


@decodes("quorum_status")
def decode_quorum(body: bytes) -> tuple[Fact, ...]:
    """Decode the answer to `quorum_status`."""
    return (_fact(_decode(body)),)


@decodes("mon dump")
def decode_mon_dump(body: bytes) -> tuple[Fact, ...]:
    """Decode the answer to `mon dump`, which has everything except the figures about elections."""
    monmap = _decode_dump(body)
    return (_fact(RawQuorum(monmap.quorum, monmap)),)


@decodes("dashboard/monitor")
def decode_dashboard_monitor(body: bytes) -> tuple[Fact, ...]:
    """Decode the dashboard's `/api/monitor`."""
    answer = _decode_dashboard(body)
    rows = [(mon.name, mon.stats.num_sessions) for mon in answer.in_quorum + answer.out_quorum]
    return (_fact(answer.mon_status, dict(rows)),)


def _fact(answer: RawQuorum, reports: Reports = _NO_REPORTS) -> Quorum:
    ranks = set(answer.quorum)
    monitors = tuple(
        Monitor(
            mon.name,
            mon.rank,
            mon.rank in ranks,
            # "10.0.0.1:6789/0" and "[::1]:6789/0"; public_addr exists from Ceph 12 on
            (mon.public_addr or mon.addr).rpartition(":")[0],
            tuple(time for time, _ in reports.get(mon.name, ())[-2:]),
            next((amount(number) for _, number in reports.get(mon.name, ())[-1:]), None),
        )
        for mon in answer.monmap.mons
    )
    return Quorum(
        fsid=answer.monmap.fsid,
        monitors=monitors,
        monmap_epoch=amount(answer.monmap.epoch),
        election_epoch=amount(answer.election_epoch),
        leader=answer.quorum_leader_name or _leader(answer, ranks),
        age=amount(answer.quorum_age),
        tiebreaker=answer.monmap.tiebreaker_mon,
    )


def _leader(answer: RawQuorum, ranks: set[int]) -> str | None:
    """Return the leader if Ceph does not report it directly; None if it cannot be determined.

    ElectionLogic.cc has three strategies. In classic and disallow, the monitor with the lowest rank
    becomes the leader. In connectivity, the leader is the best connected monitor, which the answer
    does not show. Some monitors never become the leader: those in `disallowed_leaders` and, in
    stretch mode, the tiebreaker. A monitor that answers as a peon is not the leader either.
    """
    monmap = answer.monmap
    if answer.state == "leader" and answer.name:
        return answer.name
    excluded = {name.strip() for name in monmap.disallowed_leaders.split(",")}
    if monmap.stretch_mode:
        excluded.add(monmap.tiebreaker_mon)
    if answer.state == "peon":
        excluded.add(answer.name)
    candidates = {
        mon.rank: mon.name for mon in monmap.mons if mon.rank in ranks and mon.name not in excluded
    }
    if not candidates or (monmap.election_strategy not in _BY_RANK and len(candidates) > 1):
        return None
    # If the lowest rank of the quorum is not in the monmap, the monmap is of another epoch.
    if min(ranks) not in {mon.rank for mon in monmap.mons}:
        return None
    return candidates[min(candidates)]


_BY_RANK = (1, 2)  # MonMap.h: CLASSIC, DISALLOW
