"""The OSD map: its flags, its full ratios and its blocklist."""

from collections import Counter
from collections.abc import Iterator, Mapping

from ceph_exporter.facts import Facts
from ceph_exporter.facts.osd_dump import OSD_FLAGS, Osd, OsdDump
from ceph_exporter.metric import Family, Labels, Metric, one, ones

_DOCUMENT = OsdDump.document


def _flag(name: str) -> Metric:
    metric = f"ceph_osd_flag_{name.replace('-', '_')}"
    return Metric(
        metric, "untyped", f"Whether the OSD map flag {name} is set (1) or not (0)", _DOCUMENT
    )


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
    "Whether the OSD map flag is set (1) or not (0)",
    _DOCUMENT,
    Labels("flag"),
    detail="Flags that describe capabilities of the cluster, such as sortbitwise, are omitted.",
)
INDIVIDUAL_FLAG = Metric(
    "ceph_osd_individual_flag",
    "gauge",
    "Flag that is set for a single OSD, CRUSH node or device class; always 1",
    _DOCUMENT,
    Labels("scope", "name", "flag"),
    since="12",
    detail="The scope is osd, crush_node or device_class, and the flag is noup, nodown, noin or "
    "noout. A flag that is not set has no series.",
)
INDIVIDUALLY_FLAGGED = Metric(
    "ceph_osd_individually_flagged",
    "gauge",
    "Number of OSDs, CRUSH nodes or device classes for which the flag is set",
    _DOCUMENT,
    Labels("scope", "flag"),
    since="12",
    detail="The scopes crush_node and device_class exist in Ceph 14 and later.",
)
FULL_RATIO = Metric(
    "ceph_osd_full_ratio",
    "gauge",
    "Utilization at which an OSD is considered full",
    _DOCUMENT,
    since="12",
)
BACKFILLFULL_RATIO = Metric(
    "ceph_osd_backfillfull_ratio",
    "gauge",
    "Utilization at which an OSD refuses backfill",
    _DOCUMENT,
    since="12",
)
NEARFULL_RATIO = Metric(
    "ceph_osd_nearfull_ratio",
    "gauge",
    "Utilization at which an OSD is considered nearly full",
    _DOCUMENT,
    since="12",
)
BLOCKLIST = Metric(
    "ceph_cluster_osd_blocklist_count",
    "gauge",
    "Number of client addresses and address ranges on the blocklist",
    _DOCUMENT,
)

_METRICS = {
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
# The flags in OSDMap::get_flag_string of Ceph 0.67 to 20, without capabilities.
FLAGS = (*_METRICS, "full", "pauserd", "pausewr", "notieragent", "nosnaptrim", "noautoscale")
_CAPABILITIES = frozenset(
    (
        "sortbitwise",
        "recovery_deletes",
        "purged_snapdirs",
        "pglog_hardlimit",
        "require_jewel_osds",
        "require_kraken_osds",
        "require_luminous_osds",
    )
)


def collect(facts: Facts) -> Iterator[Family]:
    """Yield the families of the OSD map; nothing while it is unavailable."""
    dump = facts.get(OsdDump)
    if dump is None:
        return
    if dump.flags is not None:
        flags = [flag for flag in dump.flags if flag not in _CAPABILITIES]
        for flag, metric in _METRICS.items():
            yield metric, one(flag in flags)
        # A flag that only a later release has is exported while it is set.
        values = dict.fromkeys(FLAGS, 0) | dict.fromkeys(flags, 1)
        yield MAP_FLAG, [(MAP_FLAG.labels(flag), value) for flag, value in values.items()]
    if dump.upmap_items is not None:  # Ceph 12 and later
        yield from facts.once(_individual, dump.osds, dump.node_flags, dump.class_flags)
    yield FULL_RATIO, one(dump.full_ratio)
    yield BACKFILLFULL_RATIO, one(dump.backfillfull_ratio)
    yield NEARFULL_RATIO, one(dump.nearfull_ratio)
    yield BLOCKLIST, one(dump.blocklist)


def _individual(
    osds: tuple[Osd, ...],
    node_flags: Mapping[str, tuple[str, ...]] | None,
    class_flags: Mapping[str, tuple[str, ...]] | None,
) -> tuple[Family, ...]:
    """Return the flags of single OSDs, CRUSH nodes and device classes, and their numbers."""
    scopes = {
        "osd": {f"osd.{osd.id}": osd.flags for osd in osds if osd.flags},
        "crush_node": node_flags,
        "device_class": class_flags,
    }
    blocks, numbers = list[str](), list[tuple[str, int]]()
    for scope, flags_by_name in scopes.items():
        if flags_by_name is None:
            continue
        counts = Counter(dict.fromkeys(OSD_FLAGS, 0))
        for name, flags in flags_by_name.items():
            counts.update(set(flags))
            blocks += [INDIVIDUAL_FLAG.labels(scope, name, flag) for flag in sorted(set(flags))]
        numbers += [
            (INDIVIDUALLY_FLAGGED.labels(scope, flag), number) for flag, number in counts.items()
        ]
    return (INDIVIDUAL_FLAG, ones(tuple(blocks))), (INDIVIDUALLY_FLAGGED, numbers)
