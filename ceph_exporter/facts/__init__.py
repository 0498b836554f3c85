"""Typed facts, one struct per document; every difference between releases ends here."""

from ceph_exporter.facts.decode import DecodeError, Decoder
from ceph_exporter.facts.fact import Fact, Facts, decode, wires
from ceph_exporter.facts.health import STATUSES, Check, Health, Mute, worst
from ceph_exporter.facts.monitor_details import MonitorReport
from ceph_exporter.facts.quorum import Monitor, Quorum
from ceph_exporter.facts.status import Status
from ceph_exporter.facts.time_sync import Clock, TimeSync
from ceph_exporter.facts.version import Version

# In the order in which they are asked for: what a person on call needs first comes first.
DOCUMENTS: dict[str, type[Fact]] = {
    fact.document: fact for fact in (Health, Status, Quorum, TimeSync, Version)
}

__all__ = [
    "DOCUMENTS",
    "STATUSES",
    "Check",
    "Clock",
    "DecodeError",
    "Decoder",
    "Fact",
    "Facts",
    "Health",
    "Monitor",
    "MonitorReport",
    "Mute",
    "Quorum",
    "Status",
    "TimeSync",
    "Version",
    "decode",
    "wires",
    "worst",
]
