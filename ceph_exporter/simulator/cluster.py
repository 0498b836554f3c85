"""The model of a living Ceph cluster: its state as a pure function of the time since its start.

Nothing is remembered and nothing is random: waves, ramps and hashes of the time stand in for both,
so that two observers of the same second see the same cluster. One period is ten minutes long:

======== =======================================================================================
second   what happens
======== =======================================================================================
0-540    clients write new data: used bytes and objects grow
120      one OSD goes down (another one in each period): its PGs are undersized and degraded
240      it is back: only what was written meanwhile lacks a copy, and is recovered
300      all PGs are clean again
330-480  the clock of the last monitor drifts, past ``mon_clock_drift_allowed`` from 424 on
480-520  ntp corrects it
540-600  the data written in this period is deleted
======== =======================================================================================

Meanwhile monitor stores grow and are compacted, client IO comes in waves, some PGs are scrubbed.
Names are those of Ceph's JSON, values are those that Ceph 10.2 would print (``PGMap.cc``,
``DataHealthService.cc``, ``Monitor.cc``).
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass

PERIOD = 600.0
"""Seconds after which everything has been seen once."""

REPLICAS = 3
"""The ``size`` of each pool."""

_OSD_DOWN_AT, _OSD_BACK_AT, _RECOVERED_AT = 120.0, 240.0, 300.0
_DRIFT_FROM, _NTP_FROM, _NTP_DONE = 330.0, 480.0, 520.0
_DELETE_FROM = 540.0
_MAX_SKEW = 0.08  # seconds; mon_clock_drift_allowed is 0.05
_MISSED = 0.25  # the part of a down OSD's objects that clients change before it is back
_RECOVERY_MAX_ACTIVE = 3  # osd_recovery_max_active, the number of PGs recovered at a time
_TIMECHECK_INTERVAL = 30.0  # mon_timecheck_skew_interval; the usual 300 s is dull to watch

_KIB, _MIB, _GIB = 2**10, 2**20, 2**30
_OSD_BYTES = 100 * _GIB
_OBJECT_BYTES = 4 * _MIB
_MON_KB_TOTAL = 40 * _GIB // _KIB


@dataclass(frozen=True)
class Cluster:
    """What a cluster is made of, and what does not change while it lives."""

    monitors: tuple[str, ...] = ("a", "b", "c")
    osds: int = 12
    hosts: int = 4
    pools: tuple[str, ...] = ("rbd", "cephfs_data", "cephfs_metadata")
    fsid: str = "7c1c9d5e-3a0b-4f0e-9d39-5b6f2f0c7a11"

    def __post_init__(self) -> None:
        """Refuse what cannot hold data."""
        if min(len(self.monitors), len(self.pools), self.hosts) < 1 or self.osds < REPLICAS:
            raise ValueError(f"at least a monitor, a pool, a host and {REPLICAS} OSDs are needed")

    @property
    def pg_num(self) -> int:
        """PGs of each pool: a power of two that gives each OSD about 100 PGs, as Ceph advises."""
        wanted = 100 * self.osds / REPLICAS / len(self.pools)
        return 1 << max(0, round(math.log2(wanted)))


@dataclass(frozen=True)
class Monitor:
    """A monitor in quorum: its place in the monmap, its disk and its clock.

    ``kb_*`` are KiB of the file system of ``mon_data``; ``bytes_*`` are of the store; ``skew`` and
    ``latency`` are seconds as measured by the leader (rank 0), which has none itself.
    """

    name: str
    rank: int
    addr: str
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


@dataclass(frozen=True)
class Osd:
    """An OSD, which is always "in": it is never down for ``mon_osd_down_out_interval``."""

    id: int
    host: str
    addr: str
    up: bool
    bytes_total: int
    bytes_used: int


@dataclass(frozen=True)
class Pool:
    """A replicated pool: what it holds (``data_bytes`` without replicas) and its clients' IO."""

    id: int
    name: str
    pg_num: int
    size: int
    objects: int
    data_bytes: int
    read_bytes_sec: int
    write_bytes_sec: int
    read_op_per_sec: int
    write_op_per_sec: int


