"""The state of a simulated cluster at one moment. Sizes are in bytes, rates per second."""

from collections import Counter
from functools import cached_property

import msgspec

from ceph_exporter.simulator.layout import Place, PoolPlan
from ceph_exporter.simulator.timeline import Moment

CLEAN = "active+clean"


class Monitor(msgspec.Struct, frozen=True):
    """A monitor: its rank in the monmap, its disk, its store and its clock.

    skew, latency: in seconds, as measured by the leader. Both are 0 for the leader, which has rank
    0.
    """

    name: str
    rank: int
    host: str
    in_quorum: bool
    kb_total: int
    kb_used: int
    bytes_sst: int
    bytes_log: int
    bytes_misc: int
    skew: float
    latency: float

    @property
    def kb_avail(self) -> int:
        """Available KiB; as on XFS, no space is reserved for root."""
        return self.kb_total - self.kb_used

    @property
    def avail_percent(self) -> int:
        """Available space in whole percent, rounded down as the monitor does."""
        return self.kb_avail * 100 // self.kb_total

    @property
    def bytes_total(self) -> int:
        """Size of the store."""
        return self.bytes_sst + self.bytes_log + self.bytes_misc


class Osd(msgspec.Struct, frozen=True):
    """An OSD. It is always "in", because no OSD is down long enough to be marked out.

    kb_used: in whole KiB. latency: milliseconds until a write is committed, 0 if the OSD is down.
    """

    place: Place
    up: bool
    nearfull: bool
    kb_used: int
    latency: float

    @property
    def kb(self) -> int:
        """Size in KiB."""
        return self.place.bytes_total // 1024

    @property
    def kb_avail(self) -> int:
        """Available KiB."""
        return self.kb - self.kb_used

    @property
    def utilization(self) -> float:
        """Used fraction of the size, 0 to 1."""
        return self.kb_used / self.kb

    @property
    def pgs(self) -> int:
        """Number of PGs whose acting set includes the OSD."""
        return self.place.pgs if self.up else 0


class Pool(msgspec.Struct, frozen=True):
    """A pool: its data, its degraded objects, its available space and its client I/O.

    pg_states: number of PGs by state. degraded: number of missing copies or chunks. max_avail:
    bytes of data that can still be stored. Fields that end in _sec are rates; read_bytes,
    write_bytes, read_ops and write_ops are totals since the creation of the pool.
    """

    plan: PoolPlan
    objects: int
    max_avail: int
    pg_states: dict[str, int]
    degraded: int
    recovering_objects_sec: int
    read_bytes_sec: int
    write_bytes_sec: int
    read_ops_sec: int
    write_ops_sec: int
    read_bytes: int
    write_bytes: int
    read_ops: int
    write_ops: int

    @property
    def stored(self) -> int:
        """Size of all objects, without replicas."""
        return self.objects * self.plan.object_bytes

    @property
    def bytes_used(self) -> int:
        """Size of all copies or chunks."""
        return self.stored * self.plan.size // self.plan.k

    @property
    def copies(self) -> int:
        """Number of copies or chunks when nothing is degraded."""
        return self.objects * self.plan.size

    @property
    def recovering_bytes_sec(self) -> int:
        """Bytes recovered per second."""
        return self.recovering_objects_sec * self.plan.object_bytes


class State(msgspec.Struct, frozen=True, dict=True):
    """A cluster at one moment.

    pgs: the state of each PG that is not active+clean, by pool id and PG number.
    """

    moment: Moment
    monitors: tuple[Monitor, ...]
    osds: tuple[Osd, ...]
    pools: tuple[Pool, ...]
    pgs: dict[tuple[int, int], str]

    @property
    def quorum(self) -> list[Monitor]:
        """The monitors that form the quorum."""
        return [mon for mon in self.monitors if mon.in_quorum]

    @cached_property
    def down(self) -> list[Osd]:
        """The OSDs that are down."""
        return [osd for osd in self.osds if not osd.up]

    @cached_property
    def pg_states(self) -> Counter[str]:
        """Number of PGs in all pools, by state."""
        return sum((Counter(pool.pg_states) for pool in self.pools), Counter())

    @property
    def osdmap_epoch(self) -> int:
        """Epoch of the OSD map."""
        return 1000 + self.moment.map_changes

    @property
    def election_epoch(self) -> int:
        """Election epoch, which is even while there is a quorum."""
        return 8 + 2 * self.moment.elections

    @property
    def timecheck_round(self) -> int:
        """Number of the latest round of time checks: odd during its first second, then even."""
        rounds, seconds = divmod(self.moment.seconds, _TIMECHECK_INTERVAL)
        return 2 * int(rounds) + (1 if seconds < 1 else 2)

    @cached_property
    def kb(self) -> int:
        """Total size of all OSDs in KiB."""
        return sum(osd.kb for osd in self.osds)

    @cached_property
    def kb_used(self) -> int:
        """KiB used on all OSDs."""
        return sum(osd.kb_used for osd in self.osds)

    @property
    def degraded(self) -> int:
        """Number of missing copies or chunks."""
        return sum(pool.degraded for pool in self.pools)

    @property
    def copies(self) -> int:
        """Number of copies or chunks when nothing is degraded."""
        return sum(pool.copies for pool in self.pools)


_TIMECHECK_INTERVAL = 30.0
"""Ceph's mon_timecheck_skew_interval in seconds. The interval that Ceph uses without clock skew,
mon_timecheck_interval (300 s), would be too long for a demo."""
