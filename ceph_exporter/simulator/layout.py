"""The parts of a simulated cluster that never change: hosts, OSDs, pools, daemons.

The layout also replaces CRUSH: it maps PGs to OSDs, and defines each OSD's share of the data.
"""

import functools
import math
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from ceph_exporter.simulator.waves import noise

LEAST_OSDS = 12
_SMALL = 60  # with fewer OSDs, a host has 3 OSDs and a rack 2 hosts; otherwise 20 and 20
_MANY = 1000  # with N >= _MANY OSDs, there are 5 monitors and N / _MANY additional pools
_SSD_PART = 5  # of N OSDs on a host, N / _SSD_PART are SSDs (rounded up)
_PGS_PER_OSD = 100
_QUOTA = 1.6  # relative to the initial data
_BYTES = {"hdd": 4 * 2**40, "ssd": 2**40}  # the size of an OSD
_FILLED = {"hdd": 0.45, "ssd": 0.30}  # the initial utilization of an OSD
_MIB = 2**20


class Host(NamedTuple):
    """A host and its OSDs; `bucket` and `rack_bucket` are the ids in the CRUSH map, below 0."""

    name: str
    bucket: int
    rack: str
    rack_bucket: int
    osds: range


class Place(NamedTuple):
    """An OSD. host: the index of its host.

    pgs: the number of PGs whose acting set includes the OSD. share: the fraction of the data of its
    device class that is on the OSD.
    """

    id: int
    host: int
    device_class: str
    bytes_total: int
    pgs: int
    share: float


class PoolPlan(NamedTuple):
    """A pool. k: number of data chunks, 1 if replicated. size: number of copies or of all chunks.

    first: the position of its first PG in the ring of OSDs. data: the initial size of its data in
    bytes. io: its share of the client I/O.
    """

    id: int
    name: str
    application: str
    device_class: str
    k: int
    size: int
    pg_num: int
    first: int
    data: int
    object_bytes: int
    io: float
    has_quota: bool

    @property
    def factor(self) -> float:
        """The number of raw bytes per byte of data."""
        return self.size / self.k

    @property
    def min_size(self) -> int:
        """The number of copies or chunks that must be available for I/O."""
        spare = self.size - self.k
        return self.k + min(1, spare - 1)

    @property
    def quota_bytes(self) -> int:
        """The quota in bytes, 0 if there is none. The pool never reaches it."""
        return self.quota_objects * self.object_bytes

    @property
    def quota_objects(self) -> int:
        """The quota in objects, 0 if there is none."""
        return int(self.has_quota * _QUOTA * self.data) // self.object_bytes

    @property
    def profile(self) -> str:
        """The name of the erasure code profile; empty for replicated pools."""
        return f"ec{self.k}{self.size - self.k}" if self.k > 1 else ""

    @property
    def rule(self) -> int:
        """The CRUSH rule: one for each device class and type of pool."""
        return (self.device_class == "ssd") + 2 * (self.k > 1)


class Layout(NamedTuple):
    """A cluster. rings: the OSDs of each class in the order in which PGs are mapped to them."""

    seed: int
    hosts: tuple[Host, ...]
    osds: tuple[Place, ...]
    pools: tuple[PoolPlan, ...]
    rings: dict[str, tuple[int, ...]]
    monitors: tuple[str, ...]
    mds: tuple[str, ...]
    fsid: str = "7c1c9d5e-3a0b-4f0e-9d39-5b6f2f0c7a11"

    def acting(self, pool: PoolPlan, pg: int) -> list[int]:
        """Return the OSDs of a PG, primary first. They are on different hosts if possible."""
        ring = self.rings[pool.device_class]
        start = pool.first + pg * pool.size
        return [ring[(start + copy) % len(ring)] for copy in range(pool.size)]

    def pgs_of(self, osd: int) -> Iterator[tuple[PoolPlan, int]]:
        """Yield the PGs that an OSD holds, pool by pool."""
        ring = self.rings[self.osds[osd].device_class]
        position = ring.index(osd)
        for pool in self.pools:
            if pool.device_class == self.osds[osd].device_class:
                start = (position - pool.first) % len(ring)
                for slot in range(start, pool.pg_num * pool.size, len(ring)):
                    yield pool, slot // pool.size


@functools.lru_cache(maxsize=8)
def layout(osds: int, seed: int) -> Layout:
    """Return the layout of a cluster. Raises ValueError if its pools need more OSDs."""
    if osds < LEAST_OSDS:
        raise ValueError(f"a simulated cluster needs at least {LEAST_OSDS} OSDs")
    hosts = tuple(_hosts(osds))
    rings = _rings(hosts)
    pools = tuple(_pools(rings, len(hosts), osds))
    return Layout(
        seed=seed,
        hosts=hosts,
        osds=tuple(_places(hosts, rings, pools, seed)),
        pools=pools,
        rings=rings,
        monitors=tuple("abcde" if osds >= _MANY else "abc"),
        mds=("m1", "m2", "m3"),
    )