@dataclass(frozen=True)
class State:
    """The cluster at one moment, ``seconds`` after its start.

    ``pgs_by_state`` counts PGs by state name and has no zero counts; ``failed_osd`` is the OSD
    whose failure the running period shows, up or down. Rates are per second.
    """

    cluster: Cluster
    seconds: float
    monitors: tuple[Monitor, ...]
    osds: tuple[Osd, ...]
    pools: tuple[Pool, ...]
    pgs_by_state: dict[str, int]
    failed_osd: int
    degraded_objects: int
    recovering_objects_per_sec: int
    osdmap_epoch: int
    timecheck_round: int

    @property
    def num_up_osds(self) -> int:
        """OSDs that are up."""
        return sum(osd.up for osd in self.osds)

    @property
    def num_pgs(self) -> int:
        """PGs of all pools."""
        return sum(pool.pg_num for pool in self.pools)

    @property
    def objects(self) -> int:
        """Objects of all pools, each counted once."""
        return sum(pool.objects for pool in self.pools)

    @property
    def object_copies(self) -> int:
        """Copies there should be of all objects: ``degraded_total`` in Ceph's JSON."""
        return sum(pool.objects * pool.size for pool in self.pools)

    @property
    def bytes_total(self) -> int:
        """Bytes of all OSDs."""
        return sum(osd.bytes_total for osd in self.osds)

    @property
    def bytes_used(self) -> int:
        """Bytes used on all OSDs, replicas included."""
        return sum(osd.bytes_used for osd in self.osds)

    @property
    def recovering_bytes_per_sec(self) -> int:
        """Bytes recovered per second."""
        return self.recovering_objects_per_sec * _OBJECT_BYTES


