"""Typed facts, one struct per document; every difference between releases ends here."""

from ceph_exporter.facts import dashboard_osd, health_full
from ceph_exporter.facts.daemons import MdsMetadata, MgrMetadata, MonMetadata
from ceph_exporter.facts.decode import DecodeError, Decoder
from ceph_exporter.facts.df import Df
from ceph_exporter.facts.fact import Cache, Decoding, Fact, Facts, decode, wire_formats
from ceph_exporter.facts.fs_dump import FsDump
from ceph_exporter.facts.health import STATUSES, Check, Health, Mute, worst
from ceph_exporter.facts.mgr_dump import MgrDump
from ceph_exporter.facts.mgr_modules import Balancer, CrashList, DeviceList
from ceph_exporter.facts.mon_store import MonStore, Store
from ceph_exporter.facts.monitor_details import MonitorReport
from ceph_exporter.facts.osd_df import OsdDf
from ceph_exporter.facts.osd_dump import OsdDump
from ceph_exporter.facts.osd_metadata import OsdMetadata
from ceph_exporter.facts.osd_perf import OsdPerf
from ceph_exporter.facts.osd_tree import OsdTree
from ceph_exporter.facts.perf_counters import PerfCounters
from ceph_exporter.facts.pg_states import PgStates
from ceph_exporter.facts.pool_stats import PoolStats
from ceph_exporter.facts.pool_sums import PoolSums
from ceph_exporter.facts.quorum import Monitor, Quorum
from ceph_exporter.facts.service_dump import ServiceDump
from ceph_exporter.facts.status import Status
from ceph_exporter.facts.time_sync import Clock, TimeSync
from ceph_exporter.facts.version import Version
from ceph_exporter.facts.versions import Features, Versions

# In the order in which they are asked for: what a person on call needs first comes first.
DOCUMENTS: dict[str, type[Fact]] = {
    fact.document: fact
    for fact in (
        *(Health, Status, Quorum, TimeSync, OsdDump, Df, PoolStats, OsdPerf, OsdDf, MgrDump),
        *(FsDump, PgStates, ServiceDump, OsdTree, PoolSums, Version, Versions, Features),
        *(MonMetadata, MgrMetadata, MdsMetadata, OsdMetadata, CrashList, DeviceList, Balancer),
        *(PerfCounters, MonStore),
    )
}

# These two have no fact of their own: they carry those of others.
_CARRIERS = (dashboard_osd, health_full)

__all__ = [
    "DOCUMENTS",
    "STATUSES",
    "Balancer",
    "Cache",
    "Check",
    "Clock",
    "CrashList",
    "DecodeError",
    "Decoder",
    "Decoding",
    "DeviceList",
    "Df",
    "Fact",
    "Facts",
    "Features",
    "FsDump",
    "Health",
    "MdsMetadata",
    "MgrDump",
    "MgrMetadata",
    "MonMetadata",
    "MonStore",
    "Monitor",
    "MonitorReport",
    "Mute",
    "OsdDf",
    "OsdDump",
    "OsdMetadata",
    "OsdPerf",
    "OsdTree",
    "PerfCounters",
    "PgStates",
    "PoolStats",
    "PoolSums",
    "Quorum",
    "ServiceDump",
    "Status",
    "Store",
    "TimeSync",
    "Version",
    "Versions",
    "decode",
    "wire_formats",
    "worst",
]
