"""How much data the OSDs can take before the first of them is nearly full."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from ceph_exporter.facts.osd_df import OsdUsage
from ceph_exporter.facts.osd_dump import Osd
from ceph_exporter.facts.osd_tree import OsdLocation

Group: TypeAlias = tuple[str, str]
"""A CRUSH root and a device class."""
Weights: TypeAlias = Mapping[Group, list[tuple[int, float]]]
"""The id and the weight (CRUSH weight * reweight) of each OSD in each group."""

_UNKNOWN = OsdUsage()


def weights(osds: tuple[Osd, ...], places: Mapping[int, OsdLocation]) -> Weights:
    """Return the weights of the OSDs that are up, in and in the CRUSH map; others get no data."""
    groups: defaultdict[Group, list[tuple[int, float]]] = defaultdict(list)
    for osd in osds:
        place = places.get(osd.id)
        if place is not None and osd.up and osd.is_in:
            weight = (place.crush_weight or 0) * (osd.weight or 0)
            groups[place.root, place.device_class].append((osd.id, weight))
    return groups


def headroom(
    groups: Weights, nearfull_ratio: float, usage: Mapping[int, OsdUsage]
) -> Iterator[tuple[Group, float]]:
    """Yield how many raw bytes (including replicas) each group can take.

    OSDs receive data in proportion to their weights, so the OSD that will be nearly full first
    limits the whole group. OSDs without weight or of unknown size or utilization are ignored; a
    group that has no other OSDs is left out.
    """
    for group, osds in groups.items():
        total = sum(weight for _, weight in osds)
        per_weight = [
            (nearfull_ratio - row.utilization) * row.size / weight
            for osd, weight in osds
            if weight and (row := usage.get(osd, _UNKNOWN)).size and row.utilization is not None
        ]
        if per_weight:
            yield group, max(0, min(per_weight) * total)
