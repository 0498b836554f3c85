"""The OSDs at a point in time: their usage and latency."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from ceph_exporter.simulator.model import Osd
from ceph_exporter.simulator.timeline import Moment
from ceph_exporter.simulator.waves import noise, writes

NEARFULL_RATIO, BACKFILLFULL_RATIO, FULL_RATIO = 0.85, 0.90, 0.95
_NEARFULL_AT = 0.87
_OVERHEAD = 2**30  # bytes that an OSD without data uses
_LATENCY = {"hdd": 12.0, "ssd": 1.0}  # milliseconds
_SLOW = 900.0


def osds(moment: Moment, data: Mapping[str, int]) -> Iterator[Osd]:
    """Yield all OSDs. data: bytes stored on each device class, including copies."""
    layout = moment.layout
    down = moment.victim("osd_down") if moment.is_on("osd_down") else None
    nearfull = moment.victim("nearfull") if moment.is_on("nearfull") else None
    slow = moment.victim("slow_ops") if moment.is_on("slow_ops") else None
    wave, tick = writes(moment.seconds), int(moment.seconds // 5)
    for place in layout.osds:
        used = data[place.device_class] * place.share + _OVERHEAD
        if place.id == nearfull:
            used = place.bytes_total * _NEARFULL_AT
        latency = _LATENCY[place.device_class] * wave * (0.5 + noise(layout.seed, place.id, tick))
        if place.id == slow:
            latency = _SLOW
        yield Osd(
            place=place,
            up=place.id != down,
            nearfull=place.id == nearfull,
            kb_used=int(used) // 1024,
            latency=0.0 if place.id == down else latency,
        )


def room(all_osds: tuple[Osd, ...]) -> dict[str, int]:
    """Return how many raw bytes each device class can take before its fullest OSD is full."""
    least: defaultdict[str, float] = defaultdict(lambda: 1.0)
    sizes: defaultdict[str, int] = defaultdict(int)
    for osd in all_osds:
        class_ = osd.place.device_class
        least[class_] = min(least[class_], FULL_RATIO - osd.utilization)
        sizes[class_] += osd.place.bytes_total
    return {class_: int(size * least[class_]) for class_, size in sizes.items()}
