"""Presets of performance counters: short lists of the counters that answer a question.

Sources: BlueStore.cc (_init_logger), BlueFS.cc (_init_logger), RocksDBStore.cc and OSD.cc
(osd_perf_counters.cc) of Ceph 14 to 20. By default, daemons report only counters with a priority of
5 or more to the mgr (the option mgr_stats_threshold).
"""

from collections.abc import Mapping


def _average(name: str) -> tuple[str, str]:
    return f"{name}_sum", f"{name}_count"


_BLUESTORE = (
    # The DB and, if it is full, the part of it that spilled over to the slow device.
    "ceph_bluefs_db_total_bytes",
    "ceph_bluefs_db_used_bytes",
    "ceph_bluefs_slow_total_bytes",
    "ceph_bluefs_slow_used_bytes",
    # Free space: 0 (one piece) to 1,000,000. Ceph 14 to 17 do not report it by default.
    "ceph_bluestore_fragmentation_micros",
    "ceph_bluestore_bluestore_fragmentation_micros",
    # Operations of clients, and how many are in progress.
    *_average("ceph_osd_op_r_latency"),
    *_average("ceph_osd_op_w_latency"),
    "ceph_osd_op_wip",
    # Writes of BlueStore: how long they wait and take. Ceph 18 renamed the counters.
    *_average("ceph_bluestore_txc_throttle_lat"),
    *_average("ceph_bluestore_throttle_lat"),
    *_average("ceph_bluestore_txc_commit_lat"),
    *_average("ceph_bluestore_commit_lat"),
    # RocksDB: the time of a commit, and stalls. Up to Ceph 20, no daemon reports the time that
    # RocksDB delays writes by default, but Ceph 18 and later count slow commits and slow devices.
    *_average("ceph_bluestore_kv_sync_lat"),
    *_average("ceph_rocksdb_rocksdb_write_delay_time"),
    "ceph_bluestore_slow_committed_kv_count",
    "ceph_bluestore_slow_aio_wait_count",
)

PRESETS: Mapping[str, frozenset[str]] = {"bluestore": frozenset(_BLUESTORE)}
"""The metric names of each preset."""
