"""The model of a running Ceph cluster: its state as a pure function of the time since its start.

Nothing is stored and nothing is random, so all observers see the same state at the same time. The
schedule of incidents is in `timeline.py`. In addition, the data grows, the monitors' stores grow
and are compacted, and client I/O and the OSDs' latencies rise and fall in waves.
"""

from collections import defaultdict
from collections.abc import Collection

from ceph_exporter.simulator import pools
from ceph_exporter.simulator.layout import Layout
from ceph_exporter.simulator.model import State
from ceph_exporter.simulator.monitors import monitors
from ceph_exporter.simulator.osds import osds, room
from ceph_exporter.simulator.timeline import moment


def state(layout: Layout, seconds: float, fixed: Collection[str] | None = None) -> State:
    """Return the state of a cluster `seconds` after its start. fixed: as in `timeline.moment`."""
    now = moment(layout, seconds, fixed)
    data: defaultdict[str, int] = defaultdict(int)
    for plan in layout.pools:
        stored = pools.objects_of(now, plan) * plan.object_bytes
        data[plan.device_class] += stored * plan.size // plan.k
    all_osds = tuple(osds(now, data))
    pgs, left = pools.pgs(now), room(all_osds)
    return State(
        moment=now,
        monitors=tuple(monitors(now)),
        osds=all_osds,
        pools=tuple(pools.pool(now, plan, pgs, left) for plan in layout.pools),
        pgs=pgs,
    )
