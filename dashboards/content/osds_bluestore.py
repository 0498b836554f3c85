"""What the space of OSDs with BlueStore is used for, and which DBs have spilled over."""

from dashboards.content.hosts_and_osds import OSD_OF_SERIES
from dashboards.content.phrases import daemons, unknown
from dashboards.engine.declare import BarGauge, Query, TimeSeries, warn_from

NO_PARTS = unknown("no OSD uses BlueStore, or Ceph is older than 14")
NO_COUNTERS = unknown("the collector perf_counters is off, or the API has no performance counters")
NAME = "{{ceph_daemon}}"
_METADATA = f"{daemons('ceph_osd_used_omap_bytes')} + {daemons('ceph_osd_used_meta_bytes')}"


def _part(name: str) -> Query:
    expr = f"sum by (cluster) ({daemons(f'ceph_osd_used_{name}_bytes')})"
    return Query(expr, name, empty_when=NO_PARTS)


PARTS = (
    TimeSeries(
        "Use by data, omap and metadata",
        "What the used space of all OSDs is used for. Good: mostly data. Index pools of RGW and "
        "metadata pools of CephFS consist of omap; they belong on flash.",
        (_part("data"), _part("omap"), _part("meta")),
        NO_PARTS,
        unit="bytes",
        size=(8, 10),
        minimum=0,
    ),
    BarGauge(
        "Most omap and metadata",
        "The ten OSDs with the most omap and metadata, which BlueStore keeps in its DB. Good: less "
        "than the size of the DB device.",
        (Query(f"sort_desc(topk(10, {_METADATA}))", NAME, empty_when=NO_PARTS),),
        NO_PARTS,
        unit="bytes",
        size=(8, 10),
        minimum=0,
        links=(OSD_OF_SERIES,),
    ),
    BarGauge(
        "DB on the slow device",
        "The ten OSDs with the largest part of their DB on the slow device. Good: 0. Such an OSD "
        "is slow; enlarge its DB device, or compact it. Needs the collector perf_counters, for "
        "example with the preset bluestore.",
        (
            Query(
                f"sort_desc(topk(10, {daemons('ceph_bluefs_slow_used_bytes')}))",
                NAME,
                empty_when=NO_COUNTERS,
            ),
        ),
        NO_COUNTERS,
        unit="bytes",
        thresholds=warn_from(1),
        size=(8, 10),
        minimum=0,
        links=(OSD_OF_SERIES,),
    ),
)