def state(cluster: Cluster, seconds: float) -> State:
    """Return the state of a cluster ``seconds`` after its start."""
    period, phase = divmod(seconds, PERIOD)
    pools = tuple(_pool(cluster, index, seconds) for index in range(len(cluster.pools)))
    failed_osd = (cluster.osds // 2 + int(period)) % cluster.osds
    down = _OSD_DOWN_AT <= phase < _OSD_BACK_AT
    back = _OSD_BACK_AT <= phase < _RECOVERED_AT
    # An OSD holds one copy of each object of its PGs, so a PG lacks as many copies as objects.
    lost = sum(pool.objects for pool in pools) * _pgs_of_osd(cluster) // _num_pgs(cluster)
    missed = lost * _MISSED
    left = 1 - _ramp(phase, _OSD_BACK_AT, _RECOVERED_AT)
    return State(
        cluster=cluster,
        seconds=seconds,
        monitors=tuple(_monitor(cluster, rank, seconds) for rank in range(len(cluster.monitors))),
        osds=tuple(
            _osd(cluster, pools, osd, up=not (down and osd == failed_osd))
            for osd in range(cluster.osds)
        ),
        pools=pools,
        pgs_by_state=_pgs_by_state(cluster, seconds),
        failed_osd=failed_osd,
        degraded_objects=down * lost + back * math.ceil(missed * left),
        recovering_objects_per_sec=back * math.ceil(missed / (_RECOVERED_AT - _OSD_BACK_AT)),
        # One epoch for each change of the map: the OSD down, and up again.
        osdmap_epoch=100 + 2 * int(period) + (phase >= _OSD_DOWN_AT) + (phase >= _OSD_BACK_AT),
        timecheck_round=_timecheck_round(seconds),
    )


def _pgs_by_state(cluster: Cluster, seconds: float) -> dict[str, int]:
    phase = seconds % PERIOD
    undersized = recovering = waiting = 0
    if _OSD_DOWN_AT <= phase < _OSD_BACK_AT:
        undersized = _pgs_of_osd(cluster)
    elif _OSD_BACK_AT <= phase < _RECOVERED_AT:
        left = math.ceil(_pgs_of_osd(cluster) * (1 - _ramp(phase, _OSD_BACK_AT, _RECOVERED_AT)))
        recovering = min(left, _RECOVERY_MAX_ACTIVE)
        waiting = left - recovering
    clean = _num_pgs(cluster) - undersized - recovering - waiting
    # Scrubs begin and end all the time; only clean PGs are scrubbed.
    scrubbing = min(clean, int(3 * _jitter("scrub", seconds // 20)))
    counts = {
        "active+clean": clean - scrubbing,
        "active+clean+scrubbing": scrubbing,
        "active+undersized+degraded": undersized,
        "active+recovery_wait+degraded": waiting,
        "active+recovering+degraded": recovering,
    }
    return {name: count for name, count in counts.items() if count}


def _monitor(cluster: Cluster, rank: int, seconds: float) -> Monitor:
    name = cluster.monitors[rank]
    phase = seconds % PERIOD
    skew = latency = 0.0
    if rank:
        skew = 0.001 * (2 * _jitter(name, "skew", seconds // 1) - 1)
        latency = 0.0004 + 0.0016 * _jitter(name, "latency", seconds // 1)
        if rank == len(cluster.monitors) - 1:
            drift = _ramp(phase, _DRIFT_FROM, _NTP_FROM) - _ramp(phase, _NTP_FROM, _NTP_DONE)
            skew += _MAX_SKEW * drift
    # leveldb writes its log until that becomes a table (sst); tables pile up until compaction.
    filled = _sawtooth(seconds + 70 * rank, PERIOD / 3)
    bytes_sst = int((64 + 256 * filled) * _MIB)
    bytes_log = int(8 * _MIB * _sawtooth(seconds + 7 * rank, 25))
    bytes_misc = 64 * _KIB + int(8 * _KIB * filled)
    ceph_mon_log = int(512 * _MIB * _sawtooth(seconds + 200 * rank, PERIOD))  # until logrotate
    used = 4 * _GIB + bytes_sst + bytes_log + bytes_misc + ceph_mon_log
    return Monitor(
        name=name,
        rank=rank,
        addr=f"10.0.0.{rank + 1}:6789/0",
        kb_total=_MON_KB_TOTAL,
        kb_used=used // _KIB,
        bytes_sst=bytes_sst,
        bytes_log=bytes_log,
        bytes_misc=bytes_misc,
        skew=round(skew, 6),  # a monitor prints six decimals
        latency=round(latency, 6),
    )


def _osd(cluster: Cluster, pools: tuple[Pool, ...], osd: int, *, up: bool) -> Osd:
    host = osd * cluster.hosts // cluster.osds
    raw = sum(pool.data_bytes * pool.size for pool in pools)
    return Osd(
        id=osd,
        host=f"host{host + 1}",
        addr=f"10.0.{1 + host // 250}.{1 + host % 250}:{6800 + osd % 100}/{2000 + osd}",
        up=up,
        bytes_total=_OSD_BYTES,
        # CRUSH never fills OSDs evenly.
        bytes_used=int(raw / cluster.osds * (1 + 0.2 * _jitter("osd", osd))),
    )


def _pool(cluster: Cluster, index: int, seconds: float) -> Pool:
    phase = seconds % PERIOD
    share = 8.0**-index  # each pool is much smaller than the one before
    growth = 1 + 0.25 * (_ramp(phase, 0, _DELETE_FROM) - _ramp(phase, _DELETE_FROM, PERIOD))
    quarter_full = 0.25 * cluster.osds * _OSD_BYTES / REPLICAS / _OBJECT_BYTES
    objects = int(share * growth * quarter_full)
    unevenness = 0.9 + 0.2 * _jitter("io", index, seconds // 1)
    # Readers pause in the trough of their wave: then Ceph's JSON has no read_bytes_sec at all.
    read_wave = max(0.0, 0.6 + math.sin(2 * math.pi * seconds / 150))
    write_wave = 1 + 0.5 * math.sin(2 * math.pi * seconds / 200)
    read_bytes = int(share * cluster.osds * 10 * _MIB * unevenness * read_wave)
    write_bytes = int(share * cluster.osds * 6 * _MIB * unevenness * write_wave)
    return Pool(
        id=index + 1,
        name=cluster.pools[index],
        pg_num=cluster.pg_num,
        size=REPLICAS,
        objects=objects,
        data_bytes=objects * _OBJECT_BYTES,
        read_bytes_sec=read_bytes,
        write_bytes_sec=write_bytes,
        read_op_per_sec=math.ceil(read_bytes / (64 * _KIB)),
        write_op_per_sec=math.ceil(write_bytes / (16 * _KIB)),
    )


def _num_pgs(cluster: Cluster) -> int:
    return cluster.pg_num * len(cluster.pools)


def _pgs_of_osd(cluster: Cluster) -> int:
    return round(_num_pgs(cluster) * REPLICAS / cluster.osds)


def _timecheck_round(seconds: float) -> int:
    """Return the round: odd during the second in which the leader asks the others, even after."""
    rounds, since = divmod(seconds, _TIMECHECK_INTERVAL)
    return 2 * int(rounds) + (1 if since < 1 else 2)


def _ramp(now: float, start: float, end: float) -> float:
    """Return 0 until ``start``, 1 from ``end`` on, and the part of the way between them."""
    return min(1.0, max(0.0, (now - start) / (end - start)))


def _sawtooth(seconds: float, period: float) -> float:
    """Return what rises from 0 to 1 in each period and falls back at its end."""
    return seconds % period / period


def _jitter(*key: object) -> float:
    """Return a number in [0, 1) that depends on the key alone, in every process."""
    digest = hashlib.blake2b(repr(key).encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") / 2**32
