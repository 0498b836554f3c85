"""One OSD: what its space is used for, its DB, and the latencies of BlueStore."""

from dashboards.content.osds_bluestore import NO_COUNTERS, NO_PARTS
from dashboards.content.phrases import or_none
from dashboards.engine.declare import Query, Table, TimeSeries

_IS = ',ceph_daemon=~"$osd"'
_FLAGS = 'max by (cluster, name, flag) (ceph_osd_individual_flag{*,scope="osd",name=~"$osd"})'


def _one(metric: str, legend: str, empty_when: str) -> Query:
    expr = f"max by (cluster, ceph_daemon) ({metric}{{*{_IS}}})"
    return Query(expr, legend, empty_when=empty_when)


def _latency(metric: str, legend: str) -> Query:
    """Return the average latency of what was finished lately, in seconds."""
    total, number = (
        f"max by (cluster, ceph_daemon) (rate({metric}_{part}{{*{_IS}}}[$__rate_interval]))"
        for part in ("sum", "count")
    )
    return Query(f"{total} / ({number} > 0)", legend, empty_when=NO_COUNTERS)


SPACE = (
    TimeSeries(
        "What the space is used for",
        "The used space of the OSD. Good: mostly data. Omap and metadata are in the DB of "
        "BlueStore.",
        (
            _one("ceph_osd_used_data_bytes", "data", NO_PARTS),
            _one("ceph_osd_used_omap_bytes", "omap", NO_PARTS),
            _one("ceph_osd_used_meta_bytes", "metadata", NO_PARTS),
        ),
        NO_PARTS,
        unit="bytes",
        size=(8, 9),
        minimum=0,
    ),
    TimeSeries(
        "DB",
        "The DB of BlueStore, and the part of it on the slow device. Good: nothing on the slow "
        "device. Needs the collector perf_counters, for example with the preset bluestore.",
        (
            _one("ceph_bluefs_db_total_bytes", "DB device", NO_COUNTERS),
            _one("ceph_bluefs_db_used_bytes", "used of it", NO_COUNTERS),
            _one("ceph_bluefs_slow_used_bytes", "on the slow device", NO_COUNTERS),
        ),
        NO_COUNTERS,
        unit="bytes",
        size=(8, 9),
        minimum=0,
    ),
    TimeSeries(
        "Latency of operations",
        "How long clients' reads and writes take on this OSD, and a commit of its DB. If only the "
        "commits are slow, the DB device is. Needs the collector perf_counters, for example with "
        "the preset bluestore.",
        (
            _latency("ceph_osd_op_r_latency", "read"),
            _latency("ceph_osd_op_w_latency", "write"),
            _latency("ceph_bluestore_kv_sync_lat", "commit of the DB"),
        ),
        NO_COUNTERS,
        unit="s",
        size=(8, 9),
        minimum=0,
    ),
    Table(
        "Flags of this OSD",
        "Flags such as noout that someone set for this OSD only. Good: none.",
        (Query(or_none(_FLAGS, "None is set"), "set", hidden=True),),
        "Prometheus scrapes no exporter",
        size=(24, 3),
        labels=("name", "flag", "note"),
    ),
)
