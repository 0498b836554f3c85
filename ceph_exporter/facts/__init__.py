"""The facts in Ceph's answers: one struct per document, the same for every release and API.

Only this package handles the differences between the answers of Ceph's releases.

registry.py lists all documents. Fact types that several packages use can be imported from this
package; import the others from the module that defines them.
"""

from ceph_exporter.facts.daemons import MdsMetadata, MgrMetadata, MonMetadata
from ceph_exporter.facts.decode import DecodeError, Decoder
from ceph_exporter.facts.df import Df
from ceph_exporter.facts.fact import (
    Cache,
    Decoded,
    Decoding,
    Fact,
    Facts,
    RegistrationError,
    decode,
    read,
    wire_formats,
)
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
from ceph_exporter.facts.registry import DOCUMENTS
from ceph_exporter.facts.service_dump import ServiceDump
from ceph_exporter.facts.status import Status
from ceph_exporter.facts.time_sync import Clock, TimeSync
from ceph_exporter.facts.version import Version
from ceph_exporter.facts.versions import Features, Versions

__all__ = [
    "DOCUMENTS",
    "STATUSES",
    "Balancer",
    "Cache",
    "Check",
    "Clock",
    "CrashList",
    "DecodeError",
    "Decoded",
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
    "RegistrationError",
    "ServiceDump",
    "Status",
    "Store",
    "TimeSync",
    "Version",
    "Versions",
    "decode",
    "read",
    "wire_formats",
    "worst",
]
