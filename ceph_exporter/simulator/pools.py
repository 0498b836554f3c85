"""The pools at a point in time: their data, their degraded PGs and their client I/O."""

import math
from collections import Counter
from collections.abc import Mapping

from ceph_exporter.simulator import waves
from ceph_exporter.simulator.layout import PoolPlan
from ceph_exporter.simulator.model import CLEAN, Pool
from ceph_exporter.simulator.timeline import INCIDENTS, Moment
from ceph_exporter.simulator.waves import noise

UNDERSIZED = "active+undersized+degraded"
WAITING = "active+recovery_wait+degraded"
RECOVERING = "active+recovering+degraded"
SCRUBBING = "active+clean+scrubbing"

_KIB, _MIB = 2**10, 2**20
_READ_SIZE, _WRITE_SIZE = 64 * _KIB, 16 * _KIB  # bytes per operation
_READS_PER_OSD, _WRITES_PER_OSD = 10 * _MIB, 6 * _MIB  # bytes per second
_MISSED = 0.25  # the fraction of an OSD's objects that clients change while the OSD is down
_RECOVERY_MAX_ACTIVE = 3  # osd_recovery_max_active: the number of PGs recovered at the same time
_OSDS_PER_SCRUB = 6

Pgs = dict[tuple[int, int], str]


def pgs(moment: Moment) -> Pgs:
    """Return the state of each PG that is not active+clean, by pool id and PG number."""
    victim = moment.victim("osd_down")
    states: Pgs = {}
    if moment.is_on("osd_down"):
        states = {(pool.id, pg): UNDERSIZED for pool, pg in moment.layout.pgs_of(victim)}
    elif moment.is_on("recovery"):
        # All pools are recovered at the same time.
        affected = sorted((pg, pool.id) for pool, pg in moment.layout.pgs_of(victim))
        remaining = affected[int(len(affected) * moment.progress["recovery"]) :]
        for index, (pg, pool_id) in enumerate(remaining):
            recovers = index < _RECOVERY_MAX_ACTIVE
            states[pool_id, pg] = RECOVERING if recovers else WAITING
    if moment.is_on("scrub"):
        pools = moment.layout.pools
        for scrub in range(math.ceil(len(moment.layout.osds) / _OSDS_PER_SCRUB)):
            pool = pools[scrub % len(pools)]
            pg = int(noise(scrub, int(moment.seconds // 20)) * pool.pg_num)
            states.setdefault((pool.id, pg), SCRUBBING)
    return states


def pool(moment: Moment, plan: PoolPlan, states: Pgs, room: Mapping[str, int]) -> Pool:
    """Return one pool. states: the result of `pgs`. room: the result of `osds.room`."""
    objects = objects_of(moment, plan)
    seconds, unevenness = moment.seconds, 0.9 + 0.2 * noise(plan.id, int(moment.seconds))
    reads = plan.io * len(moment.layout.osds) * _READS_PER_OSD
    writes = plan.io * len(moment.layout.osds) * _WRITES_PER_OSD
    read_bytes_sec = int(reads * unevenness * waves.reads(seconds + 40 * plan.id))
    write_bytes_sec = int(writes * unevenness * waves.writes(seconds))
    read_bytes = int(reads * (waves.read(seconds + 40 * plan.id))) // _KIB * _KIB
    write_bytes = int(writes * waves.written(seconds)) // _KIB * _KIB
    of_pool = {pg: state for (pool_id, pg), state in states.items() if pool_id == plan.id}
    counts = Counter(of_pool.values())
    counts[CLEAN] = plan.pg_num - len(of_pool)
    degraded = [pg for pg, state in of_pool.items() if "degraded" in state]
    return Pool(
        plan=plan,
        objects=objects,
        max_avail=int(room[plan.device_class] / plan.factor),
        pg_states={state: count for state, count in counts.items() if count},
        degraded=sum(_missing(moment, plan, objects, pg) for pg in degraded),
        recovering_objects_sec=_recovering(moment, plan, objects) if degraded else 0,
        read_bytes_sec=read_bytes_sec,
        write_bytes_sec=write_bytes_sec,
        read_ops_sec=math.ceil(read_bytes_sec / _READ_SIZE),
        write_ops_sec=math.ceil(write_bytes_sec / _WRITE_SIZE),
        read_bytes=read_bytes,
        write_bytes=write_bytes,
        read_ops=read_bytes // _READ_SIZE,
        write_ops=write_bytes // _WRITE_SIZE,
    )


def objects_of(moment: Moment, plan: PoolPlan) -> int:
    """Return the number of objects in a pool, which is at least one per PG."""
    return max(plan.pg_num, int(plan.data * moment.growth / plan.object_bytes))


def _missing(moment: Moment, plan: PoolPlan, objects: int, pg: int) -> int:
    """Return how many copies of a PG's objects are missing.

    While an OSD is down, all copies on it are missing. Afterwards, only the copies of objects that
    clients changed in the meantime are missing.
    """
    per_pg, remainder = divmod(objects, plan.pg_num)
    copies = per_pg + (pg < remainder)
    return copies if moment.is_on("osd_down") else math.ceil(_MISSED * copies)


def _recovering(moment: Moment, plan: PoolPlan, objects: int) -> int:
    """Return the objects recovered per second, which is constant during the recovery."""
    if not moment.is_on("recovery") or moment.is_on("osd_down"):
        return 0
    start, end = INCIDENTS["recovery"]
    pgs_of_victim = moment.layout.pgs_of(moment.victim("osd_down"))
    affected = [pg for pool_plan, pg in pgs_of_victim if pool_plan.id == plan.id]
    missed = sum(_missing(moment, plan, objects, pg) for pg in affected)
    return math.ceil(missed / (end - start))
