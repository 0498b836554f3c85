"""The monitors at a point in time: their disks, stores and clocks."""

import math
from collections.abc import Iterator

from ceph_exporter.simulator.model import Monitor
from ceph_exporter.simulator.timeline import CYCLE, Moment
from ceph_exporter.simulator.waves import noise, sawtooth

_KIB, _MIB, _GIB = 2**10, 2**20, 2**30
_KB_TOTAL = 40 * _GIB // _KIB
_MAX_SKEW = 0.08  # seconds; mon_clock_drift_allowed is 0.05


def monitors(moment: Moment) -> Iterator[Monitor]:
    """Yield all monitors; the incidents `clock_skew` and `mon_down` affect the last one."""
    names = moment.layout.monitors
    for rank, name in enumerate(names):
        is_last = rank == len(names) - 1
        skew, latency = _clock(moment, rank, drifts=is_last)
        sst, log, misc, other = _disk(moment.seconds, rank)
        yield Monitor(
            name=name,
            rank=rank,
            host=moment.layout.hosts[rank % len(moment.layout.hosts)].name,
            in_quorum=not (is_last and moment.is_on("mon_down")),
            kb_total=_KB_TOTAL,
            kb_used=(sst + log + misc + other) // _KIB,
            bytes_sst=sst,
            bytes_log=log,
            bytes_misc=misc,
            skew=skew,
            latency=latency,
        )


def _clock(moment: Moment, rank: int, *, drifts: bool) -> tuple[float, float]:
    """Return skew and latency with six decimal places, as old monitors print them."""
    if rank == 0:
        return 0.0, 0.0
    second, seed = int(moment.seconds), moment.layout.seed
    skew = 0.001 * (2 * noise(seed, rank, second, 1) - 1)
    if drifts:
        skew += _MAX_SKEW * math.sin(math.pi * moment.progress.get("clock_skew", 0.0))
    return round(skew, 6), round(0.0004 + 0.0016 * noise(seed, rank, second, 2), 6)


def _disk(seconds: float, rank: int) -> tuple[int, int, int, int]:
    """Return four sizes: of the store's tables, its log and its other files, and of all other data.

    The store's log grows until it becomes a table. Tables accumulate until they are compacted.
    """
    filled = sawtooth(seconds + 70 * rank, 200)
    sst = int((64 + 256 * filled) * _MIB)
    log = int(8 * _MIB * sawtooth(seconds + 7 * rank, 25))
    misc = 64 * _KIB + int(8 * _KIB * filled)
    # The log file grows until it is rotated.
    ceph_mon_log = int(512 * _MIB * sawtooth(seconds + 200 * rank, CYCLE / 3))
    return sst, log, misc, 4 * _GIB + ceph_mon_log
