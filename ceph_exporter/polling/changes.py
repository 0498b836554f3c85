"""Which documents have probably changed, according to what a poll has received."""

from collections.abc import Iterable, Mapping

from ceph_exporter.facts import DOCUMENTS, Fact, Health, Status
from ceph_exporter.facts.signs import Signs
from ceph_exporter.polling.schedule import VITAL

OF_MAP = frozenset(name for name, fact in DOCUMENTS.items() if fact.of_osd_map)
"""The documents that contain the OSD map, in which each OSD is up or down, in or out."""


def changed(previous: Mapping[type[Fact], Fact], received: Iterable[Fact]) -> frozenset[str]:
    """Return the documents that have probably changed since they were received.

    previous: the facts before; received: the facts in an answer. A sign makes health and status
    worth a request; other checks or OSD counts make the OSD map worth one.
    """
    names: frozenset[str] = frozenset()
    for fact in received:
        before = previous.get(type(fact))
        if before is None or fact == before:
            continue
        if isinstance(fact, Signs):
            names |= VITAL
        elif _differs(fact, before):
            names |= OF_MAP
    return names


def _differs(fact: Fact, before: Fact) -> bool:
    """Return whether other checks are raised, or the OSD counts are different."""
    if isinstance(fact, Health) and isinstance(before, Health):
        return (fact.status, fact.checks.keys()) != (before.status, before.checks.keys())
    if isinstance(fact, Status) and isinstance(before, Status):
        return (fact.osds, fact.osds_up, fact.osds_in) != (
            before.osds,
            before.osds_up,
            before.osds_in,
        )
    return False