def _hosts(osds: int) -> Iterator[Host]:
    per_host, per_rack = (3, 2) if osds < _SMALL else (20, 20)
    racks = math.ceil(math.ceil(osds / per_host) / per_rack)
    for host, first in enumerate(range(0, osds, per_host)):
        rack = host // per_rack
        yield Host(
            name=f"host{host + 1}",
            bucket=-2 - racks - host,
            rack=f"rack{rack + 1}",
            rack_bucket=-2 - rack,
            osds=range(first, min(first + per_host, osds)),
        )


def _rings(hosts: tuple[Host, ...]) -> dict[str, tuple[int, ...]]:
    """Return the OSDs of each class in an order in which neighbours are on different hosts."""
    per_host = len(hosts[0].osds)
    first_ssd = per_host - math.ceil(per_host / _SSD_PART)
    rings: defaultdict[str, list[int]] = defaultdict(list)
    for slot in range(per_host):
        device_class = "ssd" if slot >= first_ssd else "hdd"
        rings[device_class] += [host.osds[slot] for host in hosts if slot < len(host.osds)]
    return {device_class: tuple(ring) for device_class, ring in rings.items()}


def _pools(rings: dict[str, tuple[int, ...]], hosts: int, osds: int) -> Iterator[PoolPlan]:
    erasure = (4, 6) if hosts >= 6 else (2, 3)
    more = osds // _MANY
    big, small = 4 * _MIB, _MIB // 16
    # name, application, device class, (k, size), share of the data of the class, object size,
    # share of the client I/O
    rows = [
        (".mgr", "mgr", "hdd", (1, 3), 0.0, small, 0.0),
        ("rbd", "rbd", "hdd", (1, 3), 0.4 / (1 + more), big, 0.4 / (1 + more)),
        ("cephfs_data", "cephfs", "hdd", (1, 3), 0.15, big, 0.2),
        ("cephfs_metadata", "cephfs", "ssd", (1, 3), 0.2, small, 0.02),
        ("default.rgw.buckets.data", "rgw", "hdd", erasure, 0.45, big, 0.15),
        ("default.rgw.buckets.index", "rgw", "ssd", (1, 3), 0.1, small, 0.03),
        ("vms", "rbd", "ssd", (1, 3), 0.7, big, 0.2),
    ]
    rows += [(f"volumes{n + 1}", *rows[1][1:]) for n in range(more)]
    first = 0
    for number, (name, application, class_, (k, size), part, object_bytes, io) in enumerate(rows):
        count = len(rings[class_])
        wanted = max(1.0, _PGS_PER_OSD * count * part / size)
        pg_num = 1 << round(math.log2(wanted))
        data = part * _FILLED[class_] * count * _BYTES[class_] * k / size
        yield PoolPlan(
            id=number + 1,
            name=name,
            application=application,
            device_class=class_,
            k=k,
            size=size,
            pg_num=pg_num,
            first=first,
            data=max(int(data), pg_num * object_bytes),
            object_bytes=object_bytes,
            io=io,
            has_quota=name == "vms",
        )
        first += pg_num * size


def _places(
    hosts: tuple[Host, ...],
    rings: dict[str, tuple[int, ...]],
    pools: tuple[PoolPlan, ...],
    seed: int,
) -> Iterator[Place]:
    classes = {osd: class_ for class_, ring in rings.items() for osd in ring}
    pgs = [0] * len(classes)
    weights = [0.0] * len(classes)
    for pool in pools:
        ring = rings[pool.device_class]
        per_osd, remainder = divmod(pool.pg_num * pool.size, len(ring))
        piece = pool.data * pool.factor / (pool.pg_num * pool.size)
        for position, osd in enumerate(ring):
            count = per_osd + ((position - pool.first) % len(ring) < remainder)
            pgs[osd] += count
            weights[osd] += count * piece
    # The PGs of a pool differ in size, so no two OSDs have the same utilization.
    weights = [weight * (0.95 + 0.1 * noise(seed, osd)) for osd, weight in enumerate(weights)]
    sums = {class_: sum(weights[osd] for osd in ring) for class_, ring in rings.items()}
    for number, host in enumerate(hosts):
        for osd in host.osds:
            class_ = classes[osd]
            share = weights[osd] / sums[class_]
            yield Place(osd, number, class_, _BYTES[class_], pgs[osd], share)
