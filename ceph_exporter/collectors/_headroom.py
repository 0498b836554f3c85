"""How much more the OSDs can take until the first of them is nearly full."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from ceph_exporter.facts.osd_df import OsdUsage
from ceph_exporter.facts.osd_dump import Osd
from ceph_exporter.facts.osd_tree import OsdLocation

Group: TypeAlias = tuple[str, str]
"""CRUSH root and device class."""
Shares: TypeAlias = Mapping[Group, list[tuple[int, float]]]
"""By group, the ids of the OSDs and their weights (CRUSH weight * reweight)."""

_UNKNOWN = OsdUsage()


def shares(osds: tuple[Osd, ...], places: Mapping[int, OsdLocation]) -> Shares:
    """Return the OSDs that take data, those that are up and in, with their weights."""
    groups: defaultdict[Group, list[tuple[int, float]]] = defaultdict(list)
    for osd in osds:
        place = places.get(osd.id)
        if place is not None and osd.up and osd.is_in:
            weight = (place.crush_weight or 0) * (osd.weight or 0)
            groups[place.root, place.device_class].append((osd.id, weight))
    return groups


def rooms(
    groups: Shares, nearfull_ratio: float, usage: Mapping[int, OsdUsage]
) -> Iterator[tuple[Group, float]]:
    """Yield the raw bytes that each group can take, replicas included."""
    for group, osds in groups.items():
        weights = sum(weight for _, weight in osds)
        least = [
            (nearfull_ratio - row.utilization) * row.size / weight
            for osd, weight in osds
            if weight and (row := usage.get(osd, _UNKNOWN)).size and row.utilization is not None
        ]
        if least:
            yield group, max(0, min(least) * weights)
