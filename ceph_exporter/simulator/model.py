"""The state of a simulated cluster at one moment. Sizes in bytes, rates per second."""

from collections import Counter
from functools import cached_property

import msgspec

from ceph_exporter.simulator.layout import Place, PoolPlan
from ceph_exporter.simulator.timeline import Moment

CLEAN = "active+clean"


class Monitor(msgspec.Struct, frozen=True):
    """A monitor: its place in the monmap, its disk, its store and its clock.

    skew, latency: seconds, as the leader (rank 0) measured them; it has none itself.
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
        """KiB left: nothing is reserved for root here, as on XFS."""
        return self.kb_total - self.kb_used

    @property
    def avail_percent(self) -> int:
        """Whole percent left, rounded down as the monitor does."""
        return self.kb_avail * 100 // self.kb_total

    @property
    def bytes_total(self) -> int:
        """Size of the store."""
        return self.bytes_sst + self.bytes_log + self.bytes_misc


class Osd(msgspec.Struct, frozen=True):
    """An OSD, which is always "in": none is down long enough to be marked out.

    kb_used: whole KiB; latency: milliseconds until a write is committed, 0 of an OSD that is down.
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
        """KiB left."""
        return self.kb - self.kb_used

    @property
    def utilization(self) -> float:
        """Used part, 0 to 1."""
        return self.kb_used / self.kb

    @property
    def pgs(self) -> int:
        """PGs that it is in the acting set of."""
        return self.place.pgs if self.up else 0


class Pool(msgspec.Struct, frozen=True):
    """A pool: what it holds, lacks and may hold yet, and its clients' IO.

    pg_states: PGs by state. degraded: copies or chunks that are missing. read_ops and the like are
    those since the pool is there, *_sec are rates. max_avail: data that still fits.
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
        """Bytes of the objects, each counted once."""
        return self.objects * self.plan.object_bytes

    @property
    def bytes_used(self) -> int:
        """Bytes of all copies or chunks."""
        return self.stored * self.plan.size // self.plan.k

    @property
    def copies(self) -> int:
        """Copies or chunks that there should be."""
        return self.objects * self.plan.size

    @property
    def recovering_bytes_sec(self) -> int:
        """Bytes recovered per second."""
        return self.recovering_objects_sec * self.plan.object_bytes


class State(msgspec.Struct, frozen=True, dict=True):
    """A cluster at a moment. pgs: pool id and number of each PG that is not clean -> its state."""

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
        """PGs of all pools by state."""
        return sum((Counter(pool.pg_states) for pool in self.pools), Counter())

    @property
    def osdmap_epoch(self) -> int:
        """Epoch of the OSD map."""
        return 1000 + self.moment.map_changes

    @property
    def election_epoch(self) -> int:
        """Epoch of elections, even while there is a quorum."""
        return 8 + 2 * self.moment.elections

    @property
    def timecheck_round(self) -> int:
        """Round of time checks: odd in the second in which the leader asks, even after."""
        rounds, since = divmod(self.moment.seconds, _TIMECHECK_INTERVAL)
        return 2 * int(rounds) + (1 if since < 1 else 2)

    @cached_property
    def kb(self) -> int:
        """KiB of all OSDs."""
        return sum(osd.kb for osd in self.osds)

    @cached_property
    def kb_used(self) -> int:
        """KiB used on all OSDs."""
        return sum(osd.kb_used for osd in self.osds)

    @property
    def degraded(self) -> int:
        """Copies or chunks that are missing."""
        return sum(pool.degraded for pool in self.pools)

    @property
    def copies(self) -> int:
        """Copies or chunks that there should be."""
        return sum(pool.copies for pool in self.pools)


_TIMECHECK_INTERVAL = 30.0  # mon_timecheck_skew_interval; the usual 300 s is dull to watch
