"""The OSD map's flags, its ratios and its blocklist."""

from collections.abc import Iterator

from ceph_exporter.facts import Facts
from ceph_exporter.facts.osd_dump import OsdDump
from ceph_exporter.metric import Family, Labels, Metric, one

_DOCUMENT = OsdDump.document


def _flag(name: str) -> Metric:
    metric = f"ceph_osd_flag_{name.replace('-', '_')}"
    return Metric(metric, "untyped", f"The flag {name} of the OSD map is set", _DOCUMENT)


NOUP = _flag("noup")
NODOWN = _flag("nodown")
NOOUT = _flag("noout")
NOIN = _flag("noin")
NOBACKFILL = _flag("nobackfill")
NOREBALANCE = _flag("norebalance")
NORECOVER = _flag("norecover")
NOSCRUB = _flag("noscrub")
NODEEP_SCRUB = _flag("nodeep-scrub")
MAP_FLAG = Metric(
    "ceph_osd_map_flag",
    "gauge",
    "A flag of the OSD map is set (1) or not (0); flags that only say what the map can do, such "
    "as sortbitwise, are left out",
    _DOCUMENT,
    Labels("flag"),
)
FULL_RATIO = Metric(
    "ceph_osd_full_ratio",
    "gauge",
    "Use from which an OSD counts as full, 0 to 1 (Ceph 12 and later)",
    _DOCUMENT,
)
BACKFILLFULL_RATIO = Metric(
    "ceph_osd_backfillfull_ratio",
    "gauge",
    "Use from which an OSD takes no backfill, 0 to 1 (Ceph 12 and later)",
    _DOCUMENT,
)
NEARFULL_RATIO = Metric(
    "ceph_osd_nearfull_ratio",
    "gauge",
    "Use from which an OSD counts as nearly full, 0 to 1 (Ceph 12 and later)",
    _DOCUMENT,
)
BLOCKLIST = Metric(
    "ceph_cluster_osd_blocklist_count",
    "gauge",
    "Number of clients and ranges of addresses that the OSDs refuse",
    _DOCUMENT,
)

_MODULE = {
    "noup": NOUP,
    "nodown": NODOWN,
    "noout": NOOUT,
    "noin": NOIN,
    "nobackfill": NOBACKFILL,
    "norebalance": NOREBALANCE,
    "norecover": NORECOVER,
    "noscrub": NOSCRUB,
    "nodeep-scrub": NODEEP_SCRUB,
}
# OSDMap::get_flag_string of 0.67 to 20.
KNOWN = (
    *_MODULE,
    *("full", "pauserd", "pausewr", "notieragent", "nosnaptrim", "noautoscale"),
)
_ABILITIES = frozenset(
    {
        *("sortbitwise", "recovery_deletes", "purged_snapdirs", "pglog_hardlimit"),
        *("require_jewel_osds", "require_kraken_osds", "require_luminous_osds"),
    }
)


def collect(facts: Facts) -> Iterator[Family]:
    """Give what the OSD map says; nothing while it is not to be had."""
    dump = facts.get(OsdDump)
    if dump is None:
        return
    flags = [flag for flag in dump.flags if flag not in _ABILITIES]
    for flag, metric in _MODULE.items():
        yield metric, one(flag in flags)
    # One that is not known is still worth showing while it is set.
    values = dict.fromkeys(KNOWN, 0) | dict.fromkeys(flags, 1)
    yield MAP_FLAG, [(MAP_FLAG.labels(flag), value) for flag, value in values.items()]
    yield FULL_RATIO, one(dump.full_ratio)
    yield BACKFILLFULL_RATIO, one(dump.backfillfull_ratio)
    yield NEARFULL_RATIO, one(dump.nearfull_ratio)
    yield BLOCKLIST, one(dump.blocklist)
